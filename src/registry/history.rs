//! History: what happened lately, and to which mailbox.

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

use crate::domain::text::plain;
use crate::domain::{Address, Trouble};

use super::Registry;
use super::sql::{Columns, Fault, time};

/// How many lines are kept of what people did, and as many of what machines found.
pub(super) const KEPT: u32 = 10_000;

/// Tells what people did from what machines found; the indexes of the schema say it in the same words.
const DONE: &str = "what NOT IN ('refreshed', 'refused', 'check_failed')";
const FOUND: &str = "what IN ('refreshed', 'refused', 'check_failed')";

/// The longest text of a line, in characters.
const LONGEST: usize = 600;

/// One line of history. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The mailbox that it happened to.
    pub mailbox: Address,
    /// What happened.
    pub what: Happened,
    /// More for people, printable.
    pub detail: String,
    /// By which command: `dashboard`, or the word after `mailkey`.
    pub command: String,
}

/// What happened, for programs a stable word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// The mailbox was added.
    Added,
    /// Its address, account, application or note was changed.
    Changed,
    /// Somebody signed in for it.
    SignedIn,
    /// Its token was refreshed.
    Refreshed,
    /// Its provider refused a sign-in or a refresh.
    Refused,
    /// One of its servers refused the token.
    CheckFailed,
    /// A credential was copied out.
    Copied,
    /// A secret was shown, on the screen or on standard output.
    Shown,
    /// It was removed.
    Removed,
    /// What a newer version has a word for.
    Other(String),
}

impl Happened {
    const KNOWN: [Self; 9] = [
        Self::Added,
        Self::Changed,
        Self::SignedIn,
        Self::Refreshed,
        Self::Refused,
        Self::CheckFailed,
        Self::Copied,
        Self::Shown,
        Self::Removed,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::SignedIn => "signed_in",
            Self::Refreshed => "refreshed",
            Self::Refused => "refused",
            Self::CheckFailed => "check_failed",
            Self::Copied => "copied",
            Self::Shown => "shown",
            Self::Removed => "removed",
            Self::Other(word) => word,
        }
    }

    fn of(word: String) -> Self {
        Self::KNOWN.into_iter().find(|what| what.word() == word).unwrap_or(Self::Other(word))
    }

    /// Whether a machine found it, and nobody did it.
    fn is_found(&self) -> bool {
        matches!(self, Self::Refreshed | Self::Refused | Self::CheckFailed)
    }
}

impl Registry {
    /// Adds a line; the oldest go, beyond 10,000 of what people did and as many of what machines found.
    /// What cannot be printed is taken out of it. Of equal lines that machines found at a mailbox, while
    /// nobody did anything there, the last is kept; and of those that say how one command showed one
    /// secret again and again.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn note(&self, event: &Event) -> Result<(), Trouble> {
        self.write_lightly(|transaction| {
            add(transaction, event)?;
            forget_oldest(transaction)
        })
    }

    /// The newest `most` lines, of one mailbox or of all, newest first.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn history(&self, mailbox: Option<&Address>, most: usize) -> Result<Vec<Event>, Trouble> {
        const LINES: &str = "SELECT at, mailbox, what, detail, command FROM history";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read(|transaction| {
            let lines: rusqlite::Result<_> = match mailbox {
                Some(mailbox) => transaction
                    .prepare_cached(&format!("{LINES} WHERE folded = ?1 ORDER BY id DESC LIMIT ?2"))?
                    .query_map(params![mailbox.folded(), most], event)?
                    .collect(),
                None => transaction
                    .prepare_cached(&format!("{LINES} ORDER BY id DESC LIMIT ?1"))?
                    .query_map([most], event)?
                    .collect(),
            };
            Ok(lines?)
        })
    }
}

/// Adds a line; [`forget_oldest`] is to follow.
pub(super) fn add(transaction: &Transaction<'_>, event: &Event) -> Result<(), Fault> {
    fold(transaction, event)?;
    transaction
        .prepare_cached(
            "INSERT INTO history (at, mailbox, folded, what, detail, command) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            time(event.at),
            event.mailbox.as_str(),
            event.mailbox.folded(),
            plain(event.what.word(), LONGEST),
            plain(&event.detail, LONGEST),
            plain(&event.command, LONGEST),
        ])?;
    Ok(())
}

/// Forgets what is older than the lines that are kept, after lines were added. They are counted only
/// when there may be too many: numbers have gaps.
pub(super) fn forget_oldest(transaction: &Transaction<'_>) -> Result<(), Fault> {
    let span: i64 = transaction
        .prepare_cached("SELECT ifnull((SELECT max(id) FROM history) - (SELECT min(id) FROM history), 0)")?
        .query_row([], |row| row.get(0))?;
    if span >= i64::from(KEPT) {
        for kind in [DONE, FOUND] {
            transaction
                .prepare_cached(&format!(
                    "DELETE FROM history WHERE {kind} \
                     AND id <= (SELECT id FROM history WHERE {kind} ORDER BY id DESC LIMIT 1 OFFSET ?1)"
                ))?
                .execute([KEPT])?;
        }
    }
    Ok(())
}

/// What a machine finds again, or a command shows again, takes the place of the line that said so, if
/// nobody did anything to the mailbox in between: a fleet that is checked every day, or whose scripts
/// ask for secrets, would soon have no other history.
fn fold(transaction: &Transaction<'_>, event: &Event) -> Result<(), Fault> {
    let command = match &event.what {
        Happened::Shown => Some(event.command.as_str()),
        what if what.is_found() => None,
        _ => return Ok(()),
    };
    transaction
        .prepare_cached(&format!(
            "DELETE FROM history WHERE folded = ?1 AND what = ?2 AND detail = ?3 AND command = ifnull(?4, command) \
             AND id >= ifnull((SELECT max(id) FROM history WHERE folded = ?1 AND {DONE}), 0)"
        ))?
        .execute(params![event.mailbox.folded(), event.what.word(), plain(&event.detail, LONGEST), command])?;
    Ok(())
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let mut columns = Columns::of(row);
    Ok(Event {
        at: columns.time()?,
        mailbox: columns.parsed()?,
        what: Happened::of(columns.plain()?),
        detail: columns.plain()?,
        command: columns.plain()?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{address, at, fresh};
    use super::*;

    fn event(second: i64, mailbox: &str, detail: &str) -> Event {
        Event {
            at: at(second),
            mailbox: address(mailbox),
            what: Happened::Copied,
            detail: detail.into(),
            command: "check".into(),
        }
    }

    /// As many lines as are kept, numbered.
    fn fill(registry: &Registry, what: &str) {
        let fill = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {KEPT}) \
             INSERT INTO history (at, mailbox, folded, what, detail) SELECT i, 'a@b', 'a@b', '{what}', i FROM n"
        );
        registry.write(|transaction| Ok(transaction.execute(&fill, [])?)).unwrap();
    }

    #[test]
    fn the_newest_lines_come_first_of_one_or_of_all() {
        let (_folder, registry) = fresh();
        let lines = [event(1, "a@contoso.com", ""), event(2, "b@contoso.com", "x"), event(3, "A@contoso.com", "y")];
        lines.iter().for_each(|line| registry.note(line).unwrap());
        let [first, second, third] = lines;
        assert_eq!(registry.history(None, 2), Ok(vec![third.clone(), second]));
        assert_eq!(registry.history(Some(&address("a@contoso.com")), usize::MAX), Ok(vec![third, first]));
    }

    #[test]
    fn every_word_reads_as_it_was_written_and_so_does_one_of_a_newer_version() {
        let (_folder, registry) = fresh();
        let newer = Happened::Other("kept_alive".to_owned());
        for what in Happened::KNOWN.into_iter().chain([newer]) {
            let line = Event { what, ..event(1, "a@contoso.com", "") };
            registry.note(&line).unwrap();
            assert_eq!(registry.history(None, 1), Ok(vec![line]));
        }
    }

    /// Each check of a mailbox that fails refreshes its token, too.
    #[test]
    fn of_what_is_found_again_the_last_is_kept_until_somebody_does_something() {
        let (_folder, registry) = fresh();
        let found = |second, what, mailbox, detail| Event { what, ..event(second, mailbox, detail) };
        let refreshed = |second, mailbox| found(second, Happened::Refreshed, mailbox, "");
        let failed = |second, mailbox, code| found(second, Happened::CheckFailed, mailbox, code);
        let lines = [
            refreshed(1, "a@contoso.com"),
            failed(2, "a@contoso.com", "imap.down"),
            refreshed(3, "b@contoso.com"),
            event(4, "a@contoso.com", "access-token"),
            refreshed(5, "a@contoso.com"),
            failed(6, "a@contoso.com", "imap.down"),
            failed(7, "a@contoso.com", "smtp.down"),
            refreshed(8, "b@contoso.com"),
            refreshed(9, "A@contoso.com"),
            failed(10, "A@contoso.com", "imap.down"),
        ];
        lines.iter().for_each(|line| registry.note(line).unwrap());
        let moments: Vec<i64> = registry.history(None, 99).unwrap().iter().map(|line| line.at.as_second()).collect();
        assert_eq!(moments, [10, 9, 8, 7, 4, 2, 1].map(|second| at(second).as_second()));
    }

    /// Scripts ask every few minutes; that somebody else looked at it as well must not be lost in that.
    #[test]
    fn of_what_one_command_shows_again_the_last_is_kept_until_another_does_something() {
        let (_folder, registry) = fresh();
        let shown = |second, detail, command: &str| Event {
            what: Happened::Shown,
            command: command.to_owned(),
            ..event(second, "a@contoso.com", detail)
        };
        let lines = [
            shown(1, "xoauth2", "get"),
            shown(2, "xoauth2", "get"),
            shown(3, "xoauth2", "dashboard"),
            shown(4, "xoauth2", "get"),
            Event { what: Happened::Refreshed, ..event(5, "a@contoso.com", "") },
            shown(6, "xoauth2", "get"),
            shown(7, "refresh-token", "get"),
        ];
        lines.iter().for_each(|line| registry.note(line).unwrap());
        let moments: Vec<i64> = registry.history(None, 99).unwrap().iter().map(|line| line.at.as_second()).collect();
        assert_eq!(moments, [7, 6, 5, 3, 2].map(|second| at(second).as_second()));
    }

    #[test]
    fn what_people_did_outlives_what_machines_found() {
        let (_folder, registry) = fresh();
        registry.note(&event(0, "a@b", "copied")).unwrap();
        fill(&registry, "check_failed");
        registry.note(&Event { what: Happened::CheckFailed, ..event(0, "a@b", "new") }).unwrap();
        let lines = registry.history(None, usize::MAX).unwrap();
        let ends = [lines.first(), lines.last()].map(|line| line.unwrap().detail.as_str());
        assert_eq!((lines.len(), ends), (10_001, ["new", "copied"]));
    }

    #[test]
    fn the_oldest_lines_go() {
        let (_folder, registry) = fresh();
        fill(&registry, "old");
        registry.note(&event(0, "a@b", "new")).unwrap();
        let lines = registry.history(None, usize::MAX).unwrap();
        assert_eq!(lines.len(), 10_000);
        assert_eq!((lines[0].detail.as_str(), lines[9_999].detail.as_str()), ("new", "2"));
    }

    #[test]
    fn nothing_in_a_line_drives_a_terminal() {
        let (_folder, registry) = fresh();
        registry.note(&event(0, "a@b", "\x1b]0;owned\x07 said the server")).unwrap();
        assert_eq!(registry.history(None, 1).unwrap()[0].detail, "]0;owned said the server");
    }
}
