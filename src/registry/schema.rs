//! Opening the file: whose it is, which version it has, and how an older one becomes today's.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};

use crate::domain::Trouble;

use super::sql::{Fault, corrupt, read_only, unreadable};
use super::{change, place};

/// The steps from an empty file to today's version; a file's `user_version` says how many it has
/// behind it. A step that was released is never changed: add another.
const MIGRATIONS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
    include_str!("schema_6.sql"),
];

/// `mkey`, in SQLite's `application_id`: tells a registry from other programs' databases.
const APPLICATION_ID: i64 = 0x6d6b_6579;

/// How a file is opened; tests open it otherwise.
pub(super) struct Opening {
    migrations: Vec<&'static str>,
    patience: Duration,
    flags: OpenFlags,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            migrations: MIGRATIONS.to_vec(),
            patience: Duration::from_secs(5),
            flags: OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        }
    }
}

impl Opening {
    /// The version that a file has after the last step.
    fn newest(&self) -> u32 {
        u32::try_from(self.migrations.len()).unwrap_or(u32::MAX)
    }
}

/// Opens the file at `path`, which must exist, and brings it to today's version. A newer file,
/// another program's and a damaged one are left as they are.
pub(super) fn open(path: &Path, opening: &Opening) -> Result<(Connection, String), Fault> {
    let mut connection = Connection::open_with_flags(path, opening.flags)?;
    connection.busy_timeout(opening.patience)?;
    let version = recognise(&connection.transaction()?, path, opening.newest())?;
    if connection.is_readonly("main")? {
        return Err(read_only(path, "The file may be read but not written").into());
    }
    configure(&connection, opening.patience)?;
    if version < opening.newest() {
        change(&mut connection, |transaction| migrate(transaction, path, opening))?;
    }
    let id = connection.query_row("SELECT value FROM meta WHERE name = 'id'", [], |row| row.get(0))?;
    Ok((connection, id))
}

/// Another connection to a file that is open and up to date, which only reads.
pub(super) fn reader(path: &Path, opening: &Opening) -> Result<Connection, Fault> {
    let connection = Connection::open_with_flags(path, opening.flags)?;
    connection.busy_timeout(opening.patience)?;
    connection.pragma_update(None, "query_only", true)?;
    // Whole fleets are read past once, so that pages need not be kept for later.
    connection.pragma_update(None, "cache_size", -256)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The file's version, if this mailkey can work with it. The three answers are of one moment:
/// another process may be making the file.
fn recognise(transaction: &Transaction<'_>, path: &Path, newest: u32) -> Result<u32, Fault> {
    let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = transaction.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && (owner != APPLICATION_ID || version == 0) {
        return Err(corrupt(path, "It is an SQLite database of another program.").into());
    }
    if version > newest {
        return Err(newer(path, version, newest).into());
    }
    Ok(version)
}

fn newer(path: &Path, version: u32, newest: u32) -> Trouble {
    Trouble::new(
        "registry.newer",
        format!("The registry {} was written by a newer mailkey", path.display()),
        format!("It has version {version}, and this mailkey knows versions up to {newest}. It was left as it is."),
        "Use the newer mailkey, or name another folder in MAILKEY_HOME.",
    )
}

/// WAL lets one process write while others read. FULL, because a token that the provider has
/// rotated cannot be had again after a power cut.
fn configure(connection: &Connection, patience: Duration) -> Result<(), Fault> {
    switch_to_wal(connection, patience)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Of two that make this switch at once SQLite refuses one without waiting: both read, and each
/// would wait for the other.
fn switch_to_wal(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let give_up = Instant::now() + patience;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < give_up => {
                std::thread::sleep(Duration::from_millis(5));
            }
            outcome => return outcome,
        }
    }
}

/// Takes the steps that are missing, under the write lock: of two processes that open an old file
/// at once, the second finds nothing left to do.
fn migrate(transaction: &Transaction<'_>, path: &Path, opening: &Opening) -> Result<(), Fault> {
    let newest = opening.newest();
    let version = recognise(transaction, path, newest)?;
    if (1..newest).contains(&version) {
        copy(path, newest)?;
    }
    for step in opening.migrations.iter().skip(version as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(())
}

/// Copies the file as it was last committed, through a connection of its own: the one that holds
/// the write lock cannot `VACUUM`. The copy gets its name only when it is whole.
fn copy(path: &Path, version: u32) -> Result<(), Fault> {
    let whole = place::copy_before(path, version);
    let part = place::beside(&whole, ".part");
    let files = |outcome: std::io::Result<()>| outcome.map_err(|error| place::explain(&whole, &error));
    let Some(target) = part.to_str() else {
        return Err(unreadable(path, "SQLite cannot copy it, since its path is not in UTF-8").into());
    };
    // What an interrupted attempt left is not worth keeping, and VACUUM wants an empty file.
    drop(std::fs::remove_file(&part));
    files(place::make_file(&part))?;
    Connection::open(path)?.execute("VACUUM INTO ?1", [target])?;
    files(std::fs::rename(&part, &whole))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread;

    use super::super::Registry;
    use super::super::fixture::{address, application, at, fresh};
    use super::super::sql::time;
    use super::*;
    use crate::domain::{StoreKind, Whereabouts};

    /// What a later version of this program would open files with.
    fn one_more_step() -> Opening {
        let step = "ALTER TABLE mailboxes ADD COLUMN colour TEXT NOT NULL DEFAULT 'kept'";
        Opening { migrations: [MIGRATIONS, &[step]].concat(), ..Opening::default() }
    }

    /// The copy that such a version makes before it migrates.
    fn copy_name() -> String {
        format!("registry.db.before-v{}", MIGRATIONS.len() + 1)
    }

    fn opened(path: &Path) -> Result<Registry, Trouble> {
        Registry::open(path)
    }

    #[test]
    fn what_was_written_is_there_after_a_restart() {
        let (folder, registry) = fresh();
        registry.add_application(&application("Mailer")).unwrap();
        let id = registry.id().to_owned();
        drop(registry);
        let registry = opened(&folder.path().join("registry.db")).unwrap();
        assert_eq!(registry.id(), id);
        assert_eq!(id.len(), 32);
        assert_eq!(registry.applications().unwrap(), [application("Mailer")]);
    }

    #[test]
    fn an_older_file_is_migrated_after_a_copy() {
        let (folder, registry) = fresh();
        let path = folder.path().join("registry.db");
        let app = application("Mailer");
        registry.add_application(&app).unwrap();
        registry.add_mailbox(&address("a@contoso.com"), &app.name, &address("a@contoso.com")).unwrap();
        drop(registry);
        fs::write(folder.path().join(copy_name() + ".part"), "left by a crash").unwrap();

        let migrated = Registry::open_as(&path, &one_more_step()).unwrap();
        let colour: String =
            migrated.read(|t| Ok(t.query_row("SELECT colour FROM mailboxes", [], |row| row.get(0))?)).unwrap();
        assert_eq!(colour, "kept");
        let mailbox = migrated.mailbox_at(&address("A@contoso.com")).unwrap();
        assert_eq!(migrated.grant(mailbox.grant).unwrap().application, app.name);

        let copy = place::newest_copy(&path).unwrap();
        assert_eq!(copy, folder.path().join(copy_name()));
        assert_eq!(opened(&copy).unwrap().applications().unwrap(), [app]);
        assert!(!folder.path().join(copy_name() + ".part").exists());
    }

    /// Whoever had secrets before there was a choice has them in the keyring, whatever is wanted now.
    #[test]
    fn a_registry_of_the_first_version_keeps_its_secrets_where_they_are() {
        for (is_used, expected) in [(true, StoreKind::Keyring), (false, StoreKind::Sealed)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("registry.db");
            let first = Opening { migrations: MIGRATIONS[..1].to_vec(), ..Opening::default() };
            let registry = Registry::open_as(&path, &first).unwrap();
            if is_used {
                registry.add_application(&application("Mailer")).unwrap();
            }
            drop(registry);
            let whereabouts = opened(&path).unwrap().whereabouts(StoreKind::Sealed);
            assert_eq!(whereabouts, Ok(Whereabouts::In(expected)));
        }
    }

    #[test]
    fn access_tokens_outlive_the_move_to_a_table_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let fifth = Opening { migrations: MIGRATIONS[..5].to_vec(), ..Opening::default() };
        let registry = Registry::open_as(&path, &fifth).unwrap();
        let app = application("Mailer");
        registry.add_application(&app).unwrap();
        let [kept, none] = ["a@contoso.com", "b@contoso.com"]
            .map(|mailbox| registry.add_mailbox(&address(mailbox), &app.name, &address(mailbox)).unwrap().grant);
        let sql = "UPDATE grants SET access_token = x'010203', access_token_expires_at = ?2 WHERE id = ?1";
        registry.write(|t| Ok(t.execute(sql, [kept.0, time(at(5))])?)).unwrap();
        drop(registry);
        let registry = opened(&path).unwrap();
        assert_eq!(registry.cached_access_token(kept), Ok(Some((vec![1, 2, 3], at(5)))));
        assert_eq!(registry.cached_access_token(none), Ok(None));
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        const BROKEN: &str = "DROP TABLE history; DROP TABLE no_such_table";
        let (folder, registry) = fresh();
        drop(registry);
        let path = folder.path().join("registry.db");
        let opening = Opening { migrations: [MIGRATIONS, &[BROKEN]].concat(), ..Opening::default() };
        assert!(Registry::open_as(&path, &opening).is_err());
        assert_eq!(opened(&path).unwrap().history(None, 1), Ok(vec![]));
    }

    #[test]
    fn a_newer_file_is_refused_and_left_alone() {
        let (folder, registry) = fresh();
        drop(registry);
        let path = folder.path().join("registry.db");
        drop(Registry::open_as(&path, &one_more_step()).unwrap());
        let before = fs::read(&path).unwrap();
        let trouble = opened(&path).unwrap_err();
        assert_eq!(trouble.code(), "registry.newer");
        assert!(trouble.why().contains(&format!("version {}", MIGRATIONS.len() + 1)), "{trouble}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn what_is_no_registry_is_left_alone_and_a_copy_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let garbage = "not a database ".repeat(400);
        fs::write(&path, &garbage).unwrap();
        fs::write(folder.path().join("registry.db.before-v9"), "").unwrap();
        fs::write(folder.path().join("registry.db.before-v10"), "").unwrap();
        let trouble = opened(&path).unwrap_err();
        assert_eq!(trouble.code(), "registry.corrupt");
        assert!(trouble.next().contains("registry.db.before-v10"), "{trouble}");
        assert_eq!(fs::read_to_string(&path).unwrap(), garbage);

        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        assert_eq!(opened(&foreign).unwrap_err().code(), "registry.corrupt");
    }

    #[test]
    fn damage_within_the_file_is_called_damage() {
        let (folder, registry) = fresh();
        let app = application("Mailer");
        registry.add_application(&app).unwrap();
        for number in 0..200 {
            let somebody = address(&format!("somebody-{number}@contoso.com"));
            registry.add_mailbox(&somebody, &app.name, &somebody).unwrap();
        }
        drop(registry);
        let path = folder.path().join("registry.db");
        let mut bytes = fs::read(&path).unwrap();
        for byte in bytes.iter_mut().skip(4096 * 2) {
            *byte = 0x5a;
        }
        fs::write(&path, bytes).unwrap();
        let outcome = opened(&path).and_then(|registry| registry.fleet(&std::sync::Arc::default()));
        assert_eq!(outcome.unwrap_err().code(), "registry.corrupt");
    }

    #[test]
    fn a_value_that_mailkey_never_wrote_is_damage_too() {
        let (_folder, registry) = fresh();
        registry.add_application(&application("Mailer")).unwrap();
        registry.write(|t| Ok(t.execute("UPDATE applications SET scopes = '{'", [])?)).unwrap();
        assert_eq!(registry.applications().unwrap_err().code(), "registry.corrupt");
    }

    #[test]
    fn a_file_that_may_only_be_read_is_said_to_be() {
        let (folder, registry) = fresh();
        drop(registry);
        let opening = Opening { flags: OpenFlags::SQLITE_OPEN_READ_ONLY, ..Opening::default() };
        let trouble = Registry::open_as(&folder.path().join("registry.db"), &opening).unwrap_err();
        assert_eq!(trouble.code(), "registry.read_only");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_unreadable() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(opened(&file.join("registry.db")).unwrap_err().code(), "registry.unreadable");
    }

    #[test]
    fn a_locked_file_is_said_to_be_and_can_be_retried() {
        let (folder, registry) = fresh();
        let path = folder.path().join("registry.db");
        let hasty = Opening { patience: Duration::from_millis(1), ..Opening::default() };
        let other = Registry::open_as(&path, &hasty).unwrap();
        let busy = registry.write(|_| Ok(other.add_application(&application("Mailer")))).unwrap();
        let trouble = busy.unwrap_err();
        assert_eq!(trouble.code(), "registry.locked");
        assert_eq!(*trouble.remedy(), crate::domain::Remedy::Retry { not_before: None });
        assert_eq!(other.add_application(&application("Mailer")), Ok(()));
    }

    #[test]
    fn many_that_make_the_file_at_once_make_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/registry.db");
        let ids: Vec<String> = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..16).map(|_| scope.spawn(|| opened(&path).map(|registry| registry.id().to_owned()))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_look_inside() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let registry = opened(&home.join("registry.db")).unwrap();
        registry.add_application(&application("Mailer")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home), 0o700);
        for name in ["registry.db", "registry.db-wal", "registry.db-shm"] {
            assert_eq!(mode(&home.join(name)), 0o600, "{name}");
        }
        drop(registry);
        drop(Registry::open_as(&home.join("registry.db"), &one_more_step()).unwrap());
        assert_eq!(mode(&home.join(copy_name())), 0o600);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn rights_that_are_missing_are_named() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, registry) = fresh();
        drop(registry);
        let path = folder.path().join("registry.db");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let outcome = as_somebody_whom_rights_bind(&[folder.path(), &path], || opened(&path).map(drop));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(outcome.unwrap_err().code(), "registry.read_only");
    }

    /// Does `work` as nobody, who is given `files`, if the tests run as root.
    #[cfg(target_os = "linux")]
    fn as_somebody_whom_rights_bind<T: Send>(files: &[&Path], work: impl FnOnce() -> T + Send) -> T {
        const NOBODY: u32 = 65_534;
        // SAFETY: it only asks.
        if unsafe { libc::geteuid() } != 0 {
            return work();
        }
        for file in files {
            std::os::unix::fs::chown(file, Some(NOBODY), None).unwrap();
        }
        let as_nobody = || {
            // SAFETY: the system call, unlike libc's function, is about this thread alone, which ends here.
            let changed = unsafe { libc::syscall(libc::SYS_setresuid, -1, NOBODY, -1) };
            assert_eq!(changed, 0);
            work()
        };
        thread::scope(|scope| scope.spawn(as_nobody).join().unwrap())
    }
}
