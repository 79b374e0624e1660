//! What went wrong, for the person who has to do something about it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::plain;

/// The longest text of a trouble, in characters. Servers are known to answer with pages.
const LONGEST: usize = 600;

/// What happened, why, and what to do next, under a code that stays the same between releases
/// (`aadsts.50173`, `smtp.auth_disabled.mailbox`, `network.timeout`).
///
/// Its texts are always printable: whatever a server put into them has been through
/// [`plain`](super::text::plain).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trouble(Arc<Parts>);

/// Shared, since it is shown wherever what it is about is, and out of line, so that a `Result` that
/// may be a trouble stays small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Parts {
    code: Cow<'static, str>,
    what: String,
    why: String,
    next: String,
    #[serde(default)]
    remedy: Remedy,
}

impl Trouble {
    /// A trouble with nothing that the screen could offer on a key.
    #[must_use]
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        what: impl AsRef<str>,
        why: impl AsRef<str>,
        next: impl AsRef<str>,
    ) -> Self {
        Self(Arc::new(Parts {
            code: code.into(),
            what: plain(what.as_ref(), LONGEST),
            why: plain(why.as_ref(), LONGEST),
            next: plain(next.as_ref(), LONGEST),
            remedy: Remedy::None,
        }))
    }

    /// The same trouble, with a remedy on a key.
    #[must_use]
    pub fn with(mut self, remedy: Remedy) -> Self {
        Arc::make_mut(&mut self.0).remedy = remedy;
        self
    }

    /// The stable code: lower-case words and numbers, joined by dots.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What happened, without a full stop at the end.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Why, as far as it is known: whole sentences, or nothing.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.0.why
    }

    /// What to do next: whole sentences.
    #[must_use]
    pub fn next(&self) -> &str {
        &self.0.next
    }

    /// What the screen can offer on a key.
    #[must_use]
    pub fn remedy(&self) -> &Remedy {
        &self.0.remedy
    }
}

/// `what. why. next.`, as standard error shows it.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentence(f, &self.0.what)?;
        for text in [&self.0.why, &self.0.next] {
            if !text.is_empty() {
                f.write_str(" ")?;
                sentence(f, text)?;
            }
        }
        Ok(())
    }
}

fn sentence(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(text)?;
    if text.ends_with(['.', '?', '!', '…']) { Ok(()) } else { f.write_str(".") }
}

impl std::error::Error for Trouble {}

/// What to do next, as something that the screen offers on a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Nothing that a key could do.
    #[default]
    None,
    /// Sign in again, in the browser.
    SignIn,
    /// Have an administrator open the admin consent link.
    AdminConsent,
    /// Run this PowerShell line (Exchange Online Management), then check again.
    PowerShell(String),
    /// Try the same again, at once or not before the given moment.
    Retry {
        /// The moment that the server asked to wait for, if it did.
        not_before: Option<Timestamp>,
    },
    /// Change the application: tenant, client id, redirect URI, scopes or client secret.
    EditApplication,
    /// Say what is to become of a token that another account brought.
    ChooseAccount,
    /// Open or copy this page, where the setting is.
    Page(String),
}

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn it_reads_as_sentences_with_one_full_stop_each() {
        let trouble = Trouble::new("a.b", "It broke.", "Because.", "Mend it.");
        assert_eq!(trouble.to_string(), "It broke. Because. Mend it.");
        assert_eq!(Trouble::new("a.b", "It broke", "", "").to_string(), "It broke.");
        assert_eq!(
            Trouble::new("a.b", "It is unknown", "", "Did you mean x?").to_string(),
            "It is unknown. Did you mean x?"
        );
    }

    #[test]
    fn nothing_in_it_can_drive_a_terminal() {
        let trouble = Trouble::new("a.b", "\x1b]0;owned\x07", "\x1b[2J", "a\nb");
        assert!(!trouble.to_string().contains(char::is_control));
    }
}
