//! The registry: one SQLite file with applications, grants (without secrets), mailboxes, checks,
//! open sign-ins, leases and a short history.
//!
//! All calls are short and blocking; the engine makes jobs of them. Every change is one
//! transaction. It knows no network and no screen.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use crate::domain::{
    Address, Application, ApplicationName, Check, Fleet, Grant, GrantId, Identity, Mailbox, MailboxId, Provider,
    RedirectUri, Step, TokenEnd, Trouble,
};

/// The registry. Cloning it gives another handle to the same connection.
#[derive(Debug, Clone)]
pub struct Registry;

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

/// One line of history. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The mailbox that it happened to.
    pub mailbox: Address,
    /// A stable word: `added`, `signed_in`, `refreshed`, `refused`, `copied`, `removed`, …
    pub what: String,
    /// More for people, printable.
    pub detail: String,
}

#[allow(unused_variables, clippy::missing_errors_doc, missing_docs)]
impl Registry {
    /// Opens the file, creates it (readable by its owner only) or migrates it after a copy.
    ///
    /// # Errors
    /// `registry.newer`, `registry.corrupt`, `registry.read_only`, `registry.locked`, `registry.unreadable`.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        todo!()
    }

    /// The registry's own random id, made with the file.
    #[must_use]
    pub fn id(&self) -> &str {
        todo!()
    }

    /// A number that grows whenever any process changed the file.
    pub fn version(&self) -> Result<u64, Trouble> {
        todo!()
    }

    /// Everything, in one read transaction, mailboxes sorted by address.
    pub fn fleet(&self, providers: &Arc<HashMap<String, Provider>>) -> Result<Fleet, Trouble> {
        todo!()
    }

    // --- applications (`application.exists`, `application.in_use`, `application.unknown`) ---

    pub fn add_application(&self, application: &Application) -> Result<(), Trouble> {
        todo!()
    }

    /// Replaces the application called `name`, and may rename it.
    pub fn change_application(&self, name: &ApplicationName, application: &Application) -> Result<(), Trouble> {
        todo!()
    }

    pub fn remove_application(&self, name: &ApplicationName) -> Result<(), Trouble> {
        todo!()
    }

    /// `application.unknown` (its next names the ones that there are) if there is none.
    pub fn application(&self, name: &ApplicationName) -> Result<Application, Trouble> {
        todo!()
    }

    pub fn applications(&self) -> Result<Vec<Application>, Trouble> {
        todo!()
    }

    pub fn record_proof(&self, name: &ApplicationName, proof: &Check) -> Result<(), Trouble> {
        todo!()
    }

    pub fn record_consent(&self, name: &ApplicationName, consent: &Check) -> Result<(), Trouble> {
        todo!()
    }

    // --- mailboxes (`mailbox.exists`, `mailbox.unknown`) ---

    /// Adds a mailbox on the grant that `account` gave `application`, which is made if there is none.
    pub fn add_mailbox(
        &self,
        address: &Address,
        application: &ApplicationName,
        account: &Address,
    ) -> Result<Mailbox, Trouble> {
        todo!()
    }

    pub fn mailbox(&self, id: MailboxId) -> Result<Mailbox, Trouble> {
        todo!()
    }

    pub fn mailbox_at(&self, address: &Address) -> Result<Mailbox, Trouble> {
        todo!()
    }

    /// Changes address, application or account. A grant that nobody uses any more goes to [`Registry::discarded`].
    pub fn change_mailbox(
        &self,
        id: MailboxId,
        address: &Address,
        application: &ApplicationName,
        account: &Address,
    ) -> Result<Mailbox, Trouble> {
        todo!()
    }

    /// Moves a mailbox to another grant of the same application; its checks are forgotten.
    pub fn assign_grant(&self, id: MailboxId, grant: GrantId) -> Result<(), Trouble> {
        todo!()
    }

    /// Removes a mailbox. A grant that nobody uses any more goes to [`Registry::discarded`].
    pub fn remove_mailbox(&self, id: MailboxId) -> Result<(), Trouble> {
        todo!()
    }

    pub fn record_check(&self, id: MailboxId, protocol: Protocol, check: &Check) -> Result<(), Trouble> {
        todo!()
    }

    // --- grants ---

    pub fn grant(&self, id: GrantId) -> Result<Grant, Trouble> {
        todo!()
    }

    /// The grant of this account, made if there is none.
    pub fn grant_for(&self, application: &ApplicationName, account: &Address) -> Result<Grant, Trouble> {
        todo!()
    }

    /// The grant that this person gave, by `issuer` and `subject`.
    pub fn grant_of(&self, application: &ApplicationName, identity: &Identity) -> Result<Option<Grant>, Trouble> {
        todo!()
    }

    /// The mailboxes that use a grant.
    pub fn mailboxes_of(&self, id: GrantId) -> Result<Vec<Mailbox>, Trouble> {
        todo!()
    }

    /// A refresh token was stored after a sign-in: `Held`, no trouble, no cached access token.
    pub fn record_sign_in(&self, id: GrantId, identity: Option<&Identity>, at: Timestamp) -> Result<(), Trouble> {
        todo!()
    }

    /// The provider accepted the refresh token: `Held`, no trouble.
    pub fn record_use(&self, id: GrantId, at: Timestamp) -> Result<(), Trouble> {
        todo!()
    }

    /// The provider said that the refresh token is dead; the cached access token goes.
    pub fn record_end(&self, id: GrantId, end: TokenEnd, trouble: &Trouble, at: Timestamp) -> Result<(), Trouble> {
        todo!()
    }

    /// The last attempt failed without a word about the token itself, or (`None`) that is over.
    pub fn record_trouble(&self, id: GrantId, trouble: Option<(Step, &Trouble)>) -> Result<(), Trouble> {
        todo!()
    }

    pub fn cache_access_token(&self, id: GrantId, sealed: &[u8], expires_at: Timestamp) -> Result<(), Trouble> {
        todo!()
    }

    pub fn cached_access_token(&self, id: GrantId) -> Result<Option<(Vec<u8>, Timestamp)>, Trouble> {
        todo!()
    }

    /// The grants that are gone from the registry while their secrets may still be in the store.
    pub fn discarded(&self) -> Result<Vec<GrantId>, Trouble> {
        todo!()
    }

    /// The secrets of a discarded grant are gone too.
    pub fn forget_discarded(&self, id: GrantId) -> Result<(), Trouble> {
        todo!()
    }

    // --- sign-ins ---

    /// Records a browser errand; those a day past their end are dropped.
    pub fn open_sign_in(&self, sign_in: &SignIn) -> Result<(), Trouble> {
        todo!()
    }

    /// Takes a browser errand for its answer: of two that try at once, one gets it.
    pub fn claim_sign_in(&self, state: &str, now: Timestamp) -> Result<Claim, Trouble> {
        todo!()
    }

    pub fn record_progress(&self, state: &str, progress: &Progress) -> Result<(), Trouble> {
        todo!()
    }

    pub fn sign_in(&self, state: &str) -> Result<Option<SignIn>, Trouble> {
        todo!()
    }

    /// Those that are `Open` and not past their end at `now`, oldest first.
    pub fn open_sign_ins(&self, now: Timestamp) -> Result<Vec<SignIn>, Trouble> {
        todo!()
    }

    // --- leases ---

    /// Takes the right to refresh a grant, unless somebody else's runs beyond `now`. One's own is renewed.
    pub fn take_lease(&self, id: GrantId, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool, Trouble> {
        todo!()
    }

    pub fn release_lease(&self, id: GrantId, holder: &str) -> Result<(), Trouble> {
        todo!()
    }

    // --- history ---

    /// Adds a line; the oldest beyond 10,000 go.
    pub fn note(&self, event: &Event) -> Result<(), Trouble> {
        todo!()
    }

    /// The newest `most` lines, of one mailbox or of all, newest first.
    pub fn history(&self, mailbox: Option<&Address>, most: usize) -> Result<Vec<Event>, Trouble> {
        todo!()
    }
}
