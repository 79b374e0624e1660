//! The registry: one SQLite file with applications, grants (without secrets), mailboxes, checks,
//! open sign-ins, leases and a short history.
//!
//! All calls are short and blocking; the engine makes jobs of them. Every change is one
//! transaction. It knows no network and no screen.

mod access_tokens;
mod applications;
mod discarded;
#[cfg(test)]
mod fixture;
mod fleet;
mod giving_up;
mod grants;
mod history;
mod import;
mod leases;
mod mailboxes;
mod moves;
mod nearest;
mod place;
mod schema;
mod secrets;
mod sign_ins;
mod sql;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::domain::Trouble;

pub use fleet::{Revision, Sight};
pub use history::{Event, Happened};
pub use mailboxes::Protocol;
pub use moves::Mover;
pub use place::make_folder;
pub use secrets::{Kept, Owner, SealKeyRecord, SealedSecret};
pub use sign_ins::{Claim, Progress, Purpose, SignIn};
use sql::{Doing, Fault};

/// The registry. Cloning it gives another handle to the same connections.
#[derive(Debug, Clone)]
pub struct Registry(Arc<Open>);

/// An open registry file. Changes wait for the disk; whoever reads does not wait for them.
#[derive(Debug)]
struct Open {
    id: String,
    path: PathBuf,
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
}

impl Registry {
    /// Opens the file, creates it (readable by its owner only) or migrates it after a copy.
    ///
    /// # Errors
    /// `registry.newer`, `registry.corrupt`, `registry.read_only`, `registry.locked`, `registry.unreadable`.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        Self::open_as(path, &schema::Opening::default())
    }

    fn open_as(path: &Path, opening: &schema::Opening) -> Result<Self, Trouble> {
        place::prepare(path)?;
        let opened =
            schema::open(path, opening).and_then(|(writer, id)| Ok((writer, id, schema::reader(path, opening)?)));
        let (writer, id, reader) = opened.map_err(|fault| fault.explain(path, Doing::Reading))?;
        Ok(Self(Arc::new(Open { id, path: path.to_owned(), reader: Mutex::new(reader), writer: Mutex::new(writer) })))
    }

    /// The registry's own random id, made with the file: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// A number that is another whenever any process changed the file
    /// (<https://www.sqlite.org/pragma.html#pragma_data_version>). It means nothing beyond this handle
    /// and its clones.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn version(&self) -> Result<i64, Trouble> {
        let version = lock(&self.0.reader).pragma_query_value(None, "data_version", |row| row.get(0));
        version.map_err(|error| Fault::from(error).explain(&self.0.path, Doing::Reading))
    }

    /// Another connection that only reads, for what is to be read at the same time.
    fn another_reader(&self) -> Result<Connection, Fault> {
        schema::reader(&self.0.path, &schema::Opening::default())
    }

    /// Runs `work` on one state of the file, whatever other processes do meanwhile.
    fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, Trouble> {
        let mut reader = lock(&self.0.reader);
        let outcome = reader.transaction().map_err(Fault::from);
        outcome.and_then(|transaction| work(&transaction)).map_err(|fault| fault.explain(&self.0.path, Doing::Reading))
    }

    /// Runs `work` as one change: all of it is kept, or (on an error, a panic, a power cut) nothing.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, Trouble> {
        self.change("full", work)
    }

    /// The same, without waiting for the disk, for what is worth little tomorrow: a power cut (and
    /// nothing less) may take it back, as a whole, with what was written so after it.
    fn write_lightly<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, Trouble> {
        self.change("normal", work)
    }

    /// On `synchronous` see <https://www.sqlite.org/pragma.html#pragma_synchronous>.
    fn change<T>(
        &self,
        synchronous: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, Trouble> {
        let mut writer = lock(&self.0.writer);
        let ready = writer.pragma_update(None, "synchronous", synchronous).map_err(Fault::from);
        let outcome = ready.and_then(|()| change(&mut writer, work));
        outcome.map_err(|fault| fault.explain(&self.0.path, Doing::Writing))
    }
}

/// A panic under the lock rolled its transaction back, so what it guards is sound.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One change. It takes the write lock at once: a transaction that began with reading could not
/// wait for it later (`SQLITE_BUSY_SNAPSHOT`).
fn change<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let answer = work(&transaction)?;
    transaction.commit()?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::fixture::{application, fresh, name};
    use super::*;

    #[test]
    fn the_version_is_another_after_every_change_of_any_process() {
        let (folder, registry) = fresh();
        let other = Registry::open(&folder.path().join("registry.db")).unwrap();
        let mut last = registry.version().unwrap();
        for changer in [&registry, &other, &registry.clone(), &other] {
            assert_eq!(registry.version(), Ok(last), "nothing happened");
            changer.add_application(&application("Mailer")).unwrap();
            assert_ne!(registry.version(), Ok(last));
            changer.remove_application(&name("Mailer")).unwrap();
            last = registry.version().unwrap();
        }
    }

    #[test]
    fn a_panic_in_the_middle_of_a_change_leaves_the_registry_usable_and_unchanged() {
        let (_folder, registry) = fresh();
        let handle = registry.clone();
        let thread = std::thread::spawn(move || {
            handle.write::<()>(|transaction| {
                transaction.execute("DELETE FROM meta", [])?;
                panic!("a bug");
            })
        });
        assert!(thread.join().is_err());
        let left = registry.read(|t| Ok(t.query_row("SELECT count(*) FROM meta", [], |row| row.get::<_, i64>(0))?));
        assert_eq!(left, Ok(1));
        registry.add_application(&application("Mailer")).unwrap();
    }
}
