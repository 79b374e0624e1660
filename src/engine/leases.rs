//! Leases: of all processes and tasks, one works on a grant's refresh token at a time.

use std::convert::Infallible;
use std::time::Duration;

use jiff::SignedDuration;

use super::Engine;
use super::troubles::busy;
use crate::domain::{GrantId, Trouble};
use crate::registry::Registry;

/// A lease runs this long; whoever dies with one holds the others up no longer.
const LEASE: SignedDuration = SignedDuration::from_secs(15);
const RENEW_LEASE: Duration = Duration::from_secs(5);
/// How often to ask whether another process has given its lease back.
pub(super) const ASK_AGAIN: Duration = Duration::from_millis(50);
/// How long to wait for another process's refresh.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_secs(90);

impl Engine {
    /// Does `work` while no other process changes this grant's refresh token.
    pub(super) async fn under_lease<T>(
        &self,
        id: GrantId,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let holder = holder();
        let give_up = self.now() + PATIENCE;
        while !self.take_lease(id, &holder).await? {
            if self.now() > give_up {
                return Err(busy());
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
        self.with_lease(id, holder, work).await
    }

    /// The same, or nothing if another has the lease.
    pub(super) async fn under_free_lease<T, E: From<Trouble>>(
        &self,
        id: GrantId,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<Option<T>, E> {
        let holder = holder();
        if !self.take_lease(id, &holder).await? {
            return Ok(None);
        }
        self.with_lease(id, holder, work).await.map(Some)
    }

    async fn with_lease<T>(&self, id: GrantId, holder: String, work: impl Future<Output = T>) -> T {
        let outcome = tokio::select! {
            outcome = work => outcome,
            never = self.keep_lease(id, &holder) => match never {},
        };
        self.give_lease_back(id, holder).await;
        outcome
    }

    async fn give_lease_back(&self, id: GrantId, holder: String) {
        if let Err(trouble) = self.registry(move |registry| registry.release_lease(id, &holder)).await {
            // It runs out by itself.
            tracing::warn!(code = trouble.code(), "a lease was not given back");
        }
    }

    async fn take_lease(&self, id: GrantId, holder: &str) -> Result<bool, Trouble> {
        let (holder, engine) = (holder.to_owned(), self.clone());
        // The time of the look itself, not of the wish for it: an older one would make light of others' leases.
        let take = move |registry: &Registry| {
            let now = engine.now();
            registry.take_lease(id, &holder, now, now + LEASE)
        };
        self.registry(take).await
    }

    /// Renews the lease until it is dropped. A refresh that was sent is not broken off because its
    /// lease is lost: the token that it brings may be the only one that still works.
    async fn keep_lease(&self, id: GrantId, holder: &str) -> Infallible {
        loop {
            tokio::time::sleep(RENEW_LEASE).await;
            match self.take_lease(id, holder).await {
                Ok(true) => {}
                Ok(false) => tracing::warn!(grant = %id, "another process took the lease of a refresh under way"),
                Err(trouble) => tracing::warn!(grant = %id, code = trouble.code(), "a lease was not renewed"),
            }
        }
    }
}

/// Two attempts of one process are two holders as well.
fn holder() -> String {
    let mut bytes = [0_u8; 8];
    // Without the system's randomness the process and a counter of it still tell holders apart.
    if getrandom::fill(&mut bytes).is_err() {
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        bytes = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes();
    }
    format!("{}-{:016x}", std::process::id(), u64::from_be_bytes(bytes))
}
