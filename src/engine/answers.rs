//! What comes back from the browser: whose it is, and what becomes of it.

use super::errands::{Case, Held, subject, taken, verifier_context};
use super::event::{Event, Subject};
use super::work::Ticket;
use super::{Engine, Errand, Work, lock};
use crate::desktop::listener::Page;
use crate::domain::{
    Address, ApplicationName, Check, Grant, Identity, MailboxId, Remedy, Secret, Step, Token, Trouble,
};
use crate::oauth::{Answer, Client, Refusal, Tokens, answer, exchange, refusal};
use crate::registry::{Claim, Progress, Purpose, SignIn};
use crate::secrets::Key;

/// What is said of a text that came by the clipboard, though nobody asked to take it.
const WORTH_SAYING: [&str; 4] = [
    "answer.wrong_place",
    "answer.session_state",
    "answer.malformed",
    "answer.ambiguous",
];

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// The refresh token of this mailbox's grant is stored.
    Token {
        /// The mailbox that the sign-in was for.
        mailbox: MailboxId,
        /// The account that signed in.
        account: Address,
    },
    /// The administrator's consent is recorded.
    Consent(ApplicationName),
    /// Another account signed in; nothing is stored until somebody chooses.
    WrongAccount {
        /// The errand.
        state: String,
        /// Who was expected.
        expected: Address,
        /// Who signed in.
        username: String,
    },
}

/// What is to become of the tokens of another account than expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Forget them, and open the browser again.
    SignInAgain,
    /// The account is a delegate of the mailbox: keep them.
    KeepAsDelegate,
    /// Forget them.
    Discard,
}

/// An answer that is this process's to use, once.
pub(super) struct Claimed {
    errand: SignIn,
    ticket: Ticket,
    what: What,
    account: Option<Address>,
}

enum What {
    Code(Secret),
    Refused(Refusal),
    Consent,
}

/// Why an answer is not to be used.
pub(super) enum Unclaimed {
    /// It was used before: a browser that asks twice.
    Again(Option<Address>),
    /// Several sign-ins are open, and it does not say which is meant.
    Which,
    /// It is none, or not for us.
    No(Trouble),
}

impl Claimed {
    pub(super) fn page(&self) -> Page {
        match (&self.what, &self.account) {
            (What::Refused(refusal), _) => Page::Refused {
                text: refusal.trouble.to_string(),
            },
            (_, Some(account)) => taken(account),
            (_, None) => Page::Taken {
                account: "your organisation".to_owned(),
            },
        }
    }
}

impl Unclaimed {
    pub(super) fn page(&self) -> Page {
        match self {
            Self::Again(account) => Page::Taken {
                account: account.as_ref().map(ToString::to_string).unwrap_or_default(),
            },
            Self::No(trouble) if trouble.code() != "answer.none" => Page::Refused {
                text: trouble.to_string(),
            },
            _ => Page::Ignored,
        }
    }

    fn into_trouble(self) -> Trouble {
        match self {
            Self::No(trouble) => trouble,
            Self::Again(_) => Trouble::new(
                "answer.used",
                "This answer was used before",
                "An authorization code works once.",
                "If the mailbox is not done, begin its sign-in again.",
            ),
            Self::Which => Trouble::new(
                "answer.which",
                "The code does not say which sign-in it belongs to",
                "Several sign-ins are open, and a bare code has no state.",
                "Choose the mailbox, or paste the whole address instead of the code.",
            ),
        }
    }
}

impl Engine {
    /// Takes what somebody pasted, or wrote to `mailkey redeem`, to its end.
    ///
    /// # Errors
    /// `answer.…` if it is no answer to an open errand; else what the exchange or the store says.
    pub async fn accept(&self, text: &Secret) -> Result<Accepted, Trouble> {
        let claimed = self.claim(text).await.map_err(Unclaimed::into_trouble)?;
        self.finish(claimed).await
    }

    /// Uses the bare code that was found while several sign-ins were open.
    ///
    /// # Errors
    /// As [`Engine::accept`].
    pub async fn choose_errand(&self, mailbox: MailboxId) -> Result<Accepted, Trouble> {
        let code = lock(&self.0.errands.bare_code).take();
        let Some(code) = code else {
            return Err(no_open_sign_in());
        };
        let waiting = self.0.errands.waiting();
        let state = waiting
            .into_iter()
            .find(|(_, subject)| *subject == Subject::Mailbox(mailbox))
            .map(|(state, _)| state);
        let Some(state) = state else {
            return Err(no_open_sign_in());
        };
        let claimed = self
            .claim_state(&state, What::Code(code))
            .await
            .map_err(Unclaimed::into_trouble)?;
        self.finish(claimed).await
    }

    /// Says what is to become of the tokens of another account than expected.
    ///
    /// # Errors
    /// `signin.nothing_held` if they are gone; else what the store says.
    pub async fn choose_account(&self, state: &str, choice: Choice) -> Result<Option<Errand>, Trouble> {
        let held = lock(&self.0.errands.held).remove(state);
        let Some(Held { errand, tokens, ticket }) = held else {
            return Err(nothing_held());
        };
        let Purpose::SignIn(mailbox) = errand.purpose else {
            return Err(nothing_held());
        };
        match choice {
            Choice::KeepAsDelegate => self
                .keep_as_delegate(&errand, mailbox, tokens, &ticket)
                .await
                .map(|_| None),
            Choice::Discard => {
                self.discard(&errand, mailbox, &tokens).await;
                Ok(None)
            }
            Choice::SignInAgain => {
                self.discard(&errand, mailbox, &tokens).await;
                self.begin_sign_in(mailbox).await.map(Some)
            }
        }
    }

    /// The text came from the clipboard: what is no answer to an open errand is none of our business.
    pub(super) async fn answer_clipboard(self, text: Secret) {
        match self.claim(&text).await {
            Ok(claimed) => {
                // Told by the ticket; the errors are recorded where they belong.
                let _ = self.finish(claimed).await;
            }
            Err(Unclaimed::No(trouble)) if WORTH_SAYING.contains(&trouble.code()) => {
                self.publish(Event::Trouble(trouble));
            }
            Err(_) => {}
        }
    }

    /// Any web page can call a loopback address, so what comes there counts only with the `state`
    /// that nobody else knows (RFC 9700 section 4.7).
    pub(super) async fn claim_from_browser(&self, text: &Secret) -> Result<Claimed, Unclaimed> {
        match answer::read(text.expose()).map_err(Unclaimed::No)? {
            Answer::BareCode(_) | Answer::Refused { state: None, .. } | Answer::WrongPlace => {
                Err(Unclaimed::No(unknown_state()))
            }
            answer => self.claim_answer(answer).await,
        }
    }

    /// Finds out whose answer it is, and takes the right to use it.
    pub(super) async fn claim(&self, text: &Secret) -> Result<Claimed, Unclaimed> {
        self.claim_answer(answer::read(text.expose()).map_err(Unclaimed::No)?)
            .await
    }

    async fn claim_answer(&self, answer: Answer) -> Result<Claimed, Unclaimed> {
        match answer {
            Answer::Code { code, state } => self.claim_state(&state, What::Code(code)).await,
            Answer::Consent { state, .. } => self.claim_state(&state, What::Consent).await,
            Answer::Refused {
                state,
                error,
                description,
            } => {
                let state = match state {
                    Some(state) => state,
                    None => self.only_open_sign_in().await?,
                };
                self.claim_state(&state, What::Refused(refusal::of_redirect(&error, &description)))
                    .await
            }
            Answer::BareCode(code) => match self.only_open_sign_in().await {
                Ok(state) => self.claim_state(&state, What::Code(code)).await,
                Err(Unclaimed::Which) => {
                    self.ask_which(code).await;
                    Err(Unclaimed::Which)
                }
                Err(other) => Err(other),
            },
            Answer::WrongPlace => Err(Unclaimed::No(wrong_place())),
        }
    }

    /// Takes a claimed answer to its end.
    pub(super) async fn finish(&self, claimed: Claimed) -> Result<Accepted, Trouble> {
        let Claimed {
            errand, ticket, what, ..
        } = claimed;
        let outcome = match (&errand.purpose, what) {
            (Purpose::Consent(name), What::Consent) => self.consented(&errand, name).await,
            (Purpose::Consent(name), What::Refused(refusal)) => self.consent_refused(&errand, name, refusal).await,
            (Purpose::SignIn(mailbox), What::Code(code)) => self.exchange(&errand, *mailbox, &code, &ticket).await,
            (Purpose::SignIn(mailbox), What::Refused(refusal)) => self.refused(&errand, *mailbox, refusal).await,
            (Purpose::Consent(_), What::Code(_)) | (Purpose::SignIn(_), What::Consent) => Err(crossed()),
        };
        if !matches!(outcome, Ok(Accepted::WrongAccount { .. })) {
            self.0.works.end(&ticket);
        }
        if let Ok(accepted) = &outcome {
            self.publish(Event::Accepted(accepted.clone()));
        }
        outcome
    }

    async fn claim_state(&self, state: &str, what: What) -> Result<Claimed, Unclaimed> {
        let (wanted, now) = (state.to_owned(), self.now());
        let claim = self
            .registry(move |registry| registry.claim_sign_in(&wanted, now))
            .await
            .map_err(Unclaimed::No)?;
        let errand = match claim {
            Claim::Yours(errand) => errand,
            Claim::Used(errand) => return Err(Unclaimed::Again(self.account_of(&errand.purpose).await)),
            Claim::Expired(_) => return Err(Unclaimed::No(too_late())),
            Claim::Unknown => return Err(Unclaimed::No(unknown_state())),
        };
        let work = match &errand.purpose {
            Purpose::SignIn(_) => Work::Exchanging { since: now },
            Purpose::Consent(_) => Work::Proving { since: now },
        };
        let ticket = match self.close_errand(state) {
            Some(ticket) => {
                self.0.works.report(&ticket, work);
                ticket
            }
            None => self.0.works.begin(subject(&errand.purpose), work),
        };
        let account = self.account_of(&errand.purpose).await;
        Ok(Claimed {
            errand,
            ticket,
            what,
            account,
        })
    }

    async fn account_of(&self, purpose: &Purpose) -> Option<Address> {
        let Purpose::SignIn(mailbox) = purpose else { return None };
        self.case(*mailbox).await.ok().map(|case| case.grant.account)
    }

    async fn only_open_sign_in(&self) -> Result<String, Unclaimed> {
        let now = self.now();
        let open = self
            .registry(move |registry| registry.open_sign_ins(now))
            .await
            .map_err(Unclaimed::No)?;
        let mut open = open
            .into_iter()
            .filter(|errand| matches!(errand.purpose, Purpose::SignIn(_)));
        match (open.next(), open.next()) {
            (Some(errand), None) => Ok(errand.state),
            (None, _) => Err(Unclaimed::No(no_open_sign_in())),
            (Some(_), Some(_)) => Err(Unclaimed::Which),
        }
    }

    async fn ask_which(&self, code: Secret) {
        *lock(&self.0.errands.bare_code) = Some(code);
        let mut asked = Vec::new();
        for (_, subject) in self.0.errands.waiting() {
            if let Subject::Mailbox(mailbox) = subject
                && let Ok(case) = self.case(mailbox).await
            {
                asked.push((mailbox, case.mailbox.address));
            }
        }
        asked.sort_by(|a, b| a.1.cmp(&b.1));
        self.publish(Event::WhichSignIn(asked));
    }

    async fn exchange(
        &self,
        errand: &SignIn,
        mailbox: MailboxId,
        code: &Secret,
        ticket: &Ticket,
    ) -> Result<Accepted, Trouble> {
        let case = self.case(mailbox).await?;
        match self.redeem(errand, &case, code).await {
            Ok(tokens) => self.signed_in(errand.clone(), case, tokens, ticket).await,
            Err(refusal) => self.refused(errand, mailbox, refusal).await,
        }
    }

    async fn redeem(&self, errand: &SignIn, case: &Case, code: &Secret) -> Result<Tokens, Refusal> {
        let verifier = self
            .unseal(&verifier_context(&errand.state), &errand.sealed_verifier)
            .await
            .map_err(at_token)?;
        let secret = self.client_secret(&case.application).await.map_err(at_token)?;
        let network = self.network(&case.provider).await.map_err(at_token)?;
        let client = Client {
            provider: &case.provider,
            application: &case.application,
            secret: secret.as_ref(),
        };
        exchange::redeem(&network.http, client, code, &verifier, &errand.redirect_uri).await
    }

    /// Who signed in decides whether the tokens are kept.
    pub(super) async fn signed_in(
        &self,
        errand: SignIn,
        case: Case,
        tokens: Tokens,
        ticket: &Ticket,
    ) -> Result<Accepted, Trouble> {
        if is_expected(&case.grant, tokens.identity.as_ref()) {
            return self.keep(&errand, &case.grant, case.mailbox.id, tokens, ticket).await;
        }
        let username = tokens
            .identity
            .as_ref()
            .map(|identity| identity.username.clone())
            .unwrap_or_default();
        let (state, expected, mailbox) = (errand.state.clone(), case.grant.account, case.mailbox.id);
        self.progress(
            &state,
            Progress::Asking {
                username: username.clone(),
            },
        )
        .await?;
        self.0.works.report(
            ticket,
            Work::Asking {
                state: state.clone(),
                username: username.clone(),
                since: self.now(),
            },
        );
        lock(&self.0.errands.held).insert(
            state.clone(),
            Held {
                errand,
                tokens,
                ticket: ticket.clone(),
            },
        );
        self.publish(Event::WrongAccount {
            state: state.clone(),
            mailbox,
            expected: expected.clone(),
            username: username.clone(),
        });
        Ok(Accepted::WrongAccount {
            state,
            expected,
            username,
        })
    }

    /// Written, read back, and only then done.
    async fn keep(
        &self,
        errand: &SignIn,
        grant: &Grant,
        mailbox: MailboxId,
        tokens: Tokens,
        ticket: &Ticket,
    ) -> Result<Accepted, Trouble> {
        let Some(refresh_token) = &tokens.refresh_token else {
            return self.refused(errand, mailbox, at_token(no_refresh_token())).await;
        };
        self.0.works.report(ticket, Work::Storing { since: self.now() });
        let key = Key::refresh_token(self.registry_id(), grant.id);
        if let Err(trouble) = self.secrets().put(&key, refresh_token).await {
            return self.refused(errand, mailbox, at_token(trouble)).await;
        }
        let (now, id, identity) = (self.now(), grant.id, tokens.identity.clone());
        let (application, state) = (grant.application.clone(), errand.state.clone());
        let kept = self
            .registry(move |registry| registry.record_sign_in(id, identity.as_ref(), now))
            .await;
        self.recorded(&key, kept).await?;
        self.registry(move |registry| {
            // Nobody gets a token from an application that is not registered and consented to.
            registry.record_proof(&application, &Check::Ok { at: now })?;
            registry.record_consent(&application, &Check::Ok { at: now })?;
            registry.record_progress(&state, &Progress::Done)
        })
        .await?;
        self.cache_access_token(grant.id, &tokens).await;
        self.note(mailbox, "signed_in", format!("as {}", grant.account)).await;
        self.0.works.end(ticket);
        self.check_all_of(grant.id);
        Ok(Accepted::Token {
            mailbox,
            account: grant.account.clone(),
        })
    }

    async fn keep_as_delegate(
        &self,
        errand: &SignIn,
        mailbox: MailboxId,
        tokens: Tokens,
        ticket: &Ticket,
    ) -> Result<Accepted, Trouble> {
        let Some(identity) = tokens.identity.clone() else {
            return Err(nothing_held());
        };
        let delegate = Address::parse(&identity.username)?;
        let grant = self
            .registry(move |registry| {
                let application = registry.mailbox(mailbox)?.application;
                let grant = match registry.grant_of(&application, &identity)? {
                    Some(grant) => grant,
                    None => registry.grant_for(&application, &delegate)?,
                };
                registry.assign_grant(mailbox, grant.id)?;
                Ok(grant)
            })
            .await?;
        let kept = self.keep(errand, &grant, mailbox, tokens, ticket).await;
        self.0.works.end(ticket);
        self.forget_discarded_secrets().await;
        kept
    }

    async fn discard(&self, errand: &SignIn, mailbox: MailboxId, tokens: &Tokens) {
        let username = tokens
            .identity
            .as_ref()
            .map_or("somebody else", |identity| identity.username.as_str());
        let _ = self
            .refused(errand, mailbox, at_authorize(wrong_account(username)))
            .await;
        self.0.works.end_all(&Subject::Mailbox(mailbox));
    }

    /// A sign-in came to nothing. It is the mailbox's trouble only if its token is not as good as before.
    pub(super) async fn refused(
        &self,
        errand: &SignIn,
        mailbox: MailboxId,
        refusal: Refusal,
    ) -> Result<Accepted, Trouble> {
        let (state, trouble, now) = (errand.state.clone(), refusal.trouble.clone(), self.now());
        let concerns_application = refusal.step == Step::Register && *trouble.remedy() != Remedy::AdminConsent;
        let step = if refusal.step == Step::Token {
            Step::Token
        } else {
            Step::Authorize
        };
        self.registry(move |registry| {
            registry.record_progress(&state, &Progress::Failed(trouble.clone()))?;
            let mailbox = registry.mailbox(mailbox)?;
            if concerns_application {
                return registry.record_proof(&mailbox.application, &Check::Failed { at: now, trouble });
            }
            match registry.grant(mailbox.grant)?.token {
                Token::Held { .. } => Ok(()),
                Token::None | Token::Ended { .. } => registry.record_trouble(mailbox.grant, Some((step, &trouble))),
            }
        })
        .await?;
        self.note(mailbox, "refused", refusal.trouble.code().to_owned()).await;
        self.publish(Event::Trouble(refusal.trouble.clone()));
        Err(refusal.trouble)
    }

    async fn consented(&self, errand: &SignIn, name: &ApplicationName) -> Result<Accepted, Trouble> {
        let (name, now) = (name.clone(), self.now());
        let application = name.clone();
        self.progress(&errand.state, Progress::Done).await?;
        let fleet = self.fleet().await?;
        self.registry(move |registry| {
            registry.record_consent(&application, &Check::Ok { at: now })?;
            let waited = |grant: &&Grant| {
                grant.application == application
                    && grant
                        .trouble
                        .as_ref()
                        .is_some_and(|(_, trouble)| *trouble.remedy() == Remedy::AdminConsent)
            };
            fleet
                .grants
                .values()
                .filter(waited)
                .try_for_each(|grant| registry.record_trouble(grant.id, None))
        })
        .await?;
        Ok(Accepted::Consent(name))
    }

    async fn consent_refused(
        &self,
        errand: &SignIn,
        name: &ApplicationName,
        refusal: Refusal,
    ) -> Result<Accepted, Trouble> {
        self.fail_errand(
            &errand.state,
            &Subject::Application(name.clone()),
            refusal.trouble.clone(),
        )
        .await;
        Err(refusal.trouble)
    }

    async fn progress(&self, state: &str, progress: Progress) -> Result<(), Trouble> {
        let state = state.to_owned();
        self.registry(move |registry| registry.record_progress(&state, &progress))
            .await
    }
}

/// The provider's own immutable name decides if it is known; else the user name, which for most
/// mailboxes is the address (`facts` B7: a warning to a person, never a silent refusal).
fn is_expected(grant: &Grant, identity: Option<&Identity>) -> bool {
    let Some(signed_in) = identity else { return true };
    let same_person = grant
        .identity
        .as_ref()
        .is_some_and(|known| known.issuer == signed_in.issuer && known.subject == signed_in.subject);
    same_person || signed_in.username.to_lowercase() == grant.account.folded()
}

fn at_token(trouble: Trouble) -> Refusal {
    Refusal {
        trouble,
        step: Step::Token,
        ends: None,
        retry_after: None,
    }
}

fn at_authorize(trouble: Trouble) -> Refusal {
    Refusal {
        trouble,
        step: Step::Authorize,
        ends: None,
        retry_after: None,
    }
}

pub(super) fn wrong_account(username: &str) -> Trouble {
    Trouble::new(
        "signin.wrong_account",
        format!("{username} signed in, and its token was not kept"),
        "The browser was signed in with another account than this mailbox's.",
        "Open the link in a private window and sign in again.",
    )
    .with(Remedy::SignIn)
}

fn no_refresh_token() -> Trouble {
    Trouble::new(
        "token.no_refresh_token",
        "The provider gave no refresh token",
        "It gives one only for the scope offline_access (Google: access_type=offline).",
        "Mend the application's scopes, then sign in again.",
    )
    .with(Remedy::EditApplication)
}

fn wrong_place() -> Trouble {
    Trouble::new(
        "answer.wrong_place",
        "That page has thrown the code away",
        "Microsoft's nativeclient page moves on to “wrongplace” after a moment, and the code leaves the address bar.",
        "Register http://localhost as redirect URI under “Mobile and desktop applications” and use that, then sign in again.",
    )
    .with(Remedy::EditApplication)
}

fn no_open_sign_in() -> Trouble {
    Trouble::new(
        "answer.no_sign_in",
        "No sign-in is open that this code could belong to",
        "A code can be used only by the sign-in that asked for it.",
        "Begin a sign-in, then answer it.",
    )
}

fn unknown_state() -> Trouble {
    Trouble::new(
        "answer.unknown_state",
        "This answer belongs to no sign-in that was begun here",
        "Its state is not one of ours: it may be from another program, or from long ago.",
        "Begin the sign-in again and use the link that it gives.",
    )
}

fn too_late() -> Trouble {
    Trouble::new(
        "signin.expired",
        "This answer came too late",
        "An authorization code lives ten minutes.",
        "Begin the sign-in again.",
    )
    .with(Remedy::SignIn)
}

fn crossed() -> Trouble {
    Trouble::new(
        "answer.crossed",
        "The answer is of another kind than the question",
        "A sign-in was answered by a consent, or the other way round.",
        "Begin again.",
    )
}

fn nothing_held() -> Trouble {
    Trouble::new(
        "signin.nothing_held",
        "There are no tokens waiting for a choice",
        "They are held in memory only, and this program was started again since.",
        "Sign in again.",
    )
    .with(Remedy::SignIn)
}
