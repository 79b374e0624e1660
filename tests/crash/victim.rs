//! A process that is to be killed, and the evidence of how far it had come.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mailkey::domain::{Secret, StoreKind};

use super::program::{Home, PATIENCE, Running};

/// How far a process had come when it was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It had asked the tenant nothing.
    Before,
    /// The tenant was asked, and its answer had not arrived as a whole.
    UnderWay,
    /// The answer had arrived: the log says so before anything else is done with it, and says nothing else since.
    Arrived,
    /// It had arrived, and something else was done before it was on disk.
    Dallied,
    /// The new token was on disk.
    Kept,
    /// It had ended by itself.
    Ended,
}

impl Phase {
    pub const ALL: [Self; 6] = [Self::Before, Self::UnderWay, Self::Arrived, Self::Dallied, Self::Kept, Self::Ended];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before the request",
            Self::UnderWay => "while it was under way",
            Self::Arrived => "between answer and disk",
            Self::Dallied => "between answer and disk, at something else",
            Self::Kept => "after the token was on disk",
            Self::Ended => "too late",
        })
    }
}

/// What there was before the process was started.
pub struct Scene<'a> {
    home: &'a Home,
    local: &'a str,
    asked: usize,
    logged: usize,
    held: Held,
}

/// What the stores hold for a mailbox: the registry's row and, where that is asked for, the keyring's entry.
#[derive(PartialEq)]
struct Held(Option<Vec<u8>>, Option<Secret>);

impl<'a> Scene<'a> {
    pub fn before(home: &'a Home, local: &'a str, store: StoreKind) -> Self {
        let logged = std::fs::read(log(home)).map_or(0, |bytes| bytes.len());
        Self { home, local, asked: asked(home), logged, held: held(home, local, store) }
    }

    /// Whether the tenant was asked for tokens since then.
    pub fn was_asked(&self) -> bool {
        asked(self.home) > self.asked
    }

    /// Whether an answer with tokens has arrived since then.
    pub fn has_arrived(&self) -> bool {
        self.log().lines().any(is_arrival)
    }

    /// Whether that is the last that was heard of the process.
    fn has_just_arrived(&self) -> bool {
        self.log().lines().last().is_some_and(is_arrival)
    }

    fn log(&self) -> String {
        let log = std::fs::read(log(self.home)).unwrap_or_default();
        String::from_utf8_lossy(log.get(self.logged..).unwrap_or_default()).into_owned()
    }

    /// How far the process had come, by all that it left.
    pub fn phase(&self, ended_by_itself: bool, store: StoreKind) -> Phase {
        if ended_by_itself {
            Phase::Ended
        } else if held(self.home, self.local, store) != self.held {
            Phase::Kept
        } else if self.has_just_arrived() {
            Phase::Arrived
        } else if self.has_arrived() {
            Phase::Dallied
        } else if self.was_asked() {
            Phase::UnderWay
        } else {
            Phase::Before
        }
    }
}

/// How long it took each time from a token's arrival until it was on disk, by the log; sorted.
pub fn times_of_writing(home: &Home) -> Vec<Duration> {
    let log = std::fs::read_to_string(log(home)).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    let pairs = lines.windows(2).filter(|pair| is_arrival(pair[0]) && pair[1].contains("sealed on disk"));
    let at = |line: &str| line.split_whitespace().next().unwrap().parse::<Timestamp>().unwrap();
    let mut times: Vec<Duration> = pairs.map(|pair| at(pair[1]).duration_since(at(pair[0])).unsigned_abs()).collect();
    times.sort();
    times
}

fn is_arrival(line: &str) -> bool {
    line.contains("answered") && line.contains("/token\" status=200")
}

/// Waits until it holds, or the process has ended.
pub fn wait_for(process: &mut Running<'_>, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() && process.runs() {
        assert!(Instant::now() < deadline, "it neither goes on nor ends");
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn asked(home: &Home) -> usize {
    let requests = home.demo.requests();
    requests.refresh_token + requests.authorization_code
}

fn log(home: &Home) -> PathBuf {
    home.file("mailkey.log")
}

fn held(home: &Home, local: &str, store: StoreKind) -> Held {
    let key = home.key_of(local);
    let row = home.registry().kept_secret(key.as_str(), store).unwrap().sealed;
    Held(row, (store == StoreKind::Keyring).then(|| home.in_keyring(&key)).flatten())
}
