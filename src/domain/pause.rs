//! A server that wants to be asked less.

use std::time::Duration;

/// For how long a server wants to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// For so long.
    Of(Duration),
    /// It did not say for how long.
    Unsaid,
}

impl Pause {
    /// A pause with the length that was asked for, if one was.
    #[must_use]
    pub fn asked(length: Option<Duration>) -> Self {
        length.map_or(Self::Unsaid, Self::Of)
    }

    /// How long, if it was said.
    #[must_use]
    pub fn length(self) -> Option<Duration> {
        match self {
            Self::Of(length) => Some(length),
            Self::Unsaid => None,
        }
    }
}
