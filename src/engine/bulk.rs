//! One job over many mailboxes: started while it runs it grows, and stopped it ends what is under way.

mod group;
mod job;
mod progress;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use self::group::groups;
use self::job::Job;
use super::event::Event;
use super::troubles::{is_gone, is_stopped};
use super::{Engine, broken_job, lock};
use crate::domain::{Address, MailboxId, Trouble};

pub(super) use group::Group;
pub(super) use job::JobId;
pub use progress::{End, Failure, HostPause, Phase, Progress, Sum};

/// How long to gather answers before the progress is told again.
const GATHER: Duration = Duration::from_millis(50);

/// The job over many mailboxes, if one is at work.
#[derive(Default)]
pub(super) struct Bulk {
    job: Mutex<Option<Job>>,
    last: AtomicU64,
    changed: Notify,
}

/// Checks that were asked for, perhaps together with others.
#[derive(Debug)]
pub struct Checks(watch::Receiver<Option<Arc<Sum>>>);

impl Checks {
    /// Waits until the whole job is over, with everything that joined it.
    ///
    /// # Errors
    /// `internal.job` if it broke off.
    pub async fn over(mut self) -> Result<Arc<Sum>, Trouble> {
        let sum = self.0.wait_for(Option::is_some).await.map_err(|_| broken_job())?;
        sum.clone().ok_or_else(broken_job)
    }
}

impl Bulk {
    fn next_id(&self) -> JobId {
        JobId(self.last.fetch_add(1, Ordering::Relaxed))
    }

    /// Changes the job, if there still is one.
    fn in_job<T>(&self, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        let changed = lock(&self.job).as_mut().map(change);
        self.changed.notify_one();
        changed
    }

    /// Changes this job, if it is still the one at work.
    fn in_job_of(&self, id: JobId, change: impl FnOnce(&mut Job)) {
        self.in_job(|job| {
            if job.id() == id {
                change(job);
            }
        });
    }
}

impl Engine {
    /// Refreshes and tries these mailboxes, in the background. What is found is recorded, and told
    /// as [`Event::Checks`]. Mailboxes that are being checked already are not begun again; others
    /// join the job that runs. What it found, and a token that was refreshed, after `seen_at` is fresh
    /// enough.
    pub fn check_many(&self, ids: impl IntoIterator<Item = MailboxId>, seen_at: Timestamp) -> Checks {
        let mut slot = lock(&self.0.bulk.job);
        let is_new = slot.is_none();
        let job = slot.get_or_insert_with(|| Job::new(self.0.bulk.next_id(), self.now()));
        let new = job.add(ids, seen_at);
        let (id, sum) = (job.id(), job.sum());
        drop(slot);
        if is_new {
            tokio::spawn(self.clone().tell_progress());
        }
        tokio::spawn(self.clone().enlist(id, new, seen_at));
        Checks(sum)
    }

    /// Begins no further check. What is under way comes to its end.
    pub fn stop_checks(&self) {
        self.0.bulk.in_job(|job| job.stop(End::Stopped));
    }

    /// Tells how far the job is, for whoever may have missed it.
    pub fn publish_checks(&self) {
        let slot = lock(&self.0.bulk.job);
        self.publish(Event::Checks(slot.as_ref().map(|job| self.job_progress(job))));
    }

    /// A job checked a mailbox. One that was removed meanwhile is dropped from the job.
    pub(super) fn checked(&self, id: JobId, mailbox: MailboxId, address: &Address, outcome: Result<(), Trouble>) {
        let now = self.now();
        self.0.bulk.in_job_of(id, |job| match outcome {
            Err(trouble) if is_gone(&trouble) => job.forget(mailbox),
            Err(trouble) if is_stopped(&trouble) => job.leave_out(mailbox),
            Err(trouble) if is_obstacle(&trouble) => {
                job.leave_out(mailbox);
                job.stop(End::Obstacle(trouble));
            }
            Err(trouble) => job.checked(mailbox, Some(Failure { mailbox, address: address.clone(), trouble }), now),
            Ok(()) => job.checked(mailbox, None, now),
        });
    }

    /// A mailbox was removed, or is another grant's by now.
    pub(super) fn drop_from_checks(&self, mailbox: MailboxId) {
        self.0.bulk.in_job(|job| job.forget(mailbox));
    }

    /// Reads what the mailboxes depend on, and queues them.
    async fn enlist(self, id: JobId, ids: Vec<MailboxId>, seen_at: Timestamp) {
        let fleet = self.fleet().await;
        self.0.bulk.in_job_of(id, |job| match fleet {
            Ok(fleet) => {
                let groups = groups(&fleet, &ids, id, seen_at);
                let found: HashSet<MailboxId> = groups.iter().flat_map(|(_, group)| group.ids()).collect();
                ids.iter().filter(|id| !found.contains(id)).for_each(|id| job.forget(*id));
                job.enlist(groups);
            }
            Err(trouble) => {
                ids.iter().for_each(|id| job.leave_out(*id));
                job.stop(End::Obstacle(trouble));
            }
        });
        self.begin_groups();
    }

    /// Begins twice as many groups of each provider as there may be requests at once: while some are
    /// in the store or the registry others want the turns. A provider that is slow or asks for a pause
    /// holds up no other.
    fn begin_groups(&self) {
        let most = 2 * self.settings().parallel;
        let begun = self.0.bulk.in_job(|job| (job.begin(most), job.stop_sign()));
        let Some((groups, stop)) = begun else { return };
        for (provider, group) in groups {
            tokio::spawn(self.clone().run_group(provider, group, stop.clone()));
        }
    }

    async fn run_group(self, provider: String, group: Group, stop: CancellationToken) {
        let (id, ids) = (group.job, group.ids());
        let is_whole = tokio::spawn(self.clone().check_group(group, stop)).await.is_ok();
        self.0.bulk.in_job_of(id, |job| {
            if is_whole {
                // Those that were not there any more.
                ids.into_iter().for_each(|id| job.forget(id));
            } else {
                ids.into_iter().for_each(|id| job.leave_out(id));
                job.stop(End::Obstacle(broken_job()));
            }
            job.end_group(&provider);
        });
        self.begin_groups();
    }

    /// Tells how far the job is, for as long as there is one.
    async fn tell_progress(self) {
        let mut pauses = self.0.pool.pauses();
        loop {
            if let Some(job) = self.tell_and_take_if_over() {
                return job.tell_sum(self.now());
            }
            tokio::select! {
                () = self.0.bulk.changed.notified() => {}
                _ = pauses.changed() => {}
            }
            tokio::time::sleep(GATHER).await;
        }
    }

    /// It is told under the lock: the next job's beginning must not come before this one's end.
    fn tell_and_take_if_over(&self) -> Option<Job> {
        let mut slot = lock(&self.0.bulk.job);
        self.publish(Event::Checks(slot.as_ref().map(|job| self.job_progress(job))));
        slot.take_if(|job| job.is_over())
    }

    fn job_progress(&self, job: &Job) -> Progress {
        let pauses = self.0.pool.pauses().borrow().clone().into_iter();
        let told = pauses.map(|(host, end)| HostPause { host: host.to_string(), until: self.moment(end) });
        job.progress(self.now(), told.collect())
    }
}

/// What is in the way of every mailbox alike. To go on would ask the person a thousand times to
/// unlock the keyring.
fn is_obstacle(trouble: &Trouble) -> bool {
    let is_of_one_secret = matches!(trouble.code(), "keyring.ambiguous" | "keyring.broken" | "seal.broken");
    let family = trouble.code().split('.').next().unwrap_or_default();
    !is_of_one_secret && matches!(family, "keyring" | "seal" | "store" | "registry" | "internal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_ends_late_has_no_say_in_the_next_job() {
        let (bulk, at) = (Bulk::default(), Timestamp::UNIX_EPOCH);
        let (first, second) = (bulk.next_id(), bulk.next_id());
        let mut job = Job::new(second, at);
        job.add([MailboxId(1)], at);
        *lock(&bulk.job) = Some(job);
        let is_over = || bulk.in_job(|job| job.is_over());
        bulk.in_job_of(first, |job| job.forget(MailboxId(1)));
        assert_eq!(is_over(), Some(false));
        bulk.in_job_of(second, |job| job.forget(MailboxId(1)));
        assert_eq!(is_over(), Some(true));
    }
}
