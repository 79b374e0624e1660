//! Applications: what was registered with a provider.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::domain::{Application, ApplicationName, Check, Remedy, StoreKind, Trouble};

use super::sign_ins::{self, Progress};
use super::sql::{Columns, Fault, Json, time};
use super::{Registry, SealedSecret, discarded, grants, secrets};

/// The columns of [`application`], in its order.
const COLUMNS: &str = "name, provider, tenant, client_id, redirect_uri, scopes, has_client_secret, \
                       proof_at, proof_trouble, consent_at, consent_trouble";

impl Registry {
    /// Adds an application.
    ///
    /// # Errors
    /// `application.exists` if one has its name; `registry.…`.
    pub fn add_application(&self, application: &Application) -> Result<(), Trouble> {
        self.write(|transaction| add(transaction, application))
    }

    /// Replaces the application called `name`, and may rename it; its grants and mailboxes follow.
    /// Of what is another application at the provider, no grant has ended: a wrong client id was
    /// perhaps all that ended it.
    ///
    /// # Errors
    /// `application.unknown`; `application.exists` if another one has the new name; `registry.…`.
    pub fn change_application(&self, name: &ApplicationName, application: &Application) -> Result<(), Trouble> {
        self.write(|transaction| change(transaction, name, application))
    }

    /// Adds an application, or replaces the one called `replaces`, together with the client secret
    /// that it has from now on: no application is ever without its own. It gives the store that the
    /// secret belongs in; see [`Registry::settle_whereabouts`] on `wanted`.
    ///
    /// # Errors
    /// `application.…`; `seal.key_changed`; `registry.…`; then nothing was changed.
    pub fn save_with_secret(
        &self,
        replaces: Option<&ApplicationName>,
        application: &Application,
        secret: &SealedSecret,
        wanted: StoreKind,
    ) -> Result<StoreKind, Trouble> {
        self.write(|transaction| {
            match replaces {
                Some(name) => change(transaction, name, application)?,
                None => add(transaction, application)?,
            }
            secrets::put(transaction, secret)?;
            Ok(secrets::settle(transaction, wanted)?.target())
        })
    }

    /// Removes an application that no mailbox uses. What is left of its grants goes to [`Registry::discarded`].
    ///
    /// # Errors
    /// `application.unknown`; `application.in_use` says how many mailboxes use it; `registry.…`.
    pub fn remove_application(&self, name: &ApplicationName) -> Result<(), Trouble> {
        self.write(|transaction| {
            let id = number(transaction, name)?;
            let users = transaction.query_row(
                "SELECT count(*) FROM mailboxes JOIN grants ON grants.id = grant_id WHERE application = ?1",
                [id],
                |row| row.get(0),
            )?;
            if users > 0 {
                return Err(in_use(name, users).into());
            }
            discarded::discard_all(transaction, id)?;
            transaction.execute("DELETE FROM applications WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// The application called `name`.
    ///
    /// # Errors
    /// `application.unknown`, whose next names the ones that there are; `registry.…`.
    pub fn application(&self, name: &ApplicationName) -> Result<Application, Trouble> {
        self.read(|transaction| {
            let sql = format!("SELECT {COLUMNS} FROM applications WHERE name = ?1");
            let found = transaction.prepare_cached(&sql)?.query_row([name.as_str()], application).optional()?;
            found.map_or_else(|| Err(unknown(transaction, name)?.into()), Ok)
        })
    }

    /// All applications, by name.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn applications(&self) -> Result<Vec<Application>, Trouble> {
        self.read(|transaction| all(transaction))
    }

    /// Records whether tenant and client were found to exist.
    ///
    /// # Errors
    /// `application.unknown`; `registry.…`.
    pub fn record_proof(&self, name: &ApplicationName, proof: &Check) -> Result<(), Trouble> {
        self.record(name, "UPDATE applications SET proof_at = ?2, proof_trouble = ?3 WHERE id = ?1", proof)
    }

    /// Records whether an administrator's consent was seen.
    ///
    /// # Errors
    /// `application.unknown`; `registry.…`.
    pub fn record_consent(&self, name: &ApplicationName, consent: &Check) -> Result<(), Trouble> {
        self.record(name, "UPDATE applications SET consent_at = ?2, consent_trouble = ?3 WHERE id = ?1", consent)
    }

    /// An administrator consented: no grant of the application waits for that any more, and the
    /// errand `state` is over.
    ///
    /// # Errors
    /// `application.unknown`; `signin.unknown`; `registry.…`.
    pub fn record_consented(&self, name: &ApplicationName, state: &str, at: Timestamp) -> Result<(), Trouble> {
        self.write(|transaction| {
            let id = number(transaction, name)?;
            let sql = "UPDATE applications SET consent_at = ?2, consent_trouble = NULL WHERE id = ?1";
            transaction.execute(sql, params![id, time(at)])?;
            grants::clear_troubles(transaction, id, &Remedy::AdminConsent)?;
            sign_ins::save_progress(transaction, state, &Progress::Done)
        })
    }

    fn record(&self, name: &ApplicationName, sql: &str, outcome: &Check) -> Result<(), Trouble> {
        self.write(|transaction| {
            let id = number(transaction, name)?;
            transaction.execute(sql, params![id, outcome.at().map(time), outcome.trouble().map(Json)])?;
            Ok(())
        })
    }
}

/// All applications, by name.
pub(super) fn all(connection: &Connection) -> Result<Vec<Application>, Fault> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM applications ORDER BY name"))?;
    Ok(statement.query_map([], application)?.collect::<Result<_, _>>()?)
}

/// The names of all applications, by number.
pub(super) fn names(connection: &Connection) -> Result<HashMap<i64, ApplicationName>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id, name FROM applications")?;
    let name = |row: &Row<'_>| {
        let mut columns = Columns::of(row);
        Ok((columns.plain()?, columns.parsed()?))
    };
    Ok(statement.query_map([], name)?.collect::<Result<_, _>>()?)
}

/// The number of the application called `name`.
pub(super) fn number(connection: &Connection, name: &ApplicationName) -> Result<i64, Fault> {
    match find(connection, name)? {
        Some(id) => Ok(id),
        None => Err(unknown(connection, name)?.into()),
    }
}

fn find(connection: &Connection, name: &ApplicationName) -> Result<Option<i64>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id FROM applications WHERE name = ?1")?;
    Ok(statement.query_row([name.as_str()], |row| row.get(0)).optional()?)
}

fn add(transaction: &Transaction<'_>, application: &Application) -> Result<(), Fault> {
    refuse_taken(transaction, &application.name)?;
    let sql = format!("INSERT INTO applications ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    save(transaction, &sql, application)
}

fn change(transaction: &Transaction<'_>, name: &ApplicationName, application: &Application) -> Result<(), Fault> {
    let id = number(transaction, name)?;
    if *name != application.name {
        refuse_taken(transaction, &application.name)?;
    }
    revive_unless_same(transaction, id, application)?;
    let sql =
        format!("UPDATE applications SET ({COLUMNS}) = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) WHERE id = {id}");
    save(transaction, &sql, application)
}

fn save(transaction: &Transaction<'_>, sql: &str, application: &Application) -> Result<(), Fault> {
    transaction.execute(
        sql,
        params![
            application.name.as_str(),
            application.provider,
            application.tenant,
            application.client_id,
            application.redirect_uri.as_str(),
            Json(&application.scopes),
            application.has_client_secret,
            application.proof.at().map(time),
            application.proof.trouble().map(Json),
            application.consent.at().map(time),
            application.consent.trouble().map(Json),
        ],
    )?;
    Ok(())
}

/// To the provider another application than before: its answers were not about this one.
fn revive_unless_same(transaction: &Transaction<'_>, id: i64, application: &Application) -> Result<(), Fault> {
    let Application { provider, tenant, client_id, .. } = application;
    transaction.execute(
        "UPDATE grants SET ended_at = NULL, ending = NULL WHERE application = ?1 AND ended_at IS NOT NULL AND \
         (SELECT (provider, tenant, client_id) IS NOT (?2, ?3, ?4) FROM applications WHERE id = ?1)",
        params![id, provider, tenant, client_id],
    )?;
    Ok(())
}

/// An application from a row of [`COLUMNS`].
fn application(row: &Row<'_>) -> rusqlite::Result<Application> {
    let mut columns = Columns::of(row);
    Ok(Application {
        name: columns.parsed()?,
        provider: columns.plain()?,
        tenant: columns.plain()?,
        client_id: columns.plain()?,
        redirect_uri: columns.parsed()?,
        scopes: columns.json()?,
        has_client_secret: columns.plain()?,
        proof: columns.check()?,
        consent: columns.check()?,
    })
}

fn refuse_taken(connection: &Connection, name: &ApplicationName) -> Result<(), Fault> {
    if find(connection, name)?.is_none() {
        return Ok(());
    }
    Err(Trouble::new(
        "application.exists",
        format!("There is an application called “{name}” already"),
        "Names tell applications apart.",
        "Choose another name, or change the one that there is.",
    )
    .into())
}

fn unknown(connection: &Connection, name: &ApplicationName) -> Result<Trouble, Fault> {
    let names: Vec<String> = all(connection)?.into_iter().map(|known| format!("“{}”", known.name)).collect();
    let next = match names.as_slice() {
        [] => "There is none yet: add one (`mailkey app add`, or N on the dashboard).".to_owned(),
        names => format!("Name one of these: {}.", names.join(", ")),
    };
    Ok(Trouble::new("application.unknown", format!("There is no application called “{name}”"), "", next))
}

fn in_use(name: &ApplicationName, users: i64) -> Trouble {
    let (mailboxes, them) = if users == 1 { ("mailbox uses", "it") } else { ("mailboxes use", "them") };
    Trouble::new(
        "application.in_use",
        format!("The application “{name}” is in use"),
        format!("{users} {mailboxes} it."),
        format!("Remove {them} first, or move {them} to another application."),
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{address, application, at, fresh, name, trouble, with_mailbox};
    use super::*;
    use crate::domain::{GrantId, RedirectUri, Step, Token, TokenEnd};
    use crate::registry::{Purpose, SignIn};

    #[test]
    fn an_application_comes_back_as_it_was_given() {
        let (_folder, registry) = fresh();
        let mut given = application("Mailer");
        given.consent = Check::Failed { at: at(2), trouble: trouble() };
        registry.add_application(&given).unwrap();
        assert_eq!(registry.application(&given.name).unwrap(), given);
        registry.record_proof(&given.name, &Check::Unknown).unwrap();
        registry.record_consent(&given.name, &Check::Ok { at: at(3) }).unwrap();
        given.proof = Check::Unknown;
        given.consent = Check::Ok { at: at(3) };
        assert_eq!(registry.applications().unwrap(), [given]);
    }

    #[test]
    fn a_consent_is_all_that_those_who_waited_for_it_wanted() {
        let (_folder, registry, waits) = with_mailbox();
        registry.add_application(&application("Printer")).unwrap();
        let others = [("Mailer", "blocked@contoso.com"), ("Printer", "hr@contoso.com")]
            .map(|(app, account)| registry.grant_for(&name(app), &address(account)).unwrap().id);
        let no_consent = trouble().with(Remedy::AdminConsent);
        let blocked = trouble().with(Remedy::SignIn);
        for (grant, trouble) in [(waits.grant, &no_consent), (others[0], &blocked), (others[1], &no_consent)] {
            registry.record_trouble(grant, Some((Step::Register, trouble))).unwrap();
        }
        registry.open_sign_in(&consent("state")).unwrap();
        assert_eq!(registry.record_consented(&name("Mailer"), "gone", at(5)).unwrap_err().code(), "signin.unknown");
        assert!(!registry.application(&name("Mailer")).unwrap().consent.is_ok(), "all or nothing");
        registry.record_consented(&name("Mailer"), "state", at(5)).unwrap();
        assert_eq!(registry.application(&name("Mailer")).unwrap().consent, Check::Ok { at: at(5) });
        let trouble_of = |grant| registry.grant(grant).unwrap().trouble.map(|(_, trouble)| trouble);
        assert_eq!(trouble_of(waits.grant), None);
        assert_eq!(others.map(trouble_of), [Some(blocked), Some(no_consent)]);
        assert_eq!(registry.sign_in("state").unwrap().unwrap().progress, Progress::Done);
    }

    fn consent(state: &str) -> SignIn {
        SignIn {
            state: state.into(),
            purpose: Purpose::Consent(name("Mailer")),
            link: "https://login.microsoftonline.com/".parse().unwrap(),
            redirect_uri: RedirectUri::parse("http://localhost").unwrap(),
            sealed_verifier: Vec::new(),
            opened_at: at(0),
            expires_at: at(600),
            progress: Progress::Open,
        }
    }

    #[test]
    fn a_name_belongs_to_one_application() {
        let (_folder, registry) = fresh();
        registry.add_application(&application("Mailer")).unwrap();
        registry.add_application(&application("Printer")).unwrap();
        assert_eq!(registry.add_application(&application("Mailer")).unwrap_err().code(), "application.exists");
        let renamed = registry.change_application(&name("Printer"), &application("Mailer"));
        assert_eq!(renamed.unwrap_err().code(), "application.exists");
    }

    #[test]
    fn a_new_name_reaches_grants() {
        let (_folder, registry, mailbox) = with_mailbox();
        registry.change_application(&name("Mailer"), &application("Post")).unwrap();
        assert_eq!(registry.grant(mailbox.grant).unwrap().application, name("Post"));
    }

    /// Tokens that were tried with a wrong client id are as good as they were.
    #[test]
    fn what_ended_at_another_client_id_is_asked_about_anew() {
        let is_held = |registry: &Registry, id| matches!(registry.grant(id).unwrap().token, Token::Held { .. });
        for (changed, revives) in [
            (application("Post"), false),
            (Application { client_id: "right".into(), ..application("Mailer") }, true),
            (Application { tenant: "right".into(), ..application("Mailer") }, true),
            (Application { provider: "right".into(), ..application("Mailer") }, true),
        ] {
            let (_folder, registry, mailbox) = with_mailbox();
            registry.record_sign_in(mailbox.grant, None, at(0)).unwrap();
            registry.record_end(mailbox.grant, TokenEnd::Revoked, &trouble(), at(1)).unwrap();
            registry.change_application(&name("Mailer"), &changed).unwrap();
            assert_eq!(is_held(&registry, mailbox.grant), revives, "{changed:?}");
        }
    }

    #[test]
    fn an_application_in_use_stays() {
        let (_folder, registry, mailbox) = with_mailbox();
        let trouble = registry.remove_application(&name("Mailer")).unwrap_err();
        assert_eq!((trouble.code(), trouble.why()), ("application.in_use", "1 mailbox uses it."));
        registry.remove_mailbox(mailbox.id).unwrap();
        registry.remove_application(&name("Mailer")).unwrap();
        assert_eq!(registry.applications(), Ok(vec![]));
    }

    #[test]
    fn the_secrets_of_a_removed_application_are_not_forgotten() {
        let (_folder, registry) = fresh();
        registry.add_application(&application("Mailer")).unwrap();
        let grant = registry.grant_for(&name("Mailer"), &address("delegate@contoso.com")).unwrap();
        registry.remove_application(&name("Mailer")).unwrap();
        assert_eq!(registry.discarded(), Ok(vec![grant.id]));
        assert_eq!(registry.grant(GrantId(1)).unwrap_err().code(), "grant.unknown");
    }

    #[test]
    fn an_unknown_application_names_those_that_there_are() {
        let (_folder, registry) = fresh();
        let next = |registry: &Registry| registry.application(&name("Nobody")).unwrap_err().next().to_owned();
        assert_eq!(next(&registry), "There is none yet: add one (`mailkey app add`, or N on the dashboard).");
        registry.add_application(&application("Mailer")).unwrap();
        registry.add_application(&application("Printer")).unwrap();
        assert_eq!(next(&registry), "Name one of these: “Mailer”, “Printer”.");
        for outcome in [
            registry.remove_application(&name("Nobody")),
            registry.change_application(&name("Nobody"), &application("Somebody")),
            registry.record_proof(&name("Nobody"), &Check::Unknown),
        ] {
            assert_eq!(outcome.unwrap_err().code(), "application.unknown");
        }
    }
}
