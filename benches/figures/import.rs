//! Importing 20,000 addresses by the built program, beside writing them into one table.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use mailkey::registry::Registry;
use rusqlite::Connection;

use crate::household::{address, application};
use crate::table::{Table, Times, shown};

const MAILBOXES: usize = 20_000;

pub fn measure(table: &mut Table) {
    let imported = (0..5).map(|_| import()).collect::<Times>().median();
    let bare = (0..5).map(|_| insert()).collect::<Times>().median();
    table.add("import of 20,000 addresses", shown(imported), format!("{} (SQLite)", shown(bare)), "under 1 s");
}

fn import() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    Registry::open(&folder.path().join("registry.db")).unwrap().add_application(&application("microsoft")).unwrap();
    let mut list = String::from("address,note\n");
    (1..=MAILBOXES).for_each(|number| writeln!(list, "{},floor {}", address(number), number % 9).unwrap());
    let file = folder.path().join("list.csv");
    std::fs::write(&file, list).unwrap();
    let begin = Instant::now();
    let ended = Command::new(env!("CARGO_BIN_EXE_mailkey"))
        .args(["import", file.to_str().unwrap(), "--app", "Mailer"])
        .env("MAILKEY_HOME", folder.path())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    begin.elapsed()
}

fn insert() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let begin = Instant::now();
    let mut connection = Connection::open(folder.path().join("bare.db")).unwrap();
    connection.execute_batch("CREATE TABLE mailboxes (address TEXT UNIQUE, note TEXT)").unwrap();
    let transaction = connection.transaction().unwrap();
    for number in 1..=MAILBOXES {
        let row = [address(number).to_string(), format!("floor {}", number % 9)];
        transaction.prepare_cached("INSERT INTO mailboxes VALUES (?1, ?2)").unwrap().execute(row).unwrap();
    }
    transaction.commit().unwrap();
    begin.elapsed()
}
