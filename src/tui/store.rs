//! Where secrets are kept, as far as the screen has to do with it.

/// The secret store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Store {
    /// What it is called.
    pub title: &'static str,
    /// Whether the secrets are to be sealed in the registry.
    pub sealing: Sealing,
}

/// Whether the secrets are to be sealed in the registry, out of a keyring that is too small for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealing {
    /// There is no need.
    Needless,
    /// It would be better, and so many secrets would be moved.
    Offered(usize),
    /// They are on their way.
    Running {
        /// How many have been seen to.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// The one that is on its way is the last.
    Stopping {
        /// How many have been seen to.
        done: usize,
        /// How many there are.
        of: usize,
    },
}

impl Store {
    /// A store of which nothing else is known.
    #[must_use]
    pub fn called(title: &'static str) -> Self {
        Self { title, sealing: Sealing::Needless }
    }

    /// How many secrets could be sealed, if that is offered.
    #[must_use]
    pub fn offered(&self) -> Option<usize> {
        match self.sealing {
            Sealing::Offered(secrets) => Some(secrets),
            Sealing::Needless | Sealing::Running { .. } | Sealing::Stopping { .. } => None,
        }
    }

    /// Whether secrets are on their way.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        matches!(self.sealing, Sealing::Running { .. } | Sealing::Stopping { .. })
    }
}
