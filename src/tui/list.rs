//! The fleet as a list: rows, which of them are shown in which order, and where the cursor is.
//!
//! Rows are made when the fleet changes, sorting and filtering when they change, and nothing of it
//! while drawing.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use tui_input::Input;

use crate::domain::{Entry, Fleet, MailboxId, Standing, Step, Steps, Tally, TokenState};

/// One mailbox, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which.
    pub id: MailboxId,
    /// Its address.
    pub address: String,
    /// The application's name.
    pub application: String,
    /// The account that signs in.
    pub account: String,
    /// How far it is.
    pub steps: Steps,
    /// Its token's state.
    pub token: TokenState,
    /// When the token dies if nobody uses it.
    pub deadline: Option<Timestamp>,
    /// When it was last tried at the submission server.
    pub checked: Option<Timestamp>,
    /// Which of IMAP and POP refused when they were last tried, in a word; empty: neither.
    pub reading_refused: &'static str,
    /// Where it stands.
    pub standing: Standing,
    folded: String,
    trouble: String,
}

/// The column that the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By address.
    #[default]
    Address,
    /// What needs attention first.
    Standing,
    /// The token that dies first.
    Token,
    /// What was checked longest ago.
    Checked,
}

impl Sort {
    /// What the list's title says.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "by address",
            Self::Standing => "by state",
            Self::Token => "by token",
            Self::Checked => "by check",
        }
    }

    fn following(self) -> Self {
        match self {
            Self::Address => Self::Standing,
            Self::Standing => Self::Token,
            Self::Token => Self::Checked,
            Self::Checked => Self::Address,
        }
    }

    fn compare(self, a: &Row, b: &Row) -> Ordering {
        let by_column = match self {
            Self::Address => Ordering::Equal,
            Self::Standing => a.standing.cmp(&b.standing),
            Self::Token => a.deadline.is_none().cmp(&b.deadline.is_none()).then(a.deadline.cmp(&b.deadline)),
            Self::Checked => a.checked.cmp(&b.checked),
        };
        by_column.then_with(|| a.folded.cmp(&b.folded))
    }
}

/// The list.
#[derive(Debug, Default)]
pub struct List {
    rows: Vec<Row>,
    shown: Vec<usize>,
    at: usize,
    offset: usize,
    selected: HashSet<MailboxId>,
    /// What the list is filtered by; empty: nothing.
    pub filter: Input,
    sort: Sort,
    tally: Tally,
    widest: usize,
    places: HashMap<MailboxId, usize>,
}

impl List {
    /// Takes a new picture of the fleet. Cursor and selection stay with their mailboxes.
    pub fn renew(&mut self, fleet: &Fleet, now: Timestamp) {
        let cursor = self.current().map(|row| row.id);
        self.rows = fleet.entries().map(|entry| row(&entry, now)).collect();
        self.places = self.rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
        self.selected.retain(|id| self.places.contains_key(id));
        self.widest = self.rows.iter().map(|row| row.address.chars().count()).max().unwrap_or(0);
        self.tally = Tally::of(self.rows.iter().map(|row| row.standing));
        self.arrange(cursor);
    }

    /// Takes what changed in some mailboxes; none came or went since [`List::renew`].
    pub fn refresh<'a>(&mut self, entries: impl Iterator<Item = Entry<'a>>, now: Timestamp) {
        let cursor = self.current().map(|row| row.id);
        for entry in entries {
            let known = self.places.get(&entry.mailbox.id).and_then(|place| self.rows.get_mut(*place));
            if let Some(known) = known {
                let row = row(&entry, now);
                self.tally.move_one(known.standing, row.standing);
                *known = row;
            }
        }
        if self.sort != Sort::Address || !self.filter.value().is_empty() {
            self.arrange(cursor);
        }
    }

    /// A mailbox's row, shown or not.
    #[must_use]
    pub fn find(&self, id: MailboxId) -> Option<&Row> {
        self.places.get(&id).and_then(|place| self.rows.get(*place))
    }

    /// Filters again, after the filter was changed.
    pub fn refilter(&mut self) {
        let cursor = self.current().map(|row| row.id);
        self.arrange(cursor);
    }

    /// Sorts by the next column.
    pub fn sort_by_next(&mut self) {
        let cursor = self.current().map(|row| row.id);
        self.sort = self.sort.following();
        self.arrange(cursor);
    }

    /// The column that it is sorted by.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// How many stand where.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
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

    /// Selects or deselects the row under the cursor.
    pub fn toggle(&mut self) {
        if let Some(id) = self.current().map(|row| row.id)
            && !self.selected.remove(&id)
        {
            self.selected.insert(id);
        }
    }

    /// Selects all that are shown, or none if all are.
    pub fn toggle_all(&mut self) {
        let shown = self.shown_ids();
        if shown.iter().all(|id| self.selected.contains(id)) {
            self.selected.clear();
        } else {
            self.selected.extend(shown);
        }
    }

    /// Selects nothing.
    pub fn deselect(&mut self) {
        self.selected.clear();
    }

    /// Whether a mailbox is selected.
    #[must_use]
    pub fn is_selected(&self, id: MailboxId) -> bool {
        self.selected.contains(&id)
    }

    /// The rows that are selected.
    pub fn selection(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| self.selected.contains(&row.id))
    }

    /// How many are selected.
    #[must_use]
    pub fn selected_len(&self) -> usize {
        self.selected.len()
    }

    /// What a command is about: the selection, or else the row under the cursor.
    #[must_use]
    pub fn targets(&self) -> Vec<MailboxId> {
        if self.selected.is_empty() {
            self.current().map(|row| row.id).into_iter().collect()
        } else {
            self.selection().map(|row| row.id).collect()
        }
    }

    /// Those of `ids` that somebody has signed in for.
    #[must_use]
    pub fn with_token(&self, mut ids: Vec<MailboxId>) -> Vec<MailboxId> {
        let unsigned: HashSet<MailboxId> =
            self.rows.iter().filter(|row| row.token == TokenState::None).map(|row| row.id).collect();
        ids.retain(|id| !unsigned.contains(id));
        ids
    }

    /// All that are shown, in their order.
    #[must_use]
    pub fn shown_ids(&self) -> Vec<MailboxId> {
        self.shown.iter().filter_map(|row| self.rows.get(*row)).map(|row| row.id).collect()
    }

    fn arrange(&mut self, cursor: Option<MailboxId>) {
        let wanted = self.filter.value().trim().to_lowercase();
        let Self { rows, shown, sort, .. } = self;
        *shown = (0..rows.len())
            .filter(|at| rows.get(*at).is_some_and(|row| wanted.is_empty() || row.matches(&wanted)))
            .collect();
        if *sort != Sort::Address {
            shown.sort_by(|a, b| match (rows.get(*a), rows.get(*b)) {
                (Some(a), Some(b)) => sort.compare(a, b),
                _ => Ordering::Equal,
            });
        }
        let found = cursor.and_then(|id| shown.iter().position(|at| rows.get(*at).is_some_and(|row| row.id == id)));
        self.at = found.unwrap_or(self.at).min(self.shown.len().saturating_sub(1));
    }
}

impl Row {
    /// Whether address, application, account or state hold `wanted`, in lower case, or its trouble's
    /// code begins so.
    fn matches(&self, wanted: &str) -> bool {
        self.folded.contains(wanted) || self.trouble.starts_with(wanted)
    }
}

fn row(entry: &Entry<'_>, now: Timestamp) -> Row {
    let limit = entry.idle_limit_days();
    let steps = Steps::of(entry.application, entry.grant, entry.mailbox, limit, now);
    let token = entry.grant.token.state(limit, now);
    let address = entry.mailbox.address.to_string();
    let account = entry.grant.account.to_string();
    let standing = Standing::of(&steps, token);
    let folded = [
        address.to_lowercase(),
        account.to_lowercase(),
        entry.application.name.as_str().to_lowercase(),
        word(standing).to_owned(),
        token.word().to_owned(),
    ]
    .join(" ");
    Row {
        id: entry.mailbox.id,
        address,
        application: entry.application.name.to_string(),
        account,
        token,
        deadline: entry.grant.token.idle_deadline(limit),
        checked: entry.mailbox.checks.smtp.at(),
        reading_refused: match (entry.mailbox.checks.imap.trouble(), entry.mailbox.checks.pop.trouble()) {
            (None, None) => "",
            (Some(_), None) => "IMAP",
            (None, Some(_)) => "POP",
            (Some(_), Some(_)) => "both",
        },
        standing,
        trouble: steps.trouble().map_or(String::new(), |(_, trouble)| trouble.code().to_owned()),
        steps,
        folded,
    }
}

/// The word that the header and the filter use for a standing.
#[must_use]
pub fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "valid",
        Standing::Due => "due",
        Standing::Stuck => "stuck",
        Standing::Todo => "to do",
    }
}

impl Row {
    /// The state of one of its steps, while a job may be at one.
    #[must_use]
    pub fn steps_while(&self, running: Option<Step>) -> Steps {
        match running {
            Some(step) => self.steps.clone().running(step),
            None => self.steps.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
