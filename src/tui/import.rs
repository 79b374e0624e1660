//! What an import would do, while somebody looks at it.

use std::sync::Arc;

use super::form::Form;
use crate::domain::Trouble;
use crate::domain::import::Plan;

/// A plan on the screen.
#[derive(Debug)]
pub struct Preview {
    /// The form that it came from, to go back to.
    pub form: Form,
    /// What would be done.
    pub plan: Arc<Plan>,
    /// The first of the remarks that is shown.
    pub top: usize,
    /// How far it is.
    pub progress: Progress,
}

/// How far a plan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Somebody looks at it.
    Shown,
    /// It is being carried out.
    Importing,
    /// It was not carried out.
    Refused(Trouble),
}

impl Preview {
    /// A plan that nobody has agreed to yet.
    #[must_use]
    pub fn new(form: Form, plan: Arc<Plan>) -> Self {
        Self { form, plan, top: 0, progress: Progress::Shown }
    }

    /// How many lines of the list there is something to say of.
    #[must_use]
    pub fn remarks(&self) -> usize {
        let Plan { malformed, different, doubles, .. } = &*self.plan;
        malformed.len() + different.len() + doubles.len()
    }

    /// Goes so many remarks on or back.
    pub fn scroll(&mut self, remarks: isize) {
        self.top = self.top.saturating_add_signed(remarks).min(self.remarks().saturating_sub(1));
    }
}
