//! Stub.
use tokio::sync::{mpsc, oneshot};

use crate::domain::{Secret, Trouble};

/// A request that may be an answer: its query string or its form body.
#[derive(Debug)]
pub struct Arrival {
    /// `code=…&state=…` and the like, still percent-encoded.
    pub parameters: Secret,
    /// What the browser is to show. Dropping it shows [`Page::Ignored`].
    pub reply: oneshot::Sender<Page>,
}

/// What the browser shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// The answer was taken.
    Taken {
        /// Whose sign-in it was.
        account: String,
    },
    /// The provider's error was taken.
    Refused {
        /// What, why and next.
        text: String,
    },
    /// It belongs to no open sign-in.
    Ignored,
}

/// A listener on 127.0.0.1 (and `[::1]` on the same port where there is one). It stops when it is dropped.
#[derive(Debug)]
pub struct Listener;

impl Listener {
    /// Listens on `port`, or on a free one.
    ///
    /// # Errors
    /// `listener.port` if the port is taken.
    pub async fn start(_port: Option<u16>) -> Result<(Self, mpsc::Receiver<Arrival>), Trouble> {
        todo!()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        todo!()
    }
}
