//! The books of one job: what is queued, what is under way, what came of it. It does nothing itself
//! and looks at no clock.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::group::Group;
use super::progress::{End, Failure, HostPause, Phase, Progress, Sum};
use crate::domain::MailboxId;

/// How many of the newest failures are told with the progress.
const TOLD: usize = 3;
/// The rate is that of so many answers.
const RECENT: usize = 64;

/// Which job. A group that ends late has no say in the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobId(pub u64);

/// The books of one job.
pub struct Job {
    id: JobId,
    since: Timestamp,
    /// Queued or under way. Whoever is not in here has no say any more.
    checking: HashSet<MailboxId>,
    /// What waits, by provider.
    lanes: HashMap<String, Lane>,
    checked: Vec<MailboxId>,
    left_out: usize,
    failures: Vec<Failure>,
    recent: VecDeque<Timestamp>,
    /// Why nothing further is begun.
    end: Option<End>,
    stop: CancellationToken,
    sum: watch::Sender<Option<Arc<Sum>>>,
}

#[derive(Default)]
struct Lane {
    queue: VecDeque<Group>,
    under_way: usize,
}

impl Job {
    /// A job with nothing to do.
    pub fn new(id: JobId, since: Timestamp) -> Self {
        Self {
            id,
            since,
            checking: HashSet::new(),
            lanes: HashMap::new(),
            checked: Vec::new(),
            left_out: 0,
            failures: Vec::new(),
            recent: VecDeque::new(),
            end: None,
            stop: CancellationToken::new(),
            sum: watch::Sender::new(None),
        }
    }

    /// Which it is.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Adds mailboxes, and gives those of them that were not in it already. One that it has checked
    /// is checked anew only if what was found since `seen_at` is asked for, and counts once. A job
    /// that was being stopped goes on with them.
    pub fn add(&mut self, ids: impl IntoIterator<Item = MailboxId>, seen_at: Timestamp) -> Vec<MailboxId> {
        let found: HashSet<MailboxId> = self.checked.iter().filter(|_| seen_at <= self.since).copied().collect();
        let wanted = ids.into_iter().filter(|id| !found.contains(id));
        let new: Vec<MailboxId> = wanted.filter(|id| self.checking.insert(*id)).collect();
        self.checked.retain(|id| !self.checking.contains(id));
        self.failures.retain(|failure| !self.checking.contains(&failure.mailbox));
        if !new.is_empty() && self.end.take().is_some() {
            self.left_out = 0;
            self.stop = CancellationToken::new();
        }
        new
    }

    /// Queues what was added.
    pub fn enlist(&mut self, groups: Vec<(String, Group)>) {
        for (provider, group) in groups {
            self.lanes.entry(provider).or_default().queue.push_back(group);
        }
        if self.end.is_some() {
            self.clear_queues();
        }
    }

    /// What can be begun now, with its provider: at most `most` groups of each are under way.
    pub fn begin(&mut self, most: usize) -> Vec<(String, Group)> {
        let mut begun = Vec::new();
        for (provider, lane) in &mut self.lanes {
            while lane.under_way < most
                && let Some(group) = lane.queue.pop_front()
            {
                lane.under_way += 1;
                begun.push((provider.clone(), group));
            }
        }
        begun
    }

    /// A group that was begun has come to its end.
    pub fn end_group(&mut self, provider: &str) {
        if let Some(lane) = self.lanes.get_mut(provider) {
            lane.under_way = lane.under_way.saturating_sub(1);
        }
    }

    /// A mailbox was checked.
    pub fn checked(&mut self, mailbox: MailboxId, failure: Option<Failure>, now: Timestamp) {
        if !self.checking.remove(&mailbox) {
            return;
        }
        self.checked.push(mailbox);
        self.failures.extend(failure);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
    }

    /// A mailbox is gone: the job was never about it.
    pub fn forget(&mut self, mailbox: MailboxId) {
        self.checking.remove(&mailbox);
    }

    /// A mailbox is not checked any more.
    pub fn leave_out(&mut self, mailbox: MailboxId) {
        if self.checking.remove(&mailbox) {
            self.left_out += 1;
        }
    }

    /// Begins nothing further; the first reason counts.
    pub fn stop(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.stop.cancel();
        self.clear_queues();
    }

    /// What is cancelled when it is stopped.
    pub fn stop_sign(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Whether nothing is queued or under way.
    pub fn is_over(&self) -> bool {
        self.checking.is_empty()
    }

    /// How far it is.
    pub fn progress(&self, now: Timestamp, pauses: Vec<HostPause>) -> Progress {
        let rate = self.rate(now);
        let goes_on_at = pauses.iter().map(|pause| pause.until).max().unwrap_or(now).max(now);
        let newest = self.failures.len().saturating_sub(TOLD);
        Progress {
            phase: self.phase(),
            all: self.checked.len() + self.left_out + self.checking.len(),
            over: self.checked.len(),
            failed: self.failures.len(),
            since: self.since,
            rate,
            ends_at: rate.and_then(|rate| end(goes_on_at, self.checking.len(), rate)),
            pauses,
            failures: self.failures.iter().skip(newest).cloned().collect(),
        }
    }

    /// Where its sum will be.
    pub fn sum(&self) -> watch::Receiver<Option<Arc<Sum>>> {
        self.sum.subscribe()
    }

    /// Tells its sum to whoever waits for it.
    pub fn tell_sum(self, now: Timestamp) {
        let sum = Sum { progress: self.progress(now, Vec::new()), checked: self.checked, failures: self.failures };
        self.sum.send_replace(Some(Arc::new(sum)));
    }

    fn phase(&self) -> Phase {
        match &self.end {
            end if self.is_over() => Phase::Over(end.clone().unwrap_or(End::Complete)),
            Some(_) => Phase::Stopping,
            None => Phase::Running,
        }
    }

    /// The newest answers by the time that they took, up to now: it falls while none come.
    fn rate(&self, now: Timestamp) -> Option<f64> {
        let since = if self.recent.len() < RECENT { self.since } else { *self.recent.front()? };
        let seconds = now.duration_since(since).as_secs_f64();
        (!self.recent.is_empty() && seconds > 0.0).then(|| self.recent.len() as f64 / seconds)
    }

    fn clear_queues(&mut self) {
        let dropped: Vec<Group> = self.lanes.values_mut().flat_map(|lane| lane.queue.drain(..)).collect();
        dropped.iter().flat_map(Group::ids).for_each(|mailbox| self.leave_out(mailbox));
    }
}

fn end(from: Timestamp, left: usize, rate: f64) -> Option<Timestamp> {
    let seconds = left as f64 / rate;
    from.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

#[cfg(test)]
mod tests;
