//! Applications and mailboxes: added, listed, checked and removed.

use serde_json::json;

use super::at_home;
use super::program::{CLIENT_ID, Home};

#[test]
fn an_application_is_added_listed_checked_and_removed() {
    let home = Home::new();
    let add = |name, client_id| {
        home.run(&["app", "add", name, "--provider", "demo", "--tenant", "contoso.example", "--client-id", client_id])
    };
    assert_eq!(add("Mailer", CLIENT_ID).well().out, "");
    add("Typo", "6f1c2a90-3b8d-4e57-a1f4-000000000000").well();
    let line = |name: &str, id: &str, proof: &str| format!("{name}\tdemo\tcontoso.example\t{id}\t{proof}\n");
    let listed = home.run(&["app", "list"]).well();
    let both =
        line("Mailer", CLIENT_ID, "not checked") + &line("Typo", "6f1c2a90-3b8d-4e57-a1f4-000000000000", "not checked");
    assert_eq!((listed.out, listed.err), (both, String::new()));

    assert_eq!(home.run(&["app", "check", "Mailer"]).well().out, "");
    home.run(&["app", "check", "Typo"]).refused(1, "The tenant does not know this application");
    let listed = home.run(&["app", "list"]).well().out;
    assert!(listed.contains("known to its provider") && listed.contains("aadsts.700016"), "{listed}");

    add("Mailer", CLIENT_ID).refused(2, "already");
    home.run(&["app", "remove", "Typo"]).well();
    home.run(&["app", "remove", "Typo"]).refused(2, "“Mailer”");
    home.run(&["add", "billing@contoso.example", "--app", "Mailer"]).well();
    home.run(&["app", "remove", "Mailer"]).refused(2, "is in use");
}

#[test]
fn wrong_usage_is_said_and_ends_with_two() {
    let home = Home::with_mailboxes(&["billing"]);
    for (arguments, said) in [
        (&["add", "no address", "--app", "Mailer"][..], "no address"),
        (&["add", "hr@contoso.example", "--app", "Nothing"], "“Nothing”"),
        (&["add", "BILLING@contoso.example", "--app", "Mailer"], "in the registry already"),
        (&["add", "a@b.example", "A@b.example", "--app", "Mailer"], "given twice"),
        (&["token", "biling@contoso.example"], "billing@contoso.example?"),
        (&["get", "billing@contoso.example", "password"], "refresh-token"),
        (&["remove", "nobody@contoso.example"], "not in the registry"),
        (&["app", "add", "X", "--client-id", "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18", "--provider", "nobody"], "demo"),
        (&["app", "add", "X", "--client-id", "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18", "--provider", "demo"], "tenant"),
        (&["frobnicate"], "frobnicate"),
        (&["history", "biling@contoso.example"], "billing@contoso.example?"),
        (&["history", "--most", "0"], "--most"),
        (&["signin", "billing@contoso.example", "--print", "--device"], "--device"),
    ] {
        home.run(arguments).refused(2, said);
    }
    let addresses = home.list();
    assert_eq!(addresses.as_array().unwrap().len(), 1, "{addresses}");
}

#[test]
fn several_are_added_or_none() {
    let home = Home::with_mailboxes(&["billing", "sales"]);
    home.run(&["add", "hr@contoso.example", "sales@contoso.example", "--app", "Mailer"])
        .refused(2, "Nothing was added");
    assert_eq!(home.list().as_array().unwrap().len(), 2);
    let listed = home.run(&["list"]).well();
    let lines: Vec<&str> = listed.out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("billing@contoso.example") && lines[0].contains("none"), "{listed:?}");
    home.run(&["remove", "billing@contoso.example", "nobody@contoso.example"]).refused(2, "nobody");
    assert_eq!(home.list().as_array().unwrap().len(), 2);
    let twice = ["remove", "billing@contoso.example", "Billing@contoso.example", "sales@contoso.example"];
    assert_eq!(home.run(&twice).well().out, "");
    assert_eq!(home.run(&["list", "--json"]).well().out, "[]\n");
    assert_eq!(home.run(&["list"]).well().out, "");
}

#[test]
fn the_json_has_the_documented_shape() {
    at_home("fleet::the_json_has_the_documented_shape", |home| {
        home.add(&["billing", "hr"]);
        let nothing = json!({ "state": "unknown", "at": null });
        assert_eq!(
            home.list()[0],
            json!({
                "address": "billing@contoso.example",
                "application": "Mailer",
                "account": "billing@contoso.example",
                "note": "",
                "steps": { "register": "ready", "authorize": "ready", "token": "todo", "smtp_auth": "todo" },
                "token": { "state": "none", "obtained_at": null, "last_used_at": null, "idle_deadline": null },
                "checks": { "smtp": nothing, "imap": nothing, "pop": nothing },
                "trouble": null,
            })
        );
        home.sign_in("billing");
        let (running, link) = home.signin("hr@contoso.example");
        home.runtime.block_on(home.demo.decline(&link)).unwrap();
        running.end().refused(1, "65004");
        let listed = home.run(&["list", "--json"]);
        assert_eq!(listed.code, 1, "a mailbox needs attention");
        let fleet: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
        let (billing, hr) = (&fleet[0], &fleet[1]);
        assert_eq!(billing["steps"]["token"], "done");
        assert_eq!(billing["token"]["state"], "valid");
        for time in ["obtained_at", "last_used_at", "idle_deadline"] {
            let text = billing["token"][time].as_str().unwrap();
            assert!(text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(), "{text}");
        }
        assert_eq!(hr["steps"]["authorize"], "stuck");
        assert_eq!(hr["trouble"]["code"], "aadsts.65004");
        let parts: Vec<&String> = hr["trouble"].as_object().unwrap().keys().collect();
        assert_eq!(parts, ["code", "next", "what", "why"]);
    });
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let home = Home::with_mailboxes(&["billing", "sales"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = home.command(&["list"]).stdout(writer).stderr(std::process::Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
}
