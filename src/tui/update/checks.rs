//! The job over many mailboxes: how far it is, and what came of it.

use super::done::say_trouble;
use crate::engine::{End, Phase, Progress};
use crate::tui::model::{Batch, Model, Tone};

/// Takes what the engine tells of it.
pub fn told(model: &mut Model, progress: Option<Progress>) {
    let unsigned = model.batch.take().map_or(0, |batch| batch.unsigned);
    let Some(progress) = progress else { return };
    match &progress.phase {
        Phase::Running | Phase::Stopping => model.batch = Some(Batch { progress, unsigned }),
        Phase::Over(End::Obstacle(trouble)) => say_trouble(model, trouble),
        // What it was about was removed.
        Phase::Over(_) if progress.all == 0 => {}
        Phase::Over(end) => {
            let tone = if progress.failed == 0 { Tone::Good } else { Tone::Bad };
            model.say(tone, sum(&progress, end, unsigned));
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
    let left = if unsigned > 0 { format!(" {unsigned} more have no token yet.") } else { String::new() };
    format!("{checked}{found}.{left}")
}
