//! The header's counts: what they say and where they stand, for drawing and for the mouse.

use unicode_width::UnicodeWidthStr;

use super::list::word;
use super::model::Model;
use crate::domain::Standing;

/// The least columns at which the counts stand apart.
const ROOMY: u16 = 90;

/// A count of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Whom it counts; `None`: everybody.
    pub standing: Option<Standing>,
    /// How many they are.
    pub number: usize,
    /// What it says after its symbol, with the gap to the next one.
    pub text: String,
}

/// The counts from left to right.
#[must_use]
pub fn counts(model: &Model) -> Vec<Count> {
    let tally = model.list.tally();
    let is_roomy = model.size.0 >= ROOMY;
    let gap = if is_roomy { "   " } else { "  " };
    let all = Count { standing: None, number: tally.all(), text: all_of(tally.all()) + gap };
    let standings = [Standing::Valid, Standing::Due, Standing::Stuck, Standing::Todo].map(|standing| {
        let number = tally.count(standing);
        Count { standing: Some(standing), number, text: format!("{number} {}{gap}", word(standing)) }
    });
    is_roomy.then_some(all).into_iter().chain(standings).collect()
}

fn all_of(mailboxes: usize) -> String {
    if mailboxes == 1 { "1 mailbox".to_owned() } else { format!("{mailboxes} mailboxes") }
}

/// The count at a column of the header, whose counts end at the right edge.
#[must_use]
pub fn at(model: &Model, column: u16) -> Option<Count> {
    let mut begin = usize::from(model.size.0);
    let mut counts = counts(model);
    counts.reverse();
    counts.into_iter().find(|count| {
        let symbol = if count.standing.is_some() { 2 } else { 0 };
        begin = begin.saturating_sub(count.text.width() + symbol);
        usize::from(column) >= begin
    })
}

#[cfg(test)]
mod tests {
    use super::all_of;

    #[test]
    fn one_is_not_many() {
        assert_eq!([0, 1, 2].map(all_of), ["0 mailboxes", "1 mailbox", "2 mailboxes"]);
    }
}
