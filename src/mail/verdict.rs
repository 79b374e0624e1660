//! What a mail server's “no” means, and what to do about it: its text is looked up in a table.

use std::time::Duration;

use super::Refusal;
use crate::domain::text::plain;
use crate::domain::{Address, Pause, Remedy, Trouble};

mod reading_table;
mod smtp_table;

/// As much of a server's text as is shown, in characters.
const QUOTED: usize = 240;
/// A word that is longer than this is not shown: it could be the token, echoed.
const LONGEST_WORD: usize = 80;
/// The longest wait that a server is believed, so that a silly number does not stop a mailbox for good.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// What was asked when an IMAP or POP server said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing yet: it said no at once.
    Greeting,
    /// TLS.
    StartTls,
    /// Whether it knows XOAUTH2.
    Mechanism,
    /// To take the token.
    Token,
    /// To open the inbox.
    Inbox,
}

/// The PowerShell line (Exchange Online Management) that switches SMTP AUTH on for `mailbox`. It
/// overrides what the organisation has set.
#[must_use]
pub fn enable_smtp_auth(mailbox: &Address) -> String {
    set_cas_mailbox(mailbox, "-SmtpClientAuthenticationDisabled $false")
}

/// The verdict on an SMTP reply (RFC 5321 section 4.2): `code`, and the text of its lines.
pub(super) fn smtp(mailbox: &Address, code: u16, text: &str) -> Refusal {
    let otherwise = match code {
        421 => &smtp_table::BUSY,
        400..500 => &smtp_table::TEMPORARY,
        504 => &smtp_table::NO_XOAUTH2,
        500..600 => &smtp_table::REFUSED,
        _ => &smtp_table::UNEXPECTED,
    };
    judge(smtp_table::RULINGS, otherwise, &[], mailbox, &format!("{code} {text}"))
}

/// The verdict on a submission server that offers no TLS.
pub(super) fn smtp_no_starttls(mailbox: &Address, offers: &str) -> Refusal {
    smtp_table::NO_STARTTLS.on(&[], mailbox, offers)
}

/// The verdict on a submission server that offers no XOAUTH2.
pub(super) fn smtp_no_xoauth2(mailbox: &Address, offers: &str) -> Refusal {
    smtp_table::NO_XOAUTH2.on(&[], mailbox, offers)
}

/// The verdict on the text of an IMAP server's NO, BAD or BYE.
pub(super) fn imap(mailbox: &Address, asked: Asked, text: &str) -> Refusal {
    reading(reading_table::IMAP, mailbox, asked, text)
}

/// The verdict on the text of a POP server's -ERR.
pub(super) fn pop(mailbox: &Address, asked: Asked, text: &str) -> Refusal {
    reading(reading_table::POP, mailbox, asked, text)
}

fn reading(blanks: Blanks, mailbox: &Address, asked: Asked, text: &str) -> Refusal {
    let otherwise = match asked {
        Asked::Greeting => &reading_table::TEMPORARY,
        Asked::StartTls => &reading_table::NO_STARTTLS,
        Asked::Mechanism => &reading_table::NO_XOAUTH2,
        Asked::Token => &reading_table::REFUSED,
        Asked::Inbox => &reading_table::NO_INBOX,
    };
    judge(reading_table::RULINGS, otherwise, blanks, mailbox, text)
}

/// What stands in the blanks of a table that serves several protocols.
type Blanks = &'static [(&'static str, &'static str)];

/// One line of a table: what a server says, and what it means.
struct Ruling {
    /// Lower-case; one of them in the server's text is enough.
    says: &'static [&'static str],
    code: &'static str,
    /// In the texts `{mailbox}` stands for the address.
    what: &'static str,
    why: &'static str,
    next: &'static str,
    offer: Offer,
}

/// What a ruling puts on a key.
enum Offer {
    Nothing,
    SignIn,
    Retry,
    /// The same, since the server wants to be asked less.
    Pause,
    Page(&'static str),
    /// `Set-CASMailbox` for the mailbox, with these parameters.
    SetCasMailbox(&'static str),
}

fn judge(
    rulings: &'static [Ruling],
    otherwise: &'static Ruling,
    blanks: Blanks,
    mailbox: &Address,
    said: &str,
) -> Refusal {
    let text = said.to_lowercase();
    rulings
        .iter()
        .find(|ruling| ruling.says.iter().any(|words| text.contains(words)))
        .unwrap_or(otherwise)
        .on(blanks, mailbox, said)
}

impl Ruling {
    fn on(&self, blanks: Blanks, mailbox: &Address, said: &str) -> Refusal {
        let filled = |text: &str| {
            let text = blanks.iter().fold(text.to_owned(), |text, (blank, word)| text.replace(blank, word));
            // Last: an address may look like a blank.
            text.replace("{mailbox}", mailbox.as_str())
        };
        let remedy = match self.offer {
            Offer::Nothing => Remedy::None,
            Offer::SignIn => Remedy::SignIn,
            Offer::Retry | Offer::Pause => Remedy::Retry { not_before: None },
            Offer::Page(page) => Remedy::Page(page.to_owned()),
            Offer::SetCasMailbox(parameters) => Remedy::PowerShell(set_cas_mailbox(mailbox, &filled(parameters))),
        };
        let why = format!("{} The server said: “{}”.", filled(self.why), quotable(said));
        Refusal {
            trouble: Trouble::new(filled(self.code), filled(self.what), why, filled(self.next)).with(remedy),
            pause: self.pause(said),
        }
    }

    fn pause(&self, said: &str) -> Option<Pause> {
        let suggested = suggested_wait(said);
        (suggested.is_some() || matches!(self.offer, Offer::Pause)).then(|| Pause::asked(suggested))
    }
}

/// A server's text, printable, capped, and without words as long as a token.
fn quotable(said: &str) -> String {
    let words: Vec<_> =
        said.split_whitespace().map(|word| if word.len() > LONGEST_WORD { "…" } else { word }).collect();
    plain(words.join(" ").trim_end_matches('.'), QUOTED)
}

/// “Suggested Backoff Time: 92415 milliseconds”, as Exchange Online throttles.
fn suggested_wait(said: &str) -> Option<Duration> {
    let text = said.to_lowercase();
    let (_, after) = text.split_once("suggested backoff time:")?;
    let digits: String = after.trim_start().chars().take_while(char::is_ascii_digit).collect();
    let wait = digits.parse().map_or(LONGEST_WAIT, Duration::from_millis);
    (!digits.is_empty()).then_some(wait.min(LONGEST_WAIT))
}

fn set_cas_mailbox(mailbox: &Address, parameters: &str) -> String {
    format!("Set-CASMailbox -Identity {} {parameters}", quoted(mailbox.as_str()))
}

/// `text` as a verbatim string of PowerShell, to which typographic single quotes are quotes as well
/// (about_Quoting_Rules).
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for character in text.chars() {
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(character);
        }
        out.push(character);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests;
