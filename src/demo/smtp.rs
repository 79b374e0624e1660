//! A submission server that lets people sign in and takes no mail.
//!
//! Source: RFC 5321, RFC 3207 (STARTTLS), RFC 4954 (AUTH); Microsoft's texts from `facts` D4.

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

const HOST: &str = "[LO0P265CA0001.DEMO.LOCALHOST]";

/// Talks to one client until it leaves.
pub(super) async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) -> io::Result<()> {
    let mut plain = Conversation::new(stream, Channel::Plain, &shared);
    let entered = shared.world().door(Service::Smtp).enter(Instant::now());
    if entered.is_err() {
        return plain.wire.say(&format!("421 4.3.2 Service not available {HOST}")).await;
    }
    plain.wire.say("220 localhost Microsoft ESMTP MAIL Service ready (demo)").await?;
    if plain.talk().await? == End::StartTls {
        let encrypted = acceptor.accept(plain.wire.into_stream()?).await?;
        let mut conversation = Conversation::new(encrypted, Channel::Encrypted, &shared);
        conversation.talk().await?;
        conversation.wire.close().await?;
    }
    Ok(())
}

struct Conversation<'a, S> {
    wire: Wire<S>,
    channel: Channel,
    progress: Progress,
    shared: &'a Shared,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    Plain,
    Encrypted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Connected,
    Greeted,
    SignedIn,
}

#[derive(PartialEq, Eq)]
enum End {
    StartTls,
    Left,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Conversation<'a, S> {
    fn new(stream: S, channel: Channel, shared: &'a Shared) -> Self {
        Self { wire: Wire::new(stream), channel, progress: Progress::Connected, shared }
    }

    async fn talk(&mut self) -> io::Result<End> {
        loop {
            let line = match self.wire.read(COMMAND).await? {
                Line::Text(line) => line,
                Line::TooLong(verb) => {
                    self.wire.say(refuse_long_line(&verb)).await?;
                    continue;
                }
                Line::End => return Ok(End::Left),
            };
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            match (verb.to_ascii_uppercase().as_str(), self.channel) {
                ("STARTTLS", Channel::Plain) => {
                    self.wire.say("220 2.0.0 SMTP server ready").await?;
                    return Ok(End::StartTls);
                }
                ("QUIT", _) => {
                    self.wire.say("221 2.0.0 Service closing transmission channel").await?;
                    return Ok(End::Left);
                }
                ("AUTH", _) => self.authenticate(argument).await?,
                ("EHLO", _) => self.greet(argument).await?,
                (verb, _) => self.wire.say(&self.reply(verb)).await?,
            }
        }
    }

    async fn greet(&mut self, name: &str) -> io::Result<()> {
        if name.trim().is_empty() {
            return self.wire.say("501 5.5.4 Invalid domain name").await;
        }
        self.progress = Progress::Greeted;
        let offer = match self.channel {
            Channel::Plain => "250-STARTTLS",
            Channel::Encrypted => "250-AUTH LOGIN XOAUTH2",
        };
        for line in [
            "250-localhost Hello [127.0.0.1]",
            "250-SIZE 157286400",
            "250-PIPELINING",
            "250-DSN",
            "250-ENHANCEDSTATUSCODES",
            offer,
            "250-8BITMIME",
            "250-CHUNKING",
            "250 SMTPUTF8",
        ] {
            self.wire.say(line).await?;
        }
        Ok(())
    }

    fn reply(&self, verb: &str) -> String {
        match (verb, self.progress) {
            ("HELO", _) => "250 localhost Hello [127.0.0.1]".to_owned(),
            ("NOOP" | "RSET", _) => "250 2.0.0 Resetting".to_owned(),
            ("STARTTLS", _) => "503 5.5.1 Already encrypted".to_owned(),
            ("MAIL", Progress::SignedIn) => "550 5.7.0 The demo takes no mail".to_owned(),
            ("MAIL", _) => format!("530 5.7.57 Client not authenticated to send mail. {HOST}"),
            ("RCPT" | "DATA" | "BDAT", _) => "503 5.5.1 Bad sequence of commands".to_owned(),
            _ => "500 5.3.3 Unrecognized command".to_owned(),
        }
    }

    async fn authenticate(&mut self, argument: &str) -> io::Result<()> {
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let is_known = mechanism.eq_ignore_ascii_case("XOAUTH2");
        match (self.channel, self.progress) {
            (Channel::Plain, _) => self.wire.say("504 5.7.4 Unrecognized authentication type").await,
            (_, Progress::Connected) => self.wire.say("503 5.5.2 Send hello first").await,
            (_, Progress::SignedIn) => self.wire.say("503 5.5.1 Already authenticated").await,
            (_, Progress::Greeted) if mechanism.eq_ignore_ascii_case("LOGIN") => {
                let text = format!("535 5.7.139 Authentication unsuccessful, basic authentication is disabled. {HOST}");
                self.wire.say(&text).await
            }
            (_, Progress::Greeted) if !is_known => self.wire.say("504 5.7.4 Unrecognized authentication type").await,
            (_, Progress::Greeted) => match self.response(initial.trim()).await? {
                Some(response) => self.judge(&response).await,
                None => Ok(()),
            },
        }
    }

    /// The client's response: with the command, or after a challenge. `None` if it was refused.
    async fn response(&mut self, initial: &str) -> io::Result<Option<String>> {
        if !initial.is_empty() {
            return Ok(Some(initial.to_owned()));
        }
        self.wire.say("334 ").await?;
        match self.wire.read(SASL_RESPONSE).await? {
            Line::Text(text) if text == "*" => self.wire.say("501 5.7.0 Authentication cancelled").await?,
            Line::Text(text) => return Ok(Some(text)),
            Line::TooLong(_) => self.wire.say("500 5.5.6 SASL response limit exceeded").await?,
            Line::End => {}
        }
        Ok(None)
    }

    async fn judge(&mut self, response: &str) -> io::Result<()> {
        tokio::time::sleep(self.shared.options.delay).await;
        let verdict = self.shared.world().verdict(Server::Smtp, response);
        if verdict == Verdict::Wrong && self.shared.options.error_challenge {
            self.wire.say(&format!("334 {}", error_challenge())).await?;
            self.wire.read(COMMAND).await?;
        }
        if matches!(verdict, Verdict::Accepted(_)) {
            self.progress = Progress::SignedIn;
        }
        self.wire.say(&say(&verdict)).await
    }
}

fn say(verdict: &Verdict) -> String {
    let off = |what| {
        format!(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the {what}. Visit \
             https://aka.ms/smtp_auth_disabled for more information. {HOST}"
        )
    };
    match verdict {
        Verdict::Accepted(_) => "235 2.7.0 Authentication successful".to_owned(),
        Verdict::Wrong => format!("535 5.7.3 Authentication unsuccessful {HOST}"),
        Verdict::SmtpOffForTenant => off("Tenant"),
        Verdict::SmtpOffForMailbox => off("Mailbox"),
    }
}

/// What Postfix says to a token that came on the line of the command (`facts` I1).
fn refuse_long_line(verb: &str) -> &'static str {
    if verb.eq_ignore_ascii_case("AUTH") {
        "535 5.7.8 Error: authentication failed: Invalid base64 data in initial response"
    } else {
        "500 5.5.2 Line too long"
    }
}
