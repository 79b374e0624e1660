//! The listeners: four ports of 127.0.0.1, free again when [`Servers`] is dropped.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::scenario::Scenario;
use super::state::Shared;
use super::{Options, http, imap, pop, smtp};
use crate::domain::Trouble;

/// How many connections a mail server has at once.
const MOST_CONNECTIONS: usize = 512;

/// The running servers.
#[derive(Debug)]
pub(super) struct Servers {
    /// Dropped, it stops the identity provider.
    _stop: oneshot::Sender<()>,
    /// Dropped, it stops the mail servers with all their conversations.
    _mail: JoinSet<()>,
}

/// Where the mail servers listen.
#[derive(Debug, Clone, Copy)]
pub(super) struct MailPorts {
    pub smtp: u16,
    pub imap: u16,
    pub pop: u16,
}

/// Starts all servers.
///
/// # Errors
/// `demo.start` if a port cannot be had.
pub(super) async fn start(
    scenario: Scenario,
    options: Options,
    acceptor: TlsAcceptor,
) -> Result<(Servers, Arc<Shared>, MailPorts), Trouble> {
    let (web, port) = listen().await?;
    let (smtp_listener, smtp) = listen().await?;
    let (imap_listener, imap) = listen().await?;
    let (pop_listener, pop) = listen().await?;
    let shared = Arc::new(Shared::new(scenario, options, format!("http://localhost:{port}")));
    let mut mail = JoinSet::new();
    let tls = (acceptor, shared.clone());
    mail.spawn(accept(smtp_listener, tls.clone(), |stream, (acceptor, shared)| smtp::serve(stream, acceptor, shared)));
    mail.spawn(accept(imap_listener, tls.clone(), |stream, (acceptor, shared)| imap::serve(stream, acceptor, shared)));
    mail.spawn(accept(pop_listener, tls, |stream, (acceptor, shared)| pop::serve(stream, acceptor, shared)));
    let servers = Servers { _stop: serve_web(web, shared.clone()), _mail: mail };
    Ok((servers, shared, MailPorts { smtp, imap, pop }))
}

fn serve_web(listener: TcpListener, shared: Arc<Shared>) -> oneshot::Sender<()> {
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(async move {
        let server = axum::serve(listener, http::router(shared)).with_graceful_shutdown(async {
            // An error means that the sender was dropped, which is what is waited for.
            let _ = stopped.await;
        });
        if let Err(error) = server.await {
            tracing::debug!(%error, "the demo's identity provider ended");
        }
    });
    stop
}

async fn listen() -> Result<(TcpListener, u16), Trouble> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| cannot_listen(&error))?;
    let port = listener.local_addr().map_err(|error| cannot_listen(&error))?.port();
    Ok((listener, port))
}

/// `demo.start`.
pub(super) fn cannot_listen(error: &dyn std::error::Error) -> Trouble {
    Trouble::new(
        "demo.start",
        "The demo cannot listen on this machine",
        format!("A free port of 127.0.0.1 was refused: {error}."),
        "See whether something forbids programs to listen, then try again.",
    )
}

type Tls = (TlsAcceptor, Arc<Shared>);

async fn accept<F>(listener: TcpListener, tls: Tls, serve: impl Fn(TcpStream, Tls) -> F)
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut conversations = JoinSet::new();
    loop {
        while conversations.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: wait until some are free.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        if conversations.len() >= MOST_CONNECTIONS {
            continue;
        }
        let prompt = stream.set_nodelay(true);
        let conversation = serve(stream, tls.clone());
        conversations.spawn(async move {
            if let Err(error) = prompt.and(conversation.await) {
                tracing::debug!(%error, "a conversation with a demo mail server ended early");
            }
        });
    }
}
