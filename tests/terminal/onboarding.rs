//! From nothing to a stored token, as a person does it.

use std::path::PathBuf;

use url::Url;

use super::keyring_session::{in_session, wait_until};
use super::program::{CLIENT_ID, Home};
use super::screen::Terminal;
use super::{ROOMY, dashboard};

const BILLING: &str = "billing@contoso.example";

/// A browser that keeps the link for the test to open.
struct Browser {
    script: PathBuf,
    seen: PathBuf,
}

impl Browser {
    fn of(home: &Home) -> Self {
        let (script, seen) = (home.file("browser.sh"), home.file("seen"));
        let text = format!("#!/bin/sh\nprintf %s \"$1\" > '{0}.part'\nmv '{0}.part' '{0}'\n", seen.display());
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        Self { script, seen }
    }

    fn name(&self) -> &str {
        self.script.to_str().unwrap()
    }

    fn link(&self) -> Url {
        wait_until("the browser is opened", || self.seen.exists());
        std::fs::read_to_string(&self.seen).unwrap().parse().unwrap()
    }
}

fn sees_all_done(terminal: &Terminal) {
    for title in ["1 Register", "2 Authorize", "3 Token", "4 SMTP AUTH"] {
        terminal.sees_step(title, "done");
    }
}

#[test]
fn from_an_empty_registry_to_step_four() {
    in_session("onboarding::from_an_empty_registry_to_step_four", |session| {
        session.start_keyring("a password");
        let home = Home::new();
        let browser = Browser::of(&home);
        let mut terminal = dashboard(&home, &[("BROWSER", browser.name())]);
        terminal.sees("Welcome");
        terminal.keys("N");
        terminal.sees("New application");
        terminal.keys("\t\tcontoso.example\t");
        terminal.keys(CLIENT_ID);
        terminal.keys("\r");
        terminal.sees("known to its provider");
        terminal.keys("n");
        terminal.sees("New mailbox");
        terminal.keys(BILLING);
        terminal.keys("\r");
        terminal.sees_step("2 Authorize", "ready");
        terminal.keys("\r");
        terminal.sees_step("2 Authorize", "running");
        home.play(&browser.link());
        sees_all_done(&terminal);
        assert!(home.refresh_token("billing").is_some());
        terminal.keys("q");
        assert_eq!(terminal.left().code, 0);
    });
}

#[test]
fn by_pasting_the_address_anywhere_on_the_dashboard() {
    let name = "onboarding::by_pasting_the_address_anywhere_on_the_dashboard";
    in_session(name, |session| {
        session.start_keyring("a password");
        let home = Home::with_mailboxes(&["ap", "billing"]);
        home.run(&["app", "check", "Mailer"]).well();
        let browser = Browser::of(&home);
        let mut terminal = dashboard(&home, &[("BROWSER", browser.name())]);
        terminal.sees(BILLING);
        terminal.keys("j\r");
        terminal.sees_step("2 Authorize", "running");
        let answer = home.copied_answer(&browser.link());
        // The cursor is elsewhere by then; the state says whose it is.
        terminal.keys("k");
        terminal.paste(answer.as_str());
        wait_until("the token is stored", || home.refresh_token("billing").is_some());
        terminal.keys("j");
        sees_all_done(&terminal);
        assert_eq!(home.refresh_token("ap"), None);
        terminal.keys("q");
        let left = terminal.left();
        let drawn = String::from_utf8_lossy(&left.bytes);
        let code = super::program::parameter(&answer, "code");
        assert!(!drawn.contains(&code), "the code was drawn");
    });
}

#[test]
fn without_a_keyring_the_dashboard_says_so_before_the_browser_opens() {
    let name = "onboarding::without_a_keyring_the_dashboard_says_so_before_the_browser_opens";
    super::keyring_session::without_bus(name, |_| {
        let home = Home::with_mailboxes(&["billing"]);
        home.run(&["app", "check", "Mailer"]).well();
        let browser = Browser::of(&home);
        let mut terminal = dashboard(&home, &[("BROWSER", browser.name())]);
        terminal.sees(BILLING);
        terminal.keys("\r");
        terminal.sees("keyring");
        assert!(!browser.seen.exists());
        terminal.keys("q");
        assert_eq!(terminal.left().code, 0);
    });
}

#[test]
fn the_demo_plays_the_person() {
    let mut terminal = Terminal::start(ROOMY, &["demo"], &[]);
    terminal.sees(BILLING);
    terminal.keys("/billing\r");
    terminal.sees_step("2 Authorize", "ready");
    terminal.keys("\r");
    // There is neither browser nor clipboard, so that the link is shown.
    terminal.sees("This link signs in as billing@contoso.example.");
    terminal.keys("p");
    sees_all_done(&terminal);
    terminal.keys("q");
    assert_eq!(terminal.left().code, 0);
}

#[test]
fn redeem_asks_for_a_line_and_takes_what_is_pasted_with_it() {
    let home = Home::new();
    let environment = [("MAILKEY_HOME", home.path().to_str().unwrap())];
    let mut terminal = Terminal::start(ROOMY, &["redeem"], &environment);
    terminal.sees("then press ⏎");
    terminal.keys("\rcurl 'http://localhost/?error=access_denied&state=nobodys'\r  -H 'accept: */*'\r");
    terminal.sees("belongs to no sign-in");
    assert_eq!(terminal.left().code, 2);
}
