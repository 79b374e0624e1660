//! `signin` and `redeem`: every way that an answer can come.

use std::time::Duration;

use mailkey::demo::{Fault, Options};
use mailkey::domain::{Address, Checks};

use super::keyring_session::{in_session, wait_until};
use super::program::{Home, parameter};
use super::{PASSWORD, at_home, at_home_of};

const BILLING: &str = "billing@contoso.example";

#[test]
fn by_loopback_the_link_alone_is_printed() {
    at_home("signin::by_loopback_the_link_alone_is_printed", |home| {
        home.add(&["billing"]);
        let (running, link) = home.signin(BILLING);
        assert_eq!(parameter(&link, "login_hint"), BILLING);
        home.play(&link);
        let ended = running.end().well();
        assert_eq!(ended.out, "", "nothing after the link");
        assert!(ended.err.contains(BILLING) && ended.err.contains("keyring"), "{ended:?}");
        assert!(home.refresh_token("billing").is_some());
    });
}

#[test]
fn it_ends_when_the_servers_were_tried_and_says_what_they_said() {
    let make = || Home::with(Options { delay: Duration::from_millis(300), ..Options::default() });
    at_home_of("signin::it_ends_when_the_servers_were_tried_and_says_what_they_said", make, |home| {
        home.add(&["archive", "billing", "hr"]);
        let ended = |local| {
            let (running, link) = home.signin(&format!("{local}@contoso.example"));
            home.play(&link);
            running.end()
        };
        let billing = ended("billing").well();
        assert!(billing.err.contains("SMTP AUTH works") && !billing.err.contains("IMAP"), "{billing:?}");
        let archive = ended("archive").well();
        assert!(archive.err.contains("IMAP: ") && archive.err.contains("SMTP AUTH works"), "{archive:?}");
        let hr = ended("hr").refused(1, "Set-CASMailbox");
        assert!(!hr.err.contains("IMAP") && home.refresh_token("hr").is_some(), "{hr:?}");
        let states = home.list();
        let words: Vec<_> = states.as_array().unwrap().iter().map(|one| &one["steps"]["smtp_auth"]).collect();
        assert_eq!(words, ["done", "done", "stuck"]);
        assert_eq!(home.demo.requests().refresh_token, 0, "the access token that came along was cached");
    });
}

#[test]
fn the_browser_is_given_the_link_and_nothing_else() {
    at_home("signin::the_browser_is_given_the_link_and_nothing_else", |home| {
        home.add(&["billing"]);
        let seen = home.file("seen");
        let script = home.file("browser.sh");
        let text = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{0}.part'\nmv '{0}.part' '{0}'\n", seen.display());
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let running = home.start(home.command(&["signin", BILLING]).env("BROWSER", &script));
        wait_until("the browser is opened", || seen.exists());
        let arguments = std::fs::read_to_string(&seen).unwrap();
        assert_eq!(arguments.lines().count(), 1);
        home.play(&arguments.trim().parse().unwrap());
        assert_eq!(running.end().well().out, "");
    });
}

#[test]
fn without_a_browser_the_link_is_printed_instead() {
    at_home("signin::without_a_browser_the_link_is_printed_instead", |home| {
        home.add(&["billing"]);
        let mut running = home.start(&mut home.command(&["signin", BILLING]));
        let link = running.line();
        home.play(&link.trim().parse().unwrap());
        let ended = running.end().well();
        assert!(ended.err.contains("No browser could be opened"), "{ended:?}");
        assert!(ended.err.contains("Waiting for the answer, 10 minutes at most"), "{ended:?}");
        assert!(ended.err.contains("paste its address here"), "{ended:?}");
    });
}

#[test]
fn redeem_in_another_process_ends_the_one_that_waits() {
    at_home("signin::redeem_in_another_process_ends_the_one_that_waits", |home| {
        home.add(&["billing"]);
        let (running, link) = home.signin(BILLING);
        let answer = home.copied_answer(&link);
        let redeemed = home.run_with(&["redeem"], answer.as_str()).well();
        assert_eq!(redeemed.out, "");
        for ended in [redeemed, running.end().well()] {
            assert!(ended.err.contains("SMTP AUTH works"), "{ended:?}");
        }
        home.run_with(&["redeem"], answer.as_str()).refused(2, "used before");
        assert_eq!(home.demo.requests().authorization_code, 1);
    });
}

#[test]
fn redeem_finishes_what_a_killed_process_began() {
    at_home("signin::redeem_finishes_what_a_killed_process_began", |home| {
        home.add(&["billing"]);
        let (running, link) = home.signin(BILLING);
        running.signal("KILL");
        running.end();
        let answer = home.play(&link);
        home.run_with(&["redeem"], answer.as_str()).well();
        assert!(home.refresh_token("billing").is_some());
    });
}

#[test]
fn redeem_says_what_is_no_answer() {
    let home = Home::with_mailboxes(&["billing"]);
    for (text, said) in [
        ("", "not the answer to a sign-in"),
        ("good morning\n", "not the answer to a sign-in"),
        ("http://localhost/?code=1.AXoAAAAAAAAAAAAAAAAAAAAAAAA&state=nobodys", "belongs to no sign-in"),
        ("https://login.microsoftonline.com/common/wrongplace", "wrongplace"),
    ] {
        home.run_with(&["redeem"], text).refused(2, said);
    }
}

#[test]
fn a_pasted_address_is_taken_and_noise_is_passed_over() {
    at_home("signin::a_pasted_address_is_taken_and_noise_is_passed_over", |home| {
        home.add(&["billing"]);
        let (mut running, link) = home.signin(BILLING);
        running.write("\ngood morning\n");
        running.write(&format!("{}\n", home.copied_answer(&link)));
        let ended = running.end().well();
        assert!(ended.err.contains("not the answer to a sign-in"), "{ended:?}");
    });
}

/// A delegate may have thousands of mailboxes.
#[test]
fn what_else_a_delegate_opens_is_left_to_a_check() {
    at_home("signin::what_else_a_delegate_opens_is_left_to_a_check", |home| {
        home.add(&["maria.lopez"]);
        let maria = "maria.lopez@contoso.example";
        home.run(&["add", "info@contoso.example", "--app", "Mailer", "--account", maria]).well();
        let (running, link) = home.signin("info@contoso.example");
        home.play(&link);
        let ended = running.end().well();
        assert!(ended.err.contains("1 other mailbox uses it, which was not tried"), "{ended:?}");
        assert_eq!(home.mailbox("maria.lopez").checks, Checks::default());
        assert!(home.mailbox("info").checks.smtp.is_ok());
    });
}

#[test]
fn the_end_of_standard_input_is_no_answer() {
    at_home("signin::the_end_of_standard_input_is_no_answer", |home| {
        home.add(&["billing"]);
        let (mut running, link) = home.signin(BILLING);
        running.close_input();
        home.play(&link);
        running.end().well();
    });
}

#[test]
fn the_answer_to_another_sign_in_ends_that_one_only() {
    at_home("signin::the_answer_to_another_sign_in_ends_that_one_only", |home| {
        home.add(&["billing", "sales"]);
        let (mut billing, billings_link) = home.signin(BILLING);
        let (sales, sales_link) = home.signin("sales@contoso.example");
        billing.write(&format!("{}\n", home.copied_answer(&sales_link)));
        sales.end().well();
        billing.write(&format!("{}\n", home.copied_answer(&billings_link)));
        billing.end().well();
    });
}

#[test]
fn the_end_of_one_waits_for_another_that_it_was_given_the_answer_to() {
    at_home("signin::the_end_of_one_waits_for_another_that_it_was_given_the_answer_to", |home| {
        home.add(&["billing", "sales"]);
        let (mut billing, billings_link) = home.signin(BILLING);
        let (sales, sales_link) = home.signin("sales@contoso.example");
        let answer = home.copied_answer(&sales_link);
        home.demo.fault(Fault::Slow(Duration::from_secs(3)));
        billing.write(&format!("{answer}\n"));
        wait_until("the code was sent", || home.demo.requests().authorization_code == 1);
        home.play(&billings_link);
        billing.end().well();
        assert!(home.refresh_token("sales").is_some());
        sales.end().well();
    });
}

/// A keyring that waits for its person may take half a minute.
#[test]
fn a_token_that_is_on_disk_is_known_to_be_before_the_keyring_has_it() {
    let name = "signin::a_token_that_is_on_disk_is_known_to_be_before_the_keyring_has_it";
    in_session(name, |session| {
        session.start_keyring(PASSWORD);
        let home = Home::with_mailboxes(&["billing"]);
        let (mut running, link) = home.signin(BILLING);
        let answer = home.copied_answer(&link);
        session.hold_keyring();
        running.write(&format!("{answer}\n"));
        wait_until("it is known", || home.list()[0]["token"]["state"] == "valid");
        running.signal("KILL");
        session.let_keyring_go_on();
        home.forget_leases();
        home.run(&["token", BILLING]).well();
    });
}

#[test]
fn another_account_is_refused_and_nothing_is_stored() {
    at_home("signin::another_account_is_refused_and_nothing_is_stored", |home| {
        home.add(&["billing"]);
        let (running, link) = home.signin(BILLING);
        let maria = Address::parse("maria.lopez@contoso.example").unwrap();
        home.runtime.block_on(home.demo.play_as(&link, &maria)).unwrap();
        let ended = running.end().refused(1, "maria.lopez@contoso.example");
        assert!(ended.err.contains("--account WHO --change"), "{ended:?}");
        assert_eq!(home.refresh_token("billing"), None);
        assert_eq!(home.list()[0]["token"]["state"], "none");
    });
}

#[test]
fn ctrl_c_stops_it_and_closes_the_sign_in() {
    at_home("signin::ctrl_c_stops_it_and_closes_the_sign_in", |home| {
        home.add(&["billing"]);
        let (running, link) = home.signin(BILLING);
        running.signal("INT");
        running.end().refused(1, "stopped");
        let answer = home.play(&link);
        let redeemed = home.run_with(&["redeem"], answer.as_str());
        assert_ne!(redeemed.code, 0, "{redeemed:?}");
        assert_eq!(home.refresh_token("billing"), None);
    });
}

#[test]
fn a_device_code_is_typed_elsewhere() {
    let make = || Home::with(Options { device_interval: Duration::from_secs(1), ..Options::default() });
    at_home_of("signin::a_device_code_is_typed_elsewhere", make, |home| {
        home.add(&["billing"]);
        let running = home.start(&mut home.command(&["signin", BILLING, "--device"]));
        let code = running.first_line_of_error();
        let code = code.split("type ").nth(1).unwrap().split(". ").next().unwrap().to_owned();
        let account = Address::parse(BILLING).unwrap();
        home.runtime.block_on(home.demo.play_device(&code, &account)).unwrap();
        assert_eq!(running.end().well().out, "");
        assert!(home.refresh_token("billing").is_some());
    });
}
