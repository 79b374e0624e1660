//! What the selection comes to, so that the panes and `⏎` need not count it for every frame.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use super::row::Row;
use crate::domain::{Step, StepState, TokenState, Weeks};

/// How many troubles are named of each step.
const NAMED: usize = 3;

/// The selection in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many somebody has to sign in for.
    pub sign_ins: usize,
    /// How many wait for a PowerShell line.
    pub power_shell: usize,
    /// How many have, or had, a token to check.
    pub with_token: usize,
    /// Whose tokens fall due in which week.
    pub weeks: Weeks,
    steps: [StepSum; 4],
}

/// One step of the selection in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepSum {
    /// How far it is, and how often.
    pub counts: Counts,
    /// The codes of what is wrong with it, with how many have them: the most frequent first, as
    /// many as are worth naming. A mailbox counts with the first of its troubles, as the filter sees it.
    pub troubles: Vec<(String, usize)>,
}

/// How many mailboxes are how far with a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// They wait for an earlier step.
    pub todo: usize,
    /// They can do it now.
    pub ready: usize,
    /// A job is at it.
    pub running: usize,
    /// It is done.
    pub done: usize,
    /// It went wrong.
    pub stuck: usize,
}

impl Sum {
    /// Counts, as of `now`.
    #[must_use]
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>, now: Timestamp) -> Self {
        let mut sum = Self { weeks: Weeks::from(now), ..Self::default() };
        let mut troubles: HashMap<(Step, &str), usize> = HashMap::new();
        for row in rows {
            sum.add(row);
            if let Some((step, trouble)) = row.steps.trouble() {
                *troubles.entry((step, trouble.code())).or_default() += 1;
            }
        }
        let mut troubles: Vec<((Step, &str), usize)> = troubles.into_iter().collect();
        troubles.sort_unstable_by_key(|(key, count)| (Reverse(*count), *key));
        for (step, sum) in Step::ALL.into_iter().zip(&mut sum.steps) {
            let own = troubles.iter().filter(|((at, _), _)| *at == step);
            sum.troubles = own.take(NAMED).map(|((_, code), count)| ((*code).to_owned(), *count)).collect();
        }
        sum
    }

    /// One step of it.
    #[must_use]
    pub fn step(&self, step: Step) -> &StepSum {
        let [register, authorize, token, smtp_auth] = &self.steps;
        match step {
            Step::Register => register,
            Step::Authorize => authorize,
            Step::Token => token,
            Step::SmtpAuth => smtp_auth,
        }
    }

    fn add(&mut self, row: &Row) {
        self.sign_ins += usize::from(row.needs_sign_in());
        self.with_token += usize::from(row.token != TokenState::None);
        self.power_shell += usize::from(row.power_shell().next().is_some());
        self.weeks.add(row.deadline);
        for (sum, (_, state)) in self.steps.iter_mut().zip(row.steps.iter()) {
            *sum.counts.number(state) += 1;
        }
    }
}

impl Counts {
    /// One that was counted in the state `before` is in the state `now`.
    pub fn move_one(&mut self, before: &StepState, now: &StepState) {
        let count = self.number(before);
        *count = count.saturating_sub(1);
        *self.number(now) += 1;
    }

    fn number(&mut self, state: &StepState) -> &mut usize {
        match state {
            StepState::Todo => &mut self.todo,
            StepState::Ready => &mut self.ready,
            StepState::Running => &mut self.running,
            StepState::Done => &mut self.done,
            StepState::Stuck(_) => &mut self.stuck,
        }
    }
}
