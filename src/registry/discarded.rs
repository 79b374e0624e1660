//! Grants that nobody uses any more: they go at once, but their numbers stay until the secret store
//! has forgotten their secrets too, however often the program is killed in between.

use rusqlite::Transaction;

use crate::domain::{GrantId, Trouble};

use super::Registry;
use super::sql::Fault;

impl Registry {
    /// The grants that are gone from the registry while their secrets may still be in the store.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn discarded(&self) -> Result<Vec<GrantId>, Trouble> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached("SELECT grant_id FROM discarded ORDER BY grant_id")?;
            Ok(statement.query_map([], |row| row.get(0).map(GrantId))?.collect::<Result<_, _>>()?)
        })
    }

    /// Removes a grant, unless a mailbox uses it.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn discard_unused(&self, id: GrantId) -> Result<(), Trouble> {
        self.write(|transaction| discard_if_unused(transaction, id))
    }

    /// The secrets of a discarded grant are gone too.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn forget_discarded(&self, id: GrantId) -> Result<(), Trouble> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM discarded WHERE grant_id = ?1", [id.0])?;
            Ok(())
        })
    }
}

/// Notes that a secret may be stored for this grant from now on, whether or not that is recorded:
/// a process may die between the two.
pub(super) fn expect_secret(transaction: &Transaction<'_>, id: GrantId) -> Result<(), Fault> {
    transaction.execute("UPDATE grants SET may_hold_secret = 1 WHERE id = ?1", [id.0])?;
    Ok(())
}

/// Removes a grant that no mailbox uses; if it may hold a secret, its number is kept until that is gone too.
pub(super) fn discard_if_unused(transaction: &Transaction<'_>, id: GrantId) -> Result<(), Fault> {
    discard_where(transaction, "id = ?1 AND NOT EXISTS (SELECT 1 FROM mailboxes WHERE grant_id = grants.id)", id.0)
}

/// Removes all grants of an application, which no mailbox uses.
pub(super) fn discard_all(transaction: &Transaction<'_>, application: i64) -> Result<(), Fault> {
    discard_where(transaction, "application = ?1", application)
}

fn discard_where(transaction: &Transaction<'_>, condition: &str, value: i64) -> Result<(), Fault> {
    let keep = format!("INSERT INTO discarded SELECT id FROM grants WHERE may_hold_secret AND {condition}");
    transaction.execute(&keep, [value])?;
    transaction.execute(&format!("DELETE FROM grants WHERE {condition}"), [value])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, with_mailbox};

    /// A process may store a secret and die before it records that.
    #[test]
    fn a_grant_that_may_hold_a_secret_is_discarded_with_care() {
        let (_folder, registry, mailbox) = with_mailbox();
        assert_eq!(registry.take_lease(mailbox.grant, "somebody", at(0), at(9)), Ok(true));
        registry.remove_mailbox(mailbox.id).unwrap();
        assert_eq!(registry.discarded(), Ok(vec![mailbox.grant]));
    }
}
