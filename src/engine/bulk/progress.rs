//! How far a job over many mailboxes is, and what came of it.

use jiff::Timestamp;

use crate::domain::{Address, MailboxId, Trouble};

/// How far a job over many mailboxes is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Whether it goes on.
    pub phase: Phase,
    /// How many mailboxes it is about.
    pub all: usize,
    /// How many are over.
    pub over: usize,
    /// How many of those went wrong.
    pub failed: usize,
    /// Since when.
    pub since: Timestamp,
    /// Mailboxes a second, lately; `None` until there are enough to say.
    pub rate: Option<f64>,
    /// When it will be over at that rate.
    pub ends_at: Option<Timestamp>,
    /// The hosts that asked for a pause.
    pub pauses: Vec<HostPause>,
    /// What went wrong last, the newest at the end.
    pub failures: Vec<Failure>,
}

impl Progress {
    /// A job over `all` mailboxes that has just been asked for.
    #[must_use]
    pub fn beginning(all: usize, since: Timestamp) -> Self {
        Self {
            phase: Phase::Running,
            all,
            over: 0,
            failed: 0,
            since,
            rate: None,
            ends_at: None,
            pauses: Vec::new(),
            failures: Vec::new(),
        }
    }
}

/// A host that asked for a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPause {
    /// Its name, with the port where that is not the one of HTTPS.
    pub host: String,
    /// When the pause is over.
    pub until: Timestamp,
}

/// Whether a job goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It does.
    Running,
    /// Nothing further is begun; what is under way comes to its end.
    Stopping,
    /// It is over.
    Over(End),
}

/// Why a job is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Nothing is left to do.
    Complete,
    /// Somebody stopped it.
    Stopped,
    /// Something was in the way of every mailbox alike: the store or the registry.
    Obstacle(Trouble),
}

/// A mailbox that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub mailbox: MailboxId,
    /// Its address.
    pub address: Address,
    /// Why, and what next.
    pub trouble: Trouble,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// How far it came.
    pub progress: Progress,
    /// The mailboxes that were checked, in the order in which they were over.
    pub checked: Vec<MailboxId>,
    /// All that went wrong, in the order in which it was found.
    pub failures: Vec<Failure>,
}
