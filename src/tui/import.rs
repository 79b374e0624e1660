//! What an import would do, while somebody looks at it.

use std::sync::Arc;

use super::form::Form;
use crate::domain::import::{Difference, Different, Double, Plan, Problem};
use crate::domain::{NewMailbox, Trouble};

/// A plan on the screen.
#[derive(Debug)]
pub struct Preview {
    /// The form that it came from, to go back to.
    pub form: Form,
    /// What would be done.
    pub plan: Arc<Plan>,
    /// What becomes of those that are there already, but otherwise.
    pub different: Different,
    /// The first of the remarks that is shown.
    pub top: usize,
    /// How far it is.
    pub progress: Progress,
}

/// What there is to say of a line.
#[derive(Debug)]
pub enum Remark<'a> {
    /// It cannot be imported.
    Malformed(&'a Problem),
    /// Its mailbox is there already, but otherwise.
    Different(&'a Difference),
    /// It says what another line says.
    Double(&'a Double),
    /// It is a mailbox to be added.
    New(&'a NewMailbox),
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
        Self { form, plan, different: Different::IsLeft, top: 0, progress: Progress::Shown }
    }

    /// How many lines of the list there is something to say of: all but those that are known.
    #[must_use]
    pub fn remarks(&self) -> usize {
        let Plan { malformed, different, doubles, new, .. } = &*self.plan;
        malformed.len() + different.len() + doubles.len() + new.len()
    }

    /// What there is to say of the lines, from the one at `top`.
    pub fn remarks_from(&self, top: usize) -> impl Iterator<Item = Remark<'_>> {
        let Plan { malformed, different, doubles, new, .. } = &*self.plan;
        let malformed = malformed.iter().map(Remark::Malformed);
        let different = different.iter().map(Remark::Different);
        let doubles = doubles.iter().map(Remark::Double);
        malformed.chain(different).chain(doubles).chain(new.iter().map(Remark::New)).skip(top)
    }

    /// How many mailboxes would be changed.
    #[must_use]
    pub fn changes(&self) -> usize {
        match self.different {
            Different::IsLeft => 0,
            Different::IsChanged => self.plan.different.len(),
        }
    }

    /// Has those that are there otherwise changed, or left after all.
    pub fn turn_different(&mut self) {
        self.different = match self.different {
            Different::IsLeft => Different::IsChanged,
            Different::IsChanged => Different::IsLeft,
        };
    }

    /// Goes so many remarks on or back.
    pub fn scroll(&mut self, remarks: isize) {
        self.top = self.top.saturating_add_signed(remarks).min(self.remarks().saturating_sub(1));
    }
}
