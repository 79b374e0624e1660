//! Keeps the picture of the fleet up to date: after every job, and when another process changed
//! the registry.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep_until};

use super::event::{Event, Subject};
use super::troubles::{lost_with_its_answer, over};
use super::{Engine, Waiting, blocking};
use crate::domain::Fleet;
use crate::registry::{Progress, Revision, Sight};

/// How often to look whether another process changed the registry.
const LOOK: Duration = Duration::from_millis(500);
/// How long to gather the ends of jobs before the fleet is read again.
const GATHER: Duration = Duration::from_millis(15);

/// A picture of the fleet is told anew at least this often, whatever the tokens' limits are.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What was told of the registry.
#[derive(Default)]
pub(super) struct Told {
    /// Up to where.
    revision: Option<Revision>,
    /// Until when its tokens' states are right though nothing happens to them.
    until: Option<Timestamp>,
}

impl Engine {
    /// Publishes the fleet whenever it changed, for as long as it is polled. What a token's state
    /// is depends on the time as well.
    pub async fn watch(&self) {
        let mut seen = None;
        loop {
            let changed = tokio::select! {
                () = self.0.works.changed.notified() => true,
                () = sleep_until(Instant::now() + LOOK) => false,
            };
            if changed {
                tokio::time::sleep(GATHER).await;
            }
            let version = match self.registry(|registry| registry.version()).await {
                Ok(version) => version,
                Err(trouble) => {
                    self.publish(Event::Trouble(trouble));
                    tokio::time::sleep(LOOK * 4).await;
                    continue;
                }
            };
            // Before the first look nobody looked: something may have happened since the fleet was read.
            let foreign = seen != Some(version);
            if foreign {
                self.notice_errands_ended_elsewhere().await;
            }
            self.end_errands_past_their_time().await;
            if self.is_outdated().await {
                self.publish_fleet().await;
            } else if changed || foreign {
                self.publish_news().await;
            }
            seen = Some(version);
        }
    }

    /// Reads the fleet, and tells it and which jobs have ended.
    pub async fn publish_fleet(&self) {
        self.0.told.lock().await.revision = None;
        self.publish_news().await;
    }

    async fn is_outdated(&self) -> bool {
        let now = self.now();
        self.0.told.lock().await.until.is_some_and(|until| until < now)
    }

    /// Tells what changed since the last time, and which jobs have ended.
    async fn publish_news(&self) {
        let ended = self.0.works.take_ended();
        let mut told = self.0.told.lock().await;
        let (seen, providers) = (told.revision, self.settings().providers.clone());
        match self.registry(move |registry| registry.look(seen, &providers)).await {
            Ok((revision, sight)) => {
                told.revision = Some(revision);
                if let Some(fleet) = self.publish_sight(sight) {
                    told.until = Some(self.good_until(fleet).await);
                }
            }
            Err(trouble) => self.publish(Event::Trouble(trouble)),
        }
        drop(told);
        self.0.works.tell_idle(ended);
    }

    /// How long a picture of the fleet is right though nothing happens.
    async fn good_until(&self, fleet: Arc<Fleet>) -> Timestamp {
        let now = self.now();
        let turns = blocking(move || Ok(fleet.turns_after(now))).await;
        turns.ok().flatten().into_iter().fold(now + DAY, Timestamp::min)
    }

    /// Tells it; gives the fleet if it is told anew.
    fn publish_sight(&self, sight: Sight) -> Option<Arc<Fleet>> {
        match sight {
            Sight::Same => None,
            Sight::News(news) => {
                self.publish(Event::News(Arc::new(news)));
                None
            }
            Sight::Whole(fleet) => {
                let fleet = Arc::new(fleet);
                self.publish(Event::Fleet(Arc::clone(&fleet)));
                Some(fleet)
            }
        }
    }

    /// `mailkey redeem` or another dashboard may have finished what this one began.
    async fn notice_errands_ended_elsewhere(&self) {
        for (state, _) in self.0.errands.waiting() {
            let is_over = match self.progress_of(&state).await {
                // Claimed: somebody is at work with its answer, perhaps this very process.
                Ok(Some(progress)) => !matches!(progress, Progress::Open | Progress::Claimed),
                Ok(None) => true,
                Err(_) => false,
            };
            if is_over {
                self.forget_errand(&state);
            }
        }
    }

    async fn end_errands_past_their_time(&self) {
        let now = self.now();
        for (state, subject) in self.0.errands.waiting() {
            let Some(waiting) = self.waiting(&state, &subject).filter(|waiting| waiting.until <= now) else {
                continue;
            };
            let trouble = match self.progress_of(&state).await {
                Ok(Some(Progress::Claimed)) => lost_with_its_answer(),
                _ => over(now.duration_since(waiting.since).as_mins()),
            };
            self.fail_errand(&state, &subject, trouble).await;
        }
    }

    /// The errand with this `state`, if it is what `subject` still waits for.
    fn waiting(&self, state: &str, subject: &Subject) -> Option<Waiting> {
        let work = self.0.works.get(subject)?;
        work.waiting().filter(|waiting| waiting.state == state).cloned()
    }
}
