//! What of the list is selected.

use super::selection::Selection;
use super::{List, Row, Sum};
use crate::domain::MailboxId;

impl List {
    /// Selects or deselects the row under the cursor.
    pub fn toggle(&mut self) {
        if let Some(id) = self.current().map(|row| row.id) {
            self.select().toggle(id);
        }
    }

    /// Selects all that are shown, or none if all are.
    pub fn toggle_all(&mut self) {
        let shown = self.shown_ids();
        self.select().toggle_all(shown);
    }

    /// Selects nothing.
    pub fn deselect(&mut self) {
        self.select().clear();
    }

    /// Selects these and no others.
    pub fn select_only(&mut self, ids: Vec<MailboxId>) {
        self.deselect();
        self.select().extend(ids);
    }

    /// Whether a mailbox is selected.
    #[must_use]
    pub fn is_selected(&self, id: MailboxId) -> bool {
        self.selection.contains(id)
    }

    /// What is selected, in numbers.
    #[must_use]
    pub fn sum(&self) -> &Sum {
        self.sum.get_or_init(|| Sum::of(self.selection(), self.as_of))
    }

    /// The selection, to be changed.
    fn select(&mut self) -> &mut Selection {
        self.sum.take();
        &mut self.selection
    }

    /// The rows that are selected.
    pub fn selection(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| self.selection.contains(row.id))
    }

    /// How many are selected.
    #[must_use]
    pub fn selected_len(&self) -> usize {
        self.selection.len()
    }

    /// What a command is about: the selection, or else the row under the cursor.
    #[must_use]
    pub fn targets(&self) -> Vec<MailboxId> {
        if self.selection.len() == 0 {
            self.current().map(|row| row.id).into_iter().collect()
        } else {
            self.selection().map(|row| row.id).collect()
        }
    }

    /// Moves the cursor to the line `at`, and selects all from where it began to do so.
    pub fn stretch_to(&mut self, at: usize, height: usize) {
        let from = self.at;
        self.put_cursor(at, height);
        let shown = self.shown_ids();
        let to = self.at;
        self.select().stretch(&shown, from, to);
    }

    /// The same, by so many lines.
    pub fn stretch_by(&mut self, lines: isize, height: usize) {
        self.stretch_to(self.at.saturating_add_signed(lines), height);
    }

    /// Selects all from the mailbox that was selected last to the one under the cursor.
    pub fn reach(&mut self) {
        let (shown, to) = (self.shown_ids(), self.at);
        self.select().reach(&shown, to);
    }
}
