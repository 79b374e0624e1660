//! What can lie over the dashboard, and what waits to be asked there.

use jiff::Timestamp;

use super::form::Form;
use super::history::History;
use super::import::Preview;
use super::message::Effect;
use crate::domain::{Address, ApplicationName, MailboxId, Secret};
use crate::engine::{Choice, Errand, Field, Subject};

/// What lies over the dashboard.
#[derive(Debug)]
pub enum Overlay {
    /// All keys, from this line on.
    Help(u16),
    /// How to register an application, from this line on.
    Walkthrough(u16),
    /// A form.
    Form(Form),
    /// What happened.
    History(History),
    /// What an import would do.
    Import(Box<Preview>),
    /// The applications, with the line under the cursor.
    Applications(usize),
    /// What to copy of a mailbox, with the line under the cursor.
    CopyMenu(MailboxId, usize),
    /// A credential, until this moment.
    Reveal(Field, Secret, Timestamp),
    /// The link of an errand, for the hand that has to copy it.
    Link(Errand),
    /// Whether to do what cannot be undone.
    Confirm(Confirmation),
    /// Something that the engine has to know, with the line under the cursor.
    Question(Question, usize),
}

impl Overlay {
    /// Leaves out the mailboxes that are gone; says whether anything is left.
    pub fn keep_about(&mut self, is_there: impl Fn(MailboxId) -> bool) -> bool {
        match self {
            Self::CopyMenu(id, _) | Self::Confirm(Confirmation::SignInAnew(id, _)) => is_there(*id),
            Self::Confirm(Confirmation::RemoveMailboxes(ids)) => {
                ids.retain(|id| is_there(*id));
                !ids.is_empty()
            }
            Self::Link(Errand { subject: Subject::Mailbox(id), .. }) => is_there(*id),
            Self::Question(question, _) => question.keep_about(is_there),
            Self::Help(_)
            | Self::Walkthrough(_)
            | Self::Form(_)
            | Self::History(_)
            | Self::Import(_)
            | Self::Applications(_)
            | Self::Reveal(..)
            | Self::Link(_)
            | Self::Confirm(Confirmation::RemoveApplication(_) | Confirmation::Seal(_)) => true,
        }
    }
}

/// What is done only after a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// Remove these.
    RemoveMailboxes(Vec<MailboxId>),
    /// Remove this.
    RemoveApplication(ApplicationName),
    /// Move so many secrets from the keyring to the registry.
    Seal(usize),
    /// Begin a sign-in for a mailbox that somebody is signed in for.
    SignInAnew(MailboxId, Way),
}

impl Confirmation {
    /// What a yes wants done.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Self::RemoveMailboxes(ids) => Effect::RemoveMailboxes(ids.clone()),
            Self::RemoveApplication(name) => Effect::RemoveApplication(name.clone()),
            Self::Seal(_) => Effect::SealSecrets,
            Self::SignInAnew(id, way) => way.effect(Subject::Mailbox(*id)),
        }
    }
}

/// How a person gets the link of an errand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The browser opens it.
    Browser,
    /// It is copied.
    Clipboard,
    /// It is shown.
    Screen,
}

impl Way {
    /// Begin the errand, or find the open one, and hand its link out this way.
    #[must_use]
    pub fn effect(self, subject: Subject) -> Effect {
        match self {
            Self::Browser => Effect::OpenBrowser(subject),
            Self::Clipboard => Effect::CopyLink(subject),
            Self::Screen => Effect::ShowLink(subject),
        }
    }
}

/// Something that the engine has to know before it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Another account than expected signed in: what becomes of its tokens?
    WrongAccount(WrongAccount),
    /// A code came without a `state`: which of these sign-ins does it belong to?
    WhichSignIn(Vec<(MailboxId, Address)>),
}

impl Question {
    /// Leaves out the mailboxes that are gone; says whether anything is left to ask.
    pub fn keep_about(&mut self, is_there: impl Fn(MailboxId) -> bool) -> bool {
        match self {
            Self::WrongAccount(asked) => {
                asked.sign_ins.retain(|sign_in| is_there(sign_in.mailbox));
                !asked.sign_ins.is_empty()
            }
            Self::WhichSignIn(asked) => {
                asked.retain(|(id, _)| is_there(*id));
                !asked.is_empty()
            }
        }
    }

    /// Takes a newer question in if one answer does for both, and says whether it did: an account
    /// answers for all that it signed in for, and the engine keeps one code without a `state`.
    pub fn take_in(&mut self, newer: &Self) -> bool {
        match (self, newer) {
            (Self::WrongAccount(one), Self::WrongAccount(other)) if one.username == other.username => {
                one.sign_ins.retain(|known| !other.sign_ins.contains(known));
                one.sign_ins.extend_from_slice(&other.sign_ins);
                true
            }
            (Self::WhichSignIn(one), Self::WhichSignIn(other)) => {
                one.clone_from(other);
                true
            }
            _ => false,
        }
    }
}

/// Another account than expected signed in, for one mailbox or for several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongAccount {
    /// Who signed in.
    pub username: String,
    /// For whom.
    pub sign_ins: Vec<Unexpected>,
}

/// A sign-in that another account than expected answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexpected {
    /// The errand.
    pub state: String,
    /// The mailbox that it is for.
    pub mailbox: MailboxId,
    /// Who was expected.
    pub expected: Address,
}

/// What can be answered when another account signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountAnswer {
    /// The tokens become this.
    Choose(Choice),
    /// They are discarded, and the line opens no further sign-in.
    StopLine,
}

impl AccountAnswer {
    /// What there is, in the order of the menu.
    #[must_use]
    pub fn all(is_in_line: bool) -> Vec<Self> {
        let choices = [Choice::SignInAgain, Choice::KeepAsDelegate, Choice::Discard].map(Self::Choose);
        choices.into_iter().chain(is_in_line.then_some(Self::StopLine)).collect()
    }
}
