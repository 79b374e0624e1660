//! Why a provider, or the way to it, said no, and what that means for the person and the token.

mod error;
mod rejection;
mod suberror;

use super::http::Fault;
use crate::domain::{Pause, Step, TokenEnd, Trouble};

pub(super) use rejection::Rejection;

/// Why a provider, or the way to it, said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For the person.
    pub trouble: Trouble,
    /// The step that has to be mended.
    pub step: Step,
    /// Set if it says that the refresh token is dead.
    pub ends: Option<TokenEnd>,
    /// Set if the server wants to be asked less.
    pub pause: Option<Pause>,
}

/// What an error redirect means (RFC 6749 section 4.1.2.1). Both texts may come from anybody.
#[must_use]
pub fn of_redirect(error: &str, description: &str) -> Refusal {
    Rejection::new(error, description).refusal().ending(None)
}

impl Refusal {
    /// A refusal that says nothing about a refresh token.
    #[must_use]
    pub fn new(trouble: Trouble, step: Step) -> Self {
        Self { trouble, step, ends: None, pause: None }
    }

    /// The same at step 3.
    #[must_use]
    pub fn at_token(trouble: Trouble) -> Self {
        Self::new(trouble, Step::Token)
    }

    /// No usable answer came; `step` is what was being done.
    pub(super) fn of_fault(fault: &Fault, step: Step) -> Self {
        Self { pause: fault.pause(), ..Self::new(fault.trouble(), step) }
    }

    /// The same, with another verdict on the refresh token.
    pub(super) fn ending(self, ends: Option<TokenEnd>) -> Self {
        Self { ends, ..self }
    }
}

#[cfg(test)]
mod tests;
