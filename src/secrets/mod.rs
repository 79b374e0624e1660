//! Where secrets are kept: the operating system's keyring, or memory for the demo; and the seal for
//! those that are kept in the registry, with the custody of its key.
//!
//! It knows no network and no screen.

pub mod custody;
mod entries;
mod keyring;
mod memory;
mod pieces;
mod platform;
pub mod private;
mod refusal;
pub mod seal;
mod vault;

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{GrantId, Secret, Trouble};

use keyring::Keyring;
use memory::Memory;

/// How long a call waits for the keyring: a locked one may be waiting for a person to unlock it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The name of one secret. It holds nothing secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    name: String,
    title: String,
}

impl Key {
    /// The refresh token of a grant. `registry` is the registry's own random id, so that two registries share one keyring.
    #[must_use]
    pub fn refresh_token(registry: &str, grant: GrantId) -> Self {
        Self {
            name: format!("{registry}/grant/{grant}/refresh-token"),
            title: format!("the refresh token of grant {grant}"),
        }
    }

    /// The client secret of the application called `name`.
    #[must_use]
    pub fn client_secret(registry: &str, name: &str) -> Self {
        Self {
            name: format!("{registry}/application/{name}/client-secret"),
            title: format!("the client secret of {name}"),
        }
    }

    /// The key under which secrets in the registry are sealed; `id` is its [`seal::SealKey::id`].
    #[must_use]
    pub fn seal(registry: &str, id: &str) -> Self {
        Self { name: format!("{registry}/seal-key/{id}"), title: "the key of the sealed secrets".to_owned() }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// What it is called in a sentence, such as `the refresh token of grant 7`.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// A secret store. Cloning it gives another handle to the same store.
#[derive(Debug, Clone)]
pub struct Secrets(Store);

#[derive(Debug, Clone)]
enum Store {
    Keyring(Arc<Keyring>),
    Memory(Arc<Memory>),
}

impl Secrets {
    /// The operating system's keyring, under the service name `mailkey`. Nothing is asked of it
    /// before the first call. Its calls want a tokio runtime with time.
    #[must_use]
    pub fn keyring() -> Self {
        Self::keyring_with_patience(PATIENCE)
    }

    /// The same, giving up a call after `patience` instead of 30 seconds.
    #[must_use]
    pub fn keyring_with_patience(patience: Duration) -> Self {
        Self(Store::Keyring(Arc::new(Keyring::new(patience))))
    }

    /// A store that is gone with the program.
    #[must_use]
    pub fn memory() -> Self {
        Self(Store::Memory(Arc::default()))
    }

    /// What the store is called on the screen, such as `the keyring (Secret Service)`.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self.0 {
            Store::Keyring(_) => platform::TITLE,
            Store::Memory(_) => "memory (the demo's own)",
        }
    }

    /// Whether the store can be used now: a secret is written, read and deleted. A locked keyring
    /// may ask its person to unlock it.
    ///
    /// # Errors
    /// `keyring.…`, told apart: `missing`, `locked`, `no_collection`, `denied`, `timeout`, `failed`.
    pub async fn probe(&self) -> Result<(), Trouble> {
        // A name of its own: two processes may probe at once.
        let key = Key { name: format!("probe/{}", pieces::random_word()), title: "a try".to_owned() };
        self.put(&key, &Secret::new("It works.")).await?;
        self.delete(&key).await
    }

    /// Writes `secret` and reads it back.
    ///
    /// # Errors
    /// `keyring.…`; the old value is then still there. Only if the keyring went away or blocked in
    /// the middle (`keyring.missing`, `keyring.timeout`) it may be either, but never a mixture.
    pub async fn put(&self, key: &Key, secret: &Secret) -> Result<(), Trouble> {
        match &self.0 {
            Store::Keyring(keyring) => {
                let (key, secret) = (key.clone(), secret.clone());
                keyring.ask(move |entries| pieces::put(entries, key.as_str(), &secret)).await
            }
            Store::Memory(memory) => memory.with(|entries| pieces::put(entries, key.as_str(), secret)),
        }
    }

    /// Reads a secret; `None` if there is none.
    ///
    /// # Errors
    /// `keyring.…`; `keyring.broken` if what is there is not what was written.
    pub async fn get(&self, key: &Key) -> Result<Option<Secret>, Trouble> {
        match &self.0 {
            Store::Keyring(keyring) => {
                let key = key.clone();
                keyring.ask(move |entries| pieces::get(entries, key.as_str())).await
            }
            Store::Memory(memory) => memory.with(|entries| pieces::get(entries, key.as_str())),
        }
    }

    /// Deletes a secret; it is no error if there is none.
    ///
    /// # Errors
    /// `keyring.…`.
    pub async fn delete(&self, key: &Key) -> Result<(), Trouble> {
        match &self.0 {
            Store::Keyring(keyring) => {
                let key = key.clone();
                keyring.ask(move |entries| pieces::delete(entries, key.as_str())).await
            }
            Store::Memory(memory) => memory.with(|entries| pieces::delete(entries, key.as_str())),
        }
    }
}
