//! Another account than expected signed in: its tokens are held until somebody chooses.

use super::answers::Accepted;
use super::errands::{Errand, Held};
use super::event::Subject;
use super::redemption::at_authorize;
use super::troubles::{nothing_held, wrong_account};
use super::work::Ticket;
use super::{Engine, lock};
use crate::domain::{Address, MailboxId, Trouble};
use crate::oauth::Tokens;
use crate::registry::{Purpose, SignIn};

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
            Choice::KeepAsDelegate => {
                let engine = self.clone();
                let kept = async move { engine.keep_as_delegate(&errand, mailbox, tokens, &ticket).await };
                self.finished(kept).await.map(|_| None)
            }
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
                match registry.grant_of(&application, &identity)? {
                    Some(grant) => Ok(grant),
                    None => registry.grant_for(&application, &delegate),
                }
            })
            .await?;
        let kept = self.keep(errand, &grant, mailbox, tokens, ticket).await;
        self.0.works.end(ticket);
        kept
    }

    async fn discard(&self, errand: &SignIn, mailbox: MailboxId, tokens: &Tokens) {
        let username = tokens.identity.as_ref().map_or("somebody else", |identity| &*identity.username);
        let _ = self.refused(errand, mailbox, at_authorize(wrong_account(username))).await;
        self.0.works.end_all(&Subject::Mailbox(mailbox));
    }
}
