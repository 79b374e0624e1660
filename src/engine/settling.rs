//! Jobs that have to finish: a token between its provider and the secret store is the only one
//! that there is.

use std::time::Duration;

use tokio::sync::{RwLockReadGuard, RwLockWriteGuard};
use tokio::time::timeout;

use super::{Engine, broken_job};
use crate::domain::Trouble;

/// How long the end of the program waits: longer than the store's own patience.
const SETTLE: Duration = Duration::from_secs(40);

/// How long a program that is to be stopped waits: somebody wants their shell.
const REST: Duration = Duration::from_secs(5);

/// For as long as it is held, no refresh begins.
#[derive(Debug)]
pub struct Rest<'a>(#[expect(dead_code, reason = "held for its lock")] RwLockWriteGuard<'a, ()>);

impl Engine {
    /// Waits until no token is on its way any more, so that quitting loses none; not for ever,
    /// since a keyring may wait for a person. From now on no refresh begins.
    pub async fn settle(&self) {
        self.0.to_finish.close();
        if timeout(SETTLE, self.0.to_finish.wait()).await.is_err() {
            tracing::warn!("a token was still on its way at the end");
        }
    }

    /// Waits until no refresh is on its way any more, some seconds at most, and lets none begin until
    /// what it gives is dropped: while this program is stopped, another would take its leases and
    /// send the same tokens.
    pub async fn rest(&self) -> Option<Rest<'_>> {
        let rest = timeout(REST, self.0.on_its_way.write()).await;
        rest.map(Rest).inspect_err(|_| tracing::warn!("a refresh was still on its way")).ok()
    }

    /// While what it gives is held, a refresh is on its way; none, if the program is about to end.
    pub(super) async fn on_its_way(&self) -> Option<RwLockReadGuard<'_, ()>> {
        let on_its_way = self.0.on_its_way.read().await;
        (!self.is_ending()).then_some(on_its_way)
    }

    /// Runs `job` to its end, also when whoever asked for it does not wait any more.
    pub(super) async fn finished<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T, Trouble>> + Send + 'static,
    ) -> Result<T, Trouble> {
        self.0.to_finish.spawn(job).await.unwrap_or_else(|_| Err(broken_job()))
    }

    pub(super) fn is_ending(&self) -> bool {
        self.0.to_finish.is_closed()
    }
}
