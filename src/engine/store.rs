//! Where a secret is, for everybody who needs one: in the keyring, or sealed in the registry.
//!
//! Not the configuration says which, but the registry: a secret that has a row there is there;
//! without one it is in the keyring, if the registry's secrets may be there. So a secret moves at
//! the moment in which its row comes or goes, whoever dies before or after that. New secrets for
//! the keyring go the same way: their row comes at once, and goes when the keyring has them.

mod giving_up;
mod moving;
mod passphrase;
mod rewrapping;
mod rows;
mod seal_key;
mod status;

use std::sync::{Arc, Mutex};

use tokio::time::{Duration, Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{Engine, Settings, lock, on_registry};
use crate::domain::{Application, ApplicationName, Secret, StoreKind, Trouble, Whereabouts};
use crate::registry::{Kept, Owner, Registry, SealedSecret};
use crate::secrets::seal::SealKey;
use crate::secrets::{Key, Secrets};

pub use giving_up::GivenUp;
pub use moving::{LeftBehind, MoveProgress, Moved};
use passphrase::Passphrases;
pub use passphrase::{Person, Question};
use rows::Rows;
pub use seal_key::Keeper;
pub use status::{KeyStatus, StoreStatus};

/// How long a secret is offered to a registry that another program has locked, or whose disk is
/// full. With the registry's own patience it is less than what the end of the program waits.
const PATIENCE: Duration = Duration::from_secs(25);
const ASK_AGAIN: Duration = Duration::from_millis(250);

impl Engine {
    /// Takes the passphrase of the sealed secrets from the environment, and somebody to ask if it is
    /// not there nor in a file. Nobody is asked before a secret is needed.
    pub fn take_passphrase(&self, environment: Option<Secret>, person: Option<Person>) {
        self.0.store.passphrases.take(environment, person);
    }

    /// Has the seal key ready if that takes a passphrase, and asks nobody from then on: the screen
    /// is about to be taken.
    ///
    /// # Errors
    /// `seal.…`, `registry.…`.
    pub async fn unlock(&self) -> Result<(), Trouble> {
        let outcome = self.0.store.unlock().await;
        self.0.store.passphrases.ask_nobody();
        outcome
    }
}

/// What the sealed store is called.
const SEALED: &str = "the registry, sealed";

/// The secrets of one registry.
pub(super) struct Store {
    registry: Registry,
    keyring: Secrets,
    /// What a registry that has never kept a secret decides for.
    wanted: StoreKind,
    rows: Rows,
    passphrases: Arc<Passphrases>,
    /// Once it was needed.
    seal_key: tokio::sync::Mutex<Option<SealKey>>,
    seen: Mutex<StoreKind>,
    /// Stops the move that was begun last.
    stop_of_move: Mutex<CancellationToken>,
}

/// A secret that is on disk, and the store that it belongs in.
#[must_use]
pub(super) struct OnDisk {
    key: Key,
    place: StoreKind,
}

impl Store {
    /// The secrets of `registry`, with `keyring` for those that are not in it.
    pub(super) fn new(registry: Registry, keyring: Secrets, settings: &Settings) -> Self {
        let wanted = settings.store;
        // For the title alone: what cannot be read now is said when a secret is asked for.
        let seen = registry.whereabouts(wanted).map_or(wanted, Whereabouts::target);
        Self {
            rows: Rows::new(registry.clone(), wanted),
            registry,
            keyring,
            wanted,
            passphrases: Arc::new(Passphrases::new(settings.passphrase_file.clone())),
            seal_key: tokio::sync::Mutex::default(),
            seen: Mutex::new(seen),
            stop_of_move: Mutex::default(),
        }
    }

    /// What the store that new secrets go to is called on the screen.
    pub(super) fn title(&self) -> &'static str {
        match *lock(&self.seen) {
            StoreKind::Keyring => self.keyring.title(),
            StoreKind::Sealed => SEALED,
        }
    }

    /// What the place is called that a secret is in now. On its way to the keyring it may have
    /// stayed in the registry.
    ///
    /// # Errors
    /// `registry.…`.
    pub(super) async fn place_of(&self, key: &Key) -> Result<&'static str, Trouble> {
        let Kept { whereabouts, sealed, .. } = self.kept(key).await?;
        Ok(match (sealed, whereabouts.target()) {
            (None, _) => self.keyring.title(),
            (Some(_), StoreKind::Sealed) => SEALED,
            (Some(_), StoreKind::Keyring) => "the registry, sealed, until the keyring takes it",
        })
    }

    /// Whether a new secret could be kept now, where it belongs.
    ///
    /// # Errors
    /// `keyring.…`, `seal.…`, `registry.…`.
    pub(super) async fn probe(&self, key: &Key) -> Result<(), Trouble> {
        if self.kept(key).await?.whereabouts.target() == StoreKind::Keyring {
            self.keyring.probe().await?;
        }
        self.be_ready_to_keep(key).await
    }

    /// Reads a secret; `None` if there is none.
    ///
    /// # Errors
    /// `seal.broken` if it is there and cannot be opened; `seal.…`, `keyring.…`, `registry.…`.
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Secret>, Trouble> {
        let kept = self.kept(key).await?;
        if let Some(sealed) = kept.sealed {
            return self.open(key, &sealed).await.map(Some);
        }
        if !kept.whereabouts.may_be_in(StoreKind::Keyring) {
            return Ok(None);
        }
        if let Some(secret) = self.keyring.get(key).await? {
            return Ok(Some(secret));
        }
        // It may have moved between the two looks.
        match self.kept(key).await?.sealed {
            Some(sealed) => self.open(key, &sealed).await.map(Some),
            None => Ok(None),
        }
    }

    /// Has at hand what it takes to keep a secret, before anybody is asked for it: a provider that
    /// rotates gives it once, and from its answer on until it is on disk, whoever is killed loses it.
    ///
    /// # Errors
    /// `seal.…`, `keyring.…`, `registry.…`, if it could not be kept.
    pub(super) async fn be_ready_to_keep(&self, key: &Key) -> Result<(), Trouble> {
        match self.seal_key().await {
            Ok(_) => Ok(()),
            Err(trouble) => self.may_be_unsealed(key, trouble).await,
        }
    }

    /// Writes a secret. It is on disk when this returns.
    ///
    /// In a single short change it is sealed into the registry, wherever it belongs; a keyring that
    /// may take its time gets it from there. Whoever dies before that, or whose keyring goes away,
    /// leaves it there, where it is found first; the next value takes it along.
    ///
    /// # Errors
    /// `grant.unknown`, `application.unknown` if its owner is gone; `seal.…`, `keyring.…`,
    /// `registry.…`, and the old value is then still there.
    pub(super) async fn put(&self, owner: &Owner, secret: &Secret) -> Result<(), Trouble> {
        let kept = self.keep(owner, secret).await?;
        self.hand_on(kept).await;
        Ok(())
    }

    /// The first half of [`Store::put`]: it is on disk, and may have to be handed on.
    pub(super) async fn keep(&self, owner: &Owner, secret: &Secret) -> Result<OnDisk, Trouble> {
        let (key, give_up) = (self.key_of(owner), Instant::now() + PATIENCE);
        loop {
            let kept = match self.sealed(owner, secret).await {
                Ok(sealed) => self.rows.keep(sealed).await,
                Err(trouble) => Err(trouble),
            };
            tracing::debug!(secret = key.title(), place = ?kept.as_ref().ok(), "sealed on disk");
            let trouble = match kept {
                Err(trouble) if !owner_is_gone(&trouble) => trouble,
                outcome => return outcome.map(|place| OnDisk { key, place }),
            };
            match self.put_unsealed(&key, secret, trouble).await {
                Err(trouble) if may_pass(&trouble) && Instant::now() < give_up => sleep(ASK_AGAIN).await,
                outcome => return outcome.map(|()| OnDisk { key, place: StoreKind::Keyring }),
            }
        }
    }

    /// Writes a client secret in one change with its application, which may be renamed. It is on disk
    /// when this returns, and has to be handed on.
    ///
    /// # Errors
    /// `application.…`, `seal.…`, `keyring.…`, `registry.…`; nothing was changed then.
    pub(super) async fn keep_with(
        &self,
        replaces: Option<ApplicationName>,
        application: Application,
        secret: &Secret,
    ) -> Result<OnDisk, Trouble> {
        let (owner, wanted) = (Owner::Application(application.name.clone()), self.wanted);
        let key = self.key_of(&owner);
        // Whoever looks has the key that is the registry's now.
        self.kept(&key).await?;
        let sealed = self.sealed(&owner, secret).await?;
        let save =
            move |registry: &Registry| registry.save_with_secret(replaces.as_ref(), &application, &sealed, wanted);
        let place = on_registry(&self.registry, save).await?;
        Ok(OnDisk { key, place })
    }

    /// The second half: what is on disk is kept, whatever becomes of its way to the keyring.
    pub(super) async fn hand_on(&self, OnDisk { key, place }: OnDisk) {
        if place == StoreKind::Keyring
            && let Err(trouble) = self.move_out(&key).await
        {
            let title = key.title();
            tracing::warn!(code = trouble.code(), "{title} stays sealed in the registry until the keyring takes it");
        }
    }

    async fn put_unsealed(&self, key: &Key, secret: &Secret, why: Trouble) -> Result<(), Trouble> {
        self.may_be_unsealed(key, why).await?;
        let wanted = self.wanted;
        on_registry(&self.registry, move |registry| registry.settle_whereabouts(wanted)).await?;
        self.keyring.put(key, secret).await
    }

    /// Where nothing can be sealed a keyring still keeps its own, if no row would stand before it.
    async fn may_be_unsealed(&self, key: &Key, why: Trouble) -> Result<(), Trouble> {
        let Kept { whereabouts, sealed, .. } = self.kept(key).await?;
        if sealed.is_none() && whereabouts.target() == StoreKind::Keyring { Ok(()) } else { Err(why) }
    }

    /// Deletes a secret; it is no error if there is none.
    ///
    /// # Errors
    /// `keyring.…`, `registry.…`.
    pub(super) async fn delete(&self, key: &Key) -> Result<(), Trouble> {
        let name = key.as_str().to_owned();
        on_registry(&self.registry, move |registry| registry.forget_secret(&name)).await?;
        if self.whereabouts().await?.may_be_in(StoreKind::Keyring) {
            self.keyring.delete(key).await?;
        }
        Ok(())
    }

    /// Seals what is kept elsewhere in the registry, bound to `context`.
    ///
    /// # Errors
    /// `seal.…`, `keyring.…`, `registry.…`.
    pub(super) async fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>, Trouble> {
        Ok(self.seal_key().await?.seal(context, secret))
    }

    /// Opens what [`Store::seal`] made for the same context.
    ///
    /// # Errors
    /// `seal.…`, `keyring.…`, `registry.…`.
    pub(super) async fn unseal(&self, context: &str, sealed: &[u8]) -> Result<Secret, Trouble> {
        self.seal_key().await?.open(context, sealed)
    }

    /// A secret sealed for its row. What does not open again is not written.
    async fn sealed(&self, owner: &Owner, secret: &Secret) -> Result<SealedSecret, Trouble> {
        let (seal_key, key) = (self.seal_key().await?, self.key_of(owner));
        let sealed = seal_key.seal(key.as_str(), secret);
        match seal_key.open(key.as_str(), &sealed) {
            Ok(opened) if opened == *secret => {
                Ok(SealedSecret { owner: owner.clone(), name: key.as_str().to_owned(), sealed, key_id: seal_key.id() })
            }
            _ => Err(broken(&key)),
        }
    }

    /// Opens a secret's row.
    async fn open(&self, key: &Key, sealed: &[u8]) -> Result<Secret, Trouble> {
        self.seal_key().await?.open(key.as_str(), sealed).map_err(|_| broken(key))
    }

    async fn kept(&self, key: &Key) -> Result<Kept, Trouble> {
        let (name, wanted) = (key.as_str().to_owned(), self.wanted);
        let kept = on_registry(&self.registry, move |registry| registry.kept_secret(&name, wanted)).await?;
        *lock(&self.seen) = kept.whereabouts.target();
        self.keep_at_hand(kept.key_id.as_deref());
        Ok(kept)
    }

    async fn whereabouts(&self) -> Result<Whereabouts, Trouble> {
        let wanted = self.wanted;
        on_registry(&self.registry, move |registry| registry.whereabouts(wanted)).await
    }
}

/// Whether a registry that does not take a secret now may take it soon, under the key of that time.
fn may_pass(trouble: &Trouble) -> bool {
    matches!(trouble.code(), "registry.locked" | "registry.write" | "seal.key_changed")
}

/// Whether a secret has nobody to belong to any more.
fn owner_is_gone(trouble: &Trouble) -> bool {
    matches!(trouble.code(), "grant.unknown" | "application.unknown")
}

fn broken(key: &Key) -> Trouble {
    Trouble::new(
        "seal.broken",
        format!("In the registry, {} cannot be opened", key.title()),
        "It was changed since it was sealed, or sealed under another key. It was left as it is.",
        "Make it anew: sign in again, or enter the client secret again. Or put a copy of the registry's file in its place.",
    )
}
