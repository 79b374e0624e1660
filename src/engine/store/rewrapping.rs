//! Another passphrase for the seal key. It only wraps the key, so that the key itself and all that is
//! sealed under it stay as they are.

use super::super::{Engine, blocking};
use crate::domain::Trouble;
use crate::registry::{Registry, SealKeyRecord};
use crate::secrets::custody::Custodian;

impl Engine {
    /// Takes the old passphrase from where it always is, and has the key kept under a new one: a
    /// person's, or a service's from its file. It is one change of the registry: whoever is killed
    /// leaves the old passphrase or the new one.
    ///
    /// # Errors
    /// `store.no_passphrase` if the key is under none; `seal.passphrase`, `seal.passphrase_…`,
    /// `seal.key_changed`, `registry.…`. The old passphrase is then as good as before.
    pub async fn change_passphrase(&self) -> Result<(), Trouble> {
        let old = self.registry(Registry::seal_key_record).await?.ok_or_else(no_passphrase)?;
        let Custodian::Passphrase(before) = Custodian::parse(&old.custodian)? else { return Err(no_passphrase()) };
        let key = self.0.store.fetch_seal_key(&old).await?.ok_or_else(no_passphrase)?;
        let passphrases = self.0.store.passphrases.clone();
        let wrapped = blocking(move || passphrases.wrap_anew(&key, &before)).await?;
        let new = SealKeyRecord { id: old.id.clone(), custodian: Custodian::Passphrase(wrapped).to_text() };
        let settle = move |registry: &Registry| Ok(registry.settle_seal_key(Some(&old), &new)? == new);
        if self.registry(settle).await? { Ok(()) } else { Err(changed_meanwhile()) }
    }
}

fn no_passphrase() -> Trouble {
    Trouble::new(
        "store.no_passphrase",
        "There is no passphrase to be changed",
        "The key of the sealed secrets is in the keyring, or none was needed yet.",
        "`mailkey store move sealed --key passphrase` seals all secrets under one.",
    )
}

fn changed_meanwhile() -> Trouble {
    Trouble::new(
        "seal.key_changed",
        "The passphrase was not changed",
        "Another process gave the key of the sealed secrets to another keeper meanwhile, or changed the passphrase.",
        "Look at `mailkey store status`, then try again.",
    )
}
