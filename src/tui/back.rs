//! What `esc` does on the dashboard, one thing at a time, and what the screen says it does.

use super::model::{Focus, Model};
use super::store::Sealing;
use crate::engine::{Phase, Subject};

/// What `esc` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// From a pane to the list.
    ToList,
    /// Open no further sign-in.
    StopQueue,
    /// Begin no further check.
    StopChecks,
    /// Move no further secret.
    StopSealing,
    /// Stop waiting for this errand's answer.
    StopErrand(Subject),
    /// Select nothing.
    Deselect,
    /// Show all mailboxes again.
    ClearFilter,
    /// Take what was said away.
    ClearNotice,
}

impl Back {
    /// A few words for the key's hint.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::ToList => "back",
            Self::StopQueue => "stop the line",
            Self::StopChecks => "stop the check",
            Self::StopSealing => "stop the move",
            Self::StopErrand(Subject::Mailbox(_)) => "stop the sign-in",
            Self::StopErrand(Subject::Application(_)) => "stop the consent",
            Self::Deselect => "select none",
            Self::ClearFilter => "show all",
            Self::ClearNotice => "clear the notice",
        }
    }
}

/// What it does now: out of the pane, then what runs, then the selection, the filter and the notice.
#[must_use]
pub fn back(model: &Model) -> Option<Back> {
    if model.focus != Focus::List {
        return Some(Back::ToList);
    }
    if model.queue.is_some() {
        return Some(Back::StopQueue);
    }
    if model.batch.as_ref().is_some_and(|batch| batch.progress.phase == Phase::Running) {
        return Some(Back::StopChecks);
    }
    if matches!(model.store.sealing, Sealing::Running { .. }) {
        return Some(Back::StopSealing);
    }
    if let Some(subject) = open_errand(model) {
        return Some(Back::StopErrand(subject));
    }
    if model.list.selected_len() > 0 {
        return Some(Back::Deselect);
    }
    if !model.list.filter().value().is_empty() {
        return Some(Back::ClearFilter);
    }
    model.notice.is_some().then_some(Back::ClearNotice)
}

/// The errand that waits for its answer: of the mailbox under the cursor, or of an application that
/// no cursor comes to, since it has no mailbox.
fn open_errand(model: &Model) -> Option<Subject> {
    let waits = |subject: &&Subject| model.works.get(subject).is_some_and(|work| work.waiting().is_some());
    let of_cursor = model
        .entry()
        .map(|entry| [Subject::Mailbox(entry.mailbox.id), Subject::Application(entry.application.name.clone())]);
    let found = of_cursor.iter().flatten().find(waits);
    found.or_else(|| model.works.keys().filter(waits).find(|subject| has_no_mailbox(model, subject))).cloned()
}

fn has_no_mailbox(model: &Model, subject: &Subject) -> bool {
    matches!(subject, Subject::Application(name) if model.list.mailboxes_of(name) == 0)
}
