//! Between SQLite and the domain: what an error of SQLite means for a person, and how columns are read.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::types::{FromSql, ToSqlOutput, Type};
use rusqlite::{ErrorCode, Row, ToSql};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Check, Remedy, Trouble};

use super::place;

/// Why a piece of work on the registry came to nothing.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite says so.
    Sql(rusqlite::Error),
    /// A rule of the registry says so.
    Rule(Box<Trouble>),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        Self::Rule(Box::new(trouble))
    }
}

/// What was going on when an error came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nothing was to be changed.
    Reading,
    /// Something was; it has not been.
    Writing,
}

impl Fault {
    /// The fault as a trouble, for the file at `path`.
    pub(super) fn explain(self, path: &Path, doing: Doing) -> Trouble {
        match self {
            Self::Rule(trouble) => *trouble,
            Self::Sql(error) => explain(&error, path, doing),
        }
    }
}

/// The result codes and their meaning: <https://www.sqlite.org/rescode.html>.
fn explain(error: &rusqlite::Error, path: &Path, doing: Doing) -> Trouble {
    tracing::debug!(%error, ?doing, "the registry's SQLite call failed");
    let Some(code) = error.sqlite_error_code() else {
        return corrupt(path, &format!("It holds something that mailkey did not write: {error}."));
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => locked(path),
        ErrorCode::DatabaseCorrupt => corrupt(path, "SQLite found its contents damaged."),
        ErrorCode::NotADatabase => corrupt(path, "It is not an SQLite database."),
        ErrorCode::ReadOnly => read_only(path, &error.to_string()),
        ErrorCode::CannotOpen if place::refuses_files(path) => read_only(path, "No file can be made in its folder"),
        _ if doing == Doing::Writing => unwritten(path, code, error),
        _ => unreadable(path, &error.to_string()),
    }
}

fn locked(path: &Path) -> Trouble {
    Trouble::new(
        "registry.locked",
        format!("The registry {} is locked by another program", path.display()),
        "It has been at work in the file for longer than mailkey waits.",
        "Try again. If it stays locked, look for another mailkey, a backup or a database browser that has the file open.",
    )
    .with(Remedy::Retry { not_before: None })
}

/// `registry.corrupt`: nothing is mended or overwritten, since a person may know better.
pub(super) fn corrupt(path: &Path, why: &str) -> Trouble {
    let next = match place::newest_copy(path) {
        Some(copy) => {
            format!("The file was left as it is. Move it aside and put the copy {} in its place.", copy.display())
        }
        None => "The file was left as it is. Put a backup in its place, or move it aside and begin anew.".to_owned(),
    };
    Trouble::new("registry.corrupt", format!("The registry {} cannot be understood", path.display()), why, next)
}

/// `registry.read_only`.
pub(super) fn read_only(path: &Path, why: &str) -> Trouble {
    Trouble::new(
        "registry.read_only",
        format!("The registry {} cannot be written", path.display()),
        format!("{why}."),
        "Give yourself the right to write the file and its folder, or name another folder in MAILKEY_HOME.",
    )
}

/// `registry.unreadable`.
pub(super) fn unreadable(path: &Path, why: &str) -> Trouble {
    Trouble::new(
        "registry.unreadable",
        format!("The registry {} cannot be opened or read", path.display()),
        format!("{why}."),
        "See that the folder exists and the disk is in order, or name another folder in MAILKEY_HOME.",
    )
}

fn unwritten(path: &Path, code: ErrorCode, error: &rusqlite::Error) -> Trouble {
    let why = match code {
        ErrorCode::DiskFull => "The disk is full.".to_owned(),
        _ => format!("{error}."),
    };
    Trouble::new(
        "registry.write",
        format!("The change was not written to the registry {}", path.display()),
        why,
        "Nothing was changed. Mend that, then try again.",
    )
    .with(Remedy::Retry { not_before: None })
}

/// Reads the columns of a row one after the other, in the order of the `SELECT`.
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    /// A value that SQLite knows itself.
    pub(super) fn plain<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let index = self.next;
        self.next += 1;
        self.row.get(index)
    }

    /// A text that is read again as it was once read from the outside.
    pub(super) fn parsed<T>(&mut self) -> rusqlite::Result<T>
    where
        T: FromStr,
        T::Err: Error + Send + Sync + 'static,
    {
        let index = self.next;
        self.next += 1;
        let text = self.row.get_ref(index)?.as_str().map_err(|error| self.unfit(error))?;
        text.parse().map_err(|error| self.unfit(error))
    }

    /// A clone of what the number in this column stands for.
    pub(super) fn one_of<T: Clone>(&mut self, known: &HashMap<i64, T>) -> rusqlite::Result<T> {
        let number = self.plain()?;
        known.get(&number).cloned().ok_or_else(|| self.unfit(format!("there is no number {number}")))
    }

    /// A text or null, shared with `like` if they are equal.
    pub(super) fn shared_or_null(&mut self, like: &Arc<str>) -> rusqlite::Result<Option<Arc<str>>> {
        let index = self.next;
        self.next += 1;
        let text = self.row.get_ref(index)?.as_str_or_null().map_err(|error| self.unfit(error))?;
        Ok(text.map(|text| if **like == *text { Arc::clone(like) } else { text.into() }))
    }

    /// The same, or null.
    pub(super) fn parsed_or_null<T>(&mut self) -> rusqlite::Result<Option<T>>
    where
        T: FromStr,
        T::Err: Error + Send + Sync + 'static,
    {
        let text: Option<String> = self.plain()?;
        text.map(|text| text.parse().map_err(|error| self.unfit(error))).transpose()
    }

    /// A JSON text.
    pub(super) fn json<T: DeserializeOwned>(&mut self) -> rusqlite::Result<T> {
        let text: String = self.plain()?;
        serde_json::from_str(&text).map_err(|error| self.unfit(error))
    }

    /// A JSON text, or null.
    pub(super) fn json_or_null<T: DeserializeOwned>(&mut self) -> rusqlite::Result<Option<T>> {
        let text: Option<String> = self.plain()?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| self.unfit(error))
    }

    /// A time.
    pub(super) fn time(&mut self) -> rusqlite::Result<Timestamp> {
        let microseconds: i64 = self.plain()?;
        Timestamp::from_microsecond(microseconds).map_err(|error| self.unfit(error))
    }

    /// A time, or null.
    pub(super) fn time_or_null(&mut self) -> rusqlite::Result<Option<Timestamp>> {
        let microseconds: Option<i64> = self.plain()?;
        microseconds.map(Timestamp::from_microsecond).transpose().map_err(|error| self.unfit(error))
    }

    /// A check, of two columns: its time and its trouble.
    pub(super) fn check(&mut self) -> rusqlite::Result<Check> {
        let at = self.time_or_null()?;
        let trouble = self.json_or_null()?;
        Ok(match (at, trouble) {
            (None, _) => Check::Unknown,
            (Some(at), None) => Check::Ok { at },
            (Some(at), Some(trouble)) => Check::Failed { at, trouble },
        })
    }

    /// The column read last holds what it never should.
    pub(super) fn unfit(&self, why: impl Into<Box<dyn Error + Send + Sync>>) -> rusqlite::Error {
        rusqlite::Error::FromSqlConversionFailure(self.next.saturating_sub(1), Type::Text, why.into())
    }
}

/// A time as it is stored; what is finer than a microsecond is lost.
pub(super) fn time(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A value that is stored as JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text =
            serde_json::to_string(&self.0).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        Ok(ToSqlOutput::from(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_sqlite_has_its_own_name() {
        let path = Path::new("registry.db");
        for (code, doing, name) in [
            (rusqlite::ffi::SQLITE_BUSY, Doing::Writing, "registry.locked"),
            (rusqlite::ffi::SQLITE_BUSY_SNAPSHOT, Doing::Reading, "registry.locked"),
            (rusqlite::ffi::SQLITE_CORRUPT, Doing::Writing, "registry.corrupt"),
            (rusqlite::ffi::SQLITE_NOTADB, Doing::Reading, "registry.corrupt"),
            (rusqlite::ffi::SQLITE_READONLY_DBMOVED, Doing::Writing, "registry.read_only"),
            (rusqlite::ffi::SQLITE_FULL, Doing::Writing, "registry.write"),
            (rusqlite::ffi::SQLITE_IOERR_WRITE, Doing::Writing, "registry.write"),
            (rusqlite::ffi::SQLITE_IOERR_READ, Doing::Reading, "registry.unreadable"),
            (rusqlite::ffi::SQLITE_CANTOPEN, Doing::Reading, "registry.unreadable"),
        ] {
            let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            assert_eq!(explain(&error, path, doing).code(), name, "{code}");
        }
    }
}
