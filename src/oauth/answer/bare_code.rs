//! An authorization code by itself, told from all the other things that people copy.

use std::ops::RangeInclusive;

use crate::domain::Secret;

/// How codes begin, and how long they are in characters. Nobody promises it; these were seen:
/// Microsoft's work accounts and its personal accounts, and Google.
const SHAPES: &[(&[&str], RangeInclusive<usize>)] =
    &[(&["0.A", "1.A"], 300..=8192), (&["M.C", "M.R"], 40..=2048), (&["4/0A", "4/1A"], 40..=512)];

/// Where a wrapped text may be broken: no line but the last is shorter, in characters.
const SHORTEST_LINE: usize = 20;

/// The code that `text` consists of, in quotes or not, wrapped or not.
pub(super) fn read(text: &str) -> Option<Secret> {
    let quotes = |c: char| c.is_whitespace() || "\"'`<>“”‘’«»,;".contains(c);
    let lines: Vec<&str> = text.trim_matches(quotes).split_whitespace().collect();
    let (_, all_but_last) = lines.split_last()?;
    if all_but_last.iter().any(|line| line.len() < SHORTEST_LINE) {
        return None;
    }
    let code = lines.concat().replace("%2F", "/").replace("%2f", "/");
    is_code(&code).then(|| Secret::new(code))
}

/// Whether `text` has the shape of a known provider's code.
pub(super) fn is_code(text: &str) -> bool {
    SHAPES.iter().any(|(beginnings, lengths)| {
        lengths.contains(&text.len()) && beginnings.iter().any(|beginning| text.starts_with(beginning))
    }) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/!*$".contains(&byte))
}
