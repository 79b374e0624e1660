//! Giving up what is sealed here, when its key is lost for good.

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::{TokenEnd, Trouble};

use super::moves::owners;
use super::secrets::Owner;
use super::sql::{Json, time};
use super::{Registry, access_tokens, secrets};

impl Registry {
    /// Deletes everything that is sealed, and forgets the key. Tokens that were among it have ended,
    /// for this reason; what they are called in here is `name_of` their owner. It gives all whose
    /// secrets are gone.
    ///
    /// # Errors
    /// `registry.…`; then nothing was changed.
    pub fn give_up_sealed_secrets(
        &self,
        name_of: impl Fn(&Owner) -> String,
        why: &Trouble,
        at: Timestamp,
    ) -> Result<Vec<Owner>, Trouble> {
        self.write(|transaction| {
            let mut gone = Vec::new();
            for owner in owners(transaction)? {
                if secrets::sealed(transaction, &name_of(&owner))?.is_some() {
                    gone.push(owner);
                }
            }
            let sql = "UPDATE grants SET ended_at = ?2, ending = ?3, trouble = NULL \
                 WHERE id = ?1 AND obtained_at IS NOT NULL AND ended_at IS NULL";
            let mut end = transaction.prepare_cached(sql)?;
            for owner in &gone {
                if let Owner::Grant(id, _) = owner {
                    end.execute(params![id.0, time(at), Json((TokenEnd::Revoked, why))])?;
                }
            }
            transaction.execute("DELETE FROM meta WHERE name = 'seal_key'", [])?;
            access_tokens::forget_all(transaction)?;
            transaction.execute("DELETE FROM secrets", [])?;
            Ok(gone)
        })
    }
}
