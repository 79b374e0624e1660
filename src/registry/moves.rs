//! Moving secrets between the stores: whose secrets there are, and the steps of a move that have
//! to be one transaction. Only one process moves at a time.

use std::fs::{File, TryLockError};

use rusqlite::Transaction;

use crate::domain::{GrantId, Remedy, StoreKind, Trouble, Whereabouts};

use super::secrets::{Owner, SealedSecret};
use super::sql::{Columns, Fault};
use super::{Registry, applications, place, secrets};

/// The right to move secrets, until it is dropped or its process ends.
#[derive(Debug)]
pub struct Mover(#[expect(dead_code, reason = "held for its lock")] File);

impl Registry {
    /// Takes the right to move secrets. It is a lock of the operating system's on a file beside the
    /// registry: nothing is left of it when its process dies, and a process that sleeps keeps it.
    ///
    /// # Errors
    /// `store.moving` if another process has it; `registry.…`.
    pub fn become_mover(&self) -> Result<Mover, Trouble> {
        let path = place::beside(&self.0.path, ".move");
        let file = place::make_file(&path).and_then(|()| File::options().write(true).open(&path));
        let file = file.map_err(|error| place::explain(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Mover(file)),
            Err(TryLockError::WouldBlock) => Err(moving()),
            Err(TryLockError::Error(error)) => Err(place::explain(&path, &error)),
        }
    }

    /// Begins a move to `to`, or takes up one that was interrupted: new secrets go there from now
    /// on. It gives where the secrets are now.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn begin_move(&self, to: StoreKind, wanted: StoreKind) -> Result<Whereabouts, Trouble> {
        self.write(|transaction| {
            let before = secrets::whereabouts(transaction, wanted)?;
            // A secret may be here still that was on its way to the keyring when a process died.
            let is_there = to == StoreKind::Sealed || secrets::count_sealed(transaction)? == 0;
            let after = if before == Whereabouts::In(to) && is_there { before } else { Whereabouts::MovingTo(to) };
            secrets::set_whereabouts(transaction, after)?;
            Ok(after)
        })
    }

    /// All who may have a secret, in either store.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn secret_owners(&self) -> Result<Vec<Owner>, Trouble> {
        self.read(owners)
    }

    /// How many those are.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn count_secret_owners(&self) -> Result<usize, Trouble> {
        let sql = "SELECT (SELECT count(*) FROM grants WHERE may_hold_secret) \
             + (SELECT count(*) FROM applications WHERE has_client_secret)";
        self.read(|transaction| {
            let count: u32 = transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
            Ok(count as usize)
        })
    }

    /// Copies a secret in from the keyring, unless it is here already.
    ///
    /// # Errors
    /// `grant.unknown`, `application.unknown` if its owner is gone; `seal.key_changed`; `registry.…`.
    pub fn copy_in(&self, secret: &SealedSecret) -> Result<(), Trouble> {
        self.write(|transaction| match secrets::sealed(transaction, &secret.name)? {
            Some(_) => Ok(()),
            None => secrets::put(transaction, secret),
        })
    }

    /// Deletes a secret that was copied to the keyring. `false`: it is still here, since it was
    /// changed since it was `sealed` so, or belongs here.
    ///
    /// Lightly: if a power cut brings the row back, it is the newest value all the same, since each
    /// value is written here first and waits for the disk.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn let_go(&self, name: &str, sealed: &[u8]) -> Result<bool, Trouble> {
        self.write_lightly(|transaction| {
            // Without a word of it nothing was ever sealed here but on its way to the keyring.
            let belongs_here = secrets::whereabouts(transaction, StoreKind::Keyring)?.target() == StoreKind::Sealed;
            match secrets::sealed(transaction, name)? {
                None => return Ok(true),
                Some(now) if now != sealed || belongs_here => return Ok(false),
                Some(_) => transaction.execute("DELETE FROM secrets WHERE name = ?1", [name])?,
            };
            Ok(true)
        })
    }

    /// Ends a move: all secrets are in `to`.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn end_move(&self, to: StoreKind) -> Result<(), Trouble> {
        self.write(|transaction| secrets::set_whereabouts(transaction, Whereabouts::In(to)))
    }
}

/// All who may have a secret, in either store.
pub(super) fn owners(transaction: &Transaction<'_>) -> Result<Vec<Owner>, Fault> {
    let sql = "SELECT id, account FROM grants WHERE may_hold_secret ORDER BY id";
    let mut statement = transaction.prepare_cached(sql)?;
    let of_grants = statement.query_map([], |row| {
        let mut columns = Columns::of(row);
        Ok(Owner::Grant(GrantId(columns.plain()?), columns.parsed()?))
    })?;
    let mut owners: Vec<Owner> = of_grants.collect::<Result<_, _>>()?;
    let applications = applications::all(transaction)?.into_iter().filter(|application| application.has_client_secret);
    owners.extend(applications.map(|application| Owner::Application(application.name)));
    Ok(owners)
}

fn moving() -> Trouble {
    Trouble::new(
        "store.moving",
        "Another process is moving the secrets",
        "Only one can do that at a time.",
        "Wait until it is done; `mailkey store status` says how far it is.",
    )
    .with(Remedy::Retry { not_before: None })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{address, at, fresh, name, with_mailbox};
    use super::super::secrets::SealKeyRecord;
    use super::*;

    fn owner(registry: &Registry) -> Owner {
        registry.secret_owners().unwrap().remove(0)
    }

    #[test]
    fn one_process_moves_at_a_time() {
        let (folder, registry) = fresh();
        let other = Registry::open(&folder.path().join("registry.db")).unwrap();
        let mover = registry.become_mover().unwrap();
        assert_eq!(other.become_mover().unwrap_err().code(), "store.moving");
        drop(mover);
        other.become_mover().unwrap();
    }

    #[test]
    fn a_move_that_was_begun_can_be_taken_up_turned_round_and_ended() {
        let (_folder, registry) = fresh();
        let (keyring, sealed) = (StoreKind::Keyring, StoreKind::Sealed);
        assert_eq!(registry.begin_move(keyring, keyring), Ok(Whereabouts::In(keyring)));
        for to in [sealed, sealed, keyring] {
            assert_eq!(registry.begin_move(to, keyring), Ok(Whereabouts::MovingTo(to)));
            assert_eq!(registry.whereabouts(keyring), Ok(Whereabouts::MovingTo(to)));
        }
        registry.end_move(keyring).unwrap();
        assert_eq!(registry.whereabouts(sealed), Ok(Whereabouts::In(keyring)));
    }

    #[test]
    fn owners_are_grants_that_may_hold_a_token_and_applications_with_a_secret() {
        let (_folder, registry, mailbox) = with_mailbox();
        let mailer = Owner::Application(name("Mailer"));
        assert_eq!(registry.secret_owners(), Ok(vec![mailer.clone()]));
        registry.take_lease(mailbox.grant, "somebody", at(0), at(9)).unwrap();
        let billing = Owner::Grant(mailbox.grant, address("billing@contoso.com"));
        assert_eq!(registry.secret_owners(), Ok(vec![billing, mailer]));
        assert_eq!(registry.count_secret_owners(), Ok(2));
    }

    #[test]
    fn a_copy_never_goes_over_a_newer_value_nor_to_an_owner_that_is_gone() {
        let (_folder, registry, mailbox) = with_mailbox();
        registry.take_lease(mailbox.grant, "somebody", at(0), at(9)).unwrap();
        let key = SealKeyRecord { id: "key".to_owned(), custodian: String::new() };
        registry.settle_seal_key(None, &key).unwrap();
        let owner = owner(&registry);
        let token = |value| SealedSecret {
            owner: owner.clone(),
            name: "token".to_owned(),
            sealed: vec![value],
            key_id: "key".to_owned(),
        };
        registry.copy_in(&token(1)).unwrap();
        registry.copy_in(&token(2)).unwrap();
        registry.begin_move(StoreKind::Sealed, StoreKind::Keyring).unwrap();
        assert_eq!(registry.let_go("token", &[1]), Ok(false), "it belongs here");
        registry.begin_move(StoreKind::Keyring, StoreKind::Keyring).unwrap();
        assert_eq!(registry.let_go("token", &[2]), Ok(false));
        assert_eq!(registry.let_go("token", &[1]), Ok(true));
        assert_eq!(registry.let_go("token", &[1]), Ok(true), "gone already");
        registry.remove_mailbox(mailbox.id).unwrap();
        let outcome = registry.copy_in(&token(1));
        assert_eq!(outcome.unwrap_err().code(), "grant.unknown");
    }
}
