//! A term as it was written: its sign, its key, and what is said.

use super::Sense;

/// A term as it was written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// `-`, `!` or nothing.
    pub sign: &'a str,
    /// What the sign means.
    pub sense: Sense,
    /// What stands before the colon, if there is one.
    pub key: Option<&'a str>,
    /// What is said.
    pub said: Said<'a>,
}

/// What is said, without its quotation marks.
#[derive(Debug, Clone, Copy)]
pub enum Said<'a> {
    /// Without them, or with one that is not closed yet.
    Plainly(&'a str),
    /// With both.
    Quoted(&'a str),
}

/// The words of a filter; blanks between quotation marks belong to a word.
pub fn words(filter: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    let words = filter.split(move |c: char| {
        is_quoted ^= c == '"';
        c.is_whitespace() && !is_quoted
    });
    words.filter(|word| !word.is_empty())
}

impl<'a> Written<'a> {
    /// Takes a word apart.
    pub fn of(word: &'a str) -> Self {
        let unsigned = word.strip_prefix(['-', '!']).unwrap_or(word);
        let sign = word.strip_suffix(unsigned).unwrap_or_default();
        let sense = if sign.is_empty() { Sense::Is } else { Sense::IsNot };
        let (key, said) = match unsigned.split_once(':') {
            Some((key, said)) if !key.contains('"') => (Some(key), said),
            _ => (None, unsigned),
        };
        Self { sign, sense, key, said: Said::of(said) }
    }

    /// Whether it has this key.
    pub fn has_key(&self, key: &str) -> bool {
        self.key.is_some_and(|own| own.eq_ignore_ascii_case(key))
    }
}

impl<'a> Said<'a> {
    fn of(text: &'a str) -> Self {
        match text.strip_prefix('"') {
            None => Self::Plainly(text),
            Some(open) => open.strip_suffix('"').map_or(Self::Plainly(open), Self::Quoted),
        }
    }

    /// The text.
    pub fn text(self) -> &'a str {
        match self {
            Self::Plainly(text) | Self::Quoted(text) => text,
        }
    }

    /// Whether `whole` begins so, without regard to case.
    pub fn begins(self, whole: &str) -> bool {
        whole.to_lowercase().starts_with(&self.text().to_lowercase())
    }
}
