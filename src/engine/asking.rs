//! A request at a host: it waits for its turn, and is repeated after the pause that the host asks for.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::pool::{Host, Permit, Seat, TooLong};
use super::troubles::{stopped, throttled};
use crate::domain::{Pause, Trouble};
use crate::mail;
use crate::oauth;

/// How often a request is sent before its host's wish for a pause counts as its answer.
const MOST_ATTEMPTS: usize = 5;
/// The longest pause that somebody who waits for an answer is kept waiting by.
const OF_A_PERSON: Duration = Duration::from_secs(30);

/// How long a request waits for its turn.
#[derive(Debug, Clone)]
pub(super) enum Patience {
    /// Somebody waits for the answer: not for a long pause.
    Person,
    /// As long as it takes, until this is cancelled.
    Job(CancellationToken),
    /// As long as it takes; when this is cancelled, through no pause any more: what it belongs to has
    /// begun.
    Begun(CancellationToken),
}

/// Why nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotSent {
    /// The job was stopped.
    Stopped,
    /// The host asked for a pause before the turn came.
    Paused,
}

/// An answer that may be the wish for a pause.
pub(super) trait Answer {
    /// The pause that it asks for.
    fn pause(&self) -> Option<Pause>;
}

impl<T> Answer for Result<T, oauth::Refusal> {
    fn pause(&self) -> Option<Pause> {
        self.as_ref().err()?.pause
    }
}

impl<T> Answer for Result<T, mail::Refusal> {
    fn pause(&self) -> Option<Pause> {
        self.as_ref().err()?.pause
    }
}

impl Engine {
    /// Does `request`, which takes a [`turn`](Self::turn), while `host` wants no pause. If the answer
    /// is the wish for one, it is done again afterwards, a few times.
    ///
    /// # Errors
    /// Nobody was asked: `check.stopped`, or `server.throttled` where the pause is longer than the
    /// patience.
    pub(super) async fn ask<A: Answer, F: Future<Output = Result<A, NotSent>>>(
        &self,
        host: &Host,
        patience: &Patience,
        request: impl Fn() -> F,
    ) -> Result<A, Trouble> {
        let until = patience.until();
        let mut refusals = 0;
        let mut refused = None;
        while refusals < MOST_ATTEMPTS {
            if let Err(too_long) = self.wait_for_pause(host, patience, until).await? {
                // The server's own words say more.
                return refused.ok_or_else(|| throttled(host, self.moment(too_long.0)));
            }
            match request().await {
                Ok(answer) if answer.pause().is_none() => return Ok(answer),
                Ok(answer) => refused = Some(answer),
                Err(NotSent::Stopped) => return Err(stopped()),
                Err(NotSent::Paused) => continue,
            }
            refusals += 1;
        }
        refused.ok_or_else(super::broken_job)
    }

    /// Waits until it may send a request to `host`.
    pub(super) async fn turn(&self, host: &Host, patience: &Patience) -> Result<Permit, NotSent> {
        tokio::select! {
            biased;
            () = patience.ends_before_it_begins() => Err(NotSent::Stopped),
            turn = self.0.pool.turn(host) => turn.map_err(|_| NotSent::Paused),
        }
    }

    /// Waits until it may prepare a request to `host`.
    pub(super) async fn seat(&self, host: &Host, patience: &Patience) -> Result<Seat, NotSent> {
        tokio::select! {
            biased;
            () = patience.ends_before_it_begins() => Err(NotSent::Stopped),
            seat = self.0.pool.seat(host) => Ok(seat),
        }
    }

    async fn wait_for_pause(
        &self,
        host: &Host,
        patience: &Patience,
        until: Option<Instant>,
    ) -> Result<Result<(), TooLong>, Trouble> {
        tokio::select! {
            biased;
            // Without a pause nothing has to be waited for.
            open = self.0.pool.open(host, until) => Ok(open),
            () = patience.ends_in_a_pause() => Err(stopped()),
        }
    }

    /// A moment of the pool's clock by the engine's.
    pub(super) fn moment(&self, instant: Instant) -> Timestamp {
        let wait = SignedDuration::try_from(instant.saturating_duration_since(Instant::now()));
        self.now().saturating_add(wait.unwrap_or_default()).unwrap_or(Timestamp::MAX)
    }
}

impl Patience {
    fn until(&self) -> Option<Instant> {
        match self {
            Self::Person => Some(Instant::now() + OF_A_PERSON),
            Self::Job(_) | Self::Begun(_) => None,
        }
    }

    async fn ends_before_it_begins(&self) {
        match self {
            Self::Job(stop) => stop.cancelled().await,
            Self::Person | Self::Begun(_) => std::future::pending().await,
        }
    }

    async fn ends_in_a_pause(&self) {
        match self {
            Self::Job(stop) | Self::Begun(stop) => stop.cancelled().await,
            Self::Person => std::future::pending().await,
        }
    }
}
