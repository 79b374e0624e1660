//! What stands in the way before any work is done: said plainly, and with code 3.

use super::keyring_session::{in_session, without_bus};
use super::program::Home;
use super::{PASSWORD, at_home};

const BILLING: &str = "billing@contoso.example";
const COULD_NOT: i32 = 3;

#[test]
fn a_typo_in_the_configuration_is_named_with_its_line() {
    let home = Home::new();
    std::fs::write(home.file("config.toml"), "[network]\nparallel = 8\ntimeuot = \"20s\"\n").unwrap();
    let refused = home.run(&["list"]).refused(COULD_NOT, "timeuot");
    assert!(refused.err.contains("Line 3") && refused.err.contains("config.toml"), "{refused:?}");
}

#[test]
fn tokens_are_never_sent_unencrypted_over_a_network() {
    let home = Home::new();
    let text =
        "[provider.lab]\nauthority = \"http://login.example.com\"\nscopes = [\"x\"]\nsmtp = \"smtp://localhost\"\n";
    std::fs::write(home.file("config.toml"), text).unwrap();
    home.run(&["list"]).refused(COULD_NOT, "unencrypted");
}

#[test]
fn a_newer_registry_is_left_alone() {
    let home = Home::with_mailboxes(&["billing"]);
    let file = home.file("registry.db");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    let before = std::fs::read(&file).unwrap();
    home.run(&["list"]).refused(COULD_NOT, "newer mailkey");
    assert!(before == std::fs::read(&file).unwrap());
}

#[test]
fn a_file_that_is_no_registry_is_left_alone() {
    let home = Home::new();
    let text = "This is my shopping list, and nothing else. ".repeat(100);
    std::fs::write(home.file("registry.db"), &text).unwrap();
    let refused = home.run(&["list"]).refused(COULD_NOT, "registry.db");
    assert!(!refused.err.contains("shopping"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(home.file("registry.db")).unwrap(), text);
}

#[test]
fn a_home_that_cannot_be_written_is_said() {
    let home = Home::new();
    let file = home.file("a file");
    std::fs::write(&file, "in the place of a folder").unwrap();
    let mut command = home.command(&["list"]);
    command.env("MAILKEY_HOME", file.join("home"));
    home.start(&mut command).end().refused(COULD_NOT, "a file/home");
}

#[test]
fn without_a_terminal_there_is_no_dashboard() {
    let home = Home::new();
    home.run(&[]).refused(COULD_NOT, "needs a terminal");
    home.run(&["demo"]).refused(COULD_NOT, "needs a terminal");
}

#[test]
fn a_server_that_nobody_runs_is_said() {
    let home = Home::new();
    // Bound, and nobody listens: it refuses, and nobody else gets it.
    let closed = tokio::net::TcpSocket::new_v4().unwrap();
    closed.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = closed.local_addr().unwrap().port();
    let text = format!(
        "[provider.lab]\nauthority = \"http://localhost:{port}\"\nscopes = [\"x\"]\nsmtp = \"smtp://localhost\"\n"
    );
    std::fs::write(home.file("config.toml"), text).unwrap();
    home.run(&[
        "app",
        "add",
        "Lab",
        "--provider",
        "lab",
        "--tenant",
        "t",
        "--client-id",
        "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18",
    ])
    .well();
    home.run(&["app", "check", "Lab"]).refused(COULD_NOT, "refused the connection");
}

#[test]
fn without_a_keyring_nobody_is_sent_to_the_browser() {
    without_bus("obstacles::without_a_keyring_nobody_is_sent_to_the_browser", |_| {
        let home = Home::with_mailboxes(&["billing"]);
        home.run(&["signin", BILLING, "--print"]).refused(COULD_NOT, "keyring");
        home.run(&["signin", BILLING, "--device"]).refused(COULD_NOT, "keyring");
        assert_eq!(home.demo.requests(), Default::default());
    });
}

#[test]
fn a_locked_keyring_is_explained_and_what_needs_none_still_works() {
    let name = "obstacles::a_locked_keyring_is_explained_and_what_needs_none_still_works";
    in_session(name, |session| {
        session.start_keyring(PASSWORD);
        let home = Home::with_mailboxes(&["billing"]);
        home.sign_in("billing");
        session.lock_keyring();
        home.run(&["get", BILLING, "refresh-token"]).refused(COULD_NOT, "locked");
        home.run(&["token", BILLING]).refused(COULD_NOT, "locked");
        home.run(&["list"]).well();
        home.run(&["get", BILLING, "client-id"]).well();
        session.unlock_keyring(PASSWORD);
        home.run(&["token", BILLING]).well();
    });
}

/// Its mailbox is gone, and nobody would come back to it.
#[test]
fn a_token_that_a_locked_keyring_keeps_is_said_to_be_there_and_deleted_later() {
    let name = "obstacles::a_token_that_a_locked_keyring_keeps_is_said_to_be_there_and_deleted_later";
    in_session(name, |session| {
        session.start_keyring(PASSWORD);
        let home = Home::with_mailboxes(&["billing"]);
        home.sign_in("billing");
        let key = home.key_of("billing");
        session.lock_keyring();
        let removed = home.run(&["remove", BILLING]);
        assert!(
            removed.code == 1 && removed.err.contains("was removed.") && removed.err.contains("locked"),
            "{removed:?}"
        );
        session.unlock_keyring(PASSWORD);
        assert!(home.in_keyring(&key).is_some());
        home.run(&["check"]).well();
        assert!(home.in_keyring(&key).is_none());
    });
}

#[test]
fn a_port_that_another_program_has_is_said_and_the_answer_can_be_pasted() {
    at_home("obstacles::a_port_that_another_program_has_is_said_and_the_answer_can_be_pasted", |home| {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let redirect = format!("http://localhost:{port}");
        std::thread::spawn(move || taken.incoming().for_each(drop));
        home.run(&[
            "app",
            "add",
            "Mailer",
            "--provider",
            "demo",
            "--tenant",
            "contoso.example",
            "--client-id",
            super::program::CLIENT_ID,
            "--redirect-uri",
            &redirect,
        ])
        .well();
        home.run(&["add", BILLING, "--app", "Mailer"]).well();
        let (mut running, link) = home.signin(BILLING);
        let said = running.first_line_of_error();
        assert!(said.contains(&format!("port {port}")) && said.contains("paste the address"), "{said}");
        running.write(&format!("{}\n", home.play(&link)));
        running.end().well();
        assert!(home.refresh_token("billing").is_some());
    });
}
