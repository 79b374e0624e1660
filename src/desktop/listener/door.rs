//! One listening socket: who comes in, how many, and for how long.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Arrival;
use super::request;

/// How many connections are served at once. Browsers open some to spare.
const MOST_CONNECTIONS: usize = 64;
/// How long the head of a request may take to arrive.
const HEAD: Duration = Duration::from_secs(5);
/// How long a connection may last, its answer included.
const CONNECTION: Duration = Duration::from_secs(20);
/// The largest head of a request, in bytes: a query of 64 kB, and what browsers put around it.
const LARGEST_HEAD: usize = 128 * 1024;
/// The rest after an accept that failed, such as for want of file descriptors.
const RESPITE: Duration = Duration::from_millis(100);

/// A listening socket that can be closed from outside. Aborting the task that serves it would close
/// it a moment later, and the next sign-in may want the same port now.
#[derive(Debug)]
pub struct Door(Mutex<Option<TcpListener>>);

impl Door {
    /// An open one.
    pub fn new(socket: TcpListener) -> Self {
        Self(Mutex::new(Some(socket)))
    }

    /// Closes it: the port is free when this returns.
    pub fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// The next connection; `None` once it is closed.
    async fn accept(&self) -> Option<io::Result<TcpStream>> {
        poll_fn(|context| self.poll_accept(context)).await
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<Option<io::Result<TcpStream>>> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Poll::Ready(None),
            Some(socket) => socket.poll_accept(context).map(|accepted| Some(accepted.map(|(stream, _)| stream))),
        }
    }
}

/// Serves everybody who comes in, until the door is closed or the task aborted.
pub async fn serve(door: Arc<Door>, arrivals: mpsc::Sender<Arrival>) {
    let mut connections = JoinSet::new();
    while let Some(accepted) = door.accept().await {
        match accepted {
            Ok(stream) => drop(connections.spawn(timeout(CONNECTION, converse(stream, arrivals.clone(), HEAD)))),
            Err(_) => sleep(RESPITE).await,
        }
        while connections.try_join_next().is_some() {}
        while connections.len() >= MOST_CONNECTIONS {
            connections.join_next().await;
        }
    }
}

/// One request, whose head comes within `head`, and its page. What goes wrong is the browser's
/// affair: it sees it and says so.
async fn converse(stream: TcpStream, arrivals: mpsc::Sender<Arrival>, head: Duration) {
    let respond = service_fn(move |request| {
        let arrivals = arrivals.clone();
        async move { Ok::<_, Infallible>(request::respond(request, &arrivals).await) }
    });
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(LARGEST_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), respond)
        .await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_request_that_does_not_come_to_an_end_is_given_up() {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut browser = TcpStream::connect(socket.local_addr().unwrap()).await.unwrap();
        browser.write_all(b"GET /?code=x HTTP/1.1\r\nHost: local").await.unwrap();
        let (arrivals, mut receiver) = mpsc::channel(1);
        let (stream, _) = socket.accept().await.unwrap();
        converse(stream, arrivals, Duration::from_millis(50)).await;
        let mut answer = Vec::new();
        let _ = browser.read_to_end(&mut answer).await;
        assert!(!String::from_utf8_lossy(&answer).contains(" 200 "));
        assert!(receiver.recv().await.is_none());
    }
}
