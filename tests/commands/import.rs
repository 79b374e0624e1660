//! Importing lists of mailboxes.

use serde_json::{Value, json};

use super::program::{CLIENT_ID, Ended, Home};

/// Runs `mailkey import` on a file with this text.
fn import(home: &Home, text: &str, options: &[&str]) -> Ended {
    let file = home.file("list.csv");
    std::fs::write(&file, text).unwrap();
    home.run(&[&["import", file.to_str().unwrap(), "--app", "Mailer"], options].concat())
}

fn addresses(home: &Home) -> Vec<String> {
    home.list().as_array().unwrap().iter().map(|it| it["address"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_table_is_imported_once_and_again_changes_nothing() {
    let home = Home::with_mailboxes(&["billing"]);
    let text = "Account;E-Mail;NOTE;Floor\r\n;hr@contoso.example;HR;1\r\nboss@contoso.example;ap@contoso.example;;2\r\n;billing@contoso.example;;3\r\n";
    let ended = import(&home, text, &[]).well();
    assert!(ended.err.contains("2 new, 1 known already, 0 known otherwise, 0 double, 0 malformed"), "{ended:?}");
    assert!(ended.err.contains("not used: Floor") && ended.err.contains("2 mailboxes were imported"), "{ended:?}");
    assert_eq!((ended.out, addresses(&home).len()), (String::new(), 3));
    let fleet = home.list();
    assert_eq!((&fleet[0]["account"], &fleet[2]["note"]), (&json!("boss@contoso.example"), &json!("HR")));
    let history = home.registry().history(Some(&home.mailbox("hr").address), 9).unwrap();
    assert_eq!(history.iter().map(|it| it.what.word()).collect::<Vec<_>>(), ["added"]);

    let again = import(&home, text, &[]).well();
    assert!(again.err.contains("0 new, 3 known already"), "{again:?}");
    let otherwise = import(&home, "hr@contoso.example\n", &["--account", "boss@contoso.example"]);
    assert!(
        otherwise.code == 1 && otherwise.err.contains("Line 1: hr@contoso.example is there already"),
        "{otherwise:?}"
    );
    assert_eq!(home.list(), fleet);
}

#[test]
fn many_are_changed_by_a_list_and_only_if_that_is_asked_for() {
    let home = Home::with_mailboxes(&["billing", "ap"]);
    home.run(&["app", "add", "Printer", "--provider", "demo", "--tenant", "contoso.example", "--client-id", CLIENT_ID])
        .well();
    let text = "address,application,note\nbilling@contoso.example,Printer,third floor\nap@contoso.example,Mailer,\n";
    let before = home.list();
    let previewed = import(&home, text, &["--change", "--dry-run"]).well();
    assert!(previewed.out.contains("0 new, 1 known already, 1 changed"), "{previewed:?}");
    assert!(previewed.out.contains("billing@contoso.example is to be changed"), "{previewed:?}");
    assert_eq!(home.list(), before);
    assert!(import(&home, text, &[]).err.contains("--change"));
    assert_eq!(home.list(), before);
    let changed = import(&home, text, &["--change"]).well();
    assert!(changed.err.contains("1 mailbox was changed"), "{changed:?}");
    let after = home.list();
    assert_eq!((&after[0], &after[1]["application"]), (&before[0], &json!("Printer")));
    assert_eq!((&after[1]["note"], &after[1]["account"]), (&json!("third floor"), &json!("billing@contoso.example")));
    let history = home.run(&["history", "billing@contoso.example"]).well().out;
    assert!(history.lines().next().unwrap().contains("application to Printer, note"), "{history}");
}

#[test]
fn one_malformed_line_stops_all_unless_it_is_to_be_left_out() {
    let home = Home::with_mailboxes(&["billing"]);
    let text = "ap@contoso.example\n# comment\nnobody\nhr@contoso.example\n\x1b]0;owned\x07@contoso.example\n";
    let ended = import(&home, text, &[]);
    assert!(!ended.err.contains('\x1b') && ended.err.contains("Line 3: “nobody” is not a mail address"), "{ended:?}");
    ended.refused(2, "2 lines cannot be imported. Nothing was imported");
    assert_eq!(addresses(&home).len(), 1);
    let ended = import(&home, text, &["--skip-bad"]);
    assert!(ended.code == 1 && ended.err.contains("2 mailboxes were imported"), "{ended:?}");
    assert_eq!(addresses(&home).len(), 3);
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let home = Home::with_mailboxes(&["billing"]);
    let ended = import(&home, "ap@contoso.example\nAP@contoso.example\n", &["--dry-run"]).well();
    let wanted = "1 new, 0 known already, 0 known otherwise, 1 double, 0 malformed.\nLine 2 says the same as line 1.\n";
    assert_eq!((ended.out.as_str(), ended.err.as_str()), (wanted, ""));
    let ended = import(&home, "ap@contoso.example\nnobody\n", &["--dry-run"]);
    assert_eq!(ended.code, 2);
    assert_eq!(addresses(&home).len(), 1);
}

#[test]
fn standard_input_is_read_and_json_is_written() {
    let home = Home::with_mailboxes(&["billing"]);
    let text = "address,application\nap@contoso.example,\nhr@contoso.example,Printer\nap@contoso.example,Mailer\n";
    let ended = home.run_with(&["import", "-", "--app", "Mailer", "--json", "--skip-bad"], text);
    let record: Value = serde_json::from_str(&ended.out).unwrap();
    let bad = json!({
        "line": 3,
        "code": "import.application",
        "what": "There is no application “Printer”",
        "why": "There is “Mailer”.",
        "next": "Write it as it is called here, or add it first.",
    });
    let wanted = json!({
        "imported": 1, "changed": 0, "new": 1, "known": 0, "different": [], "doubles": [{ "line": 4, "first": 2 }],
        "malformed": [bad], "unused_columns": [],
    });
    assert_eq!((ended.code, record), (1, wanted));
    assert_eq!(addresses(&home), ["ap@contoso.example", "billing@contoso.example"]);
}

#[test]
fn what_cannot_be_read_at_all_is_said() {
    let home = Home::with_mailboxes(&["billing"]);
    home.run(&["import", "no-such-file", "--app", "Mailer"]).refused(2, "no-such-file cannot be read");
    home.run(&["import", home.path().to_str().unwrap(), "--app", "Mailer"]).refused(2, "cannot be read");
    import(&home, "DisplayName\nA\n", &[]).refused(2, "neither a header nor an address");
    home.run(&["import", "-", "--app", "Printer"]).refused(2, "“Printer”");
    home.run(&["import", "-", "--app", "Mailer"]).refused(2, "no mailbox in the list");
}
