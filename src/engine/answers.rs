//! What comes back from the browser: whose it is, and who may use it.

use super::errands::subject;
use super::event::Event;
use super::troubles::{no_open_sign_in, too_late, unknown_state, wrong_place};
use super::work::Ticket;
use super::{Engine, Work, lock};
use crate::desktop::listener::Page;
use crate::domain::{Address, ApplicationName, MailboxId, Secret, Trouble};
use crate::oauth::{Answer, Refusal, answer, refusal};
use crate::registry::{Claim, Progress, Purpose, Registry, SignIn};

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// The refresh token of this mailbox's grant is stored.
    Token {
        /// The mailbox that the sign-in was for.
        mailbox: MailboxId,
        /// The account that signed in.
        account: Address,
        /// What the place is called that the refresh token is in.
        place: &'static str,
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

/// An answer that is this process's to use, once.
pub(super) struct Claimed {
    pub(super) errand: SignIn,
    pub(super) ticket: Ticket,
    pub(super) what: What,
    account: Option<Address>,
}

/// What the answer is.
pub(super) enum What {
    Code(Secret),
    Refused(Refusal),
    Consent,
}

/// Why an answer is not to be used.
pub(super) enum Unclaimed {
    /// It was used before, with this end or none yet: a browser that asks twice.
    Again(Option<Address>, Progress),
    /// Several sign-ins are open, and it does not say which is meant.
    Which,
    /// It is none, or not for us.
    No(Trouble),
}

impl Claimed {
    pub(super) fn page(&self) -> Page {
        match (&self.what, &self.account) {
            (What::Refused(refusal), _) => Page::Refused { text: refusal.trouble.to_string() },
            (_, Some(account)) => taken(account),
            (_, None) => Page::Taken { account: "your organisation".to_owned() },
        }
    }
}

impl Unclaimed {
    pub(super) fn page(&self) -> Page {
        match self {
            Self::Again(_, Progress::Failed(trouble)) => Page::Refused { text: trouble.to_string() },
            Self::Again(account, _) => {
                Page::Taken { account: account.as_ref().map(ToString::to_string).unwrap_or_default() }
            }
            Self::No(trouble) if trouble.code() != "answer.none" => Page::Refused { text: trouble.to_string() },
            _ => Page::Ignored,
        }
    }

    fn into_trouble(self) -> Trouble {
        match self {
            Self::No(trouble) => trouble,
            Self::Again(_, Progress::Failed(trouble)) => trouble,
            Self::Again(..) => Trouble::new(
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
        let (engine, text) = (self.clone(), text.clone());
        self.finished(async move {
            let claimed = engine.claim(&text).await.map_err(Unclaimed::into_trouble)?;
            engine.finish(claimed).await
        })
        .await
    }

    /// Uses the bare code that was found while several sign-ins were open.
    ///
    /// # Errors
    /// As [`Engine::accept`].
    pub async fn choose_errand(&self, mailbox: MailboxId) -> Result<Accepted, Trouble> {
        // Of several for one mailbox, the link that was made last is likelier to be the one in use.
        let state = self.open_sign_ins().await?.into_iter().rfind(|(open, _)| *open == mailbox).map(|(_, state)| state);
        let (Some(state), Some(code)) = (state, lock(&self.0.errands.bare_code).take()) else {
            return Err(no_open_sign_in());
        };
        let engine = self.clone();
        self.finished(async move {
            let claimed = engine.claim_state(&state, What::Code(code)).await.map_err(Unclaimed::into_trouble)?;
            engine.finish(claimed).await
        })
        .await
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
        self.claim_answer(answer::read(text.expose()).map_err(Unclaimed::No)?).await
    }

    async fn claim_answer(&self, answer: Answer) -> Result<Claimed, Unclaimed> {
        match answer {
            Answer::Code { code, state } => self.claim_state(&state, What::Code(code)).await,
            Answer::Consent { state, .. } => self.claim_state(&state, What::Consent).await,
            Answer::Refused { state, error, description } => {
                let state = match state {
                    Some(state) => state,
                    None => self.only_open_sign_in().await?,
                };
                self.claim_state(&state, What::Refused(refusal::of_redirect(&error, &description))).await
            }
            Answer::BareCode(code) => match self.only_open_sign_in().await {
                Ok(state) => self.claim_state(&state, What::Code(code)).await,
                Err(Unclaimed::Which) => {
                    self.ask_which(code).await.map_err(Unclaimed::No)?;
                    Err(Unclaimed::Which)
                }
                Err(other) => Err(other),
            },
            Answer::WrongPlace => Err(Unclaimed::No(wrong_place())),
        }
    }

    async fn claim_state(&self, state: &str, what: What) -> Result<Claimed, Unclaimed> {
        let (wanted, now) = (state.to_owned(), self.now());
        let claim = self.registry(move |registry| registry.claim_sign_in(&wanted, now)).await.map_err(Unclaimed::No)?;
        let errand = match claim {
            Claim::Yours(errand) => errand,
            Claim::Used(errand) => {
                let account = self.account_of(&errand.purpose).await;
                return Err(Unclaimed::Again(account, errand.progress));
            }
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
        Ok(Claimed { errand, ticket, what, account })
    }

    async fn account_of(&self, purpose: &Purpose) -> Option<Address> {
        let Purpose::SignIn(mailbox) = purpose else { return None };
        self.case(*mailbox).await.ok().map(|case| case.grant.account)
    }

    async fn only_open_sign_in(&self) -> Result<String, Unclaimed> {
        let mut open = self.open_sign_ins().await.map_err(Unclaimed::No)?.into_iter();
        match (open.next(), open.next()) {
            (Some((_, state)), None) => Ok(state),
            (None, _) => Err(Unclaimed::No(no_open_sign_in())),
            (Some(_), Some(_)) => Err(Unclaimed::Which),
        }
    }

    /// The mailboxes whose sign-ins are open, in whichever process, and their states; oldest first.
    async fn open_sign_ins(&self) -> Result<Vec<(MailboxId, String)>, Trouble> {
        let now = self.now();
        let open = self.registry(move |registry| registry.open_sign_ins(now)).await?;
        let of_mailbox = |errand: SignIn| match errand.purpose {
            Purpose::SignIn(mailbox) => Some((mailbox, errand.state)),
            Purpose::Consent(_) => None,
        };
        Ok(open.into_iter().filter_map(of_mailbox).collect())
    }

    async fn ask_which(&self, code: Secret) -> Result<(), Trouble> {
        let open = self.open_sign_ins().await?;
        let addressed = |registry: &Registry| {
            // One that was removed meanwhile is not meant.
            let address = |(mailbox, _)| Some((mailbox, registry.mailbox(mailbox).ok()?.address));
            Ok(open.into_iter().filter_map(address).collect::<Vec<_>>())
        };
        let mut asked = self.registry(addressed).await?;
        asked.sort_by(|a, b| a.1.cmp(&b.1));
        asked.dedup();
        *lock(&self.0.errands.bare_code) = Some(code);
        self.publish(Event::WhichSignIn(asked));
        Ok(())
    }
}

/// What the browser is told when an answer was taken.
fn taken(account: &Address) -> Page {
    Page::Taken { account: account.to_string() }
}
