//! A person at the terminal is asked for the passphrase, before the dashboard takes the screen.

use super::keyring_session::without_bus;
use super::program::Home;
use super::screen::Terminal;
use super::{ROOMY, dashboard};

const BILLING: &str = "billing@contoso.example";
const PASSPHRASE: &str = "grüße vom Deich";

/// A home without a keyring, whose secrets are to be sealed.
fn sealed() -> Home {
    let home = Home::with_mailboxes(&["billing"]);
    home.configure("[secrets]\nstore = \"sealed\"\n");
    home
}

fn signin(home: &Home) -> Terminal {
    Terminal::start(ROOMY, &["signin", BILLING, "--print"], &[("MAILKEY_HOME", home.path().to_str().unwrap())])
}

#[test]
fn a_new_passphrase_is_asked_for_twice_and_never_shown() {
    without_bus("passphrase::a_new_passphrase_is_asked_for_twice_and_never_shown", |_| {
        let home = sealed();
        let mut terminal = signin(&home);
        for (asks, typed) in [
            ("New passphrase:", "grüße vom Teich"),
            ("The same once more:", PASSPHRASE),
            ("They differ.", "rubbish\u{15}grüße vom Dx\u{7f}eich"),
            ("They differ.\nNew passphrase: \nThe same once more:", PASSPHRASE),
        ] {
            terminal.sees(asks);
            terminal.keys(&format!("{typed}\r"));
        }
        terminal.sees("/authorize?");
        terminal.keys("\u{3}");
        let said = String::from_utf8(terminal.left().bytes).unwrap();
        assert!(!said.contains("eich"), "{said}");
        home.run(&["token", BILLING]).refused(1, "Nobody has signed in");

        let mut terminal = dashboard(&home, &[]);
        terminal.sees("Passphrase of the sealed secrets:");
        assert!(!terminal.is_the_dashboards());
        terminal.keys("wrong\r");
        terminal.sees("That is not it.");
        terminal.keys(&format!("{PASSPHRASE}\r"));
        terminal.sees(BILLING);
        assert!(terminal.is_the_dashboards());
        terminal.keys("q");
        assert_eq!(terminal.left().code, 0);
    });
}

#[test]
fn whoever_does_not_know_it_gets_the_terminal_back() {
    without_bus("passphrase::whoever_does_not_know_it_gets_the_terminal_back", |_| {
        let home = sealed();
        for typed in ["\u{3}", "half\u{3}", "\u{4}", "short\rshort\r"] {
            let mut terminal = dashboard(&home, &[]);
            terminal.sees("New passphrase:");
            terminal.keys(typed);
            let left = terminal.left();
            assert_eq!(left.code, 3, "{typed:?}");
            assert!(!String::from_utf8_lossy(&left.bytes).contains("\u{1b}[?1049h"), "the screen was not taken");
        }
    });
}

#[test]
fn it_is_changed_in_place() {
    without_bus("passphrase::it_is_changed_in_place", |_| {
        let home = sealed();
        let environment = [("MAILKEY_HOME", home.path().to_str().unwrap())];
        let status = |passphrase| {
            let mut command = home.command(&["store", "status"]);
            home.start(command.env("MAILKEY_PASSPHRASE", passphrase)).end().code
        };
        home.start(home.command(&["signin", BILLING, "--print"]).env("MAILKEY_PASSPHRASE", PASSPHRASE)).line();
        let mut terminal = Terminal::start(ROOMY, &["store", "passphrase"], &environment);
        for (asks, typed) in [
            ("Passphrase of the sealed secrets:", "wrong"),
            ("That is not it.", PASSPHRASE),
            ("New passphrase:", "another dyke"),
            ("The same once more:", "another dyke"),
        ] {
            terminal.sees(asks);
            terminal.keys(&format!("{typed}\r"));
        }
        terminal.sees("The passphrase was changed.");
        assert_eq!(terminal.left().code, 0);
        assert_eq!([status("another dyke"), status(PASSPHRASE)], [0, 1]);
    });
}

#[test]
fn a_signal_in_the_middle_of_it_leaves_the_terminal_as_it_was() {
    without_bus("passphrase::a_signal_in_the_middle_of_it_leaves_the_terminal_as_it_was", |_| {
        let home = sealed();
        for (terminal, signal) in [(dashboard(&home, &[]), "TERM"), (signin(&home), "TERM"), (signin(&home), "HUP")] {
            terminal.sees("New passphrase:");
            assert!(!terminal.has_cooked_input());
            terminal.signal(signal);
            let left = terminal.left();
            let said = String::from_utf8_lossy(&left.bytes);
            assert!(left.code == 3 && said.contains("\r\nmailkey: The command was ended"), "{signal}: {said}");
        }
    });
}
