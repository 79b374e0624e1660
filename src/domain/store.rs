//! Where secrets are kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::trouble::Trouble;

/// A secret store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// The operating system's keyring, an entry a secret.
    #[default]
    Keyring,
    /// The registry, sealed under one key.
    Sealed,
}

impl StoreKind {
    /// Its name in configuration and commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Sealed => "sealed",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for StoreKind {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        [Self::Keyring, Self::Sealed].into_iter().find(|kind| kind.word() == text).ok_or_else(|| {
            Trouble::new(
                "store.unknown",
                format!("“{text}” is no secret store"),
                "",
                "There are two: keyring and sealed.",
            )
        })
    }
}

/// Where the secrets of one registry are, whatever the configuration wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// All in this store.
    In(StoreKind),
    /// Some may still be in the other store: a move to this one was begun and is not over. A secret
    /// that is in both is right in the registry.
    MovingTo(StoreKind),
}

impl Whereabouts {
    /// The store that a new secret goes to.
    #[must_use]
    pub fn target(self) -> StoreKind {
        match self {
            Self::In(store) | Self::MovingTo(store) => store,
        }
    }

    /// Whether a secret may be in this store.
    #[must_use]
    pub fn may_be_in(self, store: StoreKind) -> bool {
        match self {
            Self::In(only) => only == store,
            Self::MovingTo(_) => true,
        }
    }
}

impl fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(store) => write!(f, "{store}"),
            Self::MovingTo(store) => write!(f, "{MOVING}{store}"),
        }
    }
}

impl FromStr for Whereabouts {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        match text.strip_prefix(MOVING) {
            Some(store) => store.parse().map(Self::MovingTo),
            None => text.parse().map(Self::In),
        }
    }
}

const MOVING: &str = "moving to ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whereabouts_read_as_they_were_written() {
        for store in [StoreKind::Keyring, StoreKind::Sealed] {
            for whereabouts in [Whereabouts::In(store), Whereabouts::MovingTo(store)] {
                assert_eq!(whereabouts.to_string().parse(), Ok(whereabouts));
            }
        }
        assert_eq!("moving to nowhere".parse::<Whereabouts>().unwrap_err().code(), "store.unknown");
    }
}
