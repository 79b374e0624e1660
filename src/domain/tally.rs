//! A fleet in four numbers.

use super::grant::TokenState;
use super::step::{StepState, Steps};

/// Where a mailbox stands, so that every one counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Something went wrong.
    Stuck,
    /// All is well, but not for long.
    Due,
    /// Something is left to do.
    Todo,
    /// All four steps are done.
    Valid,
}

impl Standing {
    /// Where a mailbox with these steps and this token stands.
    #[must_use]
    pub fn of(steps: &Steps, token: TokenState) -> Self {
        if steps.trouble().is_some() {
            Self::Stuck
        } else if token == TokenState::Due {
            Self::Due
        } else if steps.iter().all(|(_, state)| *state == StepState::Done) {
            Self::Valid
        } else {
            Self::Todo
        }
    }
}

/// How many mailboxes stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All steps done.
    pub valid: usize,
    /// Token near its end.
    pub due: usize,
    /// In trouble.
    pub stuck: usize,
    /// Not finished.
    pub todo: usize,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(standings: impl IntoIterator<Item = Standing>) -> Self {
        let mut tally = Self::default();
        for standing in standings {
            *tally.number(standing) += 1;
        }
        tally
    }

    /// One that was counted among `before` stands at `now`.
    pub fn move_one(&mut self, before: Standing, now: Standing) {
        let count = self.number(before);
        *count = count.saturating_sub(1);
        *self.number(now) += 1;
    }

    fn number(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::Valid => &mut self.valid,
            Standing::Due => &mut self.due,
            Standing::Stuck => &mut self.stuck,
            Standing::Todo => &mut self.todo,
        }
    }

    /// How many stand there.
    #[must_use]
    pub fn count(&self, standing: Standing) -> usize {
        match standing {
            Standing::Valid => self.valid,
            Standing::Due => self.due,
            Standing::Stuck => self.stuck,
            Standing::Todo => self.todo,
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> usize {
        self.valid + self.due + self.stuck + self.todo
    }
}
