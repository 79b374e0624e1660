//! The one key that everything sealed in a registry is sealed under. The registry says which key it
//! is and who keeps it; a key that the registry does not name is never used.

use super::super::{blocking, on_registry};
use super::{Store, passphrase};
use crate::domain::{StoreKind, Trouble};
use crate::registry::{Registry, SealKeyRecord};
use crate::secrets::Key;
use crate::secrets::custody::{Custodian, Wrapped};
use crate::secrets::seal::SealKey;

/// A keyring that has none of so many tokens is another one.
const ENOUGH: u32 = 3;

/// Who keeps the seal key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keeper {
    /// The keyring.
    Keyring,
    /// Whoever knows the passphrase.
    Passphrase,
}

impl Keeper {
    /// Its name in commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Passphrase => "passphrase",
        }
    }
}

impl Store {
    /// The seal key; made when it is first needed.
    ///
    /// # Errors
    /// `seal.passphrase` if the passphrase is wrong; `seal.key_missing`, `seal.…`, `keyring.…`,
    /// `registry.…`.
    pub(super) async fn seal_key(&self) -> Result<SealKey, Trouble> {
        if let Some(key) = self.seal_key.lock().await.clone() {
            return Ok(key);
        }
        let target = self.whereabouts().await?.target();
        self.seal_key_or_one_for(self.suitable_keeper(target)).await
    }

    /// The same; if it is made, `keeper` is to keep it. It is looked for once, however many want it.
    async fn seal_key_or_one_for(&self, keeper: Option<Keeper>) -> Result<SealKey, Trouble> {
        let mut at_hand = self.seal_key.lock().await;
        if let Some(key) = &*at_hand {
            return Ok(key.clone());
        }
        let key = self.find_or_make_seal_key(keeper).await?;
        Ok(at_hand.insert(key).clone())
    }

    /// Forgets a key that the registry does not name any more: another process gave it up.
    pub(super) fn keep_at_hand(&self, named: Option<&str>) {
        // Whoever has the lock is just looking for the one that is named.
        if let Ok(mut at_hand) = self.seal_key.try_lock() {
            at_hand.take_if(|key| named != Some(&key.id()));
        }
    }

    /// Has the key ready to seal all secrets, kept by `keeper`: if none is named, by a passphrase
    /// where there is one, else by whoever keeps it now.
    pub(super) async fn be_ready_to_seal(&self, keeper: Option<Keeper>) -> Result<(), Trouble> {
        let keeper = keeper.or_else(|| self.suitable_keeper(StoreKind::Sealed));
        self.seal_key_or_one_for(keeper).await?;
        match keeper {
            Some(keeper) => self.give_key_to(keeper).await,
            None => Ok(()),
        }
    }

    /// Changes the key's keeper, if it is another one. The old one keeps it until the registry says
    /// otherwise, and what it may still have of it goes then.
    pub(super) async fn give_key_to(&self, keeper: Keeper) -> Result<(), Trouble> {
        let Some(old) = on_registry(&self.registry, Registry::seal_key_record).await? else { return Ok(()) };
        let id = old.id.clone();
        let is_in_keyring = Custodian::parse(&old.custodian)? == Custodian::Keyring;
        if is_in_keyring != (keeper == Keeper::Keyring) {
            let key = self.seal_key().await?;
            let custodian = self.give_into_custody(&key, Some(keeper)).await?;
            let new = SealKeyRecord { id: id.clone(), custodian: custodian.to_text() };
            let settle = move |registry: &Registry| Ok(registry.settle_seal_key(Some(&old), &new)? == new);
            if !on_registry(&self.registry, settle).await? {
                return Err(another_key());
            }
        }
        if keeper == Keeper::Passphrase {
            self.clear_keyring_of_key(&id).await;
        }
        Ok(())
    }

    async fn clear_keyring_of_key(&self, id: &str) {
        // Where a passphrase is used there need be no keyring at all.
        if let Err(trouble) = self.keyring.delete(&self.entry(id)).await {
            tracing::debug!(code = trouble.code(), "the keyring was not asked to forget the seal key");
        }
    }

    /// Has the key ready if it takes a passphrase, or may take a new one.
    pub(in crate::engine) async fn unlock(&self) -> Result<(), Trouble> {
        let takes_passphrase = match on_registry(&self.registry, Registry::seal_key_record).await? {
            Some(record) => Custodian::parse(&record.custodian)? != Custodian::Keyring,
            None => self.whereabouts().await?.target() == StoreKind::Sealed,
        };
        if !takes_passphrase {
            return Ok(());
        }
        match self.seal_key().await {
            // The keyring can be unlocked later: it says so when it is needed.
            Err(trouble) if trouble.code().starts_with("keyring.") => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// Who is to keep the key of secrets in `target`; `None`: the keyring, or else a passphrase.
    fn suitable_keeper(&self, target: StoreKind) -> Option<Keeper> {
        match target {
            StoreKind::Keyring => Some(Keeper::Keyring),
            StoreKind::Sealed => self.passphrases.are_configured().then_some(Keeper::Passphrase),
        }
    }

    async fn find_or_make_seal_key(&self, keeper: Option<Keeper>) -> Result<SealKey, Trouble> {
        let Some(record) = on_registry(&self.registry, Registry::seal_key_record).await? else {
            return self.make_seal_key(None, keeper).await;
        };
        if let Some(key) = self.fetch_seal_key(&record).await? {
            return Ok(key);
        }
        // What a lost key sealed for a while is no great loss; secrets are.
        match on_registry(&self.registry, Registry::count_sealed_secrets).await? {
            0 => {
                self.recognise_keyring().await?;
                self.make_seal_key(Some(record), keeper).await
            }
            _ => Err(missing()),
        }
    }

    /// Tells the keyring that has the registry's secrets from one that was never asked to keep any:
    /// another session's, or an empty one, says of each that there is none.
    ///
    /// # Errors
    /// `keyring.other`; `keyring.…`, `registry.…`.
    pub(in crate::engine) async fn recognise_keyring(&self) -> Result<(), Trouble> {
        let record = on_registry(&self.registry, Registry::seal_key_record).await?;
        let held = on_registry(&self.registry, |registry| registry.some_held(ENOUGH)).await?;
        let Some(record) = record.filter(|_| !held.is_empty()) else { return Ok(()) };
        if !self.whereabouts().await?.may_be_in(StoreKind::Keyring) {
            return Ok(());
        }
        let tokens = held.into_iter().map(|grant| Key::refresh_token(self.registry.id(), grant));
        for key in std::iter::once(self.entry(&record.id)).chain(tokens) {
            if self.keyring.get(&key).await?.is_some() {
                return Ok(());
            }
        }
        Err(other_keyring())
    }

    /// The key of a record from its custodian; `None` if that has lost it.
    pub(super) async fn fetch_seal_key(&self, record: &SealKeyRecord) -> Result<Option<SealKey>, Trouble> {
        let key = match Custodian::parse(&record.custodian)? {
            Custodian::Passphrase(wrapped) => self.unwrap(wrapped).await?,
            Custodian::Keyring => match self.keyring.get(&self.entry(&record.id)).await? {
                Some(text) => SealKey::from_secret(&text)?,
                None => return Ok(None),
            },
        };
        if key.id() == record.id { Ok(Some(key)) } else { Err(another_key()) }
    }

    /// Makes a key in the place of one that is lost, or of none. Of several processes that do so at
    /// once, all get the key of the one that the registry heard first.
    async fn make_seal_key(&self, lost: Option<SealKeyRecord>, keeper: Option<Keeper>) -> Result<SealKey, Trouble> {
        let key = SealKey::random();
        let custodian = self.give_into_custody(&key, keeper).await?;
        let ours = SealKeyRecord { id: key.id(), custodian: custodian.to_text() };
        let (before, new) = (lost.clone(), ours.clone());
        let holds =
            on_registry(&self.registry, move |registry| registry.settle_seal_key(before.as_ref(), &new)).await?;
        if holds == ours {
            return Ok(key);
        }
        if custodian == Custodian::Keyring {
            self.keyring.delete(&self.entry(&ours.id)).await?;
        }
        self.fetch_seal_key(&holds).await?.ok_or_else(missing)
    }

    /// Has a key kept by `keeper`; by the keyring, or if there is none under a passphrase, if none is named.
    async fn give_into_custody(&self, key: &SealKey, keeper: Option<Keeper>) -> Result<Custodian, Trouble> {
        if keeper == Some(Keeper::Passphrase) {
            return self.wrap(key, passphrase::none).await.map(Custodian::Passphrase);
        }
        match self.keyring.put(&self.entry(&key.id()), &key.to_secret()).await {
            Ok(()) => Ok(Custodian::Keyring),
            Err(trouble) if keeper.is_none() && is_absent(&trouble) => {
                self.wrap(key, passphrase::neither).await.map(Custodian::Passphrase)
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn unwrap(&self, wrapped: Wrapped) -> Result<SealKey, Trouble> {
        let passphrases = self.passphrases.clone();
        blocking(move || passphrases.open(&wrapped)).await
    }

    async fn wrap(&self, key: &SealKey, missing: fn() -> Trouble) -> Result<Wrapped, Trouble> {
        let (passphrases, key) = (self.passphrases.clone(), key.clone());
        blocking(move || passphrases.wrap(&key, missing)).await
    }

    /// The name of a key in the keyring.
    pub(super) fn entry(&self, id: &str) -> Key {
        Key::seal(self.registry.id(), id)
    }
}

/// Whether there is no keyring at all, and not one that has to be unlocked.
fn is_absent(trouble: &Trouble) -> bool {
    matches!(trouble.code(), "keyring.missing" | "keyring.no_collection" | "keyring.denied")
}

pub(super) fn missing() -> Trouble {
    Trouble::new(
        "seal.key_missing",
        "The key of the sealed secrets is not in the keyring",
        "It is another keyring than the one that it was put into, or somebody removed it. Nothing was changed.",
        "Run mailkey as the user and in the session whose keyring has it, or put the keyring's backup back. \
         If it is lost for good, `mailkey store give-up` lets everybody sign in anew.",
    )
}

fn other_keyring() -> Trouble {
    Trouble::new(
        "keyring.other",
        "This session's keyring is not the one that the tokens were put into",
        "Neither their seal key nor any of them is in it. Nothing was changed.",
        "Run mailkey as the user and in the session whose keyring has them, or put the keyring's backup back. \
         If it is lost for good, `mailkey store give-up` lets everybody sign in anew.",
    )
}

fn another_key() -> Trouble {
    Trouble::new(
        "seal.key",
        "The key of the sealed secrets is not the one that they were sealed under",
        "Somebody changed it, or the registry's file is another one. Nothing was changed.",
        "Put the right entry back into the keyring, or the right registry into its place.",
    )
}
