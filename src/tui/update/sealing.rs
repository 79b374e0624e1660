//! The move of the secrets out of a keyring that is too small for them: offered, begun, and over.

use super::done::say_trouble;
use crate::domain::Trouble;
use crate::engine::{LeftBehind, MoveProgress, Moved};
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
    model.store.sealing = match model.store.sealing {
        Sealing::Running { .. } => Sealing::Running { done, of },
        Sealing::Stopping { .. } => Sealing::Stopping { done, of },
        other => other,
    };
}

/// Has it end after the secret that is on its way.
pub fn stop(model: &mut Model) -> Vec<Effect> {
    let Sealing::Running { done, of } = model.store.sealing else { return vec![] };
    model.store.sealing = Sealing::Stopping { done, of };
    vec![Effect::StopSealing]
}

/// Says what it came to. What is left can be moved again.
pub fn over(model: &mut Model, outcome: Result<Moved, Trouble>, title: &'static str) {
    let (Sealing::Running { of, .. } | Sealing::Stopping { of, .. }) = model.store.sealing else { return };
    model.store.title = title;
    let to_do = outcome.as_ref().map_or(of, Moved::to_do);
    model.store.sealing = if to_do == 0 { Sealing::Needless } else { Sealing::Offered(to_do) };
    match outcome {
        Ok(moved) => say_moved(model, &moved),
        Err(trouble) => say_trouble(model, &trouble),
    }
}

fn say_moved(model: &mut Model, moved: &Moved) {
    let secrets = moved.secrets;
    if let Some(LeftBehind { owner, trouble }) = moved.left.first() {
        let to_do = moved.to_do();
        let text = format!("{secrets} secrets were moved, {to_do} not. {owner}: {trouble} M tries again.");
        model.say(Tone::Bad, text);
    } else if moved.untried > 0 {
        let untried = moved.untried;
        model.say(Tone::Plain, format!("Stopped: {secrets} secrets were moved, {untried} not yet. M goes on."));
    } else {
        model.say(Tone::Good, format!("{secrets} secrets were moved, and are sealed in the registry now."));
    }
}

/// Why it cannot begin.
pub fn why_not(model: &Model) -> &'static str {
    match model.store.sealing {
        Sealing::Offered(_) => "A line of sign-ins or a check is at work: move the secrets when it is through.",
        Sealing::Running { .. } | Sealing::Stopping { .. } => "The secrets are being moved already.",
        Sealing::Needless => "There is no need to move the secrets.",
    }
}
