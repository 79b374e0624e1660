//! Grants: what an account gave an application, and the life of its refresh token. No secret is in here.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};

use crate::domain::{
    Address, ApplicationName, Grant, GrantId, Identity, Mailbox, Map, Remedy, Step, Token, TokenEnd, Trouble,
};

use super::sql::{Columns, Fault, Json, time};
use super::{Registry, access_tokens, applications, discarded, mailboxes};

/// Grants in the form that [`grant`] reads.
const SELECT: &str = "SELECT grants.id, account, username, obtained_at, last_used_at, ended_at, \
     ending, trouble, applications.name FROM grants CROSS JOIN applications ON applications.id = grants.application";

/// All grants, with the number of the application in place of its name: for a whole fleet, to look
/// each name up would be a third of the time.
const SELECT_ALL: &str = "SELECT id, account, username, obtained_at, last_used_at, ended_at, \
     ending, trouble, application FROM grants";

impl Registry {
    /// The grant with this number.
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn grant(&self, id: GrantId) -> Result<Grant, Trouble> {
        self.read(|transaction| by_id(transaction, id))
    }

    /// The grant of this account, made if there is none. A secret for it may follow, so that its
    /// number will go through [`Registry::discarded`].
    ///
    /// # Errors
    /// `application.unknown`; `registry.…`.
    pub fn grant_for(&self, application: &ApplicationName, account: &Address) -> Result<Grant, Trouble> {
        self.write(|transaction| {
            let id = find_or_make(transaction, application, account)?;
            discarded::expect_secret(transaction, id)?;
            by_id(transaction, id)
        })
    }

    /// Who signed in for a grant, if that is known.
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn identity(&self, id: GrantId) -> Result<Option<Identity>, Trouble> {
        let sql = "SELECT issuer, subject, username FROM grants WHERE id = ?1";
        let parts = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        self.read(|transaction| match transaction.prepare_cached(sql)?.query_row([id.0], parts).optional()? {
            None => Err(unknown(id).into()),
            Some((Some(issuer), Some(subject), Some(username))) => Ok(Some(Identity { issuer, subject, username })),
            Some(_) => Ok(None),
        })
    }

    /// The grant that this person gave, by `issuer` and `subject`; of several, one whose token lives.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn grant_of(&self, application: &ApplicationName, identity: &Identity) -> Result<Option<Grant>, Trouble> {
        let sql = format!(
            "{SELECT} WHERE applications.name = ?1 AND issuer = ?2 AND subject = ?3 \
             ORDER BY obtained_at IS NULL, ended_at IS NOT NULL, grants.id LIMIT 1"
        );
        self.read(|transaction| {
            let person = params![application.as_str(), identity.issuer, identity.subject];
            Ok(transaction.prepare_cached(&sql)?.query_row(person, grant).optional()?)
        })
    }

    /// At most so many of the grants whose token is in the secret store.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn some_held(&self, most: u32) -> Result<Vec<GrantId>, Trouble> {
        self.read(|transaction| {
            let sql = "SELECT id FROM grants WHERE obtained_at IS NOT NULL AND ended_at IS NULL LIMIT ?1";
            let mut statement = transaction.prepare_cached(sql)?;
            Ok(statement.query_map([most], |row| row.get(0).map(GrantId))?.collect::<Result<_, _>>()?)
        })
    }

    /// The mailboxes that use a grant, by address.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn mailboxes_of(&self, id: GrantId) -> Result<Vec<Mailbox>, Trouble> {
        self.read(|transaction| mailboxes::of_grant(transaction, id))
    }

    /// A refresh token was stored after a sign-in: `Held`, no trouble, no cached access token.
    /// Without `identity` it is not known any more who signed in.
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn record_sign_in(&self, id: GrantId, identity: Option<&Identity>, at: Timestamp) -> Result<(), Trouble> {
        let sql = "UPDATE grants SET issuer = ?2, subject = ?3, username = ?4, obtained_at = ?5, last_used_at = ?5, \
             ended_at = NULL, ending = NULL, trouble = NULL, may_hold_secret = 1 WHERE id = ?1";
        self.write(|transaction| {
            access_tokens::forget(transaction, id)?;
            let values = params![
                id.0,
                identity.map(|identity| &identity.issuer),
                identity.map(|identity| &identity.subject),
                identity.map(|identity| &identity.username),
                time(at),
            ];
            change(transaction, id, sql, values)
        })
    }

    /// The provider accepted the refresh token: `Held`, no trouble.
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn record_use(&self, id: GrantId, at: Timestamp) -> Result<(), Trouble> {
        let sql = "UPDATE grants SET obtained_at = coalesce(obtained_at, ?2), last_used_at = ?2, \
             ended_at = NULL, ending = NULL, trouble = NULL, may_hold_secret = 1 WHERE id = ?1";
        // The next use of the token would tell it again.
        self.write_lightly(|transaction| change(transaction, id, sql, params![id.0, time(at)]))
    }

    /// The provider said that the refresh token is dead; the cached access token goes.
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn record_end(&self, id: GrantId, end: TokenEnd, trouble: &Trouble, at: Timestamp) -> Result<(), Trouble> {
        let sql = "UPDATE grants SET obtained_at = coalesce(obtained_at, ?2), \
             last_used_at = coalesce(last_used_at, ?2), ended_at = ?2, ending = ?3, trouble = NULL WHERE id = ?1";
        self.write(|transaction| {
            access_tokens::forget(transaction, id)?;
            change(transaction, id, sql, params![id.0, time(at), Json((end, trouble))])
        })
    }

    /// The last attempt failed without a word about the token itself, or (`None`) that is over.
    ///
    /// # Errors
    /// `grant.unknown`; `registry.…`.
    pub fn record_trouble(&self, id: GrantId, trouble: Option<(Step, &Trouble)>) -> Result<(), Trouble> {
        let sql = "UPDATE grants SET trouble = ?2 WHERE id = ?1";
        self.write(|transaction| change(transaction, id, sql, params![id.0, trouble.map(Json)]))
    }
}

fn change(transaction: &Transaction<'_>, id: GrantId, sql: &str, values: impl Params) -> Result<(), Fault> {
    match transaction.prepare_cached(sql)?.execute(values)? {
        0 => Err(unknown(id).into()),
        _ => Ok(()),
    }
}

/// All grants, by number.
pub(super) fn all(connection: &Connection) -> Result<Map<GrantId, Grant>, Fault> {
    let names = applications::names(connection)?;
    let mut statement = connection.prepare_cached(SELECT_ALL)?;
    let mut all = Map::default();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let grant = grant_like(row, |columns| columns.one_of(&names))?;
        all.insert(grant.id, grant);
    }
    Ok(all)
}

/// The grants of the mailboxes that changed after the revision `seen`, in no order.
pub(super) fn changed_since(connection: &Connection, seen: i64) -> Result<Vec<Grant>, Fault> {
    let sql = format!("{SELECT} WHERE grants.id IN (SELECT grant_id FROM mailboxes WHERE revision > ?1)");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_map([seen], grant)?.collect::<Result<_, _>>()?)
}

/// The grant with this number.
pub(super) fn by_id(connection: &Connection, id: GrantId) -> Result<Grant, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE grants.id = ?1"))?;
    statement.query_row([id.0], grant).optional()?.ok_or_else(|| unknown(id).into())
}

/// `grant.unknown` if it is gone.
pub(super) fn must_exist(connection: &Connection, id: GrantId) -> Result<(), Fault> {
    let exists = connection.prepare_cached("SELECT 1 FROM grants WHERE id = ?1")?.exists([id.0])?;
    if exists { Ok(()) } else { Err(unknown(id).into()) }
}

/// The grant that `account` gave `application`, made if there is none.
pub(super) fn find_or_make(
    transaction: &Transaction<'_>,
    application: &ApplicationName,
    account: &Address,
) -> Result<GrantId, Fault> {
    let application = applications::number(transaction, application)?;
    let folded = account.folded();
    transaction
        .prepare_cached("INSERT INTO grants (application, account, folded) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute(params![application, account.as_str(), folded])?;
    let id = transaction
        .prepare_cached("SELECT id FROM grants WHERE application = ?1 AND folded = ?2")?
        .query_row(params![application, folded], |row| row.get(0))?;
    Ok(GrantId(id))
}

/// Takes over how the administrator writes the account now; it stays the same account.
pub(super) fn respell(transaction: &Transaction<'_>, id: GrantId, account: &Address) -> Result<(), Fault> {
    transaction.execute("UPDATE grants SET account = ?2 WHERE id = ?1", params![id.0, account.as_str()])?;
    Ok(())
}

/// Forgets the troubles of an application's grants that have this remedy.
pub(super) fn clear_troubles(transaction: &Transaction<'_>, application: i64, remedy: &Remedy) -> Result<(), Fault> {
    let mut troubled =
        transaction.prepare_cached("SELECT id, trouble FROM grants WHERE application = ?1 AND trouble IS NOT NULL")?;
    let mut clear = transaction.prepare_cached("UPDATE grants SET trouble = NULL WHERE id = ?1")?;
    let trouble = |row: &Row<'_>| {
        let mut columns = Columns::of(row);
        Ok((columns.plain()?, columns.json()?))
    };
    let found: Vec<(i64, (Step, Trouble))> = troubled.query_map([application], trouble)?.collect::<Result<_, _>>()?;
    for (id, _) in found.iter().filter(|(_, (_, trouble))| trouble.remedy() == remedy) {
        clear.execute([id])?;
    }
    Ok(())
}

/// A grant from a row of [`SELECT`].
pub(super) fn grant(row: &Row<'_>) -> rusqlite::Result<Grant> {
    grant_like(row, |columns| columns.parsed())
}

/// A grant from a row whose application stands there in a form of its own.
fn grant_like(
    row: &Row<'_>,
    application: impl FnOnce(&mut Columns<'_>) -> rusqlite::Result<ApplicationName>,
) -> rusqlite::Result<Grant> {
    let mut columns = Columns::of(row);
    let (id, account): (_, Address) = (GrantId(columns.plain()?), columns.parsed()?);
    Ok(Grant {
        id,
        signed_in_as: columns.shared_or_null(account.text())?,
        account,
        token: token(&mut columns)?,
        trouble: columns.json_or_null()?,
        application: application(&mut columns)?,
    })
}

fn token(columns: &mut Columns<'_>) -> rusqlite::Result<Token> {
    let (obtained_at, last_used_at) = (columns.time_or_null()?, columns.time_or_null()?);
    let (ended_at, ending) = (columns.time_or_null()?, columns.json_or_null()?);
    let Some((obtained_at, last_used_at)) = obtained_at.zip(last_used_at) else {
        return Ok(Token::None);
    };
    Ok(match ended_at.zip(ending) {
        None => Token::Held { obtained_at, last_used_at },
        Some((at, (end, trouble))) => Token::Ended { obtained_at, last_used_at, at, end, trouble },
    })
}

/// `grant.unknown`.
pub(super) fn unknown(id: GrantId) -> Trouble {
    Trouble::new(
        "grant.unknown",
        format!("There is no grant number {id} any more"),
        "Its last mailbox was removed or moved, perhaps by another process.",
        "Look at the list again.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{address, at, name, trouble, with_mailbox};
    use super::*;

    fn identity(subject: &str) -> Identity {
        Identity { issuer: "tenant".into(), subject: subject.into(), username: "billing@contoso.com".into() }
    }

    #[test]
    fn the_life_of_a_token_is_kept() {
        let (_folder, registry, mailbox) = with_mailbox();
        let id = mailbox.grant;
        let token = || registry.grant(id).unwrap().token;
        assert_eq!(token(), Token::None);

        registry.record_trouble(id, Some((Step::Authorize, &trouble()))).unwrap();
        assert_eq!(registry.grant(id).unwrap().trouble, Some((Step::Authorize, trouble())));

        registry.record_sign_in(id, Some(&identity("oid")), at(10)).unwrap();
        let grant = registry.grant(id).unwrap();
        assert_eq!((grant.signed_in_as.as_deref(), grant.trouble), (Some("billing@contoso.com"), None));
        assert_eq!(registry.identity(id).unwrap(), Some(identity("oid")));
        assert_eq!(grant.token, Token::Held { obtained_at: at(10), last_used_at: at(10) });

        registry.record_use(id, at(20)).unwrap();
        assert_eq!(token(), Token::Held { obtained_at: at(10), last_used_at: at(20) });

        registry.record_end(id, TokenEnd::Revoked, &trouble(), at(30)).unwrap();
        let (obtained_at, last_used_at) = (at(10), at(20));
        let ended = Token::Ended { obtained_at, last_used_at, at: at(30), end: TokenEnd::Revoked, trouble: trouble() };
        assert_eq!(token(), ended);

        registry.record_sign_in(id, None, at(40)).unwrap();
        let grant = registry.grant(id).unwrap();
        assert_eq!((grant.signed_in_as, registry.identity(id).unwrap()), (None, None));
        assert_eq!(grant.token, Token::Held { obtained_at: at(40), last_used_at: at(40) });
    }

    #[test]
    fn a_person_is_found_by_what_never_changes() {
        let (_folder, registry, mailbox) = with_mailbox();
        registry.record_sign_in(mailbox.grant, Some(&identity("oid")), at(1)).unwrap();
        let mut renamed = identity("oid");
        renamed.username = "bills@contoso.com".into();
        let found = registry.grant_of(&name("Mailer"), &renamed).unwrap();
        assert_eq!(found.map(|grant| grant.id), Some(mailbox.grant));
        assert_eq!(registry.grant_of(&name("Mailer"), &identity("other")), Ok(None));
        assert_eq!(registry.grant_of(&name("Printer"), &renamed), Ok(None));
    }

    #[test]
    fn an_account_has_one_grant_of_an_application() {
        let (_folder, registry, mailbox) = with_mailbox();
        let grant = registry.grant_for(&name("Mailer"), &address("BILLING@contoso.com")).unwrap();
        assert_eq!(grant.id, mailbox.grant);
        let outcome = registry.grant_for(&name("Nobody"), &address("billing@contoso.com"));
        assert_eq!(outcome.unwrap_err().code(), "application.unknown");
    }

    #[test]
    fn nothing_is_recorded_of_a_grant_that_is_gone() {
        let (_folder, registry, mailbox) = with_mailbox();
        registry.remove_mailbox(mailbox.id).unwrap();
        let id = mailbox.grant;
        for outcome in [
            registry.record_sign_in(id, None, at(0)),
            registry.record_use(id, at(0)),
            registry.record_end(id, TokenEnd::Expired, &trouble(), at(0)),
            registry.record_trouble(id, None),
            registry.cache_access_token(id, &[], at(0)),
            registry.cached_access_token(id).map(drop),
            registry.take_lease(id, "somebody", at(0), at(9)).map(drop),
            registry.identity(id).map(drop),
        ] {
            assert_eq!(outcome.unwrap_err().code(), "grant.unknown");
        }
    }
}
