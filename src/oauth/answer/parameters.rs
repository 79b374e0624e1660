//! The parameters of one redirect, from text that was perhaps wrapped, escaped, or copied line by line.

use super::ambiguous;
use crate::domain::Trouble;
use crate::oauth::link::STATE_LENGTH;

/// The parameters that say something here.
const TELLING: [&str; 10] = [
    "code",
    "state",
    "session_state",
    "error",
    "error_description",
    "admin_consent",
    "tenant",
    "client_id",
    "response_type",
    "code_challenge",
];

/// Parameters that stand beside them and end the value before them.
const OTHERS: [&str; 5] = ["iss", "scope", "error_uri", "error_subcode", "client_info"];

/// Those that the developer tools list as `name: value`, or as a line each.
const LISTED: [&str; 4] = ["code", "state", "session_state", "iss"];

/// How often text may be percent-encoded on top of itself.
const MOST_ENCODINGS: usize = 3;

/// The telling parameters in one piece of text. A name may come up twice.
#[derive(Default)]
pub(super) struct Parameters {
    pairs: Vec<(&'static str, String)>,
    /// Whether the code stood in a query or fragment, not in a line of prose or of a program.
    is_redirect: bool,
}

impl Parameters {
    /// Reads `text`: a URL, a query, a form, or a list of names and values. If nothing is found,
    /// the whole may be encoded once more, as in a link that wraps another.
    pub(super) fn read(text: &str) -> Self {
        let mut text = text.to_owned();
        for _ in 0..MOST_ENCODINGS {
            let found: Self = raw_pairs(&text).into_iter().collect();
            let decoded = percent_decoded(&text);
            if !found.is_empty() || decoded == text {
                let is_redirect = has_code_in_query(&text);
                return Self { is_redirect, ..found };
            }
            text = decoded;
        }
        Self::default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Whether the code is a redirect's, as its place shows.
    pub(super) fn are_a_redirect(&self) -> bool {
        self.is_redirect
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// `answer.ambiguous` if there are two different ones.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<&str>, Trouble> {
        let mut values = self.pairs.iter().filter(|(known, _)| *known == name).map(|(_, value)| value);
        let first = values.next();
        if values.any(|other| Some(other) != first) {
            return Err(ambiguous(name));
        }
        Ok(first.map(String::as_str))
    }

    /// Whether they belong to a sign-in or consent link.
    pub(super) fn are_a_question(&self) -> bool {
        self.pairs.iter().any(|(name, _)| ["client_id", "response_type", "code_challenge"].contains(name))
    }
}

/// From names and values that are still encoded; names that say nothing are passed over.
impl<'a> FromIterator<(&'a str, String)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (&'a str, String)>>(pairs: I) -> Self {
        let telling = |(name, raw): (&str, String)| {
            let name = TELLING.into_iter().find(|known| *known == name)?;
            Some((name, value(name, &raw)))
        };
        Self { pairs: pairs.into_iter().filter_map(telling).collect(), is_redirect: false }
    }
}

fn has_code_in_query(text: &str) -> bool {
    let text: String = text.split_whitespace().collect();
    ["?code=", "&code=", "#code="].iter().any(|start| text.contains(start))
}

/// Names with their raw values, white space and all.
fn raw_pairs(text: &str) -> Vec<(&'static str, String)> {
    text.split(['&', '?', '#']).flat_map(pairs_of_piece).collect()
}

/// One piece between `&`s holds one pair, unless each stands on a line of its own.
fn pairs_of_piece(piece: &str) -> Vec<(&'static str, String)> {
    let mut pairs: Vec<(&'static str, String)> = Vec::new();
    let mut lines = piece.lines().peekable();
    while let Some(line) = lines.next() {
        match (beginning(line, lines.peek().is_some()), pairs.last_mut()) {
            (Some((name, value)), _) => pairs.push((name, value.to_owned())),
            (None, Some((_, value))) => {
                value.push('\n');
                value.push_str(line);
            }
            (None, None) => {}
        }
    }
    if pairs.is_empty() {
        pairs.extend(hidden_pair(piece));
    }
    pairs
}

/// The parameter that `line` begins with, and the rest of the line. A name alone counts if a value
/// can follow in the lines after it.
fn beginning(line: &str, more_follows: bool) -> Option<(&'static str, &str)> {
    let line = line.trim_start();
    TELLING.into_iter().chain(OTHERS).find_map(|name| {
        let rest = line.strip_prefix(name)?.trim_start();
        let listed = LISTED.contains(&name);
        match rest.strip_prefix('=') {
            Some(value) => Some((name, value)),
            None if listed && more_follows && rest.is_empty() => Some((name, rest)),
            None if listed => rest.strip_prefix(':').map(|value| (name, value)),
            None => None,
        }
    })
}

/// A pair whose name was wrapped, or follows other words.
fn hidden_pair(piece: &str) -> Option<(&'static str, String)> {
    let (before, value) = piece.split_once('=')?;
    let unwrapped: String = before.split_whitespace().collect();
    let last_word = before.split_whitespace().next_back()?;
    let is_name = |known: &&str| *known == unwrapped || *known == last_word;
    let name = TELLING.into_iter().chain(OTHERS).find(is_name)?;
    Some((name, value.to_owned()))
}

/// A value as it was before it was wrapped and encoded.
fn value(name: &str, raw: &str) -> String {
    // The line may have been broken just before the sign that follows the name.
    let raw = raw.trim_start().trim_start_matches(['=', ':']);
    let raw = match name {
        "state" => unwrapped_state(raw),
        "error_description" if !raw.contains(['+', '%']) => raw.trim().to_owned(),
        _ => raw.split_whitespace().collect(),
    };
    let mut value = raw.trim_end_matches([')', ']', '}', ',', ';', '\\']).replace('+', " ");
    for _ in 0..MOST_ENCODINGS {
        value = percent_decoded(&value);
    }
    value
}

/// A `state` of ours ends after [`STATE_LENGTH`] characters, whatever text follows a white space.
fn unwrapped_state(raw: &str) -> String {
    let mut state = String::new();
    for part in raw.split_whitespace() {
        if state.len() == STATE_LENGTH {
            break;
        }
        state.push_str(part);
    }
    state
}

/// `text` with each `%XX` as the byte that it stands for; what is no UTF-8 then is replaced.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match encoded_byte(rest) {
            Some((byte, after)) => {
                bytes.push(byte);
                rest = after;
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded_byte(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, rest @ ..] = text else {
        return None;
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(high)? * 16 + digit(low)?, rest))
}
