//! Secrets, sealed: the rows of the sealed store, where the registry's secrets are, and which key
//! seals them. What is in here is of use to nobody without that key, which is elsewhere.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::domain::{Address, ApplicationName, Grant, GrantId, StoreKind, Trouble, Whereabouts};

use super::sql::{Columns, Fault, Json};
use super::{Registry, applications, grants};

/// Whoever may have a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A grant, and the account that gave it: the refresh token.
    Grant(GrantId, Address),
    /// An application: the client secret.
    Application(ApplicationName),
}

/// What the registry knows of one secret, all at one moment.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where the registry's secrets are.
    pub whereabouts: Whereabouts,
    /// The secret, if it is here.
    pub sealed: Option<Vec<u8>>,
    /// The key that secrets are sealed under, if there is one.
    pub key_id: Option<String>,
}

/// A secret that was sealed for its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Whose it is.
    pub owner: Owner,
    /// Its name.
    pub name: String,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// The key that it is sealed under.
    pub key_id: String,
}

/// The seal key as the registry knows it: which one it is, and who keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealKeyRecord {
    /// Tells keys apart; it says nothing of the key itself.
    pub id: String,
    /// Who keeps it, as the secrets' own room writes that.
    pub custodian: String,
}

impl Owner {
    /// The owner of a refresh token.
    #[must_use]
    pub fn of(grant: &Grant) -> Self {
        Self::Grant(grant.id, grant.account.clone())
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant(_, account) => account.fmt(f),
            Self::Application(name) => name.fmt(f),
        }
    }
}

impl Registry {
    /// Where the secrets are; `wanted` if the registry never kept any.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn whereabouts(&self, wanted: StoreKind) -> Result<Whereabouts, Trouble> {
        self.read(|transaction| whereabouts(transaction, wanted))
    }

    /// The same, decided once and for all: a secret is about to be kept.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn settle_whereabouts(&self, wanted: StoreKind) -> Result<Whereabouts, Trouble> {
        match self.read(|transaction| find_whereabouts(transaction))? {
            Some(settled) => Ok(settled),
            None => self.write(|transaction| settle(transaction, wanted)),
        }
    }

    /// What is known of the secret called `name`; see [`Registry::whereabouts`] on `wanted`.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn kept_secret(&self, name: &str, wanted: StoreKind) -> Result<Kept, Trouble> {
        self.read(|transaction| {
            Ok(Kept {
                whereabouts: whereabouts(transaction, wanted)?,
                sealed: sealed(transaction, name)?,
                key_id: find_record(transaction)?.map(|record| record.id),
            })
        })
    }

    /// Makes or replaces secrets, in one change that is on disk when this returns. The answers are
    /// in the same order, and each says in which store the secret belongs (see
    /// [`Registry::settle_whereabouts`] on `wanted`): in the keyring's case it is here only until
    /// that has it. `seal.key_changed`, if it is sealed under another key than the registry's;
    /// `grant.unknown`, `application.unknown` if its owner is gone: nobody would ever look for it.
    ///
    /// # Errors
    /// `registry.…`; then none was written.
    pub fn keep_secrets(
        &self,
        secrets: &[SealedSecret],
        wanted: StoreKind,
    ) -> Result<Vec<Result<StoreKind, Trouble>>, Trouble> {
        self.write(|transaction| {
            let place = settle(transaction, wanted)?.target();
            let keep = |secret| match put(transaction, secret) {
                Ok(()) => Ok(Ok(place)),
                Err(Fault::Rule(trouble)) => Ok(Err(*trouble)),
                Err(fault) => Err(fault),
            };
            secrets.iter().map(keep).collect()
        })
    }

    /// Deletes the secret called `name`, if it is here.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn forget_secret(&self, name: &str) -> Result<(), Trouble> {
        self.write(|transaction| {
            transaction.prepare_cached("DELETE FROM secrets WHERE name = ?1")?.execute([name])?;
            Ok(())
        })
    }

    /// How many secrets are here.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn count_sealed_secrets(&self) -> Result<usize, Trouble> {
        self.read(|transaction| count_sealed(transaction))
    }

    /// The key that the registry's secrets are sealed under, if there ever was one.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn seal_key_record(&self) -> Result<Option<SealKeyRecord>, Trouble> {
        self.read(|transaction| find_record(transaction))
    }

    /// Puts `new` in the place of `old` and gives what holds from now on: of several processes that
    /// make a key at once, all get the same one. Another key never takes the place of one that
    /// secrets are sealed under.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn settle_seal_key(&self, old: Option<&SealKeyRecord>, new: &SealKeyRecord) -> Result<SealKeyRecord, Trouble> {
        self.write(|transaction| {
            let holds = find_record(transaction)?;
            let is_needed = old.is_some_and(|old| old.id != new.id) && count_sealed(transaction)? > 0;
            match holds {
                Some(holds) if is_needed || Some(&holds) != old => Ok(holds),
                _ => {
                    transaction.execute("INSERT OR REPLACE INTO meta VALUES ('seal_key', ?1)", [Json(new)])?;
                    Ok(new.clone())
                }
            }
        })
    }
}

/// Where the secrets are; `wanted` if that never was settled.
pub(super) fn whereabouts(connection: &Connection, wanted: StoreKind) -> Result<Whereabouts, Fault> {
    Ok(find_whereabouts(connection)?.unwrap_or(Whereabouts::In(wanted)))
}

/// The same, from now on.
pub(super) fn settle(transaction: &Transaction<'_>, wanted: StoreKind) -> Result<Whereabouts, Fault> {
    if let Some(settled) = find_whereabouts(transaction)? {
        return Ok(settled);
    }
    set_whereabouts(transaction, Whereabouts::In(wanted))?;
    Ok(Whereabouts::In(wanted))
}

/// From now on the secrets are there.
pub(super) fn set_whereabouts(transaction: &Transaction<'_>, whereabouts: Whereabouts) -> Result<(), Fault> {
    transaction.execute("INSERT OR REPLACE INTO meta VALUES ('secrets', ?1)", [whereabouts.to_string()])?;
    Ok(())
}

/// Makes or replaces a row, if its owner is there and it is sealed under the registry's own key.
pub(super) fn put(transaction: &Transaction<'_>, secret: &SealedSecret) -> Result<(), Fault> {
    match &secret.owner {
        Owner::Grant(id, _) => grants::must_exist(transaction, *id)?,
        Owner::Application(name) => drop(applications::number(transaction, name)?),
    }
    if find_record(transaction)?.is_none_or(|record| record.id != secret.key_id) {
        return Err(key_changed().into());
    }
    let mut statement = transaction.prepare_cached("INSERT OR REPLACE INTO secrets VALUES (?1, ?2)")?;
    statement.execute(params![secret.name, secret.sealed])?;
    Ok(())
}

/// The secret called `name`, if it is here.
pub(super) fn sealed(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut statement = connection.prepare_cached("SELECT sealed FROM secrets WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// How many secrets are here.
pub(super) fn count_sealed(connection: &Connection) -> Result<usize, Fault> {
    let rows: u32 = connection.prepare_cached("SELECT count(*) FROM secrets")?.query_row([], |row| row.get(0))?;
    Ok(rows as usize)
}

fn find_whereabouts(connection: &Connection) -> Result<Option<Whereabouts>, Fault> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = 'secrets'")?;
    Ok(statement.query_row([], |row| Columns::of(row).parsed()).optional()?)
}

fn find_record(connection: &Connection) -> Result<Option<SealKeyRecord>, Fault> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = 'seal_key'")?;
    Ok(statement.query_row([], |row| Columns::of(row).json()).optional()?)
}

/// `seal.key_changed`.
fn key_changed() -> Trouble {
    Trouble::new(
        "seal.key_changed",
        "The secret was not kept: the registry has another seal key than it had",
        "The key was lost, and another process made a new one.",
        "Start mailkey again, then try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, fresh, name, with_mailbox};
    use super::*;

    fn record(id: &str) -> SealKeyRecord {
        SealKeyRecord { id: id.to_owned(), custodian: "the keyring".to_owned() }
    }

    fn secret(name: &str, sealed: &[u8], key_id: &str) -> SealedSecret {
        let owner = Owner::Application(self::name("Mailer"));
        SealedSecret { owner, name: name.into(), sealed: sealed.into(), key_id: key_id.into() }
    }

    fn keep(registry: &Registry, name: &str, sealed: &[u8], key_id: &str) -> Result<StoreKind, Trouble> {
        registry.keep_secrets(&[secret(name, sealed, key_id)], StoreKind::Sealed).unwrap().remove(0)
    }

    fn sealing() -> (tempfile::TempDir, Registry) {
        let (folder, registry, _) = with_mailbox();
        registry.settle_whereabouts(StoreKind::Sealed).unwrap();
        registry.settle_seal_key(None, &record("one")).unwrap();
        (folder, registry)
    }

    #[test]
    fn where_secrets_are_is_settled_once() {
        let (folder, registry) = fresh();
        let other = Registry::open(&folder.path().join("registry.db")).unwrap();
        assert_eq!(registry.whereabouts(StoreKind::Keyring), Ok(Whereabouts::In(StoreKind::Keyring)));
        assert_eq!(registry.settle_whereabouts(StoreKind::Sealed), Ok(Whereabouts::In(StoreKind::Sealed)));
        for registry in [registry, other] {
            assert_eq!(registry.settle_whereabouts(StoreKind::Keyring), Ok(Whereabouts::In(StoreKind::Sealed)));
            assert_eq!(registry.whereabouts(StoreKind::Keyring), Ok(Whereabouts::In(StoreKind::Sealed)));
            let kept = registry.kept_secret("name", StoreKind::Keyring).unwrap();
            assert_eq!(kept, Kept { whereabouts: Whereabouts::In(StoreKind::Sealed), sealed: None, key_id: None });
        }
    }

    #[test]
    fn a_secret_is_kept_here_first_wherever_it_belongs() {
        let (_folder, registry, _) = with_mailbox();
        registry.settle_seal_key(None, &record("one")).unwrap();
        assert_eq!(keep(&registry, "old", &[1], "one"), Ok(StoreKind::Sealed), "that settles it");
        assert_eq!(registry.settle_whereabouts(StoreKind::Keyring), Ok(Whereabouts::In(StoreKind::Sealed)));
        registry.begin_move(StoreKind::Keyring, StoreKind::Keyring).unwrap();
        assert_eq!(keep(&registry, "old", &[2], "one"), Ok(StoreKind::Keyring));
        assert_eq!(keep(&registry, "new", &[3], "one"), Ok(StoreKind::Keyring));
        let sealed = |name| registry.kept_secret(name, StoreKind::Keyring).unwrap().sealed;
        assert_eq!((sealed("old"), sealed("new")), (Some(vec![2]), Some(vec![3])));
        registry.forget_secret("old").unwrap();
        assert_eq!(sealed("old"), None);
    }

    /// However it came to that: its grant was removed while the token was on its way.
    #[test]
    fn a_secret_whose_owner_is_gone_is_not_kept() {
        let (_folder, registry, mailbox) = with_mailbox();
        registry.settle_seal_key(None, &record("one")).unwrap();
        registry.take_lease(mailbox.grant, "somebody", at(0), at(9)).unwrap();
        let token =
            SealedSecret { owner: Owner::of(&registry.grant(mailbox.grant).unwrap()), ..secret("token", &[1], "one") };
        registry.remove_mailbox(mailbox.id).unwrap();
        let removed = SealedSecret { owner: Owner::Application(name("Printer")), ..secret("other", &[1], "one") };
        let kept = registry.keep_secrets(&[token, removed, secret("name", &[1], "one")], StoreKind::Sealed).unwrap();
        let codes: Vec<_> = kept.iter().map(|kept| kept.as_ref().map_err(Trouble::code)).collect();
        assert_eq!(codes, [Err("grant.unknown"), Err("application.unknown"), Ok(&StoreKind::Sealed)]);
        assert_eq!(registry.count_sealed_secrets(), Ok(1));
    }

    #[test]
    fn of_two_keys_that_are_made_at_once_one_holds() {
        let (_folder, registry) = sealing();
        assert_eq!(registry.settle_seal_key(None, &record("two")), Ok(record("one")));
        assert_eq!(registry.settle_seal_key(Some(&record("zero")), &record("two")), Ok(record("one")));
        assert_eq!(registry.seal_key_record(), Ok(Some(record("one"))));
    }

    #[test]
    fn a_key_that_secrets_are_sealed_under_changes_its_keeper_but_not_itself() {
        let (_folder, registry) = sealing();
        assert_eq!(registry.settle_seal_key(Some(&record("one")), &record("two")), Ok(record("two")), "none is yet");
        assert_eq!(keep(&registry, "name", &[1], "one").unwrap_err().code(), "seal.key_changed");
        assert_eq!(keep(&registry, "name", &[1], "two"), Ok(StoreKind::Sealed));
        assert_eq!(registry.settle_seal_key(Some(&record("two")), &record("three")), Ok(record("two")));
        let elsewhere = SealKeyRecord { custodian: "a passphrase".to_owned(), ..record("two") };
        assert_eq!(registry.settle_seal_key(Some(&record("two")), &elsewhere), Ok(elsewhere));
    }
}
