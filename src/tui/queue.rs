//! The assembly line: sign-ins for many mailboxes, the next one opened as soon as the last is
//! answered by the right account. Mailboxes that share a grant are onboarded by one sign-in.

use std::collections::{HashMap, VecDeque};

use crate::domain::{Entry, GrantId, MailboxId};
use crate::engine::Work;

/// The most sign-ins that are kept open at once: more browser windows nobody keeps apart.
const MOST_OPEN: usize = 9;

/// Sign-ins that are still to be opened, open, or answered, and what became of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    left: VecDeque<SignIn>,
    open: Vec<SignIn>,
    answered: Vec<SignIn>,
    at_once: usize,
    done: usize,
    failed: usize,
}

/// One sign-in, and the mailboxes that it onboards.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SignIn {
    /// The one that it is opened for.
    first: MailboxId,
    others: Vec<MailboxId>,
}

/// How many mailboxes are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Signed in.
    pub done: usize,
    /// A person is asked, in the browser or here, or the answer is on its way to the store.
    pub waiting: usize,
    /// Refused, stopped or run out.
    pub failed: usize,
    /// Not begun.
    pub left: usize,
}

impl Count {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> usize {
        self.done + self.waiting + self.failed + self.left
    }
}

impl Queue {
    /// A line of these mailboxes, in this order; `None` if there are none.
    #[must_use]
    pub fn of<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Option<Self> {
        let mut left: VecDeque<SignIn> = VecDeque::new();
        let mut places: HashMap<GrantId, usize> = HashMap::new();
        for entry in entries {
            let place = *places.entry(entry.grant.id).or_insert(left.len());
            match left.get_mut(place) {
                Some(sign_in) => sign_in.others.push(entry.mailbox.id),
                None => left.push_back(SignIn { first: entry.mailbox.id, others: vec![] }),
            }
        }
        let line = Self { left, open: vec![], answered: vec![], at_once: 1, done: 0, failed: 0 };
        (!line.left.is_empty()).then_some(line)
    }

    /// The mailbox whose sign-in is opened next, when there is room.
    #[must_use]
    pub fn next(&self) -> Option<MailboxId> {
        self.left.front().map(|sign_in| sign_in.first)
    }

    /// The mailboxes whose sign-ins are to be opened now; from now on they count as open.
    pub fn open_next(&mut self) -> Vec<MailboxId> {
        let room = self.at_once.saturating_sub(self.open.len()).min(self.left.len());
        let opened: Vec<SignIn> = self.left.drain(..room).collect();
        let firsts = opened.iter().map(|sign_in| sign_in.first).collect();
        self.open.extend(opened);
        firsts
    }

    /// What is at work for a mailbox: as soon as its token is being stored, the next has its turn. Not
    /// before, since the browser may be signed in as somebody else, who would answer the next as well.
    pub fn hear(&mut self, mailbox: MailboxId, work: &Work) {
        let (from, to) = match work {
            Work::Storing { .. } => (&mut self.open, &mut self.answered),
            // It could not be stored, and is asked about again.
            Work::Asking { .. } => (&mut self.answered, &mut self.open),
            _ => return,
        };
        to.extend(take(from, |sign_in| sign_in.first == mailbox));
    }

    /// The token of a mailbox's grant is stored, by whichever sign-in.
    pub fn succeed(&mut self, mailbox: MailboxId) {
        self.done += self.finish(|sign_in| sign_in.is_for(mailbox));
    }

    /// Nothing is at work for a mailbox any more: if its sign-in did not succeed, it failed.
    pub fn end(&mut self, mailbox: MailboxId) {
        self.failed += self.finish(|sign_in| sign_in.first == mailbox);
    }

    /// How many mailboxes the sign-in that is over was for; a late word for another is none.
    fn finish(&mut self, which: impl Fn(&SignIn) -> bool) -> usize {
        let sign_in = take(&mut self.open, &which).or_else(|| take(&mut self.answered, &which));
        sign_in.map_or(0, |sign_in| sign_in.mailboxes())
    }

    /// Puts a sign-in that waits for its person, this mailbox's or else the first, behind the
    /// others; gives the mailbox that it was opened for. `None` if nothing else is left.
    pub fn skip(&mut self, mailbox: Option<MailboxId>) -> Option<MailboxId> {
        if self.left.is_empty() {
            return None;
        }
        let meant = |sign_in: &SignIn| mailbox.is_some_and(|mailbox| sign_in.is_for(mailbox));
        let skipped = take(&mut self.open, meant).or_else(|| take(&mut self.open, |_| true))?;
        let opened_for = skipped.first;
        self.left.push_back(skipped);
        Some(opened_for)
    }

    /// Gives up what is left for these mailboxes: it has failed before it was begun.
    pub fn give_up(&mut self, which: impl Fn(MailboxId) -> bool) {
        let Self { left, failed, .. } = self;
        left.retain(|sign_in| {
            let is_given_up = which(sign_in.first);
            *failed += if is_given_up { sign_in.mailboxes() } else { 0 };
            !is_given_up
        });
    }

    /// Whether a sign-in waits for its person while others are left.
    #[must_use]
    pub fn can_skip(&self) -> bool {
        !self.open.is_empty() && !self.left.is_empty()
    }

    /// A sign-in could not be opened: it is left again.
    pub fn put_back(&mut self, mailbox: MailboxId) {
        if let Some(sign_in) = take(&mut self.open, |sign_in| sign_in.first == mailbox) {
            self.left.push_front(sign_in);
        }
    }

    /// Leaves out the mailboxes that are gone. A sign-in goes with the mailbox that it was opened
    /// for; if others were to be onboarded by it, theirs is left again.
    pub fn retain(&mut self, is_there: impl Fn(MailboxId) -> bool) {
        for begun in [&mut self.open, &mut self.answered] {
            while let Some(mut sign_in) = take(begun, |sign_in| !is_there(sign_in.first)) {
                sign_in.first = sign_in.others.pop().unwrap_or(sign_in.first);
                self.left.push_front(sign_in);
            }
        }
        for sign_in in self.left.iter_mut().chain(&mut self.open).chain(&mut self.answered) {
            sign_in.others.retain(|mailbox| is_there(*mailbox));
        }
        self.left.retain_mut(|sign_in| sign_in.is_left(&is_there));
    }

    /// Keeps one sign-in more open, or one fewer; gives how many.
    pub fn change_at_once(&mut self, by: isize) -> usize {
        self.at_once = self.at_once.saturating_add_signed(by).clamp(1, MOST_OPEN);
        self.at_once
    }

    /// How many sign-ins are kept open at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.at_once
    }

    /// How many are where.
    #[must_use]
    pub fn count(&self) -> Count {
        let sum = |sign_ins: &mut dyn Iterator<Item = &SignIn>| sign_ins.map(SignIn::mailboxes).sum();
        Count {
            done: self.done,
            waiting: sum(&mut self.open.iter().chain(&self.answered)),
            failed: self.failed,
            left: sum(&mut self.left.iter()),
        }
    }

    /// Whether nothing is left and nothing waits.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.left.is_empty() && self.open.is_empty() && self.answered.is_empty()
    }
}

impl SignIn {
    fn mailboxes(&self) -> usize {
        1 + self.others.len()
    }

    fn is_for(&self, mailbox: MailboxId) -> bool {
        self.first == mailbox || self.others.contains(&mailbox)
    }

    /// Whether one of its mailboxes is there to open it for.
    fn is_left(&mut self, is_there: impl Fn(MailboxId) -> bool) -> bool {
        while !is_there(self.first) {
            let Some(other) = self.others.pop() else { return false };
            self.first = other;
        }
        true
    }
}

fn take(sign_ins: &mut Vec<SignIn>, which: impl Fn(&SignIn) -> bool) -> Option<SignIn> {
    let place = sign_ins.iter().position(which)?;
    Some(sign_ins.remove(place))
}

#[cfg(test)]
mod tests;
