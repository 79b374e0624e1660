//! A request at a host: it waits for its turn, and is repeated after the pause that the host asks for.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::pool::{Host, Permit, TooLong};
use super::troubles::{stopped, throttled};
use crate::domain::{Pause, Secret, Trouble};
use crate::{mail, oauth};

/// How often a request is sent before its host's wish for a pause counts as its answer.
const MOST_ATTEMPTS: usize = 5;
/// The longest pause that somebody who waits for an answer is kept waiting by.
const OF_A_PERSON: Duration = Duration::from_secs(30);

/// How long a request waits for its turn.
#[derive(Debug, Clone)]
pub(super) enum Patience {
    /// Somebody waits for the answer: not for long.
    Person,
    /// As long as it takes, until this is cancelled.
    Job(CancellationToken),
    /// As long as it takes; when this is cancelled, no longer than until the next pause, since what
    /// it belongs to has begun.
    Begun(CancellationToken),
}

/// What a request came to, as far as its host's pace is concerned.
pub(super) enum Outcome {
    /// Nothing was sent after all.
    NotSent,
    /// The host answered, well or not.
    Answered,
    /// The host wants to be asked less.
    Paused(Pause),
}

/// An answer that may be the wish for a pause.
pub(super) trait Answer {
    /// What it says about the host.
    fn outcome(&self) -> Outcome;
}

/// An access token, or none if another process is at it.
impl Answer for Result<Option<Secret>, oauth::Refusal> {
    fn outcome(&self) -> Outcome {
        match self {
            Ok(None) => Outcome::NotSent,
            Err(oauth::Refusal { pause: Some(pause), .. }) => Outcome::Paused(*pause),
            _ => Outcome::Answered,
        }
    }
}

impl Answer for Result<(), mail::Refusal> {
    fn outcome(&self) -> Outcome {
        match self {
            Err(mail::Refusal { pause: Some(pause), .. }) => Outcome::Paused(*pause),
            _ => Outcome::Answered,
        }
    }
}

impl Engine {
    /// Sends `request` when it is its turn at `host`. If the answer is the wish for a pause, it is
    /// sent again afterwards, a few times.
    ///
    /// # Errors
    /// Nobody was asked: `check.stopped`, or `server.throttled` where the pause is longer than the
    /// patience.
    pub(super) async fn ask<A: Answer, F: Future<Output = A>>(
        &self,
        host: &Host,
        patience: &Patience,
        request: impl Fn() -> F,
    ) -> Result<A, Trouble> {
        let until = patience.until();
        let mut refused = None;
        for _ in 0..MOST_ATTEMPTS {
            let permit = match self.turn(host, patience, until).await? {
                Ok(permit) => permit,
                // The server's own words say more.
                Err(too_long) => return refused.ok_or_else(|| self.too_long(host, too_long)),
            };
            let answer = request().await;
            match answer.outcome() {
                Outcome::NotSent => return Ok(answer),
                Outcome::Answered => {
                    permit.answered();
                    return Ok(answer);
                }
                Outcome::Paused(pause) => permit.paused(pause),
            }
            refused = Some(answer);
        }
        refused.ok_or_else(super::broken_job)
    }

    async fn turn(
        &self,
        host: &Host,
        patience: &Patience,
        until: Option<Instant>,
    ) -> Result<Result<Permit, TooLong>, Trouble> {
        tokio::select! {
            biased;
            () = self.stop(host, patience) => Err(stopped()),
            turn = self.0.pool.turn(host, until) => Ok(turn),
        }
    }

    /// Ends when there is no use in waiting any longer.
    async fn stop(&self, host: &Host, patience: &Patience) {
        match patience {
            Patience::Person => std::future::pending().await,
            Patience::Job(stop) => stop.cancelled().await,
            Patience::Begun(stop) => {
                stop.cancelled().await;
                let mut pauses = self.0.pool.pauses();
                let paused = pauses.wait_for(|pauses| pauses.iter().any(|(paused, _)| paused == host));
                // An error would mean that the pool is gone, and with it all turns.
                let _ = paused.await;
            }
        }
    }

    fn too_long(&self, host: &Host, TooLong(end): TooLong) -> Trouble {
        throttled(host, self.moment(end))
    }

    /// A moment of the pool's clock by the engine's.
    pub(super) fn moment(&self, instant: Instant) -> jiff::Timestamp {
        let wait = jiff::SignedDuration::try_from(instant.saturating_duration_since(Instant::now()));
        self.now().saturating_add(wait.unwrap_or_default()).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl Patience {
    fn until(&self) -> Option<Instant> {
        match self {
            Self::Person => Some(Instant::now() + OF_A_PERSON),
            Self::Job(_) | Self::Begun(_) => None,
        }
    }
}
