//! Moving every secret from one store to the other. It may be interrupted anywhere and begun again:
//! until a secret's row has come or gone it is where it was, and afterwards where it goes to.

use tokio_util::sync::CancellationToken;

use super::super::{Engine, Event, lock, on_registry};
use super::{Keeper, Store, owner_is_gone};
use crate::domain::{StoreKind, Trouble, Whereabouts};
use crate::registry::{Kept, Owner, Registry};
use crate::secrets::Key;

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoveProgress {
    /// The store that secrets are moved to.
    pub to: StoreKind,
    /// How many of their owners have been seen to.
    pub done: usize,
    /// How many there are.
    pub of: usize,
    /// How many secrets could not be moved so far.
    pub left: usize,
}

/// What a move came to.
#[derive(Debug)]
pub struct Moved {
    /// How many secrets were moved.
    pub secrets: usize,
    /// Those that could not be: the move is not over before they are, and can be begun again.
    pub left: Vec<LeftBehind>,
    /// How many owners it did not come to, since it was stopped: the same holds for theirs.
    pub untried: usize,
}

impl Moved {
    /// How many owners are still to be seen to.
    #[must_use]
    pub fn to_do(&self) -> usize {
        self.left.len() + self.untried
    }
}

/// A secret that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    /// Whose it is: an account or an application.
    pub owner: String,
    /// What is wrong.
    pub trouble: Trouble,
}

impl Engine {
    /// Moves all secrets to the store `to`, and has the seal key kept by `keeper` if one is named
    /// (only a passphrase, or nothing, goes with the keyring as target). A move that was interrupted
    /// is taken up. From this call on it can be [stopped](Self::stop_moving).
    ///
    /// # Errors
    /// `store.moving` if another process is at it; what either store says. Nothing is lost then, and
    /// the move can be begun again, in either direction.
    pub fn move_store(
        &self,
        to: StoreKind,
        keeper: Option<Keeper>,
    ) -> impl Future<Output = Result<Moved, Trouble>> + Send + 'static {
        let (engine, stop) = (self.clone(), CancellationToken::new());
        lock(&self.0.store.stop_of_move).clone_from(&stop);
        async move { engine.move_until(&stop, to, keeper).await }
    }

    /// Moves no further secret. The one that is on its way arrives.
    pub fn stop_moving(&self) {
        lock(&self.0.store.stop_of_move).cancel();
    }

    async fn move_until(
        &self,
        stop: &CancellationToken,
        to: StoreKind,
        keeper: Option<Keeper>,
    ) -> Result<Moved, Trouble> {
        let _mover = self.registry(Registry::become_mover).await?;
        let store = &self.0.store;
        store.be_ready_to_move(to, keeper).await?;
        let wanted = store.wanted;
        let whereabouts = self.registry(move |registry| registry.begin_move(to, wanted)).await?;
        let moved = match whereabouts {
            Whereabouts::In(_) => Moved { secrets: 0, left: Vec::new(), untried: 0 },
            Whereabouts::MovingTo(_) => self.move_all(stop, to).await?,
        };
        if moved.to_do() == 0 {
            if to == StoreKind::Keyring {
                store.give_key_to(Keeper::Keyring).await?;
            }
            self.registry(move |registry| registry.end_move(to)).await?;
        }
        self.0.works.changed.notify_one();
        Ok(moved)
    }

    async fn move_all(&self, stop: &CancellationToken, to: StoreKind) -> Result<Moved, Trouble> {
        self.forget_discarded_secrets().await?;
        let owners = self.registry(Registry::secret_owners).await?;
        let mut moved = Moved { secrets: 0, left: Vec::new(), untried: 0 };
        for (done, owner) in owners.iter().enumerate() {
            if stop.is_cancelled() {
                moved.untried = owners.len() - done;
                break;
            }
            self.tell_move(to, done, owners.len(), &moved);
            match self.move_one(owner, to).await {
                Ok(was_moved) => moved.secrets += usize::from(was_moved),
                Err(trouble) if concerns_one_secret(&trouble) => {
                    moved.left.push(LeftBehind { owner: owner.to_string(), trouble });
                }
                Err(trouble) => return Err(trouble),
            }
        }
        self.tell_move(to, owners.len() - moved.untried, owners.len(), &moved);
        Ok(moved)
    }

    fn tell_move(&self, to: StoreKind, done: usize, of: usize, moved: &Moved) {
        self.publish(Event::StoreMoving(MoveProgress { to, done, of, left: moved.left.len() }));
    }

    /// Moves one secret, while no other process refreshes it; `false` if there is none to move.
    async fn move_one(&self, owner: &Owner, to: StoreKind) -> Result<bool, Trouble> {
        let key = self.0.store.key_of(owner);
        let work = async {
            match to {
                StoreKind::Sealed => self.0.store.move_in(owner, &key).await,
                StoreKind::Keyring => self.0.store.move_out(&key).await,
            }
        };
        let outcome = match owner {
            Owner::Grant(id, _) => self.under_lease(*id, work).await,
            Owner::Application(_) => work.await,
        };
        match outcome {
            // It was removed meanwhile.
            Err(trouble) if owner_is_gone(&trouble) => Ok(false),
            outcome => outcome,
        }
    }
}

impl Store {
    /// Sees that both stores can be used, before anything is said of a move.
    async fn be_ready_to_move(&self, to: StoreKind, keeper: Option<Keeper>) -> Result<(), Trouble> {
        match to {
            StoreKind::Sealed => {
                let holds_some = !on_registry(&self.registry, Registry::secret_owners).await?.is_empty();
                if holds_some && self.whereabouts().await?.may_be_in(StoreKind::Keyring) {
                    self.keyring_answers().await?;
                }
                self.be_ready_to_seal(keeper).await
            }
            StoreKind::Keyring => {
                self.keyring.probe().await?;
                match on_registry(&self.registry, Registry::count_sealed_secrets).await? {
                    0 => Ok(()),
                    _ => self.seal_key().await.map(drop),
                }
            }
        }
    }

    /// The name of an owner's secret.
    pub(super) fn key_of(&self, owner: &Owner) -> Key {
        match owner {
            Owner::Grant(id, _) => Key::refresh_token(self.registry.id(), *id),
            Owner::Application(name) => Key::client_secret(self.registry.id(), name.as_str()),
        }
    }

    /// From the keyring to the registry: copied, read back, deleted.
    async fn move_in(&self, owner: &Owner, key: &Key) -> Result<bool, Trouble> {
        if self.kept(key).await?.sealed.is_none() {
            let Some(secret) = self.keyring.get(key).await? else { return Ok(false) };
            let sealed = self.sealed(owner, &secret).await?;
            on_registry(&self.registry, move |registry| registry.copy_in(&sealed)).await?;
        }
        // What opens is what was sealed: the copy, or a newer value that was put there meanwhile.
        let Some(sealed) = self.kept(key).await?.sealed else { return Ok(false) };
        self.open(key, &sealed).await?;
        self.keyring.delete(key).await?;
        Ok(true)
    }

    /// From the registry to the keyring: copied and read back there, deleted here. `false` if there
    /// is none to move, or a move the other way has begun meanwhile.
    pub(super) async fn move_out(&self, key: &Key) -> Result<bool, Trouble> {
        let mut is_copied = false;
        loop {
            let Kept { whereabouts, sealed: Some(sealed), .. } = self.kept(key).await? else { return Ok(is_copied) };
            if whereabouts.target() == StoreKind::Sealed {
                if is_copied {
                    self.keyring.delete(key).await?;
                }
                return Ok(false);
            }
            let secret = self.open(key, &sealed).await?;
            self.keyring.put(key, &secret).await?;
            is_copied = true;
            let name = key.as_str().to_owned();
            if on_registry(&self.registry, move |registry| registry.let_go(&name, &sealed)).await? {
                return Ok(true);
            }
        }
    }
}

/// Whether the others can be moved all the same.
fn concerns_one_secret(trouble: &Trouble) -> bool {
    matches!(trouble.code(), "seal.broken" | "keyring.broken" | "keyring.ambiguous" | "grant.busy")
}
