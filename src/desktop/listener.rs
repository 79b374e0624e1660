//! The loopback listener that the browser comes back to (RFC 8252, section 7.3): it hands on what
//! may be an answer, and shows a small page. It knows nothing of sign-ins.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::domain::{Secret, Trouble};

mod door;
mod page;
mod request;

use door::Door;

/// The arrivals that may wait for the engine. More than this is no browser.
const WAITING: usize = 16;
/// How often another free port is tried when `[::1]` has the first one taken.
const ATTEMPTS: usize = 8;

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

/// A listener on 127.0.0.1 (and `[::1]` on the same port where there is one). It stops when it is
/// dropped, with every connection, and its port is free at once.
#[derive(Debug)]
pub struct Listener {
    port: u16,
    doors: Vec<Arc<Door>>,
    /// Aborts what it holds when it is dropped.
    _serving: JoinSet<()>,
}

impl Listener {
    /// Listens on `port`, or on a free one.
    ///
    /// # Errors
    /// `listener.port` if the port is taken.
    pub async fn start(port: Option<u16>) -> Result<(Self, mpsc::Receiver<Arrival>), Trouble> {
        let sockets = match port {
            Some(port) => bind(port).await,
            None => bind_anywhere().await,
        };
        let sockets = sockets.map_err(|error| taken(port, &error))?;
        let port = sockets.first().and_then(|socket| socket.local_addr().ok()).map_or(0, |address| address.port());
        let (arrivals, receiver) = mpsc::channel(WAITING);
        let doors: Vec<_> = sockets.into_iter().map(|socket| Arc::new(Door::new(socket))).collect();
        let mut serving = JoinSet::new();
        for door in &doors {
            serving.spawn(door::serve(Arc::clone(door), arrivals.clone()));
        }
        tracing::debug!(port, sockets = doors.len(), "listening for the browser");
        let listener = Self { port, doors, _serving: serving };
        Ok((listener, receiver))
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        for door in &self.doors {
            door.close();
        }
    }
}

async fn bind_anywhere() -> std::io::Result<Vec<TcpListener>> {
    let mut outcome = bind(0).await;
    for _ in 1..ATTEMPTS {
        match outcome {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => outcome = bind(0).await,
            decided => return decided,
        }
    }
    outcome
}

/// Both loopback addresses. A browser may ask for either of them when the link says `localhost`: if
/// another program has `[::1]`, the code would go there. A machine without IPv6 does without.
async fn bind(port: u16) -> std::io::Result<Vec<TcpListener>> {
    let v4 = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let port = v4.local_addr()?.port();
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await {
        Ok(v6) => Ok(vec![v4, v6]),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(error),
        Err(_) => Ok(vec![v4]),
    }
}

fn taken(port: Option<u16>, error: &std::io::Error) -> Trouble {
    let port = port.map_or("a free port".to_owned(), |port| format!("port {port}"));
    Trouble::new(
        "listener.port",
        format!("The browser's answer cannot be listened for on {port} of localhost"),
        format!("{error}."),
        "End the program that has the port, choose another redirect URI, or paste the answer here.",
    )
}

#[cfg(test)]
mod tests;
