//! The POP3 server's side of the proof (RFC 1939, RFC 2595, RFC 5034): STLS if it has to be, AUTH
//! XOAUTH2, QUIT. No message is read; the lock on the mailbox ends with QUIT.

use super::Refusal;
use super::network::{self, Awaiting};
use super::verdict::{self, Asked};
use super::wire::Wire;
use super::xoauth2;
use crate::domain::{Address, Secret, Trouble};

/// Signs in and out again.
pub async fn prove(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    let outcome = sign_in(wire, user, access_token).await;
    wire.part("QUIT").await;
    outcome
}

async fn sign_in(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    read(wire, Awaiting::Greeting).await?.expect_ok(user, Asked::Greeting)?;
    if !wire.server().scheme.is_implicit_tls() {
        ask(wire, "STLS", "STLS").await?.expect_ok(user, Asked::StartTls)?;
        wire.start_tls().await?;
    }
    auth(wire, user, access_token).await
}

/// In two steps, as in SMTP and IMAP (RFC 5034 section 4 bounds the command at 255 octets).
async fn auth(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    let awaiting = Awaiting::Answer("AUTH");
    match ask(wire, "AUTH XOAUTH2", "AUTH").await? {
        Answer::GoOn => {}
        Answer::Ok => return Err(network::nonsense(wire.server(), awaiting, "that answer is out of turn").into()),
        Answer::No(text) => return Err(verdict::pop(user, Asked::Mechanism, &text)),
    }
    wire.send_secret(&xoauth2::response(user, access_token), awaiting).await?;
    let mut answer = read(wire, awaiting).await?;
    if matches!(answer, Answer::GoOn) {
        // The challenge says why in JSON; the refusal itself comes after an empty line.
        answer = ask(wire, "", "AUTH").await?;
    }
    answer.expect_ok(user, Asked::Token)
}

async fn ask(wire: &mut Wire<'_>, line: &str, command: &'static str) -> Result<Answer, Trouble> {
    let awaiting = Awaiting::Answer(command);
    wire.send(line, awaiting).await?;
    read(wire, awaiting).await
}

/// One answer: they are single lines.
enum Answer {
    /// `+`: the server wants another line.
    GoOn,
    /// `+OK`.
    Ok,
    /// `-ERR`, with its text.
    No(String),
}

async fn read(wire: &mut Wire<'_>, awaiting: Awaiting) -> Result<Answer, Trouble> {
    let line = wire.line(awaiting).await?;
    match line.split_once(' ').unwrap_or((line.as_str(), "")) {
        ("+OK", _) => Ok(Answer::Ok),
        ("-ERR", text) => Ok(Answer::No(text.to_owned())),
        ("+", _) => Ok(Answer::GoOn),
        _ => Err(network::nonsense(wire.server(), awaiting, "that is no POP3 answer")),
    }
}

impl Answer {
    fn expect_ok(self, user: &Address, asked: Asked) -> Result<(), Refusal> {
        match self {
            Self::Ok => Ok(()),
            Self::GoOn => Err(verdict::pop(user, asked, "it asked for more")),
            Self::No(text) => Err(verdict::pop(user, asked, &text)),
        }
    }
}

#[cfg(test)]
mod tests;
