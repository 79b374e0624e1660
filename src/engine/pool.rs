//! The pool: whose turn it is. It bounds the requests under way over all hosts, shares them fairly,
//! and keeps the pauses that hosts ask for.

mod host;
mod pace;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

use self::pace::Pace;
use super::lock;
use crate::domain::Pause;

pub use host::Host;

/// The pool. Cloning it gives another handle to the same one.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    lines: Mutex<Lines>,
    /// The hosts that are left alone, and until when.
    pauses: watch::Sender<Vec<(Host, Instant)>>,
}

/// Those who wait, a line for each host.
struct Lines {
    slots: usize,
    taken: usize,
    hosts: HashMap<Host, Line>,
    /// How many turns were given.
    turns: u64,
    dice: fastrand::Rng,
}

struct Line {
    waiting: VecDeque<Waiting>,
    under_way: usize,
    pace: Pace,
    /// The number of its last turn.
    last_turn: u64,
}

/// Somebody who waits for a turn, and leaves at a pause that lasts longer than this.
struct Waiting {
    until: Option<Instant>,
    turn: oneshot::Sender<Permit>,
}

/// There will be no turn in time: the host is left alone until this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong(pub Instant);

/// The right to send one request. Dropped, it is free for others.
pub struct Permit {
    pool: Pool,
    host: Host,
    wave: u32,
    outcome: Outcome,
}

enum Outcome {
    /// Nobody knows.
    Unknown,
    /// The host did not ask for a pause.
    Answered,
    /// It did.
    Paused(Pause),
}

impl Pool {
    /// A pool for so many requests at once. `dice` spread the returns from pauses.
    pub fn new(slots: usize, dice: fastrand::Rng) -> Self {
        let lines = Lines { slots, taken: 0, hosts: HashMap::new(), turns: 0, dice };
        Self(Arc::new(Shared { lines: Mutex::new(lines), pauses: watch::Sender::default() }))
    }

    /// Waits for a turn at `host`. Dropped, it waits no more.
    ///
    /// # Errors
    /// [`TooLong`] if the host asks for a pause beyond `until`.
    pub async fn turn(&self, host: &Host, until: Option<Instant>) -> Result<Permit, TooLong> {
        let (turn, answer) = oneshot::channel();
        {
            let mut lines = lock(&self.0.lines);
            let line = lines.hosts.entry(host.clone()).or_insert_with(Line::new);
            match (until, line.pace.held_until(Instant::now())) {
                (Some(until), Some(end)) if end > until => return Err(TooLong(end)),
                _ => line.waiting.push_back(Waiting { until, turn }),
            }
        }
        self.give_turns();
        answer.await.map_err(|_| TooLong(self.pause_of(host).unwrap_or_else(Instant::now)))
    }

    /// The hosts that asked for a pause, and when it ends.
    pub fn pauses(&self) -> watch::Receiver<Vec<(Host, Instant)>> {
        self.0.pauses.subscribe()
    }

    fn pause_of(&self, host: &Host) -> Option<Instant> {
        lock(&self.0.lines).hosts.get(host)?.pace.held_until(Instant::now())
    }

    fn give_turns(&self) {
        let given = lock(&self.0.lines).next_turns(self);
        for (waiting, permit) in given {
            // Whoever left meanwhile gives it back by dropping it.
            drop(waiting.turn.send(permit));
        }
    }

    fn take_back(&self, host: &Host, wave: u32, outcome: &Outcome) {
        let end = lock(&self.0.lines).take_back(host, wave, outcome);
        if let Some(end) = end {
            self.tell_pauses();
            let pool = Arc::downgrade(&self.0);
            tokio::spawn(async move {
                sleep_until(end).await;
                if let Some(pool) = pool.upgrade().map(Pool) {
                    pool.tell_pauses();
                    pool.give_turns();
                }
            });
        }
        self.give_turns();
    }

    fn tell_pauses(&self) {
        let pauses = lock(&self.0.lines).pauses(Instant::now());
        self.0.pauses.send_if_modified(|told| {
            let is_new = *told != pauses;
            *told = pauses;
            is_new
        });
    }
}

impl Permit {
    /// The host answered, well or not, and asked for no pause.
    pub fn answered(mut self) {
        self.outcome = Outcome::Answered;
    }

    /// The host asked for a pause.
    pub fn paused(mut self, pause: Pause) {
        self.outcome = Outcome::Paused(pause);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.pool.take_back(&self.host, self.wave, &self.outcome);
    }
}

impl Lines {
    /// Those whose turn it is now, with their permits.
    fn next_turns(&mut self, pool: &Pool) -> Vec<(Waiting, Permit)> {
        let mut given = Vec::new();
        while let Some((host, line)) = self.next_line() {
            let Some(waiting) = line.waiting.pop_front() else { break };
            if waiting.turn.is_closed() {
                continue;
            }
            line.under_way += 1;
            let wave = line.pace.begin();
            let permit = Permit { pool: pool.clone(), host, wave, outcome: Outcome::Unknown };
            given.push((waiting, permit));
            self.taken += 1;
        }
        given
    }

    /// The line that comes next: the one with the fewest requests under way, among equals the one
    /// that has waited longest.
    fn next_line(&mut self) -> Option<(Host, &mut Line)> {
        let now = Instant::now();
        let free = self.slots.saturating_sub(self.taken);
        let kept = self.kept_free();
        let next = self.hosts.iter_mut().filter(|(_, line)| {
            let room = if line.under_way == 0 { free > 0 } else { free > kept };
            !line.waiting.is_empty() && room && line.pace.may_begin(line.under_way, now)
        });
        let (host, line) = next.min_by_key(|(_, line)| (line.under_way, line.last_turn))?;
        self.turns += 1;
        line.last_turn = self.turns;
        Some((host.clone(), line))
    }

    /// A host that has something under way leaves a slot to each that has nothing, so that a slow one
    /// does not hold up the others; but half of the slots are anybody's.
    fn kept_free(&self) -> usize {
        self.hosts.values().filter(|line| line.under_way == 0).count().min(self.slots / 2)
    }

    /// Takes a permit back; gives the end of the pause that its host asks for.
    fn take_back(&mut self, host: &Host, wave: u32, outcome: &Outcome) -> Option<Instant> {
        self.taken = self.taken.saturating_sub(1);
        let line = self.hosts.get_mut(host)?;
        line.under_way = line.under_way.saturating_sub(1);
        match outcome {
            Outcome::Unknown => None,
            Outcome::Answered => {
                line.pace.answered(wave, self.slots);
                None
            }
            Outcome::Paused(pause) => {
                let end = line.pace.paused(wave, *pause, Instant::now(), &mut self.dice);
                // Dropped, they are told.
                line.waiting.retain(|waiting| waiting.until.is_none_or(|until| end <= until));
                Some(end)
            }
        }
    }

    fn pauses(&self, now: Instant) -> Vec<(Host, Instant)> {
        let pauses = self.hosts.iter().filter_map(|(host, line)| Some((host.clone(), line.pace.held_until(now)?)));
        let mut pauses: Vec<_> = pauses.collect();
        pauses.sort();
        pauses
    }
}

impl Line {
    fn new() -> Self {
        Self { waiting: VecDeque::new(), under_way: 0, pace: Pace::new(), last_turn: 0 }
    }
}

#[cfg(test)]
mod tests;
