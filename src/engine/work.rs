//! What is at work, and for whom. The one place where late answers are dropped.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::sync::{Notify, broadcast};
use url::Url;

use super::event::{Event, Subject};
use super::lock;
use crate::domain::{RedirectUri, Step};

/// What a job is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Proves tenant and client.
    Proving {
        /// Since when.
        since: Timestamp,
    },
    /// Waits for a person in a browser.
    SigningIn(Waiting),
    /// Waits for an administrator in a browser.
    Consenting(Waiting),
    /// Exchanges the code.
    Exchanging {
        /// Since when.
        since: Timestamp,
    },
    /// Waits for the secret store.
    Storing {
        /// Since when.
        since: Timestamp,
    },
    /// Uses the refresh token.
    Refreshing {
        /// Since when.
        since: Timestamp,
    },
    /// Another account than expected signed in; somebody has to choose.
    Asking {
        /// The errand.
        state: String,
        /// Who signed in.
        username: String,
        /// Since when.
        since: Timestamp,
    },
    /// Tries `AUTH XOAUTH2` at the submission server.
    CheckingSmtp {
        /// Since when.
        since: Timestamp,
    },
}

/// Who listens where the browser is sent with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// This process, on this port of this machine.
    Here(u16),
    /// Another program has the port that the redirect URI names. It may be another mailkey, which
    /// takes the answer; else the answer has to be copied.
    Elsewhere(u16),
    /// Nobody: the redirect URI is not of this machine, and the answer has to be copied.
    Nowhere,
}

/// An errand that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its `state`.
    pub state: String,
    /// What the browser opens.
    pub link: Url,
    /// Where the answer will be sent.
    pub redirect_uri: RedirectUri,
    /// Who listens there.
    pub listening: Listening,
    /// When it began.
    pub since: Timestamp,
    /// When it is over.
    pub until: Timestamp,
}

impl Work {
    /// The step that it is at.
    #[must_use]
    pub fn step(&self) -> Step {
        match self {
            Self::Proving { .. } | Self::Consenting(_) => Step::Register,
            Self::SigningIn(_) | Self::Asking { .. } => Step::Authorize,
            Self::Exchanging { .. } | Self::Storing { .. } | Self::Refreshing { .. } => Step::Token,
            Self::CheckingSmtp { .. } => Step::SmtpAuth,
        }
    }

    /// Since when.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        match self {
            Self::Proving { since }
            | Self::Exchanging { since }
            | Self::Storing { since }
            | Self::Refreshing { since }
            | Self::Asking { since, .. }
            | Self::CheckingSmtp { since } => *since,
            Self::SigningIn(waiting) | Self::Consenting(waiting) => waiting.since,
        }
    }

    /// Whether it waits for somebody, and not for a machine.
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::SigningIn(_) | Self::Consenting(_) | Self::Asking { .. })
    }

    /// The errand that it waits for.
    #[must_use]
    pub fn waiting(&self) -> Option<&Waiting> {
        match self {
            Self::SigningIn(waiting) | Self::Consenting(waiting) => Some(waiting),
            _ => None,
        }
    }
}

/// The right of one attempt to speak for its subject.
#[derive(Debug, Clone)]
pub struct Ticket {
    subject: Subject,
    attempt: u64,
}

/// All that is at work.
pub(super) struct Works {
    current: Mutex<HashMap<Subject, (u64, Work)>>,
    ended: Mutex<Vec<Subject>>,
    attempts: AtomicU64,
    events: broadcast::Sender<Event>,
    pub(super) changed: Notify,
}

impl Works {
    pub(super) fn new(events: broadcast::Sender<Event>) -> Self {
        Self {
            current: Mutex::default(),
            ended: Mutex::default(),
            attempts: AtomicU64::new(0),
            events,
            changed: Notify::new(),
        }
    }

    /// Begins an attempt; an earlier one for the same subject has no say any more.
    pub(super) fn begin(&self, subject: Subject, work: Work) -> Ticket {
        self.begin_among(&mut lock(&self.current), subject, work)
    }

    /// Begins an attempt that does not push aside an errand that waits for a person: then it works
    /// unseen, and its ticket has no say.
    pub(super) fn begin_beside(&self, subject: Subject, work: Work) -> Ticket {
        let mut current = lock(&self.current);
        let waits = current.get(&subject).is_some_and(|(_, work)| work.needs_a_person());
        if waits { Ticket { subject, attempt: 0 } } else { self.begin_among(&mut current, subject, work) }
    }

    /// It is told under the lock, as all else here, so that no end is told before its beginning.
    fn begin_among(&self, current: &mut HashMap<Subject, (u64, Work)>, subject: Subject, work: Work) -> Ticket {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        current.insert(subject.clone(), (attempt, work.clone()));
        let _ = self.events.send(Event::Work(subject.clone(), Some(work)));
        Ticket { subject, attempt }
    }

    /// Says how far an attempt is. A late word from an earlier attempt is dropped here.
    pub(super) fn report(&self, ticket: &Ticket, work: Work) {
        if let Some((attempt, current)) = lock(&self.current).get_mut(&ticket.subject)
            && *attempt == ticket.attempt
        {
            *current = work.clone();
            let _ = self.events.send(Event::Work(ticket.subject.clone(), Some(work)));
        }
    }

    /// Ends an attempt. Its subject is told idle after the fleet was read again, so that nobody
    /// sees a step fall back for a moment.
    pub(super) fn end(&self, ticket: &Ticket) {
        let mut current = lock(&self.current);
        if current.get(&ticket.subject).is_some_and(|(attempt, _)| *attempt == ticket.attempt) {
            current.remove(&ticket.subject);
            lock(&self.ended).push(ticket.subject.clone());
        }
        drop(current);
        self.changed.notify_one();
    }

    /// Ends whatever is at work for `subject`.
    pub(super) fn end_all(&self, subject: &Subject) {
        if lock(&self.current).remove(subject).is_some() {
            lock(&self.ended).push(subject.clone());
        }
        self.changed.notify_one();
    }

    /// What is at work for `subject`.
    pub(super) fn get(&self, subject: &Subject) -> Option<Work> {
        lock(&self.current).get(subject).map(|(_, work)| work.clone())
    }

    /// The subjects that ended since the last call.
    pub(super) fn take_ended(&self) -> Vec<Subject> {
        std::mem::take(&mut *lock(&self.ended))
    }

    /// Tells those of them idle for which nothing has begun again.
    pub(super) fn tell_idle(&self, ended: Vec<Subject>) {
        let current = lock(&self.current);
        for subject in ended.into_iter().filter(|subject| !current.contains_key(subject)) {
            let _ = self.events.send(Event::Work(subject, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MailboxId;

    #[test]
    fn a_late_word_of_an_earlier_attempt_is_dropped() {
        let (events, mut heard) = broadcast::channel(16);
        let works = Works::new(events);
        let subject = Subject::Mailbox(MailboxId(1));
        let at = Timestamp::UNIX_EPOCH;
        let first = works.begin(subject.clone(), Work::Refreshing { since: at });
        let second = works.begin(subject.clone(), Work::CheckingSmtp { since: at });
        works.report(&first, Work::Storing { since: at });
        works.end(&first);
        assert_eq!(works.get(&subject), Some(Work::CheckingSmtp { since: at }));
        assert!(works.take_ended().is_empty());
        works.end(&second);
        assert_eq!(works.take_ended(), [subject]);
        let told = std::iter::from_fn(|| heard.try_recv().ok()).count();
        assert_eq!(told, 2, "the two beginnings and nothing else");
    }
}
