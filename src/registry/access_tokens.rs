//! The access tokens that are kept until they expire, each sealed by whoever brings it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::{GrantId, Trouble};

use super::sql::{Columns, Fault, time};
use super::{Registry, grants};

impl Registry {
    /// Keeps a grant's access token, sealed by the caller, in place of the one before.
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn cache_access_token(&self, id: GrantId, sealed: &[u8], expires_at: Timestamp) -> Result<(), Trouble> {
        self.write_lightly(|transaction| {
            grants::must_exist(transaction, id)?;
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO access_tokens (grant_id, sealed, expires_at) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![id.0, sealed, time(expires_at)])?;
            Ok(())
        })
    }

    /// The access token that was kept, still sealed, and when it expires (which may be past).
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn cached_access_token(&self, id: GrantId) -> Result<Option<(Vec<u8>, Timestamp)>, Trouble> {
        self.read(|transaction| {
            grants::must_exist(transaction, id)?;
            let mut statement =
                transaction.prepare_cached("SELECT sealed, expires_at FROM access_tokens WHERE grant_id = ?1")?;
            let cached = |row: &Row<'_>| {
                let mut columns = Columns::of(row);
                Ok((columns.plain()?, columns.time()?))
            };
            Ok(statement.query_row([id.0], cached).optional()?)
        })
    }
}

/// Forgets the access token that a grant's refresh token gave.
pub(super) fn forget(connection: &Connection, id: GrantId) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM access_tokens WHERE grant_id = ?1")?.execute([id.0])?;
    Ok(())
}

/// Forgets all of them.
pub(super) fn forget_all(connection: &Connection) -> Result<(), Fault> {
    connection.execute("DELETE FROM access_tokens", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, trouble, with_mailbox};
    use super::*;
    use crate::domain::TokenEnd;

    #[test]
    fn a_cached_access_token_goes_with_its_refresh_token() {
        let (_folder, registry, mailbox) = with_mailbox();
        let id = mailbox.grant;
        assert_eq!(registry.cached_access_token(id), Ok(None));
        let cached = Ok(Some((vec![1, 2, 3], at(99))));
        let ends: [&dyn Fn() -> Result<(), Trouble>; 2] = [&|| registry.record_sign_in(id, None, at(1)), &|| {
            registry.record_end(id, TokenEnd::Expired, &trouble(), at(2))
        }];
        for end in ends {
            registry.cache_access_token(id, &[9], at(9)).unwrap();
            registry.cache_access_token(id, &[1, 2, 3], at(99)).unwrap();
            registry.record_use(id, at(1)).unwrap();
            assert_eq!(registry.cached_access_token(id), cached);
            end().unwrap();
            assert_eq!(registry.cached_access_token(id), Ok(None));
        }
    }
}
