//! Who keeps the key that secrets in the registry are sealed under: the keyring, or somebody who
//! knows a passphrase. The key itself is random in both cases and stays the same when its keeper
//! changes; a passphrase only wraps it (Argon2id, RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::{Secret, Trouble};

use super::seal::SealKey;

/// What is asked of each guess at a passphrase: RFC 9106 section 4, its second recommended option,
/// in one lane (64 MiB, 3 passes: some 0.2 s).
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

/// No cost that a registry names goes beyond this: the file may have been changed.
const MOST: Cost = Cost { memory_kib: 1024 * 1024, passes: 64, lanes: 64 };

/// A new passphrase is at least this long, in characters.
const SHORTEST: usize = 8;

const SALT: usize = 16;

/// What the wrapped key is bound to.
const CONTEXT: &str = "seal-key";

/// Who keeps the seal key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Custodian {
    /// The keyring, under [`Key::seal`](super::Key::seal).
    Keyring,
    /// Whoever knows the passphrase that this was wrapped under.
    Passphrase(Wrapped),
}

/// A key that a passphrase opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// In base64.
    salt: String,
    cost: Cost,
    /// The key as [`SealKey::seal`] seals it, in base64.
    key: String,
}

/// The parameters of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Custodian {
    /// A custodian that [`Custodian::to_text`] wrote.
    ///
    /// # Errors
    /// `seal.key` if it is not one.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        serde_json::from_str(text).map_err(|_| damaged())
    }

    /// As text, for the registry: JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A map with text keys always is JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Wrapped {
    /// Wraps `key` under a new passphrase. It takes as long as a guess is meant to take: off the
    /// threads that must not wait.
    ///
    /// # Errors
    /// `seal.passphrase_short`.
    pub fn new(key: &SealKey, passphrase: &Secret) -> Result<Self, Trouble> {
        if passphrase.expose().chars().count() < SHORTEST {
            return Err(too_short());
        }
        let mut salt = [0; SALT];
        OsRng.fill_bytes(&mut salt);
        let sealed = derive(passphrase, &salt, COST)?.seal(CONTEXT, &key.to_secret());
        Ok(Self { salt: STANDARD.encode(salt), cost: COST, key: STANDARD.encode(sealed) })
    }

    /// The key, if `passphrase` is the one that it was wrapped under. It takes as long as [`Wrapped::new`].
    ///
    /// # Errors
    /// `seal.passphrase` if it is another; `seal.key` if this is no wrapped key.
    pub fn open(&self, passphrase: &Secret) -> Result<SealKey, Trouble> {
        let (Ok(salt), Ok(sealed)) = (STANDARD.decode(&self.salt), STANDARD.decode(&self.key)) else {
            return Err(damaged());
        };
        let text = derive(passphrase, &salt, self.cost)?.open(CONTEXT, &sealed).map_err(|_| wrong_passphrase())?;
        SealKey::from_secret(&text)
    }
}

/// The key that a passphrase stands for.
fn derive(passphrase: &Secret, salt: &[u8], cost: Cost) -> Result<SealKey, Trouble> {
    if cost.memory_kib > MOST.memory_kib || cost.passes > MOST.passes || cost.lanes > MOST.lanes {
        return Err(damaged());
    }
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|_| damaged())?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| damaged())?;
    Ok(SealKey::of(key))
}

fn too_short() -> Trouble {
    Trouble::new(
        "seal.passphrase_short",
        "The passphrase is too short",
        "It is all that protects the secrets of whoever gets hold of the registry's file.",
        format!("Choose one of at least {SHORTEST} characters; a few random words are better."),
    )
}

fn wrong_passphrase() -> Trouble {
    Trouble::new(
        "seal.passphrase",
        "The passphrase does not open the sealed secrets",
        "It is not the one that they were sealed under, or the registry's file was changed. Nothing was changed now.",
        "Give the right one. If it is lost for good, `mailkey store give-up` lets everybody sign in anew.",
    )
}

fn damaged() -> Trouble {
    Trouble::new(
        "seal.key",
        "What the registry says of its seal key makes no sense",
        "Something else than mailkey wrote it. Nothing was changed.",
        "Put a copy of the registry's file in its place.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "correct horse battery";

    #[test]
    fn a_wrapped_key_opens_with_its_passphrase_alone() {
        let key = SealKey::random();
        let wrapped = Wrapped::new(&key, &Secret::new(PASSPHRASE)).unwrap();
        let text = Custodian::Passphrase(wrapped).to_text();
        assert!(!text.contains(key.to_secret().expose()));
        let Custodian::Passphrase(read) = Custodian::parse(&text).unwrap() else { panic!("{text}") };
        assert_eq!(read.open(&Secret::new(PASSPHRASE)).unwrap().to_secret(), key.to_secret());
        for wrong in ["", "Correct horse battery", "correct horse battery "] {
            assert_eq!(read.open(&Secret::new(wrong)).unwrap_err().code(), "seal.passphrase", "{wrong}");
        }
        assert_eq!(Custodian::parse(&Custodian::Keyring.to_text()), Ok(Custodian::Keyring));
    }

    #[test]
    fn two_registries_with_one_passphrase_have_nothing_in_common() {
        let (key, passphrase) = (SealKey::random(), Secret::new(PASSPHRASE));
        let (one, two) = (Wrapped::new(&key, &passphrase).unwrap(), Wrapped::new(&key, &passphrase).unwrap());
        assert!(one.salt != two.salt && one.key != two.key);
    }

    #[test]
    fn a_short_passphrase_is_refused() {
        let outcome = Wrapped::new(&SealKey::random(), &Secret::new("grüße!?"));
        assert_eq!(outcome.unwrap_err().code(), "seal.passphrase_short");
    }

    #[test]
    fn what_somebody_changed_is_refused_before_it_costs_anything() {
        let cheap = Cost { memory_kib: 8, passes: 1, lanes: 1 };
        let wrapped = |salt: &str, cost, key: &str| Wrapped { salt: salt.into(), cost, key: key.into() };
        for (wrapped, code) in [
            (wrapped("MTIzNDU2Nzg5MDEyMzQ1Ng==", Cost { memory_kib: u32::MAX, ..cheap }, ""), "seal.key"),
            (wrapped("MTIzNDU2Nzg5MDEyMzQ1Ng==", Cost { passes: u32::MAX, ..cheap }, ""), "seal.key"),
            (wrapped("MTIzNDU2Nzg5MDEyMzQ1Ng==", Cost { lanes: 0, ..cheap }, ""), "seal.key"),
            (wrapped("?", cheap, ""), "seal.key"),
            (wrapped("", cheap, ""), "seal.key"),
            (wrapped("MTIzNDU2Nzg5MDEyMzQ1Ng==", cheap, ""), "seal.passphrase"),
        ] {
            assert_eq!(wrapped.open(&Secret::new(PASSPHRASE)).unwrap_err().code(), code, "{wrapped:?}");
        }
        for text in ["", "{}", "\"nobody\"", "{\"passphrase\":{}}"] {
            assert_eq!(Custodian::parse(text).unwrap_err().code(), "seal.key");
        }
    }
}
