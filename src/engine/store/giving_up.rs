//! The way out when the seal key is lost for good: the sealed secrets go, and everything begins anew.

use super::super::{Engine, on_registry};
use super::Store;
use crate::domain::Trouble;
use crate::registry::Registry;

impl Engine {
    /// Deletes the sealed secrets and forgets their key, so that everybody whose token was among
    /// them can sign in again. It gives how many there were. A person may be asked for the passphrase.
    ///
    /// # Errors
    /// `store.not_lost` if the key is at hand; what keeps it out of reach, if it may not be lost
    /// (`keyring.…`, `seal.passphrase_needed`, `seal.passphrase_file`); `store.moving`; `registry.…`.
    pub async fn give_up_sealed_secrets(&self) -> Result<usize, Trouble> {
        let _mover = self.registry(Registry::become_mover).await?;
        self.0.store.be_sure_that_the_key_is_lost().await?;
        let count = self.registry(Registry::give_up_sealed_secrets).await?;
        self.0.works.changed.notify_one();
        Ok(count)
    }
}

impl Store {
    async fn be_sure_that_the_key_is_lost(&self) -> Result<(), Trouble> {
        let Some(record) = on_registry(&self.registry, Registry::seal_key_record).await? else { return Ok(()) };
        match self.fetch_seal_key(&record).await {
            Ok(Some(_)) => Err(not_lost()),
            Ok(None) => Ok(()),
            // The passphrase is not the right one, or what is kept is not the key.
            Err(trouble) if matches!(trouble.code(), "seal.passphrase" | "seal.key") => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }
}

fn not_lost() -> Trouble {
    Trouble::new(
        "store.not_lost",
        "The sealed secrets were left as they are",
        "Their key is at hand, so that they can be opened.",
        "To be rid of a token, remove its mailbox.",
    )
}
