//! The error that an endpoint answers with (RFC 6749 section 5.2), with what Microsoft adds to it.

use serde::Deserialize;
use serde_json::Value;

use super::suberror::{self, Suberror};
use super::{Refusal, error};
use crate::domain::text::plain;
use crate::domain::{Pause, Trouble};
use crate::oauth::aadsts;

/// The most that is quoted of a server's own words, in characters.
const LONGEST_QUOTE: usize = 300;

/// AADSTS70000, “the grant is not valid”: a suberror beside it says why.
const INVALID_GRANT: u32 = 70_000;

/// What Microsoft appends to each description, of use to its support only.
const TAILS: [&str; 3] = ["Trace ID:", "Correlation ID:", "Timestamp:"];

/// An error as it came. Everything but `error` may be missing or of another type than it should be.
#[derive(Deserialize)]
pub(in crate::oauth) struct Rejection {
    error: String,
    #[serde(default)]
    error_description: Value,
    #[serde(default)]
    error_codes: Value,
    #[serde(default)]
    suberror: Value,
    #[serde(default)]
    correlation_id: Value,
}

impl Rejection {
    /// An error of which only these two are known.
    pub(super) fn new(error: &str, description: &str) -> Self {
        Self {
            error: error.to_owned(),
            error_description: Value::from(description),
            error_codes: Value::Null,
            suberror: Value::Null,
            correlation_id: Value::Null,
        }
    }

    /// The same with `secrets` struck out of the server's words: some servers repeat what they got.
    pub(in crate::oauth) fn without<'a>(mut self, secrets: impl Iterator<Item = &'a str>) -> Self {
        for secret in secrets.filter(|secret| !secret.is_empty()) {
            self.error = self.error.replace(secret, "…");
            self.error_description = Value::from(self.description().replace(secret, "…"));
        }
        self
    }

    /// The `error`.
    pub(in crate::oauth) fn error(&self) -> &str {
        &self.error
    }

    /// The AADSTS number: the first of `error_codes`, else the one in the description.
    pub(in crate::oauth) fn number(&self) -> Option<u32> {
        let first = self.error_codes.get(0).and_then(Value::as_u64);
        first.and_then(|number| u32::try_from(number).ok()).or_else(|| aadsts::number_in(self.description()))
    }

    /// The server's own words, printable, without their tail and with quotes round them.
    pub(in crate::oauth) fn words(&self) -> String {
        let description = self.description();
        let end = TAILS.iter().filter_map(|tail| description.find(tail)).min();
        let words = plain(description.get(..end.unwrap_or(description.len())).unwrap_or_default(), LONGEST_QUOTE);
        if words.is_empty() {
            String::new()
        } else {
            format!("The server says: “{}”.", words.trim_end_matches('.'))
        }
    }

    /// What was answered, in one sentence.
    pub(in crate::oauth) fn in_short(&self) -> String {
        format!("It answered “{}”. {}", plain(&self.error, 40), self.words())
    }

    /// What it means.
    pub(in crate::oauth) fn refusal(&self) -> Refusal {
        let suberror = suberror::read(self.suberror.as_str().unwrap_or_default());
        let says_more = |number: &u32| suberror.is_none() || *number != INVALID_GRANT;
        let known = self.number().filter(says_more).and_then(|number| Some((number, aadsts::meaning(number)?)));
        let refusal = match (known, suberror) {
            (Some((number, meaning)), _) => Refusal {
                ends: meaning.ends,
                pause: meaning.pause.then_some(Pause::Unsaid),
                ..Refusal::new(meaning.trouble(number, &self.words()), meaning.step)
            },
            (None, Some(suberror)) => self.of_suberror(suberror),
            (None, None) => self.of_error(),
        };
        match suberror {
            // The token is good; it is the person, a policy or the application that has to give way.
            Some(suberror) if suberror.ends.is_none() => refusal.ending(None),
            _ => refusal,
        }
    }

    fn of_suberror(&self, suberror: &'static Suberror) -> Refusal {
        let trouble = Trouble::new(self.code(), suberror.what, self.why(suberror.why), suberror.next);
        Refusal { ends: suberror.ends, ..Refusal::new(trouble.with(suberror.remedy.clone()), suberror.step) }
    }

    fn of_error(&self) -> Refusal {
        let meaning = error::meaning(&self.error);
        let trouble = Trouble::new(self.code(), meaning.what, self.why(""), meaning.next);
        let pause = (self.error == error::TOO_BUSY).then_some(Pause::Unsaid);
        Refusal { pause, ..Refusal::new(trouble.with(meaning.remedy.clone()), meaning.step) }
    }

    fn code(&self) -> String {
        self.number().map_or_else(|| format!("oauth.{}", word(&self.error)), aadsts::code)
    }

    /// `known`, the server's words, and what Microsoft's support will ask for.
    fn why(&self, known: &str) -> String {
        let words = self.words();
        let correlation = match self.correlation() {
            Some(id) => format!("Correlation id {id}."),
            None => String::new(),
        };
        let parts = [known, &words, &correlation];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn correlation(&self) -> Option<String> {
        let in_description = || self.description().split_once("Correlation ID:")?.1.split_whitespace().next();
        let id = self.correlation_id.as_str().or_else(in_description)?;
        let is_guid = id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        is_guid.then(|| id.to_owned())
    }

    fn description(&self) -> &str {
        self.error_description.as_str().unwrap_or_default()
    }

    /// Whether nothing more is said than that the grant is not valid.
    pub(in crate::oauth) fn is_bare_invalid_grant(&self) -> bool {
        self.error == "invalid_grant"
            && self.number().is_none()
            && self.suberror.as_str().unwrap_or_default().is_empty()
    }
}

/// `error` as part of a trouble's code.
fn word(error: &str) -> String {
    let word: String = error
        .to_ascii_lowercase()
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_')
        .take(40)
        .collect();
    if word.is_empty() { "unknown".to_owned() } else { word }
}
