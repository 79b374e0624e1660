//! Mail addresses, of mailboxes and of the accounts that sign in.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::text::is_unprintable;
use super::trouble::Trouble;

/// The longest address that RFC 5321 lets a path carry, in octets.
const LONGEST: usize = 254;

/// A mail address as it was written, compared without regard to case. Its domain is in ASCII
/// (IDNA A-labels); its local part may hold any printable character (RFC 6532). A clone shares
/// the text: a large fleet holds each address several times.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Arc<str>);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// `address.malformed` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let text = text.trim();
        let malformed = |why: &str| {
            Err(Trouble::new(
                "address.malformed",
                if text.is_empty() {
                    "There is no mail address".to_owned()
                } else {
                    format!("“{text}” is not a mail address")
                },
                why,
                "Write it as name@example.com.",
            ))
        };
        if text.len() > LONGEST {
            return malformed("It is longer than the 254 octets that mail servers take.");
        }
        let Some((local, domain)) = text.rsplit_once('@') else {
            return malformed("There is no @ in it.");
        };
        if local.is_empty() || !local.chars().all(belongs_before_the_at) {
            return malformed("The part before the @ is empty or holds a character that does not belong there.");
        }
        if is_plain(domain) {
            return Ok(Self(text.into()));
        }
        match idna::domain_to_ascii_strict(domain) {
            Ok(ascii) if is_domain(&ascii) => Ok(Self(format!("{local}@{ascii}").into())),
            _ => malformed("The part after the @ is not a domain name."),
        }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same text, to be shared.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.0
    }

    /// The part after the `@`, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The form in which two spellings of one address are equal.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// How [`folded`](Self::folded) compares with a text; nothing is allocated for most addresses.
    #[must_use]
    pub fn compare_folded(&self, folded: &str) -> Ordering {
        if self.0.is_ascii() { lowered(&self.0).cmp(folded.bytes()) } else { self.folded().as_str().cmp(folded) }
    }
}

fn belongs_before_the_at(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || !(letter.is_whitespace() || is_unprintable(letter) || "<>\"(),;:\\@[]".contains(letter))
}

fn lowered(ascii: &str) -> impl Iterator<Item = u8> {
    ascii.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// Whether IDNA has nothing to say about a domain, as about most: a fleet of thousands is read at once.
fn is_plain(domain: &str) -> bool {
    is_domain(domain) && domain.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.'))
}

fn is_domain(ascii: &str) -> bool {
    !ascii.is_empty() && ascii.split('.').all(|label| !label.is_empty() && label.len() <= 63)
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || if self.0.is_ascii() { self.0.eq_ignore_ascii_case(&other.0) } else { self.folded() == other.folded() }
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        if self.0.is_ascii() && other.0.is_ascii() {
            lowered(&self.0).cmp(lowered(&other.0))
        } else {
            self.folded().cmp(&other.folded())
        }
    }
}

impl TryFrom<String> for Address {
    type Error = Trouble;

    fn try_from(text: String) -> Result<Self, Trouble> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0.as_ref().to_owned()
    }
}

impl std::str::FromStr for Address {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn good_addresses_are_kept_as_written() {
        for good in ["a@b", "billing@contoso.com", "o'brien+tag@contoso.onmicrosoft.com", "grüße@contoso.com"] {
            assert_eq!(Address::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn a_domain_in_another_script_becomes_ascii() {
        assert_eq!(Address::parse(" info@müller.example ").unwrap().as_str(), "info@xn--mller-kva.example");
    }

    #[test]
    fn bad_addresses_are_refused_with_a_reason() {
        for bad in [
            "",
            "billing",
            "@contoso.com",
            "a b@contoso.com",
            "a\u{1b}@contoso.com",
            "a@con toso.com",
            "a@",
            "a@b..c",
            "<a@b.c>",
        ] {
            assert_eq!(Address::parse(bad).unwrap_err().code(), "address.malformed", "{bad:?}");
        }
        assert!(Address::parse(&format!("{}@contoso.com", "x".repeat(250))).is_err());
    }

    #[test]
    fn case_does_not_tell_two_addresses_apart() {
        assert_eq!(Address::parse("Billing@Contoso.com").unwrap(), Address::parse("billing@contoso.com").unwrap());
    }
}
