//! The move of the secrets out of a keyring that is too small for them: offered, begun, and over.

use super::done::say_trouble;
use crate::domain::Trouble;
use crate::engine::{MoveProgress, Moved};
use crate::tui::message::Effect;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::{Confirmation, Overlay};
use crate::tui::store::Sealing;

/// Offers it, once.
pub fn offer(model: &mut Model, secrets: usize) {
    if model.store.sealing != Sealing::Needless {
        return;
    }
    model.store.sealing = Sealing::Offered(secrets);
    model.say(
        Tone::Plain,
        format!("{secrets} secrets are many for a keyring: M moves them to the registry, sealed under one key."),
    );
}

/// Whether it can begin: it is offered, and no line and no check would go slowly beside it.
pub fn is_possible(model: &Model) -> bool {
    model.store.offered().is_some() && model.queue.is_none() && model.batch.is_none()
}

/// Asks whether to begin.
pub fn ask(model: &mut Model) -> Vec<Effect> {
    let secrets = model.store.offered();
    model.overlay = secrets.map(|secrets| Overlay::Confirm(Confirmation::Seal(secrets)));
    vec![]
}

/// It was agreed to.
pub fn begin(model: &mut Model, secrets: usize) {
    model.store.sealing = Sealing::Running { done: 0, of: secrets };
}

/// Takes how far it is.
pub fn progress(model: &mut Model, MoveProgress { done, of, .. }: MoveProgress) {
    if model.store.is_moving() {
        model.store.sealing = Sealing::Running { done, of };
    }
}

/// Says what it came to. What is left can be moved again.
pub fn over(model: &mut Model, outcome: Result<Moved, Trouble>, title: &'static str) {
    let Sealing::Running { of, .. } = model.store.sealing else { return };
    model.store.title = title;
    model.store.sealing = match &outcome {
        Ok(moved) if moved.left.is_empty() => Sealing::Needless,
        Ok(moved) => Sealing::Offered(moved.left.len()),
        Err(_) => Sealing::Offered(of),
    };
    match outcome {
        Ok(Moved { secrets, left }) => match left.first() {
            None => model.say(Tone::Good, format!("{secrets} secrets were moved, and are sealed in the registry now.")),
            Some(first) => model.say(
                Tone::Bad,
                format!(
                    "{secrets} secrets were moved, {} not. {}: {} M tries again.",
                    left.len(),
                    first.owner,
                    first.trouble
                ),
            ),
        },
        Err(trouble) => say_trouble(model, &trouble),
    }
}

/// Why it cannot begin.
pub fn why_not(model: &Model) -> &'static str {
    match model.store.sealing {
        Sealing::Offered(_) => "A line of sign-ins or a check is at work: move the secrets when it is through.",
        Sealing::Running { .. } => "The secrets are being moved already.",
        Sealing::Needless => "There is no need to move the secrets: they are well where they are.",
    }
}
