//! A live proof, and when it was had.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::trouble::Trouble;

/// What was last found when something was tried for real.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Check {
    /// Never tried.
    #[default]
    Unknown,
    /// It worked.
    Ok {
        /// When.
        at: Timestamp,
    },
    /// It did not.
    Failed {
        /// When.
        at: Timestamp,
        /// Why, and what next.
        trouble: Trouble,
    },
}

impl Check {
    /// The check that `outcome` makes at `at`.
    #[must_use]
    pub fn of(outcome: Result<(), Trouble>, at: Timestamp) -> Self {
        match outcome {
            Ok(()) => Self::Ok { at },
            Err(trouble) => Self::Failed { at, trouble },
        }
    }

    /// When it was tried last.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Unknown => None,
            Self::Ok { at } | Self::Failed { at, .. } => Some(*at),
        }
    }

    /// What went wrong, if it did.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Failed { trouble, .. } => Some(trouble),
            _ => None,
        }
    }

    /// Whether it worked.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok { .. })
    }
}
