//! Browser errands: sign-ins and admin consents that wait for their answer, so that one outlives a
//! restart and an answer is taken by one process only.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use url::Url;

use crate::domain::{ApplicationName, MailboxId, RedirectUri, Trouble};

use super::sql::{Columns, Fault, Json, time};
use super::{Registry, applications, discarded, mailboxes};

/// A browser errand that has begun: a sign-in or an admin consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The `state` that the answer must carry; unique.
    pub state: String,
    /// What it is for.
    pub purpose: Purpose,
    /// What the browser opens.
    pub link: Url,
    /// The redirect URI exactly as it stands in the link.
    pub redirect_uri: RedirectUri,
    /// The PKCE verifier, sealed; empty for a consent.
    pub sealed_verifier: Vec<u8>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When its code is worth nothing any more.
    pub expires_at: Timestamp,
    /// How far it is.
    pub progress: Progress,
}

/// What a browser errand is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A sign-in for this mailbox's grant.
    SignIn(MailboxId),
    /// Admin consent for this application.
    Consent(ApplicationName),
}

/// How far a browser errand is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It waits for its answer.
    Open,
    /// A process has its answer and is at work.
    Claimed,
    /// Another account than expected signed in, and the process that holds its tokens asks.
    Asking {
        /// The user name that signed in.
        username: String,
    },
    /// The token is stored, or the consent recorded.
    Done,
    /// It came to nothing.
    Failed(Trouble),
}

/// What came of claiming a browser errand for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is yours, and nobody else's any more.
    Yours(SignIn),
    /// Its answer was already taken.
    Used(SignIn),
    /// Its ten minutes are over.
    Expired(SignIn),
    /// There is none with this `state`.
    Unknown,
}

/// Browser errands in the form that [`sign_in`] reads.
const SELECT: &str = "SELECT state, mailbox, applications.name, link, sign_ins.redirect_uri, sealed_verifier, \
     opened_at, expires_at, progress, username, trouble \
     FROM sign_ins LEFT JOIN applications ON applications.id = sign_ins.application";

/// How long an errand is remembered after its end, so that a late answer is explained.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

impl Registry {
    /// Records a browser errand; those a day past their end are dropped.
    ///
    /// # Errors
    /// `mailbox.unknown` or `application.unknown` if what it is for is gone; `signin.exists` if its
    /// `state` was there before; `registry.…`.
    pub fn open_sign_in(&self, sign_in: &SignIn) -> Result<(), Trouble> {
        self.write(|transaction| {
            drop_old(transaction, sign_in.opened_at)?;
            if find(transaction, &sign_in.state)?.is_some() {
                return Err(exists().into());
            }
            insert(transaction, sign_in)?;
            save_progress(transaction, &sign_in.state, &sign_in.progress)
        })
    }

    /// Takes a browser errand for its answer: of two that try at once, one gets it.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn claim_sign_in(&self, state: &str, now: Timestamp) -> Result<Claim, Trouble> {
        self.write(|transaction| {
            let Some(mut sign_in) = find(transaction, state)? else {
                return Ok(Claim::Unknown);
            };
            if sign_in.progress != Progress::Open {
                return Ok(Claim::Used(sign_in));
            }
            if sign_in.expires_at <= now {
                return Ok(Claim::Expired(sign_in));
            }
            if let Purpose::SignIn(mailbox) = sign_in.purpose {
                discarded::expect_secret(transaction, mailboxes::by_id(transaction, mailbox)?.grant)?;
            }
            sign_in.progress = Progress::Claimed;
            save_progress(transaction, state, &sign_in.progress)?;
            Ok(Claim::Yours(sign_in))
        })
    }

    /// Records how far a browser errand is.
    ///
    /// # Errors
    /// `signin.unknown` if there is none with this `state` (any more); `registry.…`.
    pub fn record_progress(&self, state: &str, progress: &Progress) -> Result<(), Trouble> {
        self.write(|transaction| save_progress(transaction, state, progress))
    }

    /// The browser errand with this `state`.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn sign_in(&self, state: &str) -> Result<Option<SignIn>, Trouble> {
        self.read(|transaction| find(transaction, state))
    }

    /// Those that are `Open` and not past their end at `now`, oldest first.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn open_sign_ins(&self, now: Timestamp) -> Result<Vec<SignIn>, Trouble> {
        let sql = format!("{SELECT} WHERE progress = 'open' AND expires_at > ?1 ORDER BY opened_at, sign_ins.rowid");
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(&sql)?;
            Ok(statement.query_map([time(now)], sign_in)?.collect::<Result<_, _>>()?)
        })
    }
}

fn find(connection: &Connection, state: &str) -> Result<Option<SignIn>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE state = ?1"))?;
    Ok(statement.query_row([state], sign_in).optional()?)
}

fn drop_old(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), Fault> {
    let before = now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
    transaction.execute("DELETE FROM sign_ins WHERE expires_at < ?1", [time(before)])?;
    Ok(())
}

fn insert(transaction: &Transaction<'_>, sign_in: &SignIn) -> Result<(), Fault> {
    let (mailbox, application) = match &sign_in.purpose {
        Purpose::SignIn(id) => (Some(mailboxes::by_id(transaction, *id)?.id.0), None),
        Purpose::Consent(name) => (None, Some(applications::number(transaction, name)?)),
    };
    transaction.execute(
        "INSERT INTO sign_ins \
         (state, mailbox, application, link, redirect_uri, sealed_verifier, opened_at, expires_at, progress) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open')",
        params![
            sign_in.state,
            mailbox,
            application,
            sign_in.link.as_str(),
            sign_in.redirect_uri.as_str(),
            sign_in.sealed_verifier,
            time(sign_in.opened_at),
            time(sign_in.expires_at),
        ],
    )?;
    Ok(())
}

/// Records how far a browser errand is.
pub(super) fn save_progress(transaction: &Transaction<'_>, state: &str, progress: &Progress) -> Result<(), Fault> {
    let (word, username, trouble) = match progress {
        Progress::Open => ("open", None, None),
        Progress::Claimed => ("claimed", None, None),
        Progress::Asking { username } => ("asking", Some(username), None),
        Progress::Done => ("done", None, None),
        Progress::Failed(trouble) => ("failed", None, Some(Json(trouble))),
    };
    let saved = transaction.execute(
        "UPDATE sign_ins SET progress = ?2, username = ?3, trouble = ?4 WHERE state = ?1",
        params![state, word, username, trouble],
    )?;
    if saved == 0 { Err(unknown().into()) } else { Ok(()) }
}

/// A browser errand from a row of [`SELECT`].
fn sign_in(row: &Row<'_>) -> rusqlite::Result<SignIn> {
    let mut columns = Columns::of(row);
    Ok(SignIn {
        state: columns.plain()?,
        purpose: purpose(&mut columns)?,
        link: columns.parsed()?,
        redirect_uri: columns.parsed()?,
        sealed_verifier: columns.plain()?,
        opened_at: columns.time()?,
        expires_at: columns.time()?,
        progress: progress(&mut columns)?,
    })
}

fn purpose(columns: &mut Columns<'_>) -> rusqlite::Result<Purpose> {
    match (columns.plain()?, columns.parsed_or_null()?) {
        (Some(mailbox), _) => Ok(Purpose::SignIn(MailboxId(mailbox))),
        (None, Some(application)) => Ok(Purpose::Consent(application)),
        (None, None) => Err(columns.unfit("a sign-in for nothing")),
    }
}

fn progress(columns: &mut Columns<'_>) -> rusqlite::Result<Progress> {
    let word: String = columns.plain()?;
    match (word.as_str(), columns.plain()?, columns.json_or_null()?) {
        ("open", ..) => Ok(Progress::Open),
        ("claimed", ..) => Ok(Progress::Claimed),
        ("asking", Some(username), _) => Ok(Progress::Asking { username }),
        ("done", ..) => Ok(Progress::Done),
        ("failed", _, Some(trouble)) => Ok(Progress::Failed(trouble)),
        _ => Err(columns.unfit(format!("a sign-in whose progress is “{word}”"))),
    }
}

fn exists() -> Trouble {
    Trouble::new(
        "signin.exists",
        "A sign-in with this state was begun before",
        "Each has a random state of its own.",
        "Begin the sign-in again.",
    )
}

fn unknown() -> Trouble {
    Trouble::new(
        "signin.unknown",
        "This sign-in is not in the registry any more",
        "Its mailbox or application was removed meanwhile, or it is more than a day old.",
        "Begin the sign-in again.",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::super::fixture::{at, name, trouble, with_mailbox};
    use super::*;

    fn errand(state: &str, purpose: Purpose) -> SignIn {
        SignIn {
            state: state.into(),
            purpose,
            link: Url::parse("https://login.example/authorize?state=s&x=%20").unwrap(),
            redirect_uri: RedirectUri::parse("http://localhost:7777").unwrap(),
            sealed_verifier: vec![0, 1, 255],
            opened_at: at(0),
            expires_at: at(600),
            progress: Progress::Open,
        }
    }

    #[test]
    fn an_errand_outlives_a_restart() {
        let (folder, registry, mailbox) = with_mailbox();
        let sign_in = errand("one", Purpose::SignIn(mailbox.id));
        let consent = SignIn { opened_at: at(1), ..errand("two", Purpose::Consent(name("Mailer"))) };
        registry.open_sign_in(&sign_in).unwrap();
        registry.open_sign_in(&consent).unwrap();
        drop(registry);
        let registry = Registry::open(&folder.path().join("registry.db")).unwrap();
        assert_eq!(registry.open_sign_ins(at(599)), Ok(vec![sign_in.clone(), consent]));
        assert_eq!(registry.open_sign_ins(at(600)), Ok(vec![]));
        assert_eq!(registry.sign_in("one"), Ok(Some(sign_in)));
        assert_eq!(registry.sign_in("three"), Ok(None));
    }

    #[test]
    fn every_progress_is_kept_and_only_an_open_errand_can_be_claimed() {
        let (_folder, registry, mailbox) = with_mailbox();
        for (number, progress) in [
            Progress::Claimed,
            Progress::Asking { username: "boss@contoso.com".into() },
            Progress::Done,
            Progress::Failed(trouble()),
        ]
        .into_iter()
        .enumerate()
        {
            let mut sign_in = errand(&number.to_string(), Purpose::SignIn(mailbox.id));
            registry.open_sign_in(&sign_in).unwrap();
            registry.record_progress(&sign_in.state, &progress).unwrap();
            sign_in.progress = progress;
            assert_eq!(registry.sign_in(&sign_in.state), Ok(Some(sign_in.clone())));
            assert_eq!(registry.claim_sign_in(&sign_in.state, at(1)), Ok(Claim::Used(sign_in)));
        }
        assert_eq!(registry.open_sign_ins(at(1)), Ok(vec![]));
    }

    #[test]
    fn a_claim_is_for_once_and_in_time() {
        let (_folder, registry, mailbox) = with_mailbox();
        let open = errand("one", Purpose::SignIn(mailbox.id));
        let claimed = SignIn { progress: Progress::Claimed, ..open.clone() };
        registry.open_sign_in(&open).unwrap();
        assert_eq!(registry.claim_sign_in("two", at(1)), Ok(Claim::Unknown));
        assert_eq!(registry.claim_sign_in("one", at(600)), Ok(Claim::Expired(open)));
        assert_eq!(registry.claim_sign_in("one", at(599)), Ok(Claim::Yours(claimed.clone())));
        assert_eq!(registry.claim_sign_in("one", at(599)), Ok(Claim::Used(claimed)));
    }

    #[test]
    fn of_many_that_claim_at_once_one_gets_it() {
        let (folder, registry, mailbox) = with_mailbox();
        registry.open_sign_in(&errand("one", Purpose::SignIn(mailbox.id))).unwrap();
        let path = folder.path().join("registry.db");
        let start = Barrier::new(8);
        let claim = || {
            let registry = Registry::open(&path).unwrap();
            start.wait();
            registry.claim_sign_in("one", at(1)).unwrap()
        };
        let claims: Vec<Claim> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(claim)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let count = |wanted: fn(&Claim) -> bool| claims.iter().filter(|claim| wanted(claim)).count();
        assert_eq!(count(|claim| matches!(claim, Claim::Yours(_))), 1, "{claims:?}");
        assert_eq!(count(|claim| matches!(claim, Claim::Used(_))), 7, "{claims:?}");
    }

    #[test]
    fn an_errand_is_for_something_and_has_a_state_of_its_own() {
        let (_folder, registry, mailbox) = with_mailbox();
        let open =
            |state: &str, purpose| registry.open_sign_in(&errand(state, purpose)).map_err(|t| t.code().to_owned());
        assert_eq!(open("one", Purpose::SignIn(MailboxId(99))), Err("mailbox.unknown".into()));
        assert_eq!(open("one", Purpose::Consent(name("Nobody"))), Err("application.unknown".into()));
        assert_eq!(open("one", Purpose::SignIn(mailbox.id)), Ok(()));
        assert_eq!(open("one", Purpose::SignIn(mailbox.id)), Err("signin.exists".into()));
        registry.remove_mailbox(mailbox.id).unwrap();
        assert_eq!(registry.claim_sign_in("one", at(1)), Ok(Claim::Unknown));
        let outcome = registry.record_progress("one", &Progress::Done);
        assert_eq!(outcome.unwrap_err().code(), "signin.unknown");
    }

    #[test]
    fn an_errand_is_forgotten_a_day_after_its_end() {
        let (_folder, registry, mailbox) = with_mailbox();
        registry.open_sign_in(&errand("old", Purpose::SignIn(mailbox.id))).unwrap();
        let day = 24 * 60 * 60;
        for (later, state, is_kept) in [(600 + day, "new", true), (601 + day, "newer", false)] {
            let next = SignIn { opened_at: at(later), ..errand(state, Purpose::SignIn(mailbox.id)) };
            registry.open_sign_in(&SignIn { expires_at: at(later + 600), ..next }).unwrap();
            assert_eq!(registry.sign_in("old").unwrap().is_some(), is_kept);
        }
    }
}
