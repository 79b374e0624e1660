//! What the engine tells while it works.

use std::sync::Arc;

use super::answers::Accepted;
use super::bulk::Progress;
use super::keep_alive::KeepAlive;
use super::store::MoveProgress;
use super::work::Work;
use crate::domain::{Address, ApplicationName, Fleet, MailboxId, News, Trouble};

/// What a job is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One mailbox.
    Mailbox(MailboxId),
    /// One application.
    Application(ApplicationName),
}

/// Something happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The registry as it is now.
    Fleet(Arc<Fleet>),
    /// What changed in some mailboxes since then.
    News(Arc<News>),
    /// A job has come to this point; `None`: no job is at work for it any more.
    Work(Subject, Option<Work>),
    /// How far the job over many mailboxes is; `None`: there is none.
    Checks(Option<Progress>),
    /// What the keep-alive does, and did last. Without one, nothing is told.
    KeepAlive(KeepAlive),
    /// An answer was taken to its end, by whichever way it came.
    Accepted(Accepted),
    /// Another account than expected signed in. Its tokens are held until somebody chooses.
    WrongAccount {
        /// The errand.
        state: String,
        /// The mailbox that it is for.
        mailbox: MailboxId,
        /// Who was expected.
        expected: Address,
        /// Who signed in.
        username: String,
    },
    /// A bare code was found while several sign-ins are open: the engine keeps it until
    /// [`choose_errand`](super::Engine::choose_errand) says which is meant.
    WhichSignIn(Vec<(MailboxId, Address)>),
    /// The clipboard is watched (`Ok`) or cannot be.
    ClipboardWatch(Result<(), Trouble>),
    /// What was copied is still there and ours (`false`) or was cleared just now (`true`).
    ClipboardCleared(bool),
    /// Secrets are being moved from one store to the other.
    StoreMoving(MoveProgress),
    /// A trouble that belongs to no step: the registry, or an answer that is no answer.
    Trouble(Trouble),
}
