//! What there is to say of the stores: for `mailkey store status`, and for the dashboard.

use super::super::{Engine, on_registry};
use super::{Keeper, LeftBehind, Store};
use crate::domain::{StoreKind, Trouble, Whereabouts};
use crate::registry::{Owner, Registry};
use crate::secrets::custody::Custodian;

/// A keyring with more grants than this is slow: GNOME Keyring takes 7 ms for a write with 250
/// entries and 31 ms with 1,000, since it writes all of them each time, and Windows has room for
/// some 1,470 entries in all, of which a long token takes three (`facts` F).
const MANY: usize = 250;

/// What there is to say of the stores.
#[derive(Debug)]
pub struct StoreStatus {
    /// Where the secrets are.
    pub whereabouts: Whereabouts,
    /// What the configuration says of new registries.
    pub wanted: StoreKind,
    /// How many secrets are sealed in the registry.
    pub sealed: usize,
    /// Those of them that cannot be opened, as far as the key is known.
    pub broken: Vec<LeftBehind>,
    /// How many secrets are in the keyring, or why it does not answer.
    pub keyring: Result<usize, Trouble>,
    /// The seal key.
    pub key: KeyStatus,
}

/// How it is with the seal key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyStatus {
    /// None was made yet.
    None,
    /// It is at hand.
    Ready(Keeper),
    /// A person would have to be asked for the passphrase.
    NotAsked,
    /// It cannot be had.
    Failed(Keeper, Trouble),
}

impl KeyStatus {
    /// Who keeps it.
    #[must_use]
    pub fn keeper(&self) -> Option<Keeper> {
        match self {
            Self::None => None,
            Self::Ready(keeper) | Self::Failed(keeper, _) => Some(*keeper),
            Self::NotAsked => Some(Keeper::Passphrase),
        }
    }
}

impl StoreStatus {
    /// Whether secrets can be had and kept, and no move was interrupted.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let in_one_place = matches!(self.whereabouts, Whereabouts::In(_));
        let key_failed = matches!(self.key, KeyStatus::Failed(..));
        in_one_place && self.broken.is_empty() && !key_failed && !(self.needs_keyring() && self.keyring.is_err())
    }

    /// Whether anything is in the keyring: a secret, or the key.
    #[must_use]
    pub fn needs_keyring(&self) -> bool {
        self.whereabouts.may_be_in(StoreKind::Keyring) || self.key.keeper() == Some(Keeper::Keyring)
    }
}

impl Engine {
    /// Looks how it is with the stores. Nobody is asked for a passphrase; a locked keyring may ask
    /// its person to unlock it.
    ///
    /// # Errors
    /// `registry.…`.
    pub async fn store_status(&self) -> Result<StoreStatus, Trouble> {
        let store = &self.0.store;
        let owners = self.registry(Registry::secret_owners).await?;
        let (whereabouts, key) = (store.whereabouts().await?, store.key_status().await?);
        let broken = match key {
            KeyStatus::Ready(_) => store.broken(&owners).await?,
            _ => Vec::new(),
        };
        Ok(StoreStatus {
            whereabouts,
            wanted: store.wanted,
            sealed: self.registry(Registry::count_sealed_secrets).await?,
            broken,
            keyring: store.count_in_keyring(whereabouts, &owners).await,
            key,
        })
    }

    /// How many secrets a move to the sealed store would be about, if it is worth it: so many are in
    /// the keyring that the sealed store would serve better, or such a move was interrupted.
    ///
    /// # Errors
    /// `registry.…`.
    pub async fn worth_sealing(&self) -> Result<Option<usize>, Trouble> {
        let few = match self.0.store.whereabouts().await? {
            Whereabouts::In(StoreKind::Keyring) => MANY,
            Whereabouts::MovingTo(StoreKind::Sealed) => 0,
            Whereabouts::In(StoreKind::Sealed) | Whereabouts::MovingTo(StoreKind::Keyring) => return Ok(None),
        };
        let secrets = self.registry(Registry::count_secret_owners).await?;
        Ok((secrets > few).then_some(secrets))
    }
}

impl Store {
    /// How it is with the key, without asking a person and without making one.
    pub(super) async fn key_status(&self) -> Result<KeyStatus, Trouble> {
        let Some(record) = on_registry(&self.registry, Registry::seal_key_record).await? else {
            return Ok(KeyStatus::None);
        };
        let keeper = match Custodian::parse(&record.custodian) {
            Ok(Custodian::Keyring) => Keeper::Keyring,
            Ok(Custodian::Passphrase(_)) if !self.passphrases.are_configured() => return Ok(KeyStatus::NotAsked),
            _ => Keeper::Passphrase,
        };
        Ok(match self.fetch_seal_key(&record).await {
            Ok(Some(_)) => KeyStatus::Ready(keeper),
            Ok(None) => KeyStatus::Failed(keeper, super::seal_key::missing()),
            Err(trouble) => KeyStatus::Failed(keeper, trouble),
        })
    }

    async fn broken(&self, owners: &[Owner]) -> Result<Vec<LeftBehind>, Trouble> {
        let mut broken = Vec::new();
        for owner in owners {
            let key = self.key_of(owner);
            let Some(sealed) = self.kept(&key).await?.sealed else { continue };
            if let Err(trouble) = self.open(&key, &sealed).await {
                broken.push(LeftBehind { owner: owner.to_string(), trouble });
            }
        }
        Ok(broken)
    }

    /// Whether the keyring can be read now: it is asked for something that it need not have.
    pub(super) async fn keyring_answers(&self) -> Result<(), Trouble> {
        self.keyring.get(&self.entry("none")).await.map(drop)
    }

    async fn count_in_keyring(&self, whereabouts: Whereabouts, owners: &[Owner]) -> Result<usize, Trouble> {
        // Nobody's secret need be there: then nothing else would ask it.
        self.keyring_answers().await?;
        let mut count = 0;
        if !whereabouts.may_be_in(StoreKind::Keyring) {
            return Ok(count);
        }
        for owner in owners {
            count += usize::from(self.keyring.get(&self.key_of(owner)).await?.is_some());
        }
        Ok(count)
    }
}
