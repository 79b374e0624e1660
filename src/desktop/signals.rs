//! What the system says to a program that is to end. It is heard from the moment on in which one
//! listens; what comes before that ends the program the hard way.

use std::future::poll_fn;
use std::task::Poll;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::CtrlC as Signal;

/// Signals that are listened for.
#[derive(Debug)]
pub struct Signals(Vec<Signal>);

impl Signals {
    /// Ctrl-c.
    #[cfg(unix)]
    #[must_use]
    pub fn ctrl_c() -> Self {
        Self::of(&[SignalKind::interrupt()])
    }

    /// The system's wish to end the program: SIGTERM, and SIGHUP when its terminal goes.
    #[cfg(unix)]
    #[must_use]
    pub fn end() -> Self {
        Self::of(&[SignalKind::terminate(), SignalKind::hangup()])
    }

    /// Ctrl-c.
    #[cfg(windows)]
    #[must_use]
    pub fn ctrl_c() -> Self {
        Self(tokio::signal::windows::ctrl_c().into_iter().collect())
    }

    /// The system's wish to end the program: Windows has none that leaves time for anything.
    #[cfg(windows)]
    #[must_use]
    pub fn end() -> Self {
        Self(Vec::new())
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Waits for one of them; each time it is asked, for another.
    pub async fn come(&mut self) {
        poll_fn(|context| {
            let has_come = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if has_come { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// One that cannot be listened for ends the program the hard way.
    #[cfg(unix)]
    fn of(kinds: &[SignalKind]) -> Self {
        Self(kinds.iter().filter_map(|kind| signal(*kind).ok()).collect())
    }
}
