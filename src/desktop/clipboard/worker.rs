//! What the clipboard's thread does: it obeys commands one after the other and, while somebody
//! watches, looks five times a second.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};

use super::unavailable;
use crate::domain::{Secret, Trouble};

/// The time between two looks: 0.3 % of a core, and no person notices.
const PERIOD: Duration = Duration::from_millis(200);
/// The longest text that a watcher gets, in bytes. An answer has a few kB.
const LONGEST_WATCHED: usize = 64 * 1024;
/// The longest text that is read on demand, in bytes: enough for what developer tools export.
const LONGEST_READ: usize = 8 * 1024 * 1024;

/// Where a command's outcome goes.
pub type Reply<T> = oneshot::Sender<Result<T, Trouble>>;

/// What the thread is asked to do.
pub enum Command {
    Read(Reply<Option<Secret>>),
    Copy(Secret, Reply<()>),
    ClearIfOurs(Reply<bool>),
    Watch(mpsc::Sender<Secret>),
}

/// A clipboard. Errors are sentences without any of its contents.
pub trait Board {
    /// The text in it, unless it is empty or no text.
    fn read(&mut self) -> Result<Option<Secret>, String>;
    fn write(&mut self, text: &Secret) -> Result<(), String>;
    fn clear(&mut self) -> Result<(), String>;
}

/// What a text is remembered by: the text itself is a secret, and is not kept.
type Fingerprint = [u8; 32];

/// The thread's state.
pub struct Worker<B, F> {
    open: F,
    board: Option<B>,
    /// What was last copied by us.
    ours: Option<Fingerprint>,
    watches: Vec<Watch>,
}

/// Somebody who watches, and what they have seen last.
struct Watch {
    texts: mpsc::Sender<Secret>,
    seen: Option<Fingerprint>,
}

impl<B: Board, F: Fn() -> Result<B, String>> Worker<B, F> {
    /// A worker that opens its clipboard by `open`, and again after each failure.
    pub fn new(open: F) -> Self {
        Self { open, board: None, ours: None, watches: Vec::new() }
    }

    /// Works until nobody can send commands any more.
    pub fn run(mut self, inbox: &Receiver<Command>) {
        loop {
            let command = if self.watches.is_empty() {
                inbox.recv().map_err(RecvTimeoutError::from)
            } else {
                inbox.recv_timeout(PERIOD)
            };
            match command {
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.watches.clear();
        // On X11 and Wayland the contents go when their owner goes: it stays until the process ends.
        while self.ours.is_some() {
            std::thread::park();
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            // Who has stopped waiting was told that it failed: then it must not happen either.
            Command::Copy(_, reply) if reply.is_closed() => {}
            Command::Copy(text, reply) => drop(reply.send(self.copy(&text))),
            Command::Read(reply) => drop(reply.send(self.read())),
            Command::ClearIfOurs(reply) => drop(reply.send(self.clear_if_ours())),
            Command::Watch(texts) => {
                self.watches.push(Watch { texts, seen: None });
                self.look();
            }
        }
    }

    fn read(&mut self) -> Result<Option<Secret>, Trouble> {
        match self.with_board(Board::read)? {
            Some(text) if text.len() > LONGEST_READ => Err(too_large()),
            text => Ok(text),
        }
    }

    fn copy(&mut self, text: &Secret) -> Result<(), Trouble> {
        self.with_board(|board| board.write(text))?;
        self.ours = Some(fingerprint(text));
        Ok(())
    }

    fn clear_if_ours(&mut self) -> Result<bool, Trouble> {
        if self.ours.is_none() {
            return Ok(false);
        }
        let present = self.with_board(Board::read)?;
        if present.as_ref().map(fingerprint) != self.ours {
            return Ok(false);
        }
        self.with_board(Board::clear)?;
        self.ours = None;
        Ok(true)
    }

    /// Tells everybody who watches what is new.
    fn look(&mut self) {
        self.watches.retain(|watch| !watch.texts.is_closed());
        if self.watches.is_empty() {
            return;
        }
        let present = match self.with_board(Board::read) {
            Ok(present) => present.filter(|text| text.len() <= LONGEST_WATCHED),
            Err(trouble) => return self.look_failed(&trouble),
        };
        let ours = self.ours;
        for watch in &mut self.watches {
            watch.show(present.as_ref(), ours);
        }
    }

    /// A clipboard that another program keeps occupied is looked at again; one that cannot be opened is not.
    fn look_failed(&mut self, trouble: &Trouble) {
        tracing::debug!(why = trouble.why(), "the clipboard was not read");
        self.board = (self.open)().ok();
        if self.board.is_none() {
            self.watches.clear();
        }
    }

    /// Does something with the clipboard, and tries it once more with a new one if it fails.
    fn with_board<T>(&mut self, mut act: impl FnMut(&mut B) -> Result<T, String>) -> Result<T, Trouble> {
        if let Some(board) = &mut self.board {
            if let Ok(outcome) = act(board) {
                return Ok(outcome);
            }
            self.board = None;
        }
        let mut board = (self.open)().map_err(unavailable)?;
        let outcome = act(&mut board).map_err(unavailable)?;
        self.board = Some(board);
        Ok(outcome)
    }
}

impl Watch {
    fn show(&mut self, present: Option<&Secret>, ours: Option<Fingerprint>) {
        let print = present.map(fingerprint);
        if print == self.seen {
            return;
        }
        let is_foreign = print != ours;
        // A watcher that is behind gets it at a later look, if it is still there.
        match present.filter(|_| is_foreign).map(|text| self.texts.try_send(text.clone())) {
            Some(Err(_)) => {}
            _ => self.seen = print,
        }
    }
}

fn fingerprint(text: &Secret) -> Fingerprint {
    Sha256::digest(text.expose()).into()
}

fn too_large() -> Trouble {
    Trouble::new(
        "clipboard.too_large",
        "There is too much text in the clipboard",
        "It holds more than 8 MiB, which is no answer to a sign-in.",
        "Copy the address of the page alone, then try again.",
    )
}

#[cfg(test)]
mod tests;
