//! `token` and `get`: credentials for other programs.

use std::time::Duration;

use mailkey::demo::{Fault, Options};
use serde_json::Value;

use super::keyring_session::wait_until;
use super::program::{CLIENT_ID, Home};
use super::{at_home, at_home_of};

const BILLING: &str = "billing@contoso.example";

#[test]
fn a_token_comes_from_the_cache_or_is_refreshed() {
    at_home("tokens::a_token_comes_from_the_cache_or_is_refreshed", |home| {
        home.add(&["billing"]);
        home.run(&["token", BILLING]).refused(1, "Nobody has signed in");
        home.sign_in("billing");
        home.run(&["token", BILLING]).well();
        let asked = home.demo.requests();
        let first = home.run(&["token", BILLING]).well();
        assert_eq!(first.err, "");
        assert_eq!(first.out.trim_end().len() + 1, first.out.len(), "one line and nothing else");
        let second = home.run(&["token", BILLING]).well();
        assert!(first.out == second.out, "the same token");
        assert_eq!(home.demo.requests(), asked, "the cache is enough");
        home.expire_cache("billing");
        let third = home.run(&["token", BILLING]).well();
        assert!(first.out != third.out, "another token");
        assert_eq!(home.demo.requests().refresh_token, asked.refresh_token + 1);
    });
}

#[test]
fn twenty_processes_refresh_once() {
    let make = || Home::with(Options { strict: true, delay: Duration::from_millis(300), ..Options::default() });
    at_home_of("tokens::twenty_processes_refresh_once", make, |home| {
        home.add(&["billing"]);
        home.sign_in("billing");
        home.run(&["token", BILLING]).well();
        let before = home.demo.requests().refresh_token;
        home.expire_cache("billing");
        let running: Vec<_> = (0..20).map(|_| home.start(&mut home.command(&["token", BILLING]))).collect();
        let mut tokens: Vec<String> = running.into_iter().map(|one| one.end().well().out).collect();
        tokens.dedup();
        assert_eq!((tokens.len(), home.demo.requests().refresh_token - before), (1, 1));
        home.expire_cache("billing");
        home.run(&["token", BILLING]).well();
    });
}

/// As a timer's service is stopped, or the program that asked goes away.
#[test]
fn a_command_that_is_ended_waits_for_the_token_that_is_on_its_way() {
    at_home("tokens::a_command_that_is_ended_waits_for_the_token_that_is_on_its_way", |home| {
        let cases: [(&str, &str, &[&str], &str); 5] = [
            ("billing", "token", &[], "TERM"),
            ("ap", "token", &[], "HUP"),
            ("sales", "get", &["xoauth2"], "INT"),
            ("erp", "get", &["xoauth2", "--copy"], "INT"),
            ("support", "check", &[], "TERM"),
        ];
        home.add(&cases.map(|(local, ..)| local));
        cases.iter().for_each(|(local, ..)| home.sign_in(local));
        let (asked, held) = (home.demo.requests().refresh_token, home.hold());
        let begun = cases.map(|(local, command, options, signal)| {
            home.expire_cache(local);
            // Nothing tells when a signal has been heard.
            home.demo.fault(Fault::Slow(Duration::from_secs(3)));
            let address = format!("{local}@contoso.example");
            let arguments = [&[command, &address], options].concat();
            (local, signal, home.refresh_token(local), home.start(&mut home.command(&arguments)))
        });
        wait_until("the refreshes are asked for", || home.demo.requests().refresh_token == asked + begun.len());
        begun.iter().for_each(|(_, signal, _, running)| running.signal(signal));
        drop(held);
        for (local, _, before, running) in begun {
            running.end().refused(3, "ended before it was done");
            assert!(home.refresh_token(local) != before, "{local}");
        }
    });
}

#[test]
fn every_field_is_given_alone() {
    at_home("tokens::every_field_is_given_alone", |home| {
        home.add(&["billing"]);
        home.sign_in("billing");
        let get = |field| {
            let given = home.run(&["get", BILLING, field]).well();
            assert_eq!(given.err, "", "{field}");
            given.out.strip_suffix('\n').unwrap().to_owned()
        };
        assert_eq!(get("tenant"), "contoso.example");
        assert_eq!(get("client-id"), CLIENT_ID);
        assert_eq!(get("account"), BILLING);
        let refresh = get("refresh-token");
        assert!(home.refresh_token("billing").unwrap().expose() == refresh);
        assert!(get("access-token") == home.run(&["token", BILLING]).out.trim_end());
        assert!(!get("xoauth2").is_empty());
        assert!(get("curl").starts_with("curl '") && get("curl").contains(&refresh));
        let json: Value = serde_json::from_str(&get("json")).unwrap();
        assert!(json["refresh_token"] == refresh);
        home.run(&["get", BILLING, "client-secret"]).refused(2, "no client secret");
    });
}

#[test]
fn the_client_secret_goes_in_by_standard_input_and_comes_out_by_get() {
    let name = "tokens::the_client_secret_goes_in_by_standard_input_and_comes_out_by_get";
    at_home(name, |home| {
        let add = ["app", "add", "Gmail", "--provider", "google", "--client-id", "1.apps.example"];
        home.run(&add).refused(2, "--secret-stdin");
        let with_secret = [&add[..], &["--secret-stdin"]].concat();
        home.run_with(&with_secret, "\n").refused(2, "no client secret");
        home.run_with(&with_secret, "GOCSPX-notARealSecret\n").well();
        home.run(&["add", "a@gmail.example", "--app", "Gmail"]).well();
        let given = home.run(&["get", "a@gmail.example", "client-secret"]).well();
        assert!(given.out == "GOCSPX-notARealSecret\n", "another one");
    });
}

#[test]
fn without_a_display_copying_is_refused_with_another_way() {
    let name = "tokens::without_a_display_copying_is_refused_with_another_way";
    at_home(name, |home| {
        home.add(&["billing"]);
        home.sign_in("billing");
        let refused = home.run(&["get", BILLING, "refresh-token", "--copy"]);
        assert!(refused.out.is_empty() && refused.err.contains("Leave out --copy"), "{refused:?}");
        assert_eq!(refused.code, 3, "it could not run");
    });
}

#[test]
fn history_says_what_happened_and_by_which_command() {
    at_home("tokens::history_says_what_happened_and_by_which_command", |home| {
        home.add(&["billing", "info"]);
        home.sign_in("billing");
        home.demo.revoke(&home.mailbox("billing").address);
        home.expire_cache("billing");
        assert_eq!(home.run(&["token", BILLING]).code, 1);
        let told = home.run(&["history", BILLING, "--json"]).well().out;
        let told: Vec<Value> = serde_json::from_str(&told).unwrap();
        let lines: Vec<String> = told
            .iter()
            .map(|line| format!("{} {} {}", line["command"], line["what"], line["mailbox"]).replace('"', ""))
            .collect();
        let expected = ["token refused", "signin signed_in", "add added"].map(|line| format!("{line} {BILLING}"));
        assert_eq!(lines, expected);
        assert_eq!(told[0]["detail"], "aadsts.50173");
        assert!(told[0]["at"].as_str().unwrap().ends_with('Z'));
        home.sign_in("billing");
        (0..2).for_each(|_| drop(home.run(&["get", BILLING, "refresh-token"]).well()));
        home.run(&["get", BILLING, "client-id"]).well();
        let told = home.run(&["history", BILLING, "--most", "2"]).well().out;
        let lines: Vec<String> =
            told.lines().map(|line| line.split('\t').skip(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines, ["shown get refresh-token", &format!("signed_in signin as {BILLING}")]);
        home.run(&["remove", BILLING]).well();
        let all = home.run(&["history", "--most", "3"]).well().out;
        let words: Vec<&str> = all.lines().map(|line| line.split('\t').nth(2).unwrap()).collect();
        assert_eq!(words, ["removed", "shown", "signed_in"], "a mailbox that is gone keeps its history");
    });
}
