//! Twenty thousand mailboxes in a real terminal: it starts, scrolls, filters, sorts, and leaves.

use rusqlite::Connection;

use super::dashboard;
use super::keyring_session::without_bus;
use super::program::Home;
use super::screen::Terminal;

const LAST: &str = "m20000@contoso.example";

#[test]
fn twenty_thousand_mailboxes_are_scrolled_filtered_sorted_and_selected() {
    without_bus("large::twenty_thousand_mailboxes_are_scrolled_filtered_sorted_and_selected", |_| {
        let home = Home::with_mailboxes(&["billing"]);
        add_twenty_thousand(&home);
        let mut terminal = dashboard(&home, &[]);
        terminal.sees("20001 mailboxes");
        terminal.sees("1/20001");
        shows(&mut terminal, "G", &[LAST, "20001/20001"]);
        shows(&mut terminal, "g", &["billing@contoso.example", "1/20001"]);
        shows(&mut terminal, &"j".repeat(500), &["501/20001", "m00500@contoso.example"]);
        shows(&mut terminal, "/m1999", &["1/38", "m19990@contoso.example", "m19999@contoso.example"]);
        shows(&mut terminal, "\x1b", &["/20001"]);
        shows(&mut terminal, "g", &["1/20001"]);
        for sorted in ["by state", "by token", "by check", "by application", "by account", "by address"] {
            shows(&mut terminal, "s", &[sorted]);
        }
        shows(&mut terminal, "*", &["20001 selected"]);
        terminal.resize((60, 16));
        terminal.until("it is drawn anew", |screen| !screen.contains("Contoso"));
        terminal.keys("q");
        assert_eq!(terminal.left().code, 0);
    });
}

/// Presses keys, and sees all of these. How soon, the figures measure.
fn shows(terminal: &mut Terminal, keys: &str, texts: &[&str]) {
    terminal.keys(keys);
    texts.iter().for_each(|text| terminal.sees(text));
}

fn add_twenty_thousand(home: &Home) {
    let registry = Connection::open(home.file("registry.db")).unwrap();
    registry
        .execute_batch(
            "BEGIN;
             CREATE TEMP TABLE names AS WITH RECURSIVE numbers (number) AS
                 (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 20000)
                 SELECT format('m%05d@contoso.example', number) AS name FROM numbers;
             INSERT INTO grants (application, account, folded) SELECT 1, name, name FROM names;
             INSERT INTO mailboxes (address, folded, grant_id)
                 SELECT name, name, grants.id FROM names JOIN grants ON grants.folded = name;
             COMMIT;",
        )
        .unwrap();
}
