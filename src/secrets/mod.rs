//! Where secrets are kept: the operating system's keyring, or memory for the demo; and the seal for
//! those that are kept in the registry.
//!
//! It knows no network and no screen.

pub mod seal;

use crate::domain::{GrantId, Secret, Trouble};

/// The name of one secret. It holds nothing secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// The refresh token of a grant. `registry` is the registry's own random id, so that two registries share one keyring.
    #[must_use]
    pub fn refresh_token(registry: &str, grant: GrantId) -> Self {
        Self(format!("{registry}/grant/{grant}/refresh-token"))
    }

    /// The client secret of the application called `name`.
    #[must_use]
    pub fn client_secret(registry: &str, name: &str) -> Self {
        Self(format!("{registry}/application/{name}/client-secret"))
    }

    /// The key under which secrets in the registry are sealed.
    #[must_use]
    pub fn seal(registry: &str) -> Self {
        Self(format!("{registry}/seal-key"))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A secret store. Cloning it gives another handle to the same store.
#[derive(Debug, Clone)]
pub struct Secrets;

impl Secrets {
    /// The operating system's keyring, under the service name `mailkey`.
    #[must_use]
    pub fn keyring() -> Self {
        todo!()
    }

    /// A store that is gone with the program.
    #[must_use]
    pub fn memory() -> Self {
        todo!()
    }

    /// What the store is called on the screen, such as `the keyring (Secret Service)`.
    #[must_use]
    pub fn title(&self) -> &'static str {
        todo!()
    }

    /// Whether the store can be used now.
    ///
    /// # Errors
    /// `keyring.…`, told apart: missing, locked, no default collection, time-out.
    pub async fn probe(&self) -> Result<(), Trouble> {
        todo!()
    }

    /// Writes `secret` and reads it back.
    ///
    /// # Errors
    /// `keyring.…`; the old value is then still there.
    pub async fn put(&self, _key: &Key, _secret: &Secret) -> Result<(), Trouble> {
        todo!()
    }

    /// Reads a secret; `None` if there is none.
    ///
    /// # Errors
    /// `keyring.…`.
    pub async fn get(&self, _key: &Key) -> Result<Option<Secret>, Trouble> {
        todo!()
    }

    /// Deletes a secret; it is no error if there is none.
    ///
    /// # Errors
    /// `keyring.…`.
    pub async fn delete(&self, _key: &Key) -> Result<(), Trouble> {
        todo!()
    }
}
