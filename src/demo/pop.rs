//! A POP3 server with nothing in it.
//!
//! Source: RFC 1939, RFC 2449 (CAPA), RFC 5034 (AUTH); Microsoft's texts from `facts` D3.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::sasl::{Server, Verdict, error_challenge};
use super::state::Shared;
use super::wire::{COMMAND, Line, SASL_RESPONSE, Wire};

const REFUSED: &str = "-ERR Authentication failure: unknown user name or bad password.";

/// Talks to one client until it leaves.
pub(super) async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) -> io::Result<()> {
    let mut conversation = Conversation {
        wire: Wire::new(acceptor.accept(stream).await?),
        progress: Progress::Authorization,
        shared: &shared,
    };
    conversation.wire.say("+OK The Microsoft Exchange POP3 service is ready (demo).").await?;
    conversation.talk().await?;
    conversation.wire.close().await
}

struct Conversation<'a, S> {
    wire: Wire<S>,
    progress: Progress,
    shared: &'a Shared,
}

/// RFC 1939 sections 4 and 5.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Authorization,
    Transaction,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<'_, S> {
    async fn talk(&mut self) -> io::Result<()> {
        loop {
            let line = match self.wire.read(SASL_RESPONSE).await? {
                Line::Text(line) => line,
                Line::TooLong(_) => {
                    self.wire.say("-ERR Command is too long.").await?;
                    continue;
                }
                Line::End => return Ok(()),
            };
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            match (verb.to_ascii_uppercase().as_str(), self.progress) {
                ("QUIT", _) => {
                    return self.wire.say("+OK Microsoft Exchange Server POP3 server signing off.").await;
                }
                ("CAPA", _) => self.list(&["TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER"]).await?,
                ("AUTH", Progress::Authorization) if argument.is_empty() => self.list(&["PLAIN", "XOAUTH2"]).await?,
                ("AUTH", Progress::Authorization) => self.authenticate(argument).await?,
                ("USER", Progress::Authorization) => self.wire.say("+OK").await?,
                ("PASS", Progress::Authorization) => self.wire.say(REFUSED).await?,
                ("STAT", Progress::Transaction) => self.wire.say("+OK 0 0").await?,
                ("NOOP", Progress::Transaction) => self.wire.say("+OK").await?,
                _ => self.wire.say("-ERR Command is not valid in this state.").await?,
            }
        }
    }

    async fn list(&mut self, lines: &[&str]) -> io::Result<()> {
        self.wire.say("+OK").await?;
        for line in lines {
            self.wire.say(line).await?;
        }
        self.wire.say(".").await
    }

    async fn authenticate(&mut self, argument: &str) -> io::Result<()> {
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        if !mechanism.eq_ignore_ascii_case("XOAUTH2") {
            return self.wire.say("-ERR Unsupported authentication mechanism.").await;
        }
        if !initial.is_empty() {
            return self.judge(initial).await;
        }
        self.wire.say("+ ").await?;
        match self.wire.read(SASL_RESPONSE).await? {
            Line::Text(text) if text != "*" => self.judge(&text).await,
            _ => self.wire.say("-ERR Authentication cancelled.").await,
        }
    }

    async fn judge(&mut self, response: &str) -> io::Result<()> {
        tokio::time::sleep(self.shared.options.delay).await;
        let verdict = self.shared.world().verdict(Server::Pop, response);
        if matches!(verdict, Verdict::Accepted(_)) {
            self.progress = Progress::Transaction;
            return self.wire.say("+OK User successfully authenticated.").await;
        }
        if self.shared.options.error_challenge {
            self.wire.say(&format!("+ {}", error_challenge())).await?;
            self.wire.read(COMMAND).await?;
        }
        self.wire.say(REFUSED).await
    }
}
