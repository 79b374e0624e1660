//! Servers that are asked too much, and ask for a pause (`facts` B11 and D4).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use super::faults::status;

/// One of the tenant's services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// The token endpoint: it says 429 with `Retry-After`.
    Token,
    /// The submission server: it says 421 in place of its greeting.
    Smtp,
    /// The IMAP server: it refuses the sign-in with a suggested backoff time.
    Imap,
}

/// How much a service takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// So many requests, or connections,
    pub most: usize,
    /// in so long a time.
    pub within: Duration,
    /// For how long nothing is taken after there were more. Then counting begins anew.
    pub pause: Duration,
}

/// A service's door.
#[derive(Debug, Default)]
pub(super) struct Door {
    throttle: Option<Throttle>,
    recent: VecDeque<Instant>,
    closed_until: Option<Instant>,
    turned_away: usize,
}

impl Door {
    /// Throttles the service, or does so no more.
    pub fn throttle(&mut self, throttle: Option<Throttle>) {
        *self = Self { throttle, turned_away: self.turned_away, ..Self::default() };
    }

    /// Whether the service is throttled.
    pub fn is_throttled(&self) -> bool {
        self.throttle.is_some()
    }

    /// How many were turned away so far.
    pub fn turned_away(&self) -> usize {
        self.turned_away
    }

    /// Somebody comes at `now`: `Err` says for how long to stay away.
    pub fn enter(&mut self, now: Instant) -> Result<(), Duration> {
        let Some(throttle) = self.throttle else { return Ok(()) };
        while self.recent.front().is_some_and(|came| now.duration_since(*came) >= throttle.within) {
            self.recent.pop_front();
        }
        let is_closed = self.closed_until.is_some_and(|until| until > now);
        if !is_closed && self.recent.len() < throttle.most {
            self.recent.push_back(now);
            return Ok(());
        }
        self.recent.clear();
        let until = self.closed_until.filter(|_| is_closed).unwrap_or(now + throttle.pause);
        self.closed_until = Some(until);
        self.turned_away += 1;
        Err(until.duration_since(now))
    }
}

/// 429 with `Retry-After` in whole seconds.
pub(super) fn too_many(wait: Duration) -> Response {
    let seconds = wait.as_millis().div_ceil(1_000).to_string();
    (status(429), [(RETRY_AFTER, seconds)], "").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_closed_for_a_while_after_too_many_came() {
        let (mut door, begin) = (Door::default(), Instant::now());
        let at = |millis: u64| begin + Duration::from_millis(millis);
        assert!((0..100).all(|_| door.enter(begin).is_ok()), "nobody counts yet");
        door.throttle(Some(Throttle { most: 2, within: Duration::from_secs(10), pause: Duration::from_secs(5) }));
        assert_eq!((door.enter(at(0)), door.enter(at(100))), (Ok(()), Ok(())));
        assert_eq!(door.enter(at(200)), Err(Duration::from_secs(5)));
        assert_eq!(door.enter(at(4_200)), Err(Duration::from_secs(1)), "to come early makes it no longer");
        assert_eq!((door.enter(at(5_200)), door.turned_away()), (Ok(()), 2));
    }
}
