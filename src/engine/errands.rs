//! Errands to the browser: a sign-in or an admin consent begins, waits, and ends.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::task::JoinHandle;
use url::Url;

use super::event::{Event, Subject};
use super::work::{Listening, Ticket, Waiting};
use super::{Engine, Work, lock};
use crate::domain::{ApplicationName, Identity, MailboxId, Secret, Step, Token, Trouble};
use crate::oauth::{Client, Tokens, consent, link};
use crate::registry::{Progress, Purpose, Registry, SignIn};
use crate::secrets::Key;

/// How long an errand waits: the life of an authorization code (`facts` B1).
pub const ERRAND_WAITS: SignedDuration = SignedDuration::from_mins(10);
/// How often to look how far another process is.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// An errand that has begun.
#[derive(Debug, Clone)]
pub struct Errand {
    /// Whom it is for.
    pub subject: Subject,
    /// Its `state`.
    pub state: String,
    /// What the browser opens.
    pub link: Url,
    /// Who listens for the answer.
    pub listening: Listening,
}

/// What this process knows of its open errands.
#[derive(Default)]
pub(super) struct Errands {
    pub(super) open: Mutex<HashMap<String, Open>>,
    pub(super) listeners: Mutex<HashMap<u16, JoinHandle<()>>>,
    pub(super) clipboard_watch: Mutex<Option<JoinHandle<()>>>,
    /// Errands begin one after another, so that a key pressed twice begins one.
    pub(super) beginning: tokio::sync::Mutex<()>,
    pub(super) held: Mutex<HashMap<String, Held>>,
    pub(super) bare_code: Mutex<Option<Secret>>,
}

/// An errand that waits.
pub(super) struct Open {
    subject: Subject,
    ticket: Ticket,
    pub(super) listening: Listening,
}

/// Tokens of another account than expected, until somebody chooses.
pub(super) struct Held {
    pub(super) errand: SignIn,
    pub(super) mailbox: MailboxId,
    pub(super) identity: Identity,
    pub(super) tokens: Tokens,
    pub(super) ticket: Ticket,
}

impl Errands {
    /// The states and subjects of the errands that this process waits for.
    pub(super) fn waiting(&self) -> Vec<(String, Subject)> {
        lock(&self.open).iter().map(|(state, open)| (state.clone(), open.subject.clone())).collect()
    }
}

impl Engine {
    /// Begins a sign-in for `mailbox`: link, listener, clipboard. An open one is given again.
    ///
    /// # Errors
    /// `keyring.…`: nobody is sent to sign in for a token that could not be kept.
    pub async fn begin_sign_in(&self, mailbox: MailboxId) -> Result<Errand, Trouble> {
        let _turn = self.0.errands.beginning.lock().await;
        if let Some(errand) = self.open_errand(&Subject::Mailbox(mailbox)).await? {
            return Ok(errand);
        }
        let case = self.case(mailbox).await?;
        self.secrets().probe(&Key::refresh_token(self.registry_id(), case.grant.id)).await?;
        let (listening, redirect_uri) = self.listen(&case.application.redirect_uri).await?;
        let client = Client { provider: &case.provider, application: &case.application, secret: None };
        let link = link::sign_in_link(client, Some(&case.grant.account), &redirect_uri)?;
        let sealed_verifier = self.seal(&verifier_context(&link.state), &link.verifier).await?;
        let now = self.now();
        let errand = SignIn {
            state: link.state,
            purpose: Purpose::SignIn(mailbox),
            link: link.url,
            redirect_uri,
            sealed_verifier,
            opened_at: now,
            expires_at: now + ERRAND_WAITS,
            progress: Progress::Open,
        };
        self.begin(errand, listening).await
    }

    /// Begins an admin consent for the application called `name`.
    ///
    /// # Errors
    /// `consent.unsupported` if its provider has none.
    pub async fn begin_consent(&self, name: ApplicationName) -> Result<Errand, Trouble> {
        let _turn = self.0.errands.beginning.lock().await;
        if let Some(errand) = self.open_errand(&Subject::Application(name.clone())).await? {
            return Ok(errand);
        }
        let (application, provider) = self.application_and_provider(name.clone()).await?;
        let (listening, redirect_uri) = self.listen(&application.redirect_uri).await?;
        let client = Client { provider: &provider, application: &application, secret: None };
        let (link, state) = consent::admin_consent_link(client, &redirect_uri)?;
        let now = self.now();
        let errand = SignIn {
            state,
            purpose: Purpose::Consent(name),
            link,
            redirect_uri,
            sealed_verifier: Vec::new(),
            opened_at: now,
            expires_at: now + ERRAND_WAITS,
            progress: Progress::Open,
        };
        self.begin(errand, listening).await
    }

    /// Takes up the errands that an earlier run, or another process, left open.
    ///
    /// # Errors
    /// `registry.…`.
    pub async fn resume_errands(&self) -> Result<(), Trouble> {
        let now = self.now();
        for errand in self.registry(move |registry| registry.open_sign_ins(now)).await? {
            let (listening, _) = self.listen(&errand.redirect_uri).await?;
            self.wait_for(&errand, listening);
        }
        Ok(())
    }

    /// Waits until an errand is over, whoever ends it: this process or `mailkey redeem`.
    ///
    /// # Errors
    /// What it came to, if it came to nothing.
    pub async fn outcome(&self, state: &str) -> Result<(), Trouble> {
        loop {
            let wanted = state.to_owned();
            let errand = self.registry(move |registry| registry.sign_in(&wanted)).await?;
            if let Some(errand) = &errand
                && errand.progress == Progress::Claimed
                && errand.expires_at <= self.now()
            {
                return Err(super::troubles::lost_with_its_answer());
            }
            match errand.map(|errand| errand.progress) {
                Some(Progress::Done) => return Ok(()),
                Some(Progress::Failed(trouble)) => return Err(trouble),
                Some(Progress::Asking { username }) => return Err(super::troubles::wrong_account(&username)),
                Some(Progress::Open | Progress::Claimed) => tokio::time::sleep(LOOK).await,
                None => {
                    return Err(Trouble::new(
                        "signin.gone",
                        "The sign-in is gone from the registry",
                        "",
                        "Begin again.",
                    ));
                }
            }
        }
    }

    /// Stops waiting for an errand. A code that comes later is refused.
    ///
    /// # Errors
    /// `registry.…`.
    pub async fn cancel_errand(&self, subject: &Subject) -> Result<(), Trouble> {
        let states: Vec<String> =
            self.0.errands.waiting().into_iter().filter(|(_, open)| open == subject).map(|(state, _)| state).collect();
        for state in states {
            let cancelled = Progress::Failed(stopped(subject));
            let row = state.clone();
            match self.registry(move |registry| registry.record_progress(&row, &cancelled)).await {
                // It went with its mailbox.
                Err(trouble) if trouble.code() == "signin.unknown" => {}
                outcome => outcome?,
            }
            self.forget_errand(&state);
        }
        self.0.works.end_all(subject);
        Ok(())
    }

    /// Opens the browser for an errand.
    ///
    /// # Errors
    /// `browser.none`.
    pub async fn open_browser(&self, link: Url) -> Result<(), Trouble> {
        let opened = tokio::task::spawn_blocking(move || crate::desktop::browser::open(&link));
        opened.await.unwrap_or_else(|_| Err(super::broken_job()))
    }

    /// An errand came to nothing. It is the mailbox's trouble only if it has no token that works.
    pub(super) async fn fail_errand(&self, state: &str, subject: &Subject, trouble: Trouble) {
        let (row, on) = (state.to_owned(), subject.clone());
        let recorded = self
            .registry(move |registry| {
                let recorded = match on {
                    Subject::Mailbox(mailbox) => record_failed_sign_in(registry, mailbox, Step::Authorize, &trouble),
                    // Nobody answered: that says nothing about the consent.
                    Subject::Application(_) => Ok(()),
                };
                // Last of all, since whoever waits for the end in another process then reads the rest.
                registry.record_progress(&row, &Progress::Failed(trouble)).and(recorded)
            })
            .await;
        if let Err(trouble) = recorded {
            self.publish(Event::Trouble(trouble));
        }
        self.forget_errand(state);
    }

    /// The answer has come: the errand is no longer open, but its ticket goes on.
    pub(super) fn close_errand(&self, state: &str) -> Option<Ticket> {
        let open = lock(&self.0.errands.open).remove(state)?;
        self.stop_what_nobody_needs();
        Some(open.ticket)
    }

    /// Stops waiting for an errand.
    pub(super) fn forget_errand(&self, state: &str) {
        if let Some(ticket) = self.close_errand(state) {
            self.0.works.end(&ticket);
        }
    }

    /// How far an errand is, whichever process is at work with it.
    pub(super) async fn progress_of(&self, state: &str) -> Result<Option<Progress>, Trouble> {
        let state = state.to_owned();
        self.registry(move |registry| Ok(registry.sign_in(&state)?.map(|errand| errand.progress))).await
    }

    /// What `subject` still waits for. It may have ended a moment ago, also in another process.
    async fn open_errand(&self, subject: &Subject) -> Result<Option<Errand>, Trouble> {
        let Some(waiting) = self.0.works.get(subject).and_then(|work| work.waiting().cloned()) else {
            return Ok(None);
        };
        if waiting.until <= self.now() || self.progress_of(&waiting.state).await? != Some(Progress::Open) {
            self.forget_errand(&waiting.state);
            return Ok(None);
        }
        let Waiting { state, link, listening, .. } = waiting;
        Ok(Some(Errand { subject: subject.clone(), state, link, listening }))
    }

    async fn begin(&self, errand: SignIn, listening: Listening) -> Result<Errand, Trouble> {
        let row = errand.clone();
        self.registry(move |registry| registry.open_sign_in(&row)).await?;
        self.wait_for(&errand, listening);
        Ok(Errand { subject: subject(&errand.purpose), state: errand.state, link: errand.link, listening })
    }

    fn wait_for(&self, errand: &SignIn, listening: Listening) {
        let waiting = Waiting {
            state: errand.state.clone(),
            link: errand.link.clone(),
            redirect_uri: errand.redirect_uri.clone(),
            listening,
            since: errand.opened_at,
            until: errand.expires_at,
        };
        let work = match &errand.purpose {
            Purpose::SignIn(_) => Work::SigningIn(waiting),
            Purpose::Consent(_) => Work::Consenting(waiting),
        };
        let subject = subject(&errand.purpose);
        let ticket = self.0.works.begin(subject.clone(), work);
        lock(&self.0.errands.open).insert(errand.state.clone(), Open { subject, ticket, listening });
        self.watch_clipboard();
    }
}

/// A sign-in that came to nothing leaves a token that works as good as it was.
pub(super) fn record_failed_sign_in(
    registry: &Registry,
    mailbox: MailboxId,
    step: Step,
    trouble: &Trouble,
) -> Result<(), Trouble> {
    let grant = registry.grant(registry.mailbox(mailbox)?.grant)?;
    match grant.token {
        Token::Held { .. } => Ok(()),
        Token::None | Token::Ended { .. } => registry.record_trouble(grant.id, Some((step, trouble))),
    }
}

/// Whom an errand is for.
pub(super) fn subject(purpose: &Purpose) -> Subject {
    match purpose {
        Purpose::SignIn(mailbox) => Subject::Mailbox(*mailbox),
        Purpose::Consent(name) => Subject::Application(name.clone()),
    }
}

/// What a sealed verifier is bound to.
pub(super) fn verifier_context(state: &str) -> String {
    format!("sign-in/{state}/verifier")
}

/// Somebody stopped waiting for it.
fn stopped(subject: &Subject) -> Trouble {
    let (code, what) = match subject {
        Subject::Mailbox(_) => ("signin.cancelled", "The sign-in was stopped"),
        Subject::Application(_) => ("consent.cancelled", "The admin consent was stopped"),
    };
    Trouble::new(code, what, "", "Begin again.")
}
