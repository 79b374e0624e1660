//! Keeps the picture of the fleet up to date: after every job, and when another process changed
//! the registry.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use super::event::{Event, Subject};
use super::troubles::over;
use super::{Engine, Work};
use crate::registry::{Progress, Sight};

/// How often to look whether another process changed the registry.
const LOOK: Duration = Duration::from_millis(500);
/// How long to gather the ends of jobs before the fleet is read again.
const GATHER: Duration = Duration::from_millis(15);

impl Engine {
    /// Publishes the fleet whenever it changed, for as long as it is polled.
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
            if changed || foreign {
                self.publish_news().await;
            }
            seen = Some(version);
        }
    }

    /// Reads the fleet, and tells it and which jobs have ended.
    pub async fn publish_fleet(&self) {
        *self.0.told.lock().await = None;
        self.publish_news().await;
    }

    /// Tells what changed since the last time, and which jobs have ended.
    async fn publish_news(&self) {
        let ended = self.0.works.take_ended();
        let mut told = self.0.told.lock().await;
        let (seen, providers) = (*told, self.settings().providers.clone());
        match self.registry(move |registry| registry.look(seen, &providers)).await {
            Ok((revision, sight)) => {
                *told = Some(revision);
                self.publish_sight(sight);
            }
            Err(trouble) => self.publish(Event::Trouble(trouble)),
        }
        drop(told);
        for subject in ended {
            if self.0.works.get(&subject).is_none() {
                self.publish(Event::Work(subject, None));
            }
        }
    }

    fn publish_sight(&self, sight: Sight) {
        match sight {
            Sight::Same => {}
            Sight::News(news) => self.publish(Event::News(Arc::new(news))),
            Sight::Whole(fleet) => self.publish(Event::Fleet(Arc::new(fleet))),
        }
    }

    /// `mailkey redeem` or another dashboard may have finished what this one began.
    async fn notice_errands_ended_elsewhere(&self) {
        for (state, subject) in self.0.errands.waiting() {
            let progress = self.registry(move |registry| registry.sign_in(&state)).await;
            let is_over = !matches!(&progress, Ok(Some(errand)) if errand.progress == Progress::Open);
            if is_over && self.0.works.get(&subject).is_some_and(|work| work.waiting().is_some()) {
                self.forget_errand(&subject);
            }
        }
    }

    async fn end_errands_past_their_time(&self) {
        let now = self.now();
        for (state, subject) in self.0.errands.waiting() {
            let Some(work) = self.0.works.get(&subject) else {
                continue;
            };
            let Some(waiting) = work.waiting() else { continue };
            if waiting.state == state && waiting.until <= now {
                self.expire_errand(&work, &state, &subject, now).await;
            }
        }
    }

    async fn expire_errand(&self, work: &Work, state: &str, subject: &Subject, now: Timestamp) {
        let trouble = over(now.duration_since(work.since()).as_mins());
        self.fail_errand(state, subject, trouble).await;
    }
}
