//! The pool: whose turn it is. It bounds the requests under way over all hosts, shares them fairly,
//! and keeps the pauses that hosts ask for.

mod host;
mod pace;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
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
    seats: Arc<Semaphore>,
    waiting: VecDeque<oneshot::Sender<Permit>>,
    under_way: usize,
    pace: Pace,
    /// The number of its last turn.
    last_turn: u64,
}

/// The host is left alone now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused;

/// The host is left alone until this moment, which is too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong(pub Instant);

/// The right to prepare a request. Dropped, it is free for others.
pub struct Seat(#[expect(dead_code, reason = "it is held, not used")] Option<OwnedSemaphorePermit>);

/// The right to send one request. Dropped, it is free for others.
pub struct Permit {
    pool: Pool,
    host: Host,
    wave: u32,
    /// What came of it; nobody knows, if it is dropped before its end.
    outcome: Option<Outcome>,
}

/// What a host thinks of the requests that it gets.
#[derive(Clone, Copy)]
enum Outcome {
    /// It answered, well or not, and asked for no pause.
    Answered,
    /// It asked for a pause.
    Paused(Pause),
}

impl Pool {
    /// A pool for so many requests at once. `dice` spread the returns from pauses.
    pub fn new(slots: usize, dice: fastrand::Rng) -> Self {
        let lines = Lines { slots, taken: 0, hosts: HashMap::new(), turns: 0, dice };
        Self(Arc::new(Shared { lines: Mutex::new(lines), pauses: watch::Sender::default() }))
    }

    /// Waits while `host` is left alone.
    ///
    /// # Errors
    /// [`TooLong`] as soon as that lasts beyond `until`.
    pub async fn open(&self, host: &Host, until: Option<Instant>) -> Result<(), TooLong> {
        while let Some(end) = self.pause_of(host) {
            if until.is_some_and(|until| end > until) {
                return Err(TooLong(end));
            }
            sleep_until(end).await;
        }
        Ok(())
    }

    /// Waits for the right to prepare a request to `host`, for whoever has to have something ready
    /// before the turn comes. There are twice as many seats as turns.
    pub async fn seat(&self, host: &Host) -> Seat {
        let seats = lock(&self.0.lines).line(host).seats.clone();
        // An error would mean that they were closed, which nobody does.
        Seat(seats.acquire_owned().await.ok())
    }

    /// Waits for a turn at `host`. Dropped, it waits no more.
    ///
    /// # Errors
    /// [`Paused`] as soon as the host asks for a pause, so that nobody sits in a line for long.
    pub async fn turn(&self, host: &Host) -> Result<Permit, Paused> {
        let (turn, answer) = oneshot::channel();
        {
            let mut lines = lock(&self.0.lines);
            let line = lines.line(host);
            if line.pace.held_until(Instant::now()).is_some() {
                return Err(Paused);
            }
            line.waiting.push_back(turn);
        }
        self.give_turns();
        answer.await.map_err(|_| Paused)
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
        for (turn, permit) in given {
            // Whoever left meanwhile gives it back by dropping it.
            drop(turn.send(permit));
        }
    }

    fn take_back(&self, host: &Host, wave: u32, outcome: Option<Outcome>) {
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
    /// The host has answered, perhaps with the wish for a pause.
    pub fn end(mut self, pause: Option<Pause>) {
        self.outcome = Some(pause.map_or(Outcome::Answered, Outcome::Paused));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.pool.take_back(&self.host, self.wave, self.outcome);
    }
}

impl Lines {
    fn line(&mut self, host: &Host) -> &mut Line {
        let slots = self.slots;
        self.hosts.entry(host.clone()).or_insert_with(|| Line::new(slots))
    }

    /// Those whose turn it is now, with their permits.
    fn next_turns(&mut self, pool: &Pool) -> Vec<(oneshot::Sender<Permit>, Permit)> {
        let mut given = Vec::new();
        while let Some((host, line)) = self.next_line() {
            let Some(turn) = line.waiting.pop_front() else { break };
            if turn.is_closed() {
                continue;
            }
            line.under_way += 1;
            let wave = line.pace.begin();
            let permit = Permit { pool: pool.clone(), host, wave, outcome: None };
            given.push((turn, permit));
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
    fn take_back(&mut self, host: &Host, wave: u32, outcome: Option<Outcome>) -> Option<Instant> {
        self.taken = self.taken.saturating_sub(1);
        let line = self.hosts.get_mut(host)?;
        line.under_way = line.under_way.saturating_sub(1);
        match outcome? {
            Outcome::Answered => {
                line.pace.answered(wave, self.slots);
                None
            }
            Outcome::Paused(pause) => {
                // Dropped, they are told.
                line.waiting.clear();
                Some(line.pace.paused(wave, pause, Instant::now(), &mut self.dice))
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
    fn new(slots: usize) -> Self {
        Self {
            seats: Arc::new(Semaphore::new(2 * slots)),
            waiting: VecDeque::new(),
            under_way: 0,
            pace: Pace::new(),
            last_turn: 0,
        }
    }
}

#[cfg(test)]
mod tests;
