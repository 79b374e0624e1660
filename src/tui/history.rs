//! What happened, while somebody reads it.

use super::message::Effect;
use crate::domain::{Address, Trouble};
use crate::engine::HistoryLine;

/// The most lines that are read.
pub const MOST: usize = 500;

/// The history of one mailbox or of all.
#[derive(Debug)]
pub struct History {
    /// Whose it is; `None`: that of all.
    pub of: Option<Address>,
    /// The mailbox that the cursor was on.
    mailbox: Option<Address>,
    /// What there is to read.
    pub lines: Lines,
    /// The first line of the text that is shown.
    pub top: u16,
}

/// What there is to read.
#[derive(Debug)]
pub enum Lines {
    /// They are being read.
    Awaited,
    /// They were read, the newest first.
    Read(Vec<HistoryLine>),
    /// They could not be read.
    Failed(Trouble),
}

impl History {
    /// That of a mailbox, or of all if there is none; and what reads it.
    #[must_use]
    pub fn of(mailbox: Option<Address>) -> (Self, Effect) {
        let effect = Effect::ReadHistory(mailbox.clone());
        (Self { of: mailbox.clone(), mailbox, lines: Lines::Awaited, top: 0 }, effect)
    }

    /// Whether there is another one to turn to.
    #[must_use]
    pub fn has_other(&self) -> bool {
        self.mailbox.is_some()
    }

    /// Turns from the mailbox to all, or back; gives what reads it.
    pub fn turn(&mut self) -> Option<Effect> {
        let mailbox = self.mailbox.clone()?;
        self.of = if self.of.is_some() { None } else { Some(mailbox) };
        (self.lines, self.top) = (Lines::Awaited, 0);
        Some(Effect::ReadHistory(self.of.clone()))
    }

    /// Takes what was read, unless it is another one that is awaited.
    pub fn take(&mut self, of: &Option<Address>, read: Result<Vec<HistoryLine>, Trouble>) {
        if self.of == *of {
            self.lines = read.map_or_else(Lines::Failed, Lines::Read);
        }
    }
}
