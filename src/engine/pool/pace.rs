//! How fast one host is asked: freely, not at all for a while, or carefully again. Time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::Pause;

/// The first pause where the server does not say how long; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause where the server does not say how long.
const LONGEST_OWN: Duration = Duration::from_secs(2 * 60);
/// The longest pause that is kept because a server asks for it.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);
/// Nobody comes back at the very moment, together with everybody else.
const MOST_SPREAD: Duration = Duration::from_secs(5);

/// How fast one host is asked.
#[derive(Debug)]
pub struct Pace {
    state: State,
    /// How many pauses there were. Requests from before the last one are no news.
    wave: u32,
    /// How many pauses in a row.
    setbacks: u32,
}

#[derive(Debug)]
enum State {
    /// As often as there are slots.
    Free,
    /// Not before this moment.
    Held { until: Instant },
    /// So many at once, of which so many went well: one, then twice as many, and so on.
    Careful { at_most: usize, well: usize },
}

impl Pace {
    /// A host that has asked for nothing.
    pub fn new() -> Self {
        Self { state: State::Free, wave: 0, setbacks: 0 }
    }

    /// Whether another request may begin beside those under way.
    pub fn may_begin(&self, under_way: usize, now: Instant) -> bool {
        match self.state {
            State::Free => true,
            State::Held { until } => until <= now && under_way == 0,
            State::Careful { at_most, .. } => under_way < at_most,
        }
    }

    /// A request begins. Gives the number of pauses so far, for [`answered`](Self::answered) and
    /// [`paused`](Self::paused).
    pub fn begin(&mut self) -> u32 {
        if matches!(self.state, State::Held { .. }) {
            self.state = State::Careful { at_most: 1, well: 0 };
        }
        self.wave
    }

    /// Until when nothing begins.
    pub fn held_until(&self, now: Instant) -> Option<Instant> {
        match self.state {
            State::Held { until } if until > now => Some(until),
            _ => None,
        }
    }

    /// A request that began in `wave` was answered, whatever the answer is; there are so many slots.
    pub fn answered(&mut self, wave: u32, slots: usize) {
        let State::Careful { at_most, well } = &mut self.state else { return };
        if wave != self.wave {
            return;
        }
        *well += 1;
        if *well >= *at_most {
            (*at_most, *well) = (*at_most * 2, 0);
        }
        if *at_most >= slots {
            self.state = State::Free;
            self.setbacks = 0;
        }
    }

    /// The server asked for a pause when it got a request that began in `wave`. Gives its end.
    pub fn paused(&mut self, wave: u32, asked: Pause, now: Instant, dice: &mut fastrand::Rng) -> Instant {
        if wave == self.wave {
            self.wave += 1;
            self.setbacks += 1;
        }
        let length = length(asked, self.setbacks, dice);
        let until = self.held_until(now).map_or(now + length, |until| until.max(now + length));
        self.state = State::Held { until };
        until
    }
}

/// What was asked for and a little more; or what doubles with every setback, half of it by chance. A
/// server that asks for less than it needs is given more the next time.
fn length(asked: Pause, setbacks: u32, dice: &mut fastrand::Rng) -> Duration {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(setbacks.saturating_sub(1))).min(LONGEST_OWN);
    let own = doubled.mul_f64(0.5 + 0.5 * dice.f64());
    match asked.length() {
        None => own,
        Some(asked) => {
            let asked = asked.min(LONGEST_ASKED);
            let spread = (asked / 10).min(MOST_SPREAD).mul_f64(dice.f64());
            if setbacks > 1 { (asked + spread).max(own) } else { asked + spread }
        }
    }
}
