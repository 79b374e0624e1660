//! The job over many mailboxes: how far it is, and what came of it.

use std::collections::HashSet;

use jiff::Timestamp;

use super::done::say_trouble;
use crate::domain::MailboxId;
use crate::engine::{End, Phase, Progress};
use crate::tui::message::Effect;
use crate::tui::model::{Batch, Model, Tone};

/// Checks these, whatever was found a moment ago.
pub fn begin(model: &mut Model, ids: Vec<MailboxId>) -> Vec<Effect> {
    let now = model.now;
    check(model, ids, now)
}

/// Checks these, but for those that the job which runs has come to: a second start joins the first.
pub fn join(model: &mut Model, ids: Vec<MailboxId>) -> Vec<Effect> {
    let seen_at = model.batch.as_ref().map_or(model.now, |batch| batch.progress.since);
    check(model, ids, seen_at)
}

/// Only what has a token can be checked.
fn check(model: &mut Model, ids: Vec<MailboxId>, seen_at: Timestamp) -> Vec<Effect> {
    let (ids, unsigned) = model.list.by_token(ids);
    if ids.is_empty() {
        model.say(Tone::Plain, "There is no token to check yet: ⏎ signs in.");
        return vec![];
    }
    let new = || Batch { progress: Progress::beginning(ids.len(), model.now), unsigned: HashSet::new() };
    model.batch.get_or_insert_with(new).unsigned.extend(unsigned);
    vec![Effect::Check(ids, seen_at)]
}

/// Takes what the engine tells of it.
pub fn told(model: &mut Model, progress: Option<Progress>) {
    let unsigned = model.batch.take().map(|batch| batch.unsigned).unwrap_or_default();
    let Some(progress) = progress else { return };
    match &progress.phase {
        Phase::Running | Phase::Stopping => model.batch = Some(Batch { progress, unsigned }),
        Phase::Over(End::Obstacle(trouble)) => say_trouble(model, trouble),
        // What it was about was removed.
        Phase::Over(_) if progress.all == 0 => {}
        Phase::Over(end) => {
            let tone = if progress.failed == 0 { Tone::Good } else { Tone::Bad };
            model.say_result(tone, sum(&progress, end, unsigned.len()));
        }
    }
}

/// What came of it.
fn sum(progress: &Progress, end: &End, unsigned: usize) -> String {
    let &Progress { over, all, failed, .. } = progress;
    let checked = match (end, over) {
        (End::Stopped, _) => format!("Stopped: {over} of {all} mailboxes were checked"),
        (_, 1) => "1 mailbox was checked".to_owned(),
        _ => format!("{over} mailboxes were checked"),
    };
    let found = match (over, failed) {
        (0, _) => String::new(),
        (_, 0) => ", all is well".to_owned(),
        (_, 1) => ", 1 needs attention".to_owned(),
        _ => format!(", {failed} need attention"),
    };
    format!("{checked}{found}.{}", without_token(unsigned))
}

fn without_token(mailboxes: usize) -> String {
    match mailboxes {
        0 => String::new(),
        1 => " 1 more has no token yet.".to_owned(),
        _ => format!(" {mailboxes} more have no token yet."),
    }
}
