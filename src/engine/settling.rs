//! Jobs that have to finish: a token between its provider and the secret store is the only one
//! that there is.

use std::time::Duration;

use super::{Engine, broken_job};
use crate::domain::Trouble;

/// How long the end of the program waits: longer than the store's own patience.
const SETTLE: Duration = Duration::from_secs(40);

impl Engine {
    /// Waits until no token is on its way any more, so that quitting loses none; not for ever,
    /// since a keyring may wait for a person. From now on no refresh begins.
    pub async fn settle(&self) {
        self.0.to_finish.close();
        if tokio::time::timeout(SETTLE, self.0.to_finish.wait()).await.is_err() {
            tracing::warn!("a token was still on its way at the end");
        }
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
