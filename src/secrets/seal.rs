//! The seal: secrets that lie in the registry are encrypted and authenticated with
//! XChaCha20-Poly1305 under one key, which is elsewhere: see [`super::custody`].

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::{Secret, Trouble};

/// The first byte of what is sealed: version 1 is version, nonce, ciphertext and tag.
const VERSION: u8 = 1;

/// The length of a nonce: long enough for random ones never to repeat.
const NONCE: usize = 24;

/// The length of a key.
const KEY: usize = 32;

/// A key for XChaCha20-Poly1305. Its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; KEY]>);

impl SealKey {
    /// A new random key, from the operating system's generator.
    ///
    /// # Panics
    /// If the operating system has no random numbers, which no system that runs this does: the
    /// generators of Linux, macOS and Windows do not fail once the system is up.
    #[must_use]
    pub fn random() -> Self {
        Self(Zeroizing::new(XChaCha20Poly1305::generate_key(&mut OsRng).into()))
    }

    /// The key that these bytes are.
    pub(super) fn of(bytes: Zeroizing<[u8; KEY]>) -> Self {
        Self(bytes)
    }

    /// Reads a key that [`SealKey::to_secret`] wrote.
    ///
    /// # Errors
    /// `seal.key` if it is not one.
    pub fn from_secret(text: &Secret) -> Result<Self, Trouble> {
        let mut key = Zeroizing::new([0; KEY]);
        // The decoder wants room for what it may have to refuse.
        let mut room = Zeroizing::new([0; KEY + 3]);
        match STANDARD.decode_slice(text.expose(), room.as_mut_slice()) {
            Ok(KEY) => {
                key.iter_mut().zip(room.iter()).for_each(|(to, from)| *to = *from);
                Ok(Self(key))
            }
            _ => Err(no_key()),
        }
    }

    /// The key as text for the secret store: base64.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::new(STANDARD.encode(*self.0))
    }

    /// Tells this key from others, and says nothing of it: the beginning of a hash, 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        let hash = Sha256::new().chain_update("mailkey seal key\0").chain_update(*self.0).finalize();
        format!("{hash:x}").chars().take(16).collect()
    }

    /// Seals `secret`, bound to `context` (such as `grant/7/access-token`).
    #[must_use]
    pub fn seal(&self, context: &str, secret: &Secret) -> Vec<u8> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload { msg: secret.expose().as_bytes(), aad: &bound(context) };
        // The cipher refuses only what is longer than 256 GiB. Nothing sealed cannot be opened,
        // and that is an error which the caller has to deal with anyway.
        let sealed = self.cipher().encrypt(&nonce, payload).unwrap_or_default();
        [&[VERSION], nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`SealKey::seal`] made for the same context.
    ///
    /// # Errors
    /// `seal.broken` if the key is another, or anything was changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret, Trouble> {
        let (version, rest) = sealed.split_first().ok_or_else(broken)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE).ok_or_else(broken)?;
        if *version != VERSION {
            return Err(broken());
        }
        let payload = Payload { msg: ciphertext, aad: &bound(context) };
        let plain = self.cipher().decrypt(XNonce::from_slice(nonce), payload).map_err(|_| broken())?;
        // Only this program writes what opens, and it writes text.
        String::from_utf8(plain).map(Secret::new).map_err(|_| broken())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// What the seal vouches for besides the secret.
fn bound(context: &str) -> Vec<u8> {
    [&[VERSION], context.as_bytes()].concat()
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey")
    }
}

fn no_key() -> Trouble {
    Trouble::new(
        "seal.key",
        "The key of the sealed secrets cannot be used",
        "The keyring holds something else under its name. Nothing was changed.",
        "Put the right entry back into the keyring.",
    )
}

fn broken() -> Trouble {
    Trouble::new(
        "seal.broken",
        "A sealed secret in the registry cannot be opened",
        "It was sealed under another key, for another purpose, or was changed since.",
        "Do again what made it: sign in, or let the access token be refreshed.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &str = "grant/7/access-token";

    #[test]
    fn what_was_sealed_opens_with_the_key_that_came_back_from_the_store() {
        let key = SealKey::random();
        for text in ["", "eyJ0eXAi", "grüße", &"x".repeat(8192)] {
            let sealed = key.seal(CONTEXT, &Secret::new(text));
            let again = SealKey::from_secret(&key.to_secret()).unwrap();
            assert_eq!(again.open(CONTEXT, &sealed).unwrap().expose(), text);
        }
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let key = SealKey::random();
        let secret = Secret::new("eyJ0eXAi");
        assert_ne!(key.seal(CONTEXT, &secret), key.seal(CONTEXT, &secret));
    }

    #[test]
    fn whatever_was_changed_does_not_open() {
        let key = SealKey::random();
        let sealed = key.seal(CONTEXT, &Secret::new("eyJ0eXAi"));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(CONTEXT, &changed).unwrap_err().code(), "seal.broken", "byte {at}");
            assert!(key.open(CONTEXT, &sealed[..at]).is_err(), "cut at {at}");
        }
        assert!(key.open("grant/8/access-token", &sealed).is_err());
        assert!(SealKey::random().open(CONTEXT, &sealed).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in
            ["", "short", "not base64 at all!", &STANDARD.encode([7; 31]), &STANDARD.encode([7; 33]), &"A".repeat(9000)]
        {
            assert_eq!(SealKey::from_secret(&Secret::new(text)).unwrap_err().code(), "seal.key");
        }
    }

    #[test]
    fn a_key_does_not_show_itself() {
        let (key, other) = (SealKey::random(), SealKey::random());
        assert_eq!(format!("{key:?}"), "SealKey");
        assert_eq!((key.id().len(), key.id() == key.clone().id(), key.id() == other.id()), (16, true, false));
    }
}
