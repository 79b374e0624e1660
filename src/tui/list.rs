//! The fleet as a list: rows, which of them are shown in which order, and where the cursor is.
//!
//! Rows are made and sorted when the fleet changes, sorted again when the order does, and filtered
//! when the filter does; nothing of it while drawing.

mod filter;
mod matching;
pub mod query;
mod row;
mod select;
mod selection;
mod sort;
mod sum;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use tui_input::Input;

use crate::domain::{ApplicationName, Entry, Fleet, MailboxId, Map, Tally, TokenState, Weeks};
use matching::Matching;
use query::Query;
use selection::Selection;

pub use row::{Row, word};
pub use sort::{Column, Direction, Sort};
pub use sum::{Counts, StepSum, Sum};

/// The list.
#[derive(Debug, Default)]
pub struct List {
    /// By address, as the fleet is.
    rows: Vec<Row>,
    places: Map<MailboxId, usize>,
    /// The places of all rows, in the order of `sort`.
    order: Vec<usize>,
    /// The places of those that are shown, in the order in which they are.
    shown: Vec<usize>,
    at: usize,
    offset: usize,
    selection: Selection,
    sum: OnceLock<Sum>,
    filter: Input,
    query: Query,
    matching: Matching,
    sort: Sort,
    tally: Tally,
    weeks: Weeks,
    widest: usize,
    /// How many mailboxes each has.
    applications: BTreeMap<ApplicationName, usize>,
    as_of: Timestamp,
}

impl List {
    /// Takes a new picture of the fleet. Cursor and selection stay with their mailboxes.
    pub fn renew(&mut self, fleet: &Fleet, now: Timestamp) {
        let cursor = self.current().map(|row| row.id);
        self.as_of = now;
        self.sum.take();
        self.rows = Vec::with_capacity(fleet.mailboxes.len());
        self.rows.extend(fleet.entries().map(|entry| Row::of(&entry, now)));
        self.places = self.rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
        self.order = self.sort.order(&self.rows);
        self.selection.retain(|id| self.places.contains_key(&id));
        self.widest = self.rows.iter().map(|row| row.address.as_str().chars().count()).max().unwrap_or(0);
        self.tally = Tally::of(self.rows.iter().map(|row| row.standing));
        self.weeks = self.count_weeks(now);
        self.applications = count(&self.rows);
        self.matching.set(&self.query, now);
        self.arrange(cursor);
    }

    /// Takes what changed in some mailboxes; none came or went since [`List::renew`].
    pub fn refresh<'a>(&mut self, entries: impl Iterator<Item = Entry<'a>>, now: Timestamp) {
        let cursor = self.current().map(|row| row.id);
        self.as_of = now;
        self.sum.take();
        for entry in entries {
            let known = self.places.get(&entry.mailbox.id).and_then(|place| self.rows.get_mut(*place));
            if let Some(known) = known {
                let row = Row::of(&entry, now);
                self.tally.move_one(known.standing, row.standing);
                self.weeks.move_one(known.deadline, row.deadline);
                *known = row;
            }
        }
        if self.sort.column != Column::Address || !self.query.terms.is_empty() {
            self.order = self.sort.order(&self.rows);
            self.arrange(cursor);
        }
    }

    /// Has the weeks begin anew if they are those of another time.
    pub fn keep_weeks(&mut self, now: Timestamp) {
        if self.weeks.is_stale(now) {
            self.as_of = now;
            self.sum.take();
            self.weeks = self.count_weeks(now);
        }
    }

    fn count_weeks(&self, now: Timestamp) -> Weeks {
        Weeks::of(self.rows.iter().map(|row| row.deadline), now)
    }

    /// A mailbox's place in the fleet that was last taken.
    #[must_use]
    pub fn place_of(&self, id: MailboxId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// A mailbox's row, shown or not.
    #[must_use]
    pub fn find(&self, id: MailboxId) -> Option<&Row> {
        self.places.get(&id).and_then(|place| self.rows.get(*place))
    }

    /// Sorts otherwise.
    pub fn sort_by(&mut self, sort: Sort) {
        let cursor = self.current().map(|row| row.id);
        self.sort = sort;
        self.order = sort.order(&self.rows);
        self.arrange(cursor);
    }

    /// How it is sorted.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Whether the best match comes first: while words are looked for and nobody chose an order.
    #[must_use]
    pub fn is_ranked(&self) -> bool {
        self.sort == Sort::default() && self.query.ranks()
    }

    /// How many stand where.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// How many mailboxes have tokens that fall due in which week.
    #[must_use]
    pub fn weeks(&self) -> &Weeks {
        &self.weeks
    }

    /// How many mailboxes an application has, shown or not.
    #[must_use]
    pub fn mailboxes_of(&self, application: &ApplicationName) -> usize {
        self.applications.get(application).copied().unwrap_or(0)
    }

    /// How many characters the longest address has.
    #[must_use]
    pub fn widest(&self) -> usize {
        self.widest
    }

    /// How many mailboxes there are, shown or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many are shown.
    #[must_use]
    pub fn shown_len(&self) -> usize {
        self.shown.len()
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.shown.get(self.at).and_then(|row| self.rows.get(*row))
    }

    /// The cursor's place among those that are shown, from 0.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// The rows of a window of `height` lines, with whether the cursor is on them.
    pub fn window(&self, height: usize) -> impl Iterator<Item = (&Row, bool)> {
        let window = self.shown.iter().enumerate().skip(self.offset).take(height);
        window.filter_map(|(at, row)| self.rows.get(*row).map(|row| (row, at == self.at)))
    }

    /// How many lines are above the window.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Moves the cursor, and the window of `height` lines with it.
    pub fn move_by(&mut self, lines: isize, height: usize) {
        self.move_to(self.at.saturating_add_signed(lines), height);
    }

    /// Moves the cursor to the line `at` of those that are shown.
    pub fn move_to(&mut self, at: usize, height: usize) {
        self.selection.leave();
        self.put_cursor(at, height);
    }

    fn put_cursor(&mut self, at: usize, height: usize) {
        self.at = at.min(self.shown.len().saturating_sub(1));
        self.keep_in_window(height);
    }

    /// Moves the window so that the cursor is in it.
    pub fn keep_in_window(&mut self, height: usize) {
        let height = height.max(1);
        let last_offset = self.shown.len().saturating_sub(height);
        self.offset = self.offset.clamp(self.at.saturating_sub(height - 1), self.at).min(last_offset);
    }

    /// Puts the cursor on a mailbox, if it is shown.
    pub fn go_to(&mut self, id: MailboxId, height: usize) {
        let at = self.shown.iter().position(|row| self.rows.get(*row).is_some_and(|row| row.id == id));
        if let Some(at) = at {
            self.move_to(at, height);
        }
    }

    /// Those of `ids` that somebody has signed in for, and the others.
    #[must_use]
    pub fn by_token(&self, ids: Vec<MailboxId>) -> (Vec<MailboxId>, Vec<MailboxId>) {
        ids.into_iter().partition(|id| self.find(*id).is_some_and(|row| row.token != TokenState::None))
    }

    /// All that are shown, in their order.
    #[must_use]
    pub fn shown_ids(&self) -> Vec<MailboxId> {
        self.shown.iter().filter_map(|row| self.rows.get(*row)).map(|row| row.id).collect()
    }

    fn arrange(&mut self, cursor: Option<MailboxId>) {
        let is_ranked = self.is_ranked();
        let Self { rows, order, shown, matching, .. } = self;
        let scored = order.iter().filter_map(|at| Some((matching.score(rows.get(*at)?)?, *at)));
        if is_ranked {
            let mut scored: Vec<(u32, usize)> = scored.collect();
            scored.sort_by_key(|(score, _)| Reverse(*score));
            *shown = scored.into_iter().map(|(_, at)| at).collect();
        } else {
            *shown = scored.map(|(_, at)| at).collect();
        }
        let found = cursor.and_then(|id| shown.iter().position(|at| rows.get(*at).is_some_and(|row| row.id == id)));
        self.at = found.unwrap_or(self.at).min(self.shown.len().saturating_sub(1));
    }
}

/// How many of these each application has.
fn count(rows: &[Row]) -> BTreeMap<ApplicationName, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        match counts.get_mut(&row.application) {
            Some(count) => *count += 1,
            None => drop(counts.insert(row.application.clone(), 1)),
        }
    }
    counts
}

#[cfg(test)]
mod tests;
