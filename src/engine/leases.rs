//! Leases: of all processes and tasks, one works on a grant's refresh token at a time.

use std::convert::Infallible;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

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

/// The right to change a grant's refresh token.
pub(super) struct Lease {
    grant: GrantId,
    holder: String,
    since: Timestamp,
}

impl Lease {
    /// Whether it may have been another's for a while: whoever is stopped, or sleeps, renews nothing.
    pub(super) fn may_have_lapsed(&self, now: Timestamp) -> bool {
        now >= self.since + LEASE
    }
}

impl Engine {
    /// Does `work` while no other process changes this grant's refresh token.
    pub(super) async fn under_lease<T>(
        &self,
        id: GrantId,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let lease = self.new_lease(id);
        let give_up = self.now() + PATIENCE;
        while !self.take_lease(&lease).await? {
            if self.now() > give_up {
                return Err(busy());
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
        self.with_lease(&lease, work).await
    }

    /// A lease, or nothing if another has it.
    pub(super) async fn free_lease(&self, id: GrantId) -> Result<Option<Lease>, Trouble> {
        let lease = self.new_lease(id);
        Ok(self.take_lease(&lease).await?.then_some(lease))
    }

    /// Does `work` and gives the lease back.
    pub(super) async fn with_lease<T>(&self, lease: &Lease, work: impl Future<Output = T>) -> T {
        let outcome = tokio::select! {
            outcome = work => outcome,
            never = self.keep_lease(lease) => match never {},
        };
        self.give_lease_back(lease).await;
        outcome
    }

    /// Takes it, or renews it; `false` if another has it.
    pub(super) async fn take_lease(&self, lease: &Lease) -> Result<bool, Trouble> {
        let (id, holder, engine) = (lease.grant, lease.holder.clone(), self.clone());
        // The time of the look itself, not of the wish for it: an older one would make light of others' leases.
        let take = move |registry: &Registry| {
            let now = engine.now();
            registry.take_lease(id, &holder, now, now + LEASE)
        };
        self.registry(take).await
    }

    fn new_lease(&self, grant: GrantId) -> Lease {
        Lease { grant, holder: holder(), since: self.now() }
    }

    async fn give_lease_back(&self, lease: &Lease) {
        let (id, holder) = (lease.grant, lease.holder.clone());
        if let Err(trouble) = self.registry(move |registry| registry.release_lease(id, &holder)).await {
            // It runs out by itself.
            tracing::warn!(code = trouble.code(), "a lease was not given back");
        }
    }

    /// Renews the lease until it is dropped. A refresh that was sent is not broken off because its
    /// lease is lost: the token that it brings may be the only one that still works.
    async fn keep_lease(&self, lease: &Lease) -> Infallible {
        let id = lease.grant;
        loop {
            tokio::time::sleep(RENEW_LEASE).await;
            match self.take_lease(lease).await {
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
