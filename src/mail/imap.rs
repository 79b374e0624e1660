//! The IMAP server's side of the proof (RFC 3501): STARTTLS if it has to be, AUTHENTICATE XOAUTH2,
//! SELECT INBOX, LOGOUT. No message is read.
//!
//! SELECT, not EXAMINE: it is what the programs will do that get the token, and the server's word
//! “authenticated but not connected” is known from it. The one trace that it leaves, the \Recent
//! flag, is gone from IMAP since RFC 9051. LOGOUT without CLOSE expunges nothing.

use super::Refusal;
use super::network::{self, Awaiting};
use super::verdict::{self, Asked};
use super::wire::Wire;
use super::xoauth2;
use crate::domain::{Address, Secret, Trouble};

/// Signs in and out again.
pub async fn prove(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    let outcome = sign_in(wire, user, access_token).await;
    wire.part("z LOGOUT").await;
    outcome
}

async fn sign_in(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    greeting(wire, user).await?;
    if !wire.server().scheme.is_implicit_tls() {
        let answer = ask(wire, "a", "STARTTLS", "STARTTLS").await?;
        answer.expect_ok(user, Asked::StartTls)?;
        wire.start_tls().await?;
    }
    authenticate(wire, user, access_token).await?;
    let answer = ask(wire, "c", "SELECT INBOX", "SELECT").await?;
    answer.expect_ok(user, Asked::Inbox)
}

async fn greeting(wire: &mut Wire<'_>, user: &Address) -> Result<(), Refusal> {
    let line = wire.line(Awaiting::Greeting).await?;
    match first_words(&line) {
        ("*", status, _) if status.eq_ignore_ascii_case("OK") => Ok(()),
        ("*", status, text) if status.eq_ignore_ascii_case("BYE") => Err(verdict::imap(user, Asked::Greeting, text)),
        _ => Err(network::nonsense(wire.server(), Awaiting::Greeting, "that is no IMAP greeting").into()),
    }
}

/// Without an initial response (RFC 4959), although servers offer it: a token makes that line
/// longer than a command line may be. A server that says no before it asks for the token does not
/// know the mechanism.
async fn authenticate(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    let awaiting = Awaiting::Answer("AUTHENTICATE");
    wire.send("b AUTHENTICATE XOAUTH2", awaiting).await?;
    match Answer::read(wire, "b", awaiting).await? {
        Answer::GoOn => {}
        refusal => {
            return refusal.expect_ok(user, Asked::Mechanism).and(Err(out_of_turn(wire).into()));
        }
    }
    wire.send_secret(&xoauth2::response(user, access_token), awaiting).await?;
    let mut answer = Answer::read(wire, "b", awaiting).await?;
    if matches!(answer, Answer::GoOn) {
        // The challenge says why in JSON; the refusal itself comes after an empty line.
        wire.send("", awaiting).await?;
        answer = Answer::read(wire, "b", awaiting).await?;
    }
    answer.expect_ok(user, Asked::Token)
}

async fn ask(wire: &mut Wire<'_>, tag: &str, line: &str, command: &'static str) -> Result<Answer, Trouble> {
    let awaiting = Awaiting::Answer(command);
    wire.send(&format!("{tag} {line}"), awaiting).await?;
    match Answer::read(wire, tag, awaiting).await? {
        Answer::GoOn => Err(out_of_turn(wire)),
        answer => Ok(answer),
    }
}

fn out_of_turn(wire: &Wire<'_>) -> Trouble {
    network::nonsense(wire.server(), Awaiting::Answer("AUTHENTICATE"), "that answer is out of turn")
}

/// What ends the wait for an answer.
enum Answer {
    /// `+`: the server wants another line.
    GoOn,
    /// `tag OK`.
    Ok,
    /// `tag NO`, `tag BAD` or an untagged BYE, with its text.
    No(String),
}

impl Answer {
    async fn read(wire: &mut Wire<'_>, tag: &str, awaiting: Awaiting) -> Result<Self, Trouble> {
        loop {
            let line = wire.line(awaiting).await?;
            if line.starts_with('+') {
                return Ok(Self::GoOn);
            }
            let (first, status, text) = first_words(&line);
            let status = status.to_ascii_uppercase();
            match (first == tag, status.as_str()) {
                (true, "OK") => return Ok(Self::Ok),
                (true, "NO" | "BAD") => return Ok(Self::No(text.to_owned())),
                (false, "BYE") if first == "*" => return Ok(Self::No(text.to_owned())),
                // Microsoft has sent BAD without our tag when it throttles.
                (false, "BAD") if first == "*" => return Ok(Self::No(text.to_owned())),
                (false, _) if first == "*" => {}
                _ => return Err(network::nonsense(wire.server(), awaiting, "that is no IMAP answer")),
            }
        }
    }

    fn expect_ok(self, user: &Address, asked: Asked) -> Result<(), Refusal> {
        match self {
            Self::Ok => Ok(()),
            Self::GoOn => Err(verdict::imap(user, asked, "it asked for more")),
            Self::No(text) => Err(verdict::imap(user, asked, &text)),
        }
    }
}

/// Tag, status and the rest of a line.
fn first_words(line: &str) -> (&str, &str, &str) {
    let (tag, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (status, text) = rest.split_once(' ').unwrap_or((rest, ""));
    (tag, status, text)
}

#[cfg(test)]
mod tests;
