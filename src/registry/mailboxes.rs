//! Mailboxes: the addresses whose mail is wanted, and what was found when they were tried.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};

use crate::domain::{Address, ApplicationName, Check, Checks, Grant, GrantId, Mailbox, MailboxId, NewMailbox, Trouble};

use super::nearest::nearest;
use super::sql::{Columns, Fault, Json, time};
use super::{Registry, discarded, grants};

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

impl Protocol {
    /// What was found there.
    #[must_use]
    pub fn found(self, checks: &Checks) -> &Check {
        match self {
            Self::Smtp => &checks.smtp,
            Self::Imap => &checks.imap,
            Self::Pop => &checks.pop,
        }
    }
}

/// Mailboxes in the form that [`mailbox`] reads.
const SELECT: &str = "SELECT id, grant_id, address, \
     smtp_at, smtp_trouble, imap_at, imap_trouble, pop_at, pop_trouble, note FROM mailboxes";

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
        self.read(|transaction| by_address(transaction, address))
    }

    /// Changes address, application, account and note, and gives what they were. What was found for
    /// another address or through another grant is forgotten. A grant that nobody uses any more goes to
    /// [`Registry::discarded`].
    ///
    /// # Errors
    /// `mailbox.unknown`; `mailbox.exists` if another mailbox has the address; `application.unknown`; `registry.…`.
    pub fn change_mailbox(&self, id: MailboxId, to: &NewMailbox) -> Result<NewMailbox, Trouble> {
        self.write(|transaction| change(transaction, by_id(transaction, id)?, to))
    }

    /// Moves a mailbox to another grant of the same application; its checks are forgotten, and a
    /// grant that nobody uses any more goes to [`Registry::discarded`].
    ///
    /// # Errors
    /// `mailbox.unknown`; `grant.unknown`; `grant.other_application`; `registry.…`.
    pub fn assign_grant(&self, id: MailboxId, grant: GrantId) -> Result<(), Trouble> {
        self.write(|transaction| {
            let before = by_id(transaction, id)?;
            let (own, other) = (grants::by_id(transaction, before.grant)?, grants::by_id(transaction, grant)?);
            if own.application != other.application {
                return Err(other_application(&before, &own.application, &other.application).into());
            }
            if before.grant == grant {
                return Ok(());
            }
            transaction.execute("UPDATE mailboxes SET grant_id = ?2 WHERE id = ?1", [id.0, grant.0])?;
            forget_checks(transaction, id)?;
            discarded::discard_if_unused(transaction, before.grant)
        })
    }

    /// Removes a mailbox, and gives it. A grant that nobody uses any more goes to [`Registry::discarded`].
    ///
    /// # Errors
    /// `mailbox.unknown`; `registry.…`.
    pub fn remove_mailbox(&self, id: MailboxId) -> Result<Mailbox, Trouble> {
        self.write(|transaction| {
            let mailbox = by_id(transaction, id)?;
            transaction.execute("DELETE FROM mailboxes WHERE id = ?1", [id.0])?;
            discarded::discard_if_unused(transaction, mailbox.grant)?;
            Ok(mailbox)
        })
    }

    /// Records what was found at one of a mailbox's servers; the next check would tell it again.
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
        self.write_lightly(|transaction| match transaction.prepare_cached(sql)?.execute(values)? {
            0 => Err(gone(id).into()),
            _ => Ok(()),
        })
    }
}

/// [`Registry::change_mailbox`].
pub(super) fn change(transaction: &Transaction<'_>, before: Mailbox, to: &NewMailbox) -> Result<NewMailbox, Fault> {
    let NewMailbox { address, application, account, note } = to;
    refuse_taken(transaction, address, Some(before.id))?;
    let grant_before = grants::by_id(transaction, before.grant)?;
    let grant = grants::find_or_make(transaction, application, account)?;
    grants::respell(transaction, grant, account)?;
    transaction
        .prepare_cached("UPDATE mailboxes SET address = ?2, folded = ?3, grant_id = ?4, note = ?5 WHERE id = ?1")?
        .execute(params![before.id.0, address.as_str(), address.folded(), grant.0, note.as_str()])?;
    if before.address != *address || before.grant != grant {
        forget_checks(transaction, before.id)?;
    }
    discarded::discard_if_unused(transaction, before.grant)?;
    let (Mailbox { address, note, .. }, Grant { application, account, .. }) = (before, grant_before);
    Ok(NewMailbox { address, application, account, note })
}

/// All mailboxes, by address.
pub(super) fn all(connection: &Connection) -> Result<Vec<Mailbox>, Fault> {
    let mut all = some(connection, "", [])?;
    all.sort_by(|a: &Mailbox, b| a.address.cmp(&b.address));
    Ok(all)
}

/// The mailboxes that use a grant, by address.
pub(super) fn of_grant(connection: &Connection, grant: GrantId) -> Result<Vec<Mailbox>, Fault> {
    some(connection, "WHERE grant_id = ?1 ORDER BY folded", [grant.0])
}

/// The mailboxes that changed after the revision `seen`, in no order.
pub(super) fn changed_since(connection: &Connection, seen: i64) -> Result<Vec<Mailbox>, Fault> {
    some(connection, "WHERE revision > ?1", [seen])
}

fn some(connection: &Connection, condition: &str, values: impl Params) -> Result<Vec<Mailbox>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} {condition}"))?;
    Ok(statement.query_map(values, mailbox)?.collect::<Result<_, _>>()?)
}

/// The mailbox with this number.
pub(super) fn by_id(connection: &Connection, id: MailboxId) -> Result<Mailbox, Fault> {
    find(connection, "id = ?1", Value::Integer(id.0))?.ok_or_else(|| gone(id).into())
}

/// The mailbox with this address.
pub(super) fn by_address(connection: &Connection, address: &Address) -> Result<Mailbox, Fault> {
    let found = find(connection, "folded = ?1", Value::Text(address.folded()))?;
    found.map_or_else(|| Err(unknown(connection, address)?.into()), Ok)
}

/// A mailbox from a row of [`SELECT`].
fn mailbox(row: &Row<'_>) -> rusqlite::Result<Mailbox> {
    let mut columns = Columns::of(row);
    Ok(Mailbox {
        id: MailboxId(columns.plain()?),
        grant: GrantId(columns.plain()?),
        address: columns.parsed()?,
        checks: checks(&mut columns)?,
        note: columns.parsed()?,
    })
}

fn checks(columns: &mut Columns<'_>) -> rusqlite::Result<Checks> {
    Ok(Checks { smtp: columns.check()?, imap: columns.check()?, pop: columns.check()? })
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
pub(super) fn refuse_taken(connection: &Connection, address: &Address, own: Option<MailboxId>) -> Result<(), Fault> {
    match find(connection, "folded = ?1", Value::Text(address.folded()))? {
        Some(other) if Some(other.id) != own => {
            let its = grants::by_id(connection, other.grant)?;
            Err(exists(&other, &its.application).into())
        }
        _ => Ok(()),
    }
}

fn exists(mailbox: &Mailbox, its: &ApplicationName) -> Trouble {
    Trouble::new(
        "mailbox.exists",
        format!("The mailbox {} is in the registry already", mailbox.address),
        format!("It belongs to the application “{its}”."),
        "Change that one, or remove it first.",
    )
}

fn other_application(mailbox: &Mailbox, its: &ApplicationName, other: &ApplicationName) -> Trouble {
    Trouble::new(
        "grant.other_application",
        format!("{} cannot use a grant of the application “{other}”", mailbox.address),
        format!("It belongs to the application “{its}”."),
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
        (true, _) => "There are none yet: add it (`mailkey add`, or n on the dashboard).".to_owned(),
        (false, []) => "Add it first, or see which there are with “mailkey list”.".to_owned(),
        (false, near) => format!("Did you mean {}?", near.join(", ")),
    };
    Ok(Trouble::new("mailbox.unknown", format!("The mailbox {address} is not in the registry"), "", next))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{address, application, at, name, new_mailbox, trouble, with_mailbox};
    use super::*;

    fn checked(registry: &Registry, id: MailboxId) {
        registry.record_check(id, Protocol::Smtp, &Check::Ok { at: at(1) }).unwrap();
    }

    #[test]
    fn an_address_is_in_the_registry_once_in_whatever_case() {
        let (_folder, registry, mailbox) = with_mailbox();
        let again = address("BILLING@contoso.com");
        let outcome = registry.add_mailbox(&again, &name("Mailer"), &again);
        assert_eq!(outcome.unwrap_err().code(), "mailbox.exists");
        assert_eq!(registry.mailbox_at(&again), Ok(mailbox.clone()));
        assert_eq!(mailbox.address.as_str(), "billing@contoso.com");
    }

    #[test]
    fn one_grant_serves_many_mailboxes_and_goes_with_the_last() {
        let (_folder, registry, own) = with_mailbox();
        let shared = registry.add_mailbox(&address("ap@contoso.com"), &name("Mailer"), &address("Billing@contoso.com"));
        let shared = shared.unwrap();
        assert_eq!(shared.grant, own.grant);
        assert_eq!(registry.mailboxes_of(own.grant), Ok(vec![shared.clone(), own.clone()]));
        registry.record_sign_in(own.grant, None, at(0)).unwrap();
        registry.remove_mailbox(own.id).unwrap();
        assert_eq!(registry.discarded(), Ok(vec![]));
        registry.remove_mailbox(shared.id).unwrap();
        assert_eq!(registry.discarded(), Ok(vec![own.grant]));
        assert_eq!(registry.grant(own.grant).unwrap_err().code(), "grant.unknown");
        registry.forget_discarded(own.grant).unwrap();
        assert_eq!(registry.discarded(), Ok(vec![]));
    }

    #[test]
    fn a_number_is_never_used_again() {
        let (_folder, registry, first) = with_mailbox();
        registry.remove_mailbox(first.id).unwrap();
        let second = registry.add_mailbox(&first.address, &name("Mailer"), &first.address).unwrap();
        assert!(second.id > first.id && second.grant > first.grant, "{first:?} {second:?}");
    }

    #[test]
    fn a_grant_that_never_held_anything_leaves_nothing_behind() {
        let (_folder, registry, mailbox) = with_mailbox();
        registry.remove_mailbox(mailbox.id).unwrap();
        assert_eq!(registry.discarded(), Ok(vec![]));
    }

    /// What is changed, whether the checks and whether the grant stay.
    #[test]
    fn a_change_forgets_what_was_found_before_it() {
        for (to, app, account, checks_stay, grant_stays) in [
            ("billing@contoso.com", "Mailer", "billing@contoso.com", true, true),
            ("Billing@contoso.com", "Mailer", "Billing@contoso.com", true, true),
            ("bills@contoso.com", "Mailer", "billing@contoso.com", false, true),
            ("billing@contoso.com", "Mailer", "boss@contoso.com", false, false),
            ("billing@contoso.com", "Printer", "billing@contoso.com", false, false),
        ] {
            let (_folder, registry, before) = with_mailbox();
            registry.add_application(&application("Printer")).unwrap();
            registry.record_sign_in(before.grant, None, at(0)).unwrap();
            checked(&registry, before.id);
            let wanted = NewMailbox { application: name(app), ..new_mailbox(to, account) };
            let was = registry.change_mailbox(before.id, &wanted).unwrap();
            assert_eq!((was.address, was.account.as_str()), (before.address, "billing@contoso.com"));
            let after = registry.mailbox(before.id).unwrap();
            assert_eq!(after.note, wanted.note);
            assert_eq!(after.address.as_str(), to);
            let grant = registry.grant(after.grant).unwrap();
            assert_eq!((grant.application.as_str(), grant.account.as_str()), (app, account));
            assert_eq!(after.checks.smtp.is_ok(), checks_stay, "{to} {app} {account}");
            assert_eq!(after.grant == before.grant, grant_stays, "{to} {app} {account}");
            assert_eq!(registry.discarded().unwrap().is_empty(), grant_stays);
        }
    }

    #[test]
    fn a_change_cannot_take_the_address_of_another() {
        let (_folder, registry, mailbox) = with_mailbox();
        let other = address("ap@contoso.com");
        registry.add_mailbox(&other, &name("Mailer"), &other).unwrap();
        let outcome = registry.change_mailbox(mailbox.id, &new_mailbox("ap@contoso.com", "ap@contoso.com"));
        assert_eq!(outcome.unwrap_err().code(), "mailbox.exists");
        assert_eq!(registry.mailbox(mailbox.id), Ok(mailbox));
    }

    #[test]
    fn a_mailbox_moves_to_a_delegates_grant_of_its_application_only() {
        let (_folder, registry, before) = with_mailbox();
        registry.add_application(&application("Printer")).unwrap();
        checked(&registry, before.id);
        let delegate = address("delegate@contoso.com");
        let foreign = registry.grant_for(&name("Printer"), &delegate).unwrap();
        let outcome = registry.assign_grant(before.id, foreign.id);
        assert_eq!(outcome.unwrap_err().code(), "grant.other_application");
        let grant = registry.grant_for(&name("Mailer"), &delegate).unwrap();
        registry.assign_grant(before.id, grant.id).unwrap();
        let after = registry.mailbox(before.id).unwrap();
        assert_eq!((after.grant, after.checks), (grant.id, Checks::default()));
        assert_eq!(registry.grant(before.grant).unwrap_err().code(), "grant.unknown");
    }

    #[test]
    fn each_server_has_a_check_of_its_own() {
        let (_folder, registry, mailbox) = with_mailbox();
        let failed = Check::Failed { at: at(2), trouble: trouble() };
        checked(&registry, mailbox.id);
        registry.record_check(mailbox.id, Protocol::Imap, &failed).unwrap();
        registry.record_check(mailbox.id, Protocol::Pop, &failed).unwrap();
        registry.record_check(mailbox.id, Protocol::Pop, &Check::Unknown).unwrap();
        let checks = registry.mailbox(mailbox.id).unwrap().checks;
        assert_eq!((checks.smtp, checks.imap, checks.pop), (Check::Ok { at: at(1) }, failed, Check::Unknown));
    }

    #[test]
    fn what_is_not_there_is_said_with_what_may_be_meant() {
        let (_folder, registry, mailbox) = with_mailbox();
        let trouble = registry.mailbox_at(&address("biling@contoso.com")).unwrap_err();
        assert_eq!((trouble.code(), trouble.next()), ("mailbox.unknown", "Did you mean billing@contoso.com?"));
        registry.remove_mailbox(mailbox.id).unwrap();
        for outcome in [
            registry.remove_mailbox(mailbox.id).map(drop),
            registry.assign_grant(mailbox.id, mailbox.grant),
            registry.record_check(mailbox.id, Protocol::Smtp, &Check::Unknown),
            registry.mailbox(mailbox.id).map(drop),
        ] {
            assert_eq!(outcome.unwrap_err().code(), "mailbox.unknown");
        }
    }
}
