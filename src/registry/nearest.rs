//! Which of the names that there are somebody may have meant.

/// The longest name that is compared, in characters: the work grows with the square.
const LONGEST: usize = 254;

/// Up to `most` of `names` that differ from `meant` in few characters, the nearest first. Case does not count.
pub(super) fn nearest(meant: &str, names: impl IntoIterator<Item = String>, most: usize) -> Vec<String> {
    let meant: Vec<char> = meant.to_lowercase().chars().take(LONGEST).collect();
    let tolerance = (meant.len() / 4).max(2);
    let mut near: Vec<(usize, String)> = names
        .into_iter()
        .map(|name| (distance(&meant, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= tolerance)
        .collect();
    near.sort();
    near.into_iter().take(most).map(|(_, name)| name).collect()
}

/// How many characters have to be put in, left out or changed (Levenshtein's distance).
fn distance(one: &[char], other: &str) -> usize {
    let mut row: Vec<usize> = (0..=one.len()).collect();
    for (line, there) in other.chars().take(LONGEST).enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (here, above) in one.iter().zip(row.iter_mut().skip(1)) {
            left = (diagonal + usize::from(*here != there)).min(left + 1).min(*above + 1);
            diagonal = std::mem::replace(above, left);
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distances_are_levenshteins() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("same", "same", 0),
        ] {
            let one: Vec<char> = one.chars().collect();
            assert_eq!(distance(&one, other), expected, "{one:?} {other}");
        }
    }

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let names = || ["billing@contoso.com", "hr@contoso.com", "Bill@fabrikam.com"].map(String::from);
        assert_eq!(nearest("Biling@contoso.com", names(), 3), ["billing@contoso.com"]);
        assert!(nearest("zzzz@example.org", names(), 3).is_empty());
    }
}
