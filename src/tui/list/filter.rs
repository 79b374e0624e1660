//! What of the list is shown.

use std::ops::Range;

use tui_input::Input;

use super::List;
use super::query::{self, Query};
use crate::domain::{ApplicationName, Standing};

impl List {
    /// What the list is filtered by; empty: nothing.
    #[must_use]
    pub fn filter(&self) -> &Input {
        &self.filter
    }

    /// Filters by something else. The cursor goes to the best match where there is one; otherwise it
    /// stays with its mailbox.
    pub fn set_filter(&mut self, filter: Input) {
        let before = std::mem::replace(&mut self.filter, filter);
        if before.value() == self.filter.value() {
            return;
        }
        let cursor = self.current().map(|row| row.id);
        self.query = Query::parse(self.filter.value());
        self.matching.set(&self.query, self.as_of);
        self.arrange(cursor);
        if self.is_ranked() {
            self.at = 0;
        }
    }

    /// Shows those that stand there and no others, or, if it does so already, all again. What else
    /// the filter asks for stays.
    pub fn toggle_standing(&mut self, standing: Standing) {
        self.set_filter(Input::new(query::toggled(self.filter.value(), standing)));
    }

    /// Shows those that fall due in these days from now and no others, or, if it does so already, all
    /// again. What else the filter asks for stays.
    pub fn toggle_due(&mut self, days: Range<u16>) {
        self.set_filter(Input::new(query::with_due(self.filter.value(), days)));
    }

    /// Shows those that stand in the next of the ways that there are, after the last one all.
    pub fn cycle_standing(&mut self) {
        let all = [Standing::Stuck, Standing::Due, Standing::Todo, Standing::Valid];
        let current = self.query.standing();
        let behind = all.into_iter().skip_while(|standing| current.is_some_and(|current| current != *standing));
        let next = behind.skip(usize::from(current.is_some())).find(|standing| self.tally.count(*standing) > 0);
        if let Some(standing) = next.or(current) {
            self.toggle_standing(standing);
        }
    }

    /// What of the filter cannot be understood.
    #[must_use]
    pub fn complaint(&self) -> Option<&str> {
        self.query.complaint.as_deref()
    }

    fn application_names(&self) -> Vec<&str> {
        self.applications.keys().map(ApplicationName::as_str).collect()
    }

    /// What the filter that is being typed can become.
    #[must_use]
    pub fn hint(&self) -> String {
        query::hint(self.filter.value(), &self.application_names())
    }

    /// Completes what is being typed, if it can become something.
    pub fn complete(&mut self) {
        if let Some(filter) = query::completed(self.filter.value(), &self.application_names()) {
            self.set_filter(Input::new(filter));
        }
    }
}
