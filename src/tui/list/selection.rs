//! Which mailboxes are selected, and from where a range reaches.

use std::collections::HashSet;

use crate::domain::MailboxId;

/// What is selected. It stays with its mailboxes, however they are sorted and filtered.
#[derive(Debug, Default)]
pub struct Selection {
    ids: HashSet<MailboxId>,
    anchor: Anchor,
}

/// From where a range reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Anchor {
    /// From nowhere yet.
    #[default]
    None,
    /// From the mailbox that was selected last.
    Last(MailboxId),
    /// From here to the cursor, and it follows the cursor.
    Range(MailboxId),
}

impl Selection {
    /// Selects or deselects one.
    pub fn toggle(&mut self, id: MailboxId) {
        if !self.ids.remove(&id) {
            self.ids.insert(id);
        }
        self.anchor = Anchor::Last(id);
    }

    /// Selects all of these, or none at all if they were.
    pub fn toggle_all(&mut self, ids: Vec<MailboxId>) {
        if ids.iter().all(|id| self.ids.contains(id)) {
            self.clear();
        } else {
            self.ids.extend(ids);
        }
    }

    /// Selects these too.
    pub fn extend(&mut self, ids: Vec<MailboxId>) {
        self.ids.extend(ids);
    }

    /// Moves the end of the range from one place of `shown` to another. A range that was not begun
    /// yet begins at `from`.
    pub fn stretch(&mut self, shown: &[MailboxId], from: usize, to: usize) {
        let Some(cursor) = shown.get(from).copied() else { return };
        let begun = match self.anchor {
            Anchor::Range(id) => shown.iter().position(|shown| *shown == id),
            Anchor::None | Anchor::Last(_) => None,
        };
        if begun.is_none() {
            self.anchor = Anchor::Range(cursor);
        }
        let begin = begun.unwrap_or(from);
        between(shown, begin, from).for_each(|id| {
            self.ids.remove(&id);
        });
        self.ids.extend(between(shown, begin, to));
    }

    /// Selects all from the one that was selected last up to this place of `shown`; if there is no
    /// such, this one.
    pub fn reach(&mut self, shown: &[MailboxId], to: usize) {
        let Some(cursor) = shown.get(to).copied() else { return };
        let last = match self.anchor {
            Anchor::None => None,
            Anchor::Last(id) | Anchor::Range(id) => shown.iter().position(|shown| *shown == id),
        };
        self.ids.extend(between(shown, last.unwrap_or(to), to));
        self.anchor = Anchor::Last(cursor);
    }

    /// The cursor went away from the range: the next one begins elsewhere.
    pub fn leave(&mut self) {
        if let Anchor::Range(id) = self.anchor {
            self.anchor = Anchor::Last(id);
        }
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets those that are not there any more.
    pub fn retain(&mut self, is_there: impl Fn(MailboxId) -> bool) {
        self.ids.retain(|id| is_there(*id));
    }

    /// Whether a mailbox is selected.
    #[must_use]
    pub fn contains(&self, id: MailboxId) -> bool {
        self.ids.contains(&id)
    }

    /// How many are selected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Those from one place to another, whichever comes first, both included.
fn between(shown: &[MailboxId], one: usize, other: usize) -> impl Iterator<Item = MailboxId> {
    let (first, last) = (one.min(other), one.max(other));
    shown.iter().copied().skip(first).take(last - first + 1)
}
