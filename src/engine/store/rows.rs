//! Writing sealed secrets. Each change of the registry that must outlive a power cut waits for the
//! disk, so that secrets which come while others are being written go together in the next change.

use std::sync::Mutex;

use tokio::sync::oneshot;

use super::super::{broken_job, lock, on_registry};
use crate::domain::Trouble;
use crate::registry::{Registry, SealedSecret};

/// The rows of the sealed store.
pub(super) struct Rows {
    registry: Registry,
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

/// A secret to be written, and who waits for it.
struct Waiting {
    secret: SealedSecret,
    kept: oneshot::Sender<Result<bool, Trouble>>,
}

impl Rows {
    pub(super) fn new(registry: Registry) -> Self {
        Self { registry, waiting: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Writes a secret, if its place is the registry. It is on disk when this returns.
    ///
    /// # Errors
    /// `seal.key_changed`; `registry.…`.
    pub(super) async fn keep(&self, secret: SealedSecret) -> Result<bool, Trouble> {
        let (kept, answer) = oneshot::channel();
        lock(&self.waiting).push(Waiting { secret, kept });
        let turn = self.turn.lock().await;
        // None, if the one before has taken this one along.
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        if !waiting.is_empty() {
            on_registry(&self.registry, move |registry| Ok(write(registry, waiting))).await?;
        }
        drop(turn);
        answer.await.unwrap_or_else(|_| Err(broken_job()))
    }
}

/// Writes all whose callers are still there: one that has gone may have given its lease back.
fn write(registry: &Registry, mut waiting: Vec<Waiting>) {
    waiting.retain(|one| !one.kept.is_closed());
    let (secrets, callers): (Vec<_>, Vec<_>) = waiting.into_iter().map(|one| (one.secret, one.kept)).unzip();
    let answers = registry.keep_secrets(&secrets).unwrap_or_else(|trouble| vec![Err(trouble); secrets.len()]);
    for (caller, answer) in callers.into_iter().zip(answers) {
        // Whoever has gone by now does not want to know.
        let _ = caller.send(answer);
    }
}
