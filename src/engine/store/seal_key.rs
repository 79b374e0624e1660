//! The one key that everything sealed in a registry is sealed under. The registry says which key it
//! is and who keeps it; a key that the registry does not name is never used.

use super::super::{blocking, on_registry};
use super::Store;
use crate::domain::{StoreKind, Trouble};
use crate::registry::SealKeyRecord;
use crate::secrets::Key;
use crate::secrets::custody::{Custodian, Wrapped};
use crate::secrets::seal::SealKey;

impl Store {
    /// The seal key; made when it is first needed.
    ///
    /// # Errors
    /// `seal.passphrase` if the passphrase is wrong; `seal.key_missing`, `seal.…`, `keyring.…`,
    /// `registry.…`.
    pub(super) async fn seal_key(&self) -> Result<&SealKey, Trouble> {
        self.seal_key.get_or_try_init(|| self.find_or_make_seal_key()).await
    }

    /// Has the key ready if it takes a passphrase, or may take a new one.
    pub(in crate::engine) async fn unlock(&self) -> Result<(), Trouble> {
        let takes_passphrase = match on_registry(&self.registry, |registry| registry.seal_key_record()).await? {
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

    async fn find_or_make_seal_key(&self) -> Result<SealKey, Trouble> {
        let Some(record) = on_registry(&self.registry, |registry| registry.seal_key_record()).await? else {
            return self.make_seal_key(None).await;
        };
        if let Some(key) = self.fetch_seal_key(&record).await? {
            return Ok(key);
        }
        // What a lost key sealed for a while is no great loss; secrets are.
        match on_registry(&self.registry, |registry| registry.count_sealed_secrets()).await? {
            0 => self.make_seal_key(Some(record)).await,
            _ => Err(missing()),
        }
    }

    /// The key of a record from its custodian; `None` if that has lost it.
    async fn fetch_seal_key(&self, record: &SealKeyRecord) -> Result<Option<SealKey>, Trouble> {
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
    async fn make_seal_key(&self, lost: Option<SealKeyRecord>) -> Result<SealKey, Trouble> {
        let key = SealKey::random();
        let custodian = self.give_into_custody(&key).await?;
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

    /// Has a new key kept: under a passphrase if there is one and secrets are sealed under the key,
    /// or if there is no keyring; else in the keyring.
    async fn give_into_custody(&self, key: &SealKey) -> Result<Custodian, Trouble> {
        let seals_secrets = self.whereabouts().await?.target() == StoreKind::Sealed;
        if seals_secrets && self.passphrases.are_configured() {
            return self.wrap(key).await.map(Custodian::Passphrase);
        }
        match self.keyring.put(&self.entry(&key.id()), &key.to_secret()).await {
            Ok(()) => Ok(Custodian::Keyring),
            Err(trouble) if seals_secrets && is_absent(&trouble) => self.wrap(key).await.map(Custodian::Passphrase),
            Err(trouble) => Err(trouble),
        }
    }

    async fn unwrap(&self, wrapped: Wrapped) -> Result<SealKey, Trouble> {
        let passphrases = self.passphrases.clone();
        blocking(move || passphrases.open(&wrapped)).await
    }

    async fn wrap(&self, key: &SealKey) -> Result<Wrapped, Trouble> {
        let (passphrases, key) = (self.passphrases.clone(), key.clone());
        blocking(move || passphrases.wrap(&key)).await
    }

    /// The name of a key in the keyring.
    fn entry(&self, id: &str) -> Key {
        Key::seal(self.registry.id(), id)
    }
}

/// Whether there is no keyring at all, and not one that has to be unlocked.
fn is_absent(trouble: &Trouble) -> bool {
    matches!(trouble.code(), "keyring.missing" | "keyring.no_collection" | "keyring.denied")
}

fn missing() -> Trouble {
    Trouble::new(
        "seal.key_missing",
        "The key of the sealed secrets is not in the keyring",
        "It is another keyring than the one that it was put into, or somebody removed it. Nothing was changed.",
        "Run mailkey as the user and in the session whose keyring has it, or put the keyring's backup back.",
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
