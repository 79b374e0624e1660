//! The submission server's side of the proof (RFC 5321, RFC 3207, RFC 4954): EHLO, STARTTLS, EHLO,
//! AUTH XOAUTH2, QUIT. No mail is sent.

use std::net::IpAddr;

use super::Refusal;
use super::network::{self, Awaiting};
use super::verdict;
use super::wire::Wire;
use super::xoauth2;
use crate::domain::{Address, Secret, Trouble};

/// The most lines that one reply may have.
const MOST_LINES: usize = 100;

/// Signs in and out again.
pub async fn prove(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    let outcome = sign_in(wire, user, access_token).await;
    wire.part("QUIT").await;
    outcome
}

async fn sign_in(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    greeting(wire, user).await?;
    let mut offers = ehlo(wire, user).await?;
    if !wire.server().scheme.is_implicit_tls() {
        start_tls(wire, user, &offers).await?;
        // RFC 3207 section 4.2: what was learnt in clear is forgotten.
        offers = ehlo(wire, user).await?;
    }
    if !offers_xoauth2(&offers) {
        return Err(verdict::smtp_no_xoauth2(user, &offers.join(", ")));
    }
    auth(wire, user, access_token).await
}

async fn greeting(wire: &mut Wire<'_>, user: &Address) -> Result<(), Refusal> {
    let reply = Reply::read(wire, Awaiting::Greeting).await?;
    reply.must_be(220, user)
}

async fn ehlo(wire: &mut Wire<'_>, user: &Address) -> Result<Vec<String>, Refusal> {
    let hello = format!("EHLO {}", address_literal(wire.local()));
    let reply = ask(wire, &hello, "EHLO").await?;
    reply.must_be(250, user)?;
    Ok(reply.lines)
}

async fn start_tls(wire: &mut Wire<'_>, user: &Address, offers: &[String]) -> Result<(), Refusal> {
    if !offers.iter().any(|offer| offer.eq_ignore_ascii_case("STARTTLS")) {
        return Err(verdict::smtp_no_starttls(user, &offers.join(", ")));
    }
    ask(wire, "STARTTLS", "STARTTLS").await?.must_be(220, user)?;
    Ok(wire.start_tls().await?)
}

/// In two steps, never as an initial response: a token makes that line longer than servers take
/// (RFC 4954 section 4 allows 12,288 octets, Postfix refuses more than 2,048 in a command).
async fn auth(wire: &mut Wire<'_>, user: &Address, access_token: &Secret) -> Result<(), Refusal> {
    let awaiting = Awaiting::Answer("AUTH");
    ask(wire, "AUTH XOAUTH2", "AUTH").await?.must_be(334, user)?;
    wire.send_secret(&xoauth2::response(user, access_token), awaiting).await?;
    let mut reply = Reply::read(wire, awaiting).await?;
    if reply.code == 334 {
        // The challenge says why in JSON; the refusal itself comes after an empty line.
        reply = ask(wire, "", "AUTH").await?;
    }
    reply.must_be(235, user)
}

async fn ask(wire: &mut Wire<'_>, line: &str, command: &'static str) -> Result<Reply, Trouble> {
    let awaiting = Awaiting::Answer(command);
    wire.send(line, awaiting).await?;
    Reply::read(wire, awaiting).await
}

fn offers_xoauth2(offers: &[String]) -> bool {
    offers.iter().any(|offer| {
        // “AUTH=” is how servers wrote it before RFC 2554; some still say both.
        let mut words = offer.split([' ', '=']);
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("AUTH"))
            && words.any(|word| word.eq_ignore_ascii_case("XOAUTH2"))
    })
}

/// How this client names itself. RFC 5321 section 4.1.4 wants a name that resolves or, where the
/// client has none that it can be sure of, the address literal of section 4.1.3. A laptop has none.
fn address_literal(local: IpAddr) -> String {
    match local.to_canonical() {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}

/// One reply of one or more lines (RFC 5321 section 4.2).
struct Reply {
    code: u16,
    /// The text of each line, without the code.
    lines: Vec<String>,
}

impl Reply {
    async fn read(wire: &mut Wire<'_>, awaiting: Awaiting) -> Result<Self, Trouble> {
        let mut lines = Vec::new();
        loop {
            let line = wire.line(awaiting).await?;
            let nonsense = |wire: &Wire<'_>| network::nonsense(wire.server(), awaiting, "that is no SMTP reply");
            let (code, is_last, text) = split(&line).ok_or_else(|| nonsense(wire))?;
            lines.push(text.to_owned());
            if is_last {
                return Ok(Self { code, lines });
            }
            if lines.len() == MOST_LINES {
                return Err(nonsense(wire));
            }
        }
    }

    fn must_be(&self, code: u16, user: &Address) -> Result<(), Refusal> {
        if self.code == code {
            return Ok(());
        }
        Err(verdict::smtp(user, self.code, &self.lines.join(" ")))
    }
}

/// Code, whether the line is the last, and the text.
fn split(line: &str) -> Option<(u16, bool, &str)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let code = digits.parse().ok().filter(|code| (200..600).contains(code))?;
    match rest.strip_prefix('-') {
        Some(text) => Some((code, false, text)),
        None if rest.is_empty() => Some((code, true, "")),
        None => Some((code, true, rest.strip_prefix(' ')?)),
    }
}

#[cfg(test)]
mod tests;
