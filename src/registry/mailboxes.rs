//! Mailboxes: the addresses whose mail is wanted, and what was found when they were tried.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::domain::{Address, ApplicationName, Check, Checks, GrantId, Mailbox, MailboxId, Trouble};

use super::nearest::nearest;
use super::sql::{Columns, Fault, Json, time};
use super::{Registry, grants};

/// Which of a mailbox's servers was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Submission.
    Smtp,
    /// IMAP.
    Imap,
    /// POP3.
    Pop,
}

/// Mailboxes in the form that [`mailbox`] reads; the name of the application comes with the grant.
pub(super) const SELECT: &str = "SELECT mailboxes.id, address, applications.name, grant_id, \
     smtp_at, smtp_trouble, imap_at, imap_trouble, pop_at, pop_trouble \
     FROM mailboxes JOIN grants ON grants.id = grant_id JOIN applications ON applications.id = grants.application";

const FORGET_CHECKS: &str = "smtp_at = NULL, smtp_trouble = NULL, imap_at = NULL, imap_trouble = NULL, \
     pop_at = NULL, pop_trouble = NULL";

impl Registry {
    /// Adds a mailbox on the grant that `account` gave `application`, which is made if there is none.
    ///
    /// # Errors
    /// `mailbox.exists` if the registry has the address, in whatever case; `application.unknown`; `registry.…`.
    pub fn add_mailbox(
        &self,
        address: &Address,
        application: &ApplicationName,
        account: &Address,
    ) -> Result<Mailbox, Trouble> {
        self.write(|transaction| {
            refuse_taken(transaction, address, None)?;
            let grant = grants::find_or_make(transaction, application, account)?;
            transaction
                .prepare_cached("INSERT INTO mailboxes (address, folded, grant_id) VALUES (?1, ?2, ?3)")?
                .execute(params![address.as_str(), address.folded(), grant.0])?;
            by_id(transaction, MailboxId(transaction.last_insert_rowid()))
        })
    }

    /// The mailbox with this number.
    ///
    /// # Errors
    /// `mailbox.unknown`; `registry.…`.
    pub fn mailbox(&self, id: MailboxId) -> Result<Mailbox, Trouble> {
        self.read(|transaction| by_id(transaction, id))
    }

    /// The mailbox with this address, in whatever case.
    ///
    /// # Errors
    /// `mailbox.unknown`, whose next names addresses that look like it; `registry.…`.
    pub fn mailbox_at(&self, address: &Address) -> Result<Mailbox, Trouble> {
        self.read(|transaction| {
            let found = find(transaction, "mailboxes.folded = ?1", Value::Text(address.folded()))?;
            found.map_or_else(|| Err(unknown(transaction, address)?.into()), Ok)
        })
    }

    /// Changes address, application or account. What was found for another address or through
    /// another grant is forgotten. A grant that nobody uses any more goes to [`Registry::discarded`].
    ///
    /// # Errors
    /// `mailbox.unknown`; `mailbox.exists` if another mailbox has the address; `application.unknown`; `registry.…`.
    pub fn change_mailbox(
        &self,
        id: MailboxId,
        address: &Address,
        application: &ApplicationName,
        account: &Address,
    ) -> Result<Mailbox, Trouble> {
        self.write(|transaction| {
            let before = by_id(transaction, id)?;
            refuse_taken(transaction, address, Some(id))?;
            let grant = grants::find_or_make(transaction, application, account)?;
            grants::respell(transaction, grant, account)?;
            transaction.execute(
                "UPDATE mailboxes SET address = ?2, folded = ?3, grant_id = ?4 WHERE id = ?1",
                params![id.0, address.as_str(), address.folded(), grant.0],
            )?;
            if before.address != *address || before.grant != grant {
                forget_checks(transaction, id)?;
            }
            grants::discard_if_unused(transaction, before.grant)?;
            by_id(transaction, id)
        })
    }

    /// Moves a mailbox to another grant of the same application; its checks are forgotten, and a
    /// grant that nobody uses any more goes to [`Registry::discarded`].
    ///
    /// # Errors
    /// `mailbox.unknown`; `grant.unknown`; `grant.other_application`; `registry.…`.
    pub fn assign_grant(&self, id: MailboxId, grant: GrantId) -> Result<(), Trouble> {
        self.write(|transaction| {
            let before = by_id(transaction, id)?;
            let application = grants::by_id(transaction, grant)?.application;
            if application != before.application {
                return Err(other_application(&before, &application).into());
            }
            if before.grant == grant {
                return Ok(());
            }
            transaction.execute("UPDATE mailboxes SET grant_id = ?2 WHERE id = ?1", [id.0, grant.0])?;
            forget_checks(transaction, id)?;
            grants::discard_if_unused(transaction, before.grant)
        })
    }

    /// Removes a mailbox. A grant that nobody uses any more goes to [`Registry::discarded`].
    ///
    /// # Errors
    /// `mailbox.unknown`; `registry.…`.
    pub fn remove_mailbox(&self, id: MailboxId) -> Result<(), Trouble> {
        self.write(|transaction| {
            let grant = by_id(transaction, id)?.grant;
            transaction.execute("DELETE FROM mailboxes WHERE id = ?1", [id.0])?;
            grants::discard_if_unused(transaction, grant)
        })
    }

    /// Records what was found at one of a mailbox's servers.
    ///
    /// # Errors
    /// `mailbox.unknown`; `registry.…`.
    pub fn record_check(&self, id: MailboxId, protocol: Protocol, outcome: &Check) -> Result<(), Trouble> {
        let sql = match protocol {
            Protocol::Smtp => "UPDATE mailboxes SET smtp_at = ?2, smtp_trouble = ?3 WHERE id = ?1",
            Protocol::Imap => "UPDATE mailboxes SET imap_at = ?2, imap_trouble = ?3 WHERE id = ?1",
            Protocol::Pop => "UPDATE mailboxes SET pop_at = ?2, pop_trouble = ?3 WHERE id = ?1",
        };
        let values = params![id.0, outcome.at().map(time), outcome.trouble().map(Json)];
        self.write(|transaction| match transaction.execute(sql, values)? {
            0 => Err(gone(id).into()),
            _ => Ok(()),
        })
    }
}

/// All mailboxes, by address.
pub(super) fn all(connection: &Connection) -> Result<Vec<Mailbox>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY mailboxes.folded"))?;
    Ok(statement.query_map([], mailbox)?.collect::<Result<_, _>>()?)
}

/// The mailbox with this number.
pub(super) fn by_id(connection: &Connection, id: MailboxId) -> Result<Mailbox, Fault> {
    find(connection, "mailboxes.id = ?1", Value::Integer(id.0))?.ok_or_else(|| gone(id).into())
}

/// A mailbox from a row of [`SELECT`].
pub(super) fn mailbox(row: &Row<'_>) -> rusqlite::Result<Mailbox> {
    let mut columns = Columns::of(row);
    Ok(Mailbox {
        id: MailboxId(columns.plain()?),
        address: columns.parsed()?,
        application: columns.parsed()?,
        grant: GrantId(columns.plain()?),
        checks: Checks {
            smtp: columns.check()?,
            imap: columns.check()?,
            pop: columns.check()?,
        },
    })
}

fn find(connection: &Connection, condition: &str, value: Value) -> Result<Option<Mailbox>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE {condition}"))?;
    Ok(statement.query_row([value], mailbox).optional()?)
}

fn forget_checks(transaction: &Transaction<'_>, id: MailboxId) -> Result<(), Fault> {
    transaction.execute(&format!("UPDATE mailboxes SET {FORGET_CHECKS} WHERE id = ?1"), [id.0])?;
    Ok(())
}

/// Refuses an address that another mailbox than `own` has.
fn refuse_taken(connection: &Connection, address: &Address, own: Option<MailboxId>) -> Result<(), Fault> {
    match find(connection, "mailboxes.folded = ?1", Value::Text(address.folded()))? {
        Some(other) if Some(other.id) != own => Err(exists(&other).into()),
        _ => Ok(()),
    }
}

fn exists(mailbox: &Mailbox) -> Trouble {
    Trouble::new(
        "mailbox.exists",
        format!("The mailbox {} is in the registry already", mailbox.address),
        format!("It belongs to the application “{}”.", mailbox.application),
        "Change that one, or remove it first.",
    )
}

fn other_application(mailbox: &Mailbox, other: &ApplicationName) -> Trouble {
    Trouble::new(
        "grant.other_application",
        format!("{} cannot use a grant of the application “{other}”", mailbox.address),
        format!("It belongs to the application “{}”.", mailbox.application),
        "Change the mailbox's application first.",
    )
}

fn gone(id: MailboxId) -> Trouble {
    Trouble::new(
        "mailbox.unknown",
        format!("There is no mailbox number {id} any more"),
        "It was removed, perhaps by another process.",
        "Look at the list again.",
    )
}

fn unknown(connection: &Connection, address: &Address) -> Result<Trouble, Fault> {
    let mut statement = connection.prepare("SELECT address FROM mailboxes")?;
    let known: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let next = match (known.is_empty(), nearest(address.as_str(), known, 3).as_slice()) {
        (true, _) => "There are none yet: add it.".to_owned(),
        (false, []) => "Add it first, or see which there are with “mailkey list”.".to_owned(),
        (false, near) => format!("Did you mean {}?", near.join(", ")),
    };
    Ok(Trouble::new(
        "mailbox.unknown",
        format!("The mailbox {address} is not in the registry"),
        "",
        next,
    ))
}
