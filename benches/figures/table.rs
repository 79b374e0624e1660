//! The table that is printed: what was measured, mailkey's figure, the bare minimum's, the limit.

use std::fmt;
use std::time::{Duration, Instant};

/// The table.
#[derive(Default)]
pub struct Table(Vec<[String; 4]>);

impl Table {
    /// Adds a line. `bare` is what the bare minimum needs for the same; `limit` is what is to be held.
    pub fn add(&mut self, what: &str, mailkey: impl fmt::Display, bare: impl fmt::Display, limit: &str) {
        self.0.push([what.to_owned(), mailkey.to_string(), bare.to_string(), limit.to_owned()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | mailkey | bare minimum | to hold |\n|---|---|---|---|")?;
        self.0.iter().try_for_each(|line| writeln!(f, "| {} |", line.join(" | ")))
    }
}

/// How long it took, so many times, shortest first.
pub struct Times(Vec<Duration>);

impl Times {
    /// Runs `job` so many times after a few that do not count.
    pub fn of(runs: usize, mut job: impl FnMut()) -> Self {
        (0..runs / 10).for_each(|_| job());
        let timed = (0..runs).map(|_| {
            let begin = Instant::now();
            job();
            begin.elapsed()
        });
        timed.collect()
    }

    /// Times several jobs in turn, each so many times: what else the machine does falls on all alike.
    pub fn of_each<const JOBS: usize>(runs: usize, mut job: impl FnMut(usize)) -> [Self; JOBS] {
        Self::in_turn(runs, |at| {
            let begin = Instant::now();
            job(at);
            begin.elapsed()
        })
    }

    /// The same for jobs that know themselves how long they took.
    pub fn in_turn<const JOBS: usize>(runs: usize, mut job: impl FnMut(usize) -> Duration) -> [Self; JOBS] {
        let mut timed = [const { Vec::new() }; JOBS];
        for _ in 0..runs {
            timed.iter_mut().enumerate().for_each(|(at, timed)| timed.push(job(at)));
        }
        timed.map(Self::from_iter)
    }

    /// The time that half of them took at most.
    pub fn median(&self) -> Duration {
        self.at(0.5)
    }

    /// The time that nineteen of twenty took at most.
    pub fn p95(&self) -> Duration {
        self.at(0.95)
    }

    fn at(&self, share: f64) -> Duration {
        let at = (self.0.len() as f64 * share) as usize;
        self.0[at.min(self.0.len() - 1)]
    }
}

impl FromIterator<Duration> for Times {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        let mut times: Vec<Duration> = times.into_iter().collect();
        times.sort_unstable();
        Self(times)
    }
}

/// A duration with three digits that count.
pub fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..1e3 => format!("{micros:.0} µs"),
        1e3..1e5 => format!("{:.2} ms", micros / 1e3),
        1e5..1e6 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

/// How many times longer `a` took than `b`.
pub fn ratio(a: Duration, b: Duration) -> String {
    format!("{:.2} times", a.as_secs_f64() / b.as_secs_f64())
}
