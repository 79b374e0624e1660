//! Another account than expected signed in: its tokens are held until somebody chooses.

use super::answers::Accepted;
use super::errands::{Errand, Held};
use super::event::{Event, Subject};
use super::troubles::{no_address, nothing_held, wrong_account};
use super::{Engine, Work, lock};
use crate::domain::{Address, Grant, Identity, MailboxId, Step, Trouble};
use crate::oauth::Refusal;
use crate::registry::Progress;

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

impl Engine {
    /// Says what is to become of the tokens of another account than expected.
    ///
    /// # Errors
    /// `signin.nothing_held` if they are gone; else why they could not be kept: they are held on
    /// then, and one can choose again.
    pub async fn choose_account(&self, state: &str, choice: Choice) -> Result<Option<Errand>, Trouble> {
        let held = lock(&self.0.errands.held).remove(state);
        let held = held.ok_or_else(nothing_held)?;
        match choice {
            Choice::KeepAsDelegate => {
                let engine = self.clone();
                self.finished(async move { engine.keep_as_delegate(held).await }).await.map(|_| None)
            }
            Choice::Discard => {
                self.discard(&held).await;
                self.0.works.end_all(&Subject::Mailbox(held.mailbox));
                Ok(None)
            }
            Choice::SignInAgain => {
                self.discard(&held).await;
                let begun = self.begin_sign_in(held.mailbox).await;
                // Only now: between the two, whoever hears of an end takes the sign-in for a failure.
                self.0.works.end(&held.ticket);
                begun.map(Some)
            }
        }
    }

    /// Holds the tokens, and asks what is to become of them.
    pub(super) async fn ask_about(&self, held: Held, expected: Address) -> Result<Accepted, Trouble> {
        let (state, mailbox) = (held.errand.state.clone(), held.mailbox);
        let username = held.identity.username.clone();
        self.progress(&state, Progress::Asking { username: username.clone() }).await?;
        self.hold(held);
        self.publish(Event::WrongAccount {
            state: state.clone(),
            mailbox,
            expected: expected.clone(),
            username: username.clone(),
        });
        Ok(Accepted::WrongAccount { state, expected, username })
    }

    fn hold(&self, held: Held) {
        let (state, username) = (held.errand.state.clone(), held.identity.username.clone());
        self.0.works.report(&held.ticket, Work::Asking { state: state.clone(), username, since: self.now() });
        lock(&self.0.errands.held).insert(state, held);
    }

    async fn keep_as_delegate(&self, held: Held) -> Result<Accepted, Trouble> {
        let Held { errand, mailbox, identity, tokens, ticket } = &held;
        let stored = match self.delegates_grant(*mailbox, identity).await {
            Ok(grant) => self.store_of_delegate(&held, grant).await,
            Err(trouble) => Err(trouble),
        };
        match stored {
            Ok(grant) => Ok(self.kept(&grant, *mailbox, tokens, ticket).await),
            Err(trouble) if tokens.refresh_token.is_none() => {
                let refused = self.refused(errand, *mailbox, Refusal::at_token(trouble)).await;
                self.0.works.end(ticket);
                refused
            }
            // Who has the tokens can choose again when that is mended.
            Err(trouble) => {
                self.hold(held);
                Err(trouble)
            }
        }
    }

    /// A delegate's grant that no mailbox came to is discarded: nobody would ever look for its token.
    async fn store_of_delegate(&self, held: &Held, grant: Grant) -> Result<Grant, Trouble> {
        let Held { errand, mailbox, tokens, ticket, .. } = held;
        let (id, stored) = (grant.id, self.store(errand, &grant, *mailbox, tokens, ticket).await);
        if stored.is_err() {
            self.registry(move |registry| registry.discard_unused(id)).await?;
            self.forget_or_tell().await;
        }
        stored.map(|()| grant)
    }

    /// The grant that this person gave, or a new one under their address.
    async fn delegates_grant(&self, mailbox: MailboxId, identity: &Identity) -> Result<Grant, Trouble> {
        let identity = identity.clone();
        self.registry(move |registry| {
            let application = registry.grant(registry.mailbox(mailbox)?.grant)?.application;
            if let Some(grant) = registry.grant_of(&application, &identity)? {
                return Ok(grant);
            }
            let delegate = Address::parse(&identity.username).map_err(|_| no_address(&identity.username))?;
            registry.grant_for(&application, &delegate)
        })
        .await
    }

    async fn discard(&self, held: &Held) {
        let trouble = wrong_account(&held.identity.username);
        let _ = self.refused(&held.errand, held.mailbox, Refusal::new(trouble, Step::Authorize)).await;
    }
}
