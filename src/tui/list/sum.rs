//! What the selection comes to, so that the panes and `⏎` need not count it for every frame.

use super::row::Row;
use crate::domain::{Remedy, Step, StepState};

/// The selection in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many are selected.
    pub mailboxes: usize,
    /// How many of them somebody has to sign in for.
    pub sign_ins: usize,
    /// How many wait for a PowerShell line.
    pub power_shell: usize,
    /// For each step in order: how many are `todo`, `ready`, `running`, `done` and `stuck`.
    pub steps: [[usize; 5]; 4],
}

impl Sum {
    /// Counts.
    #[must_use]
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut sum = Self::default();
        rows.for_each(|row| sum.add(row));
        sum
    }

    fn add(&mut self, row: &Row) {
        self.mailboxes += 1;
        self.sign_ins += usize::from(row.needs_sign_in());
        let trouble = row.steps.trouble();
        let waits_for_line = trouble.is_some_and(|(_, trouble)| matches!(trouble.remedy(), Remedy::PowerShell(_)));
        self.power_shell += usize::from(waits_for_line);
        for (counts, (_, state)) in self.steps.iter_mut().zip(row.steps.iter()) {
            if let Some(count) = counts.get_mut(place(state)) {
                *count += 1;
            }
        }
    }

    /// How many of a step are in this state.
    #[must_use]
    pub fn count(&self, step: Step, state: &StepState) -> usize {
        let counts = Step::ALL.iter().position(|known| *known == step).and_then(|at| self.steps.get(at));
        counts.and_then(|counts| counts.get(place(state))).copied().unwrap_or(0)
    }
}

fn place(state: &StepState) -> usize {
    match state {
        StepState::Todo => 0,
        StepState::Ready => 1,
        StepState::Running => 2,
        StepState::Done => 3,
        StepState::Stuck(_) => 4,
    }
}
