//! Stub.
use crate::domain::{Secret, Trouble};

/// A key for XChaCha20-Poly1305.
#[derive(Debug, Clone)]
pub struct SealKey;

impl SealKey {
    /// A new random key.
    #[must_use]
    pub fn random() -> Self {
        todo!()
    }

    /// Reads a key that [`SealKey::to_secret`] wrote.
    ///
    /// # Errors
    /// `seal.key` if it is not one.
    pub fn from_secret(_text: &Secret) -> Result<Self, Trouble> {
        todo!()
    }

    /// The key as text for the secret store.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        todo!()
    }

    /// Seals `secret`, bound to `context` (such as `grant/7/access-token`).
    #[must_use]
    pub fn seal(&self, _context: &str, _secret: &Secret) -> Vec<u8> {
        todo!()
    }

    /// Opens what [`SealKey::seal`] made for the same context.
    ///
    /// # Errors
    /// `seal.broken` if the key is another, or anything was changed.
    pub fn open(&self, _context: &str, _sealed: &[u8]) -> Result<Secret, Trouble> {
        todo!()
    }
}
