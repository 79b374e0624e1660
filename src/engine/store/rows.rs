//! Writing sealed secrets. Each change of the registry that must outlive a power cut waits for the
//! disk, so that secrets which come while others are being written go together in the next change.

use std::sync::Mutex;

use tokio::sync::oneshot;

use super::super::{broken_job, lock, on_registry};
use crate::domain::{StoreKind, Trouble};
use crate::registry::{Registry, SealedSecret};

/// The rows of the sealed store.
pub(super) struct Rows {
    registry: Registry,
    wanted: StoreKind,
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

/// A secret to be written, and who waits for it.
struct Waiting {
    secret: SealedSecret,
    kept: oneshot::Sender<Result<StoreKind, Trouble>>,
}

impl Rows {
    /// `wanted` is the store of a registry that has never kept a secret.
    pub(super) fn new(registry: Registry, wanted: StoreKind) -> Self {
        Self { registry, wanted, waiting: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Writes a secret, and gives the store that it belongs in. It is on disk when this returns.
    ///
    /// # Errors
    /// `grant.unknown`, `application.unknown` if its owner is gone; `seal.key_changed`; `registry.…`.
    pub(super) async fn keep(&self, secret: SealedSecret) -> Result<StoreKind, Trouble> {
        let (kept, answer) = oneshot::channel();
        lock(&self.waiting).push(Waiting { secret, kept });
        let turn = self.turn.lock().await;
        // None, if the one before has taken this one along.
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        if !waiting.is_empty() {
            let wanted = self.wanted;
            let write_all = move |registry: &Registry| {
                write(registry, wanted, waiting);
                Ok(())
            };
            on_registry(&self.registry, write_all).await?;
        }
        drop(turn);
        answer.await.unwrap_or_else(|_| Err(broken_job()))
    }
}

/// Writes all whose callers are still there: one that has gone may have given its lease back.
fn write(registry: &Registry, wanted: StoreKind, mut waiting: Vec<Waiting>) {
    waiting.retain(|one| !one.kept.is_closed());
    let (secrets, callers): (Vec<_>, Vec<_>) = waiting.into_iter().map(|one| (one.secret, one.kept)).unzip();
    let answers = registry.keep_secrets(&secrets, wanted);
    let answers = answers.unwrap_or_else(|trouble| vec![Err(trouble); secrets.len()]);
    for (caller, answer) in callers.into_iter().zip(answers) {
        // Whoever has gone by now does not want to know.
        let _ = caller.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::ApplicationName;
    use crate::registry::{Owner, SealKeyRecord};

    fn rows() -> (tempfile::TempDir, Arc<Rows>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let registry = Registry::open(&path).unwrap();
        let owner =
            "INSERT INTO applications (name, provider, tenant, client_id, redirect_uri, scopes, has_client_secret)
                         VALUES ('Mailer', 'lab', '', '', 'http://localhost', '[]', 1)";
        rusqlite::Connection::open(path).unwrap().execute_batch(owner).unwrap();
        let key = SealKeyRecord { id: "key".to_owned(), custodian: String::new() };
        registry.settle_seal_key(None, &key).unwrap();
        (folder, Arc::new(Rows::new(registry, StoreKind::Sealed)))
    }

    fn secret(number: usize, key_id: &str) -> SealedSecret {
        let owner = Owner::Application(ApplicationName::parse("Mailer").unwrap());
        SealedSecret { owner, name: number.to_string(), sealed: vec![7], key_id: key_id.to_owned() }
    }

    #[tokio::test]
    async fn many_at_once_are_all_kept_and_one_that_fails_costs_no_other() {
        let (_folder, rows) = rows();
        let turn = rows.turn.lock().await;
        let keys = |number: usize| if number == 7 { "another key" } else { "key" };
        let all: Vec<_> = (0..64)
            .map(|number| {
                let rows = Arc::clone(&rows);
                tokio::spawn(async move { rows.keep(secret(number, keys(number))).await })
            })
            .collect();
        while lock(&rows.waiting).len() < all.len() {
            tokio::task::yield_now().await;
        }
        drop(turn);
        for (number, one) in all.into_iter().enumerate() {
            let outcome = one.await.unwrap();
            assert_eq!(outcome.is_err(), number == 7, "{outcome:?}");
        }
        assert_eq!(rows.registry.count_sealed_secrets(), Ok(63));
    }

    /// Who asked for it may have lost the lease meanwhile, and somebody else may know better.
    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_written_later() {
        let (_folder, rows) = rows();
        let turn = rows.turn.lock().await;
        let one = Arc::clone(&rows);
        let gone = tokio::spawn(async move { one.keep(secret(1, "key")).await });
        while lock(&rows.waiting).is_empty() {
            tokio::task::yield_now().await;
        }
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(turn);
        assert_eq!(rows.keep(secret(2, "key")).await, Ok(StoreKind::Sealed));
        assert_eq!(rows.registry.count_sealed_secrets(), Ok(1));
    }
}
