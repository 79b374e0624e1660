//! Stub.
use std::time::Duration;

use crate::domain::{Step, TokenEnd, Trouble};

/// Why a provider, or the way to it, said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For the person.
    pub trouble: Trouble,
    /// The step that has to be mended.
    pub step: Step,
    /// Set if it says that the refresh token is dead.
    pub ends: Option<TokenEnd>,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
}

/// What an error redirect means.
#[must_use]
pub fn of_redirect(_error: &str, _description: &str) -> Refusal {
    todo!()
}
