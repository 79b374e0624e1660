//! Leases: of all processes, only one refreshes a grant at a time.

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::{GrantId, Trouble};

use super::sql::time;
use super::{Registry, grants};

impl Registry {
    /// Takes the right to refresh a grant, unless somebody else's runs beyond `now`. One's own is
    /// renewed. Whoever holds it may store a secret, so that the grant's number will go through
    /// [`Registry::discarded`].
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn take_lease(&self, id: GrantId, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool, Trouble> {
        self.write(|transaction| {
            grants::by_id(transaction, id)?;
            let taken = transaction
                .prepare_cached(
                    "INSERT INTO leases (grant_id, holder, until) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (grant_id) DO UPDATE SET holder = excluded.holder, until = excluded.until \
                     WHERE leases.holder = excluded.holder OR leases.until <= ?4",
                )?
                .execute(params![id.0, holder, time(until), time(now)])?;
            grants::expect_secret(transaction, id)?;
            Ok(taken == 1)
        })
    }

    /// Gives the right back, if `holder` has it.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn release_lease(&self, id: GrantId, holder: &str) -> Result<(), Trouble> {
        self.write(|transaction| {
            transaction.execute(
                "DELETE FROM leases WHERE grant_id = ?1 AND holder = ?2",
                params![id.0, holder],
            )?;
            Ok(())
        })
    }
}
