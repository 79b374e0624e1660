//! The way out when the seal key is lost for good: the sealed secrets go, and everything begins anew.

use super::super::Engine;
use super::KeyStatus;
use crate::domain::Trouble;
use crate::registry::Registry;

impl Engine {
    /// Deletes the sealed secrets and forgets their key, so that everybody whose token was among
    /// them can sign in again. It gives how many there were.
    ///
    /// # Errors
    /// `store.not_lost` if the key is at hand; `store.moving`; `registry.…`.
    pub async fn give_up_sealed_secrets(&self) -> Result<usize, Trouble> {
        let _mover = self.registry(Registry::become_mover).await?;
        if let KeyStatus::Ready(_) = self.0.store.key_status().await? {
            return Err(not_lost());
        }
        let count = self.registry(Registry::give_up_sealed_secrets).await?;
        self.0.works.changed.notify_one();
        Ok(count)
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
