//! What Microsoft's AADSTS numbers mean, from `assets/aadsts.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::{Remedy, Step, TokenEnd, Trouble};

/// What one number, or a few that come to the same, mean for an administrator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// The numbers, without `AADSTS`.
    pub numbers: Vec<u32>,
    /// What happened, without a full stop.
    pub what: String,
    /// Why: whole sentences.
    pub why: String,
    /// What to do next: whole sentences.
    pub next: String,
    /// The step that has to be mended.
    pub step: Step,
    /// What it says about a refresh token that it was the answer to.
    #[serde(default)]
    pub ends: Option<TokenEnd>,
    /// Whether it is the wish to be asked less.
    #[serde(default)]
    pub pause: bool,
    /// What the screen can offer on a key.
    #[serde(default)]
    pub remedy: Cure,
}

/// A remedy as the table writes it: a word, or `page:` and an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cure(Remedy);

impl Meaning {
    /// The trouble that `number` stands for; `why` may add to the reason.
    #[must_use]
    pub fn trouble(&self, number: u32, why: &str) -> Trouble {
        let why = [self.why.as_str(), why].join(" ");
        Trouble::new(code(number), &self.what, why.trim(), &self.next).with(self.remedy.0.clone())
    }

    /// What the screen can offer on a key.
    #[must_use]
    pub fn remedy(&self) -> &Remedy {
        &self.remedy.0
    }
}

/// The trouble code of an AADSTS number.
#[must_use]
pub fn code(number: u32) -> String {
    format!("aadsts.{number}")
}

/// What `number` means, if the table knows it.
#[must_use]
pub fn meaning(number: u32) -> Option<&'static Meaning> {
    MEANINGS.get(&number).copied()
}

/// The number that a description begins with, as in `AADSTS50011: The redirect URI …`.
#[must_use]
pub fn number_in(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}

#[derive(Default, Deserialize)]
struct Table {
    meaning: Vec<Meaning>,
}

/// An empty table if the asset does not parse, which a test rules out.
static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/aadsts.toml")).unwrap_or_default());

static MEANINGS: LazyLock<HashMap<u32, &'static Meaning>> = LazyLock::new(|| {
    let numbered = |meaning: &'static Meaning| meaning.numbers.iter().map(move |number| (*number, meaning));
    TABLE.meaning.iter().flat_map(numbered).collect()
});

impl TryFrom<String> for Cure {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Ok(Self(match word.as_str() {
            "none" => Remedy::None,
            "sign_in" => Remedy::SignIn,
            "admin_consent" => Remedy::AdminConsent,
            "edit_application" => Remedy::EditApplication,
            "retry" => Remedy::Retry { not_before: None },
            other => match other.strip_prefix("page:") {
                Some(page) => Remedy::Page(page.to_owned()),
                None => return Err(format!("“{other}” is not a remedy")),
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Every number that an administrator is known to meet (facts, sections B, E and I).
    const MET: &[u32] = &[
        50011, 500113, 900971, 700016, 7000112, 50194, 9001023, 90124, 90130, 90133, 7000218, 700025, 7000215, 7000222,
        9002326, 9002327, 90002, 900023, 90038, 50049, 54005, 70008, 700005, 9002313, 50148, 501481, 50147, 501491,
        90014, 900144, 50089, 65001, 65004, 90094, 90095, 900941, 650052, 650053, 65005, 650056, 650057, 70011, 28000,
        28002, 28003, 700022, 700023, 500011, 500014, 50001, 50034, 50020, 16000, 50126, 50053, 50055, 50144, 50057,
        50072, 50079, 50074, 50076, 50078, 50105, 50158, 53000, 53001, 53002, 53003, 530032, 530035, 53004, 50097,
        50131, 50058, 50140, 50173, 700082, 700084, 70043, 70000, 50132, 50133, 530036, 50196, 90055, 90033, 70016,
        70018, 70019, 135010,
    ];

    #[test]
    fn every_number_that_is_met_is_explained() {
        let missing: Vec<_> = MET.iter().filter(|number| meaning(**number).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_entry_is_well_formed_and_no_number_has_two() {
        let table: Table = toml::from_str(include_str!("../../assets/aadsts.toml")).unwrap();
        let mut seen = HashSet::new();
        for meaning in &table.meaning {
            let Meaning { numbers, what, why, next, .. } = meaning;
            assert!(!numbers.is_empty(), "{what}");
            assert!(numbers.iter().all(|number| seen.insert(*number)), "{numbers:?} twice");
            assert!(!what.is_empty() && !what.ends_with('.'), "{numbers:?}: {what}");
            for sentences in [why, next] {
                assert!(sentences.ends_with('.'), "{numbers:?}: {sentences}");
            }
            let trouble = meaning.trouble(0, "");
            assert_eq!(
                (trouble.what(), trouble.why(), trouble.next()),
                (what.as_str(), why.as_str(), next.as_str()),
                "cut or not printable"
            );
            if let Remedy::Page(page) = meaning.remedy() {
                assert_eq!(url::Url::parse(page).unwrap().scheme(), "https", "{page}");
            }
        }
    }

    #[test]
    fn what_ends_a_token_asks_for_a_new_sign_in_or_another_application() {
        let ends: Vec<_> = MEANINGS.values().filter(|meaning| meaning.ends.is_some()).collect();
        assert!(ends.len() > 4, "{}", ends.len());
        for meaning in ends {
            let mends = matches!(meaning.remedy(), Remedy::SignIn | Remedy::EditApplication);
            assert!(mends, "{:?}", meaning.numbers);
        }
    }

    #[test]
    fn the_number_is_read_from_a_description() {
        for (description, number) in [
            ("AADSTS50011: The redirect URI", Some(50011)),
            ("AADSTS7000218", Some(7_000_218)),
            ("… AADSTS90002: Tenant", Some(90002)),
            ("AADSTS99999999999999: too long", None),
            ("AADSTS: none", None),
            ("none", None),
        ] {
            assert_eq!(number_in(description), number, "{description}");
        }
    }
}
