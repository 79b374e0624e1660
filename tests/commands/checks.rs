//! `mailkey check`: what is checked, what is printed, and the code that it ends with.

use std::io::Read as _;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mailkey::demo::Options;
use mailkey::domain::Address;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::keyring_session::{wait_until, without_bus};
use super::program::Home;
use super::{at_home, at_home_of};

fn address(local: &str) -> Address {
    Address::parse(&format!("{local}@contoso.example")).unwrap()
}

#[test]
fn without_addresses_all_that_have_a_token_are_checked() {
    at_home("checks::without_addresses_all_that_have_a_token_are_checked", |home| {
        home.add(&["billing", "ap", "sales"]);
        home.sign_in("billing");
        home.sign_in("ap");
        let before = home.demo.requests().refresh_token;
        let checked = home.run(&["check"]).well();
        let lines: Vec<&str> = checked.out.lines().collect();
        assert_eq!(lines.len(), 2, "{}", checked.out);
        assert!(lines[0].starts_with("ap@contoso.example") && lines[0].contains("\tvalid"), "{}", lines[0]);
        assert_eq!((home.demo.requests().refresh_token - before, checked.err.as_str()), (2, ""));
    });
}

#[test]
fn a_mailbox_that_needs_attention_is_told_by_code_and_exit() {
    at_home("checks::a_mailbox_that_needs_attention_is_told_by_code_and_exit", |home| {
        home.add(&["billing", "ap"]);
        home.sign_in("billing");
        home.sign_in("ap");
        home.demo.set_smtp_auth(&address("ap"), false);
        let checked = home.run(&["check", "ap@contoso.example", "--json"]);
        assert_eq!((checked.code, checked.err.as_str()), (1, ""));
        let fleet: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
        assert_eq!(fleet.as_array().unwrap().len(), 1);
        assert_eq!(fleet[0]["trouble"]["code"], "smtp.auth_disabled.mailbox");
        assert_eq!(fleet[0], home.list()[0], "the same shape as list --json");
        home.demo.set_smtp_auth(&address("ap"), true);
        home.demo.set_imap(&address("ap"), false);
        let checked = home.run(&["check"]);
        assert_eq!(checked.code, 1);
        assert!(checked.out.lines().next().unwrap().ends_with("imap.not_connected"), "{}", checked.out);
        home.run(&["check", "billing@contoso.example"]).well();
    });
}

#[test]
fn only_what_falls_due_is_refreshed_with_due() {
    at_home("checks::only_what_falls_due_is_refreshed_with_due", |home| {
        home.add(&["billing", "ap", "sales"]);
        for local in ["billing", "ap", "sales"] {
            home.sign_in(local);
        }
        let days_ago = |days: i64| Timestamp::now() - SignedDuration::from_hours(24 * days);
        home.registry().record_use(home.mailbox("ap").grant, days_ago(80)).unwrap();
        home.registry().record_use(home.mailbox("sales").grant, days_ago(100)).unwrap();
        let before = home.demo.requests().refresh_token;
        let checked = home.run(&["check", "--due"]).well();
        assert!(checked.out.starts_with("ap@contoso.example") && checked.out.lines().count() == 1, "{}", checked.out);
        assert_eq!(home.demo.requests().refresh_token - before, 1);
        let again = home.run(&["check", "--due", "--json"]).well();
        assert_eq!((again.out.as_str(), again.err.as_str()), ("[]\n", ""));
    });
}

#[test]
fn a_mailbox_that_nobody_signed_in_for_needs_attention_if_it_is_named() {
    at_home("checks::a_mailbox_that_nobody_signed_in_for_needs_attention_if_it_is_named", |home| {
        home.add(&["billing"]);
        let checked = home.run(&["check", "billing@contoso.example"]);
        assert_eq!(checked.code, 1, "{}", checked.err);
        assert!(checked.out.starts_with("billing@contoso.example") && checked.out.contains("none"), "{}", checked.out);
        let all = home.run(&["check"]).well();
        assert!(all.out.is_empty() && all.err.contains("No mailbox has a token yet"), "{}", all.err);
    });
}

#[test]
fn what_cannot_run_says_why_once_and_ends_with_three() {
    without_bus("checks::what_cannot_run_says_why_once_and_ends_with_three", |_| {
        let home = Home::with_mailboxes(&["billing", "ap"]);
        home.run(&["check", "nobody@contoso.example"]).refused(2, "not in the registry");
        let ended = home.run(&["check", "billing@contoso.example", "ap@contoso.example"]);
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
        ended.refused(3, "There is no keyring");
    });
}

#[test]
fn ctrl_c_ends_what_is_under_way_and_says_how_far_it_came() {
    at_home("checks::ctrl_c_ends_what_is_under_way_and_says_how_far_it_came", |home| {
        home.configure("[network]\nparallel = 1\n");
        let locals = ["billing", "ap", "sales", "support"];
        home.add(&locals);
        locals.iter().for_each(|local| home.sign_in(local));
        let (before, held) = (home.demo.requests().refresh_token, home.hold());
        let running = home.start(&mut home.command(&["check"]));
        wait_until("the refresh is asked for", || home.demo.requests().refresh_token > before);
        running.signal("INT");
        let said = running.first_line_of_error();
        assert!(said.contains("Ending what is under way"), "{said}");
        drop(held);
        let ended = running.end();
        assert_eq!(ended.code, 1);
        assert!(ended.err.contains("Stopped. 1 of 4 mailboxes were checked."), "{}", ended.err);
        assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
        assert_eq!(home.demo.requests().refresh_token - before, 1);
    });
}

#[test]
fn on_a_terminal_one_line_says_how_far_it_is_and_goes_away() {
    let slow = || Home::with(Options { delay: Duration::from_millis(150), ..Options::default() });
    at_home_of("checks::on_a_terminal_one_line_says_how_far_it_is_and_goes_away", slow, |home| {
        home.configure("[network]\nparallel = 1\n");
        home.add(&["billing", "ap", "support"]);
        ["billing", "ap", "support"].iter().for_each(|local| home.sign_in(local));
        home.demo.set_smtp_auth(&address("ap"), false);
        let terminal = native_pty_system().openpty(PtySize { rows: 24, cols: 100, ..PtySize::default() }).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mailkey"));
        command.arg("check");
        command.env("MAILKEY_HOME", home.path());
        let mut reader = terminal.master.try_clone_reader().unwrap();
        let mut program = terminal.slave.spawn_command(command).unwrap();
        drop(terminal.slave);
        let mut shown = Vec::new();
        // The terminal's end is an error on some systems.
        let _ = reader.read_to_end(&mut shown);
        assert_eq!(program.wait().unwrap().exit_code(), 1);
        let raw = String::from_utf8_lossy(&shown).into_owned();
        // A machine that is busy may pass over one of them.
        assert!(raw.contains("Checking 1 of 3, ") || raw.contains("Checking 2 of 3, "), "{raw:?}");
        assert!(raw.contains(" a second, ") && raw.contains(" s left"), "{raw:?}");
        let mut screen = vt100::Parser::new(24, 100, 0);
        screen.process(&shown);
        let screen = screen.screen().contents();
        assert!(!screen.contains("Checking"), "{screen}");
        assert!(screen.starts_with("MAILBOX") && screen.contains("smtp.auth_disabled.mailbox"), "{screen}");
    });
}
