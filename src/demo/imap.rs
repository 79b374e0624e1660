//! An IMAP server with an inbox that nobody reads.
//!
//! Source: RFC 9051, RFC 4959 (SASL-IR); Microsoft's texts from `facts` D3 and D4.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::sasl::{Server, Verdict, error_challenge};
use super::state::Shared;
use super::throttle::Service;
use super::wire::{COMMAND, Line, SASL_RESPONSE, Wire};
use crate::domain::Address;

const CAPABILITY: &str =
    "* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT IDLE NAMESPACE LITERAL+";

/// Talks to one client until it leaves.
pub(super) async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) -> io::Result<()> {
    let mut conversation =
        Conversation { wire: Wire::new(acceptor.accept(stream).await?), signed_in: None, shared: &shared };
    conversation.wire.say("* OK The Microsoft Exchange IMAP4 service is ready (demo).").await?;
    conversation.talk().await?;
    conversation.wire.close().await
}

struct Conversation<'a, S> {
    wire: Wire<S>,
    signed_in: Option<Address>,
    shared: &'a Shared,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<'_, S> {
    async fn talk(&mut self) -> io::Result<()> {
        loop {
            let line = match self.wire.read(SASL_RESPONSE).await? {
                Line::Text(line) => line,
                Line::TooLong(_) => {
                    self.wire.say("* BAD Command line too long.").await?;
                    continue;
                }
                Line::End => return Ok(()),
            };
            let mut words = line.splitn(3, ' ');
            let (tag, verb, rest) = (words.next(), words.next(), words.next().unwrap_or_default());
            let (Some(tag), Some(verb)) = (tag.filter(|tag| !tag.is_empty()), verb) else {
                self.wire.say("* BAD Command Error. 10").await?;
                continue;
            };
            let verb = verb.to_ascii_uppercase();
            match verb.as_str() {
                "LOGOUT" => return self.log_out(tag).await,
                "AUTHENTICATE" => self.authenticate(tag, rest).await?,
                "SELECT" | "EXAMINE" => self.select(tag, &verb, rest).await?,
                _ => self.other(tag, &verb).await?,
            }
        }
    }

    async fn log_out(&mut self, tag: &str) -> io::Result<()> {
        self.wire.say("* BYE Microsoft Exchange Server IMAP4 server signing off.").await?;
        self.wire.say(&format!("{tag} OK LOGOUT completed.")).await
    }

    async fn other(&mut self, tag: &str, verb: &str) -> io::Result<()> {
        if verb == "CAPABILITY" {
            self.wire.say(CAPABILITY).await?;
        }
        let text = match verb {
            "CAPABILITY" | "NOOP" => format!("{tag} OK {verb} completed."),
            "LOGIN" => format!("{tag} NO LOGIN failed."),
            _ => format!("{tag} BAD Command Error. 12"),
        };
        self.wire.say(&text).await
    }

    async fn authenticate(&mut self, tag: &str, argument: &str) -> io::Result<()> {
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        if self.signed_in.is_some() || !mechanism.eq_ignore_ascii_case("XOAUTH2") {
            return self.wire.say(&format!("{tag} NO AUTHENTICATE failed.")).await;
        }
        let response = if initial.is_empty() {
            self.wire.say("+ ").await?;
            match self.wire.read(SASL_RESPONSE).await? {
                Line::Text(text) if text != "*" => text,
                _ => return self.wire.say(&format!("{tag} BAD AUTHENTICATE cancelled.")).await,
            }
        } else {
            initial.to_owned()
        };
        self.judge(tag, &response).await
    }

    async fn judge(&mut self, tag: &str, response: &str) -> io::Result<()> {
        tokio::time::sleep(self.shared.options.delay).await;
        let entered = self.shared.world().door(Service::Imap).enter(Instant::now());
        if let Err(wait) = entered {
            let wait = wait.as_millis() + 1;
            let text = format!("{tag} BAD Request is throttled. Suggested Backoff Time: {wait} milliseconds");
            return self.wire.say(&text).await;
        }
        let verdict = self.shared.world().verdict(Server::Imap, response);
        if let Verdict::Accepted(mailbox) = verdict {
            self.signed_in = Some(mailbox);
            return self.wire.say(&format!("{tag} OK AUTHENTICATE completed.")).await;
        }
        if self.shared.options.error_challenge {
            self.wire.say(&format!("+ {}", error_challenge())).await?;
            self.wire.read(COMMAND).await?;
        }
        self.wire.say(&format!("{tag} NO AUTHENTICATE failed.")).await
    }

    /// With IMAP off for the mailbox the sign-in works, and nothing else does.
    async fn select(&mut self, tag: &str, verb: &str, name: &str) -> io::Result<()> {
        let Some(mailbox) = &self.signed_in else {
            return self.wire.say(&format!("{tag} BAD Command received in Invalid state.")).await;
        };
        let is_on = self.shared.world().account(mailbox).is_some_and(|account| account.imap);
        if !is_on {
            let text = format!("{tag} BAD User is authenticated but not connected.");
            return self.wire.say(&text).await;
        }
        if !name.trim_matches('"').eq_ignore_ascii_case("INBOX") {
            return self.wire.say(&format!("{tag} NO {verb} failed. The mailbox doesn't exist.")).await;
        }
        let access = if verb == "SELECT" { "READ-WRITE" } else { "READ-ONLY" };
        for line in [
            "* 0 EXISTS",
            "* 0 RECENT",
            "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)",
            "* OK [UIDVALIDITY 14] UIDVALIDITY value",
            "* OK [UIDNEXT 1] The next unique identifier value",
        ] {
            self.wire.say(line).await?;
        }
        self.wire.say(&format!("{tag} OK [{access}] {verb} completed.")).await
    }
}
