//! `store`, and the sealed store as scripts and servers use it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use mailkey::demo::Options;
use mailkey::domain::{Secret, StoreKind, Whereabouts};
use mailkey::secrets::{Key, Secrets};
use serde_json::{Value, json};

use super::keyring_session::{in_session, without_bus};
use super::private;
use super::program::Home;
use super::{PASSWORD, at_home, at_home_of};

const BILLING: &str = "billing@contoso.example";
const COULD_NOT: i32 = 3;
const PASSPHRASE: &str = "correct horse battery staple";

#[test]
fn a_server_without_a_keyring_seals_under_a_passphrase() {
    without_bus("store::a_server_without_a_keyring_seals_under_a_passphrase", |_| {
        let home = Home::new();
        home.configure("[secrets]\nstore = \"sealed\"\npassphrase_file = \"passphrase\"\n");
        home.add(&["billing"]);
        home.run(&["signin", BILLING, "--print"]).refused(COULD_NOT, "passphrase");
        std::fs::write(home.file("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        home.run(&["signin", BILLING, "--print"]).refused(COULD_NOT, "chmod 600");
        private::write(&home.file("passphrase"), &format!("{PASSPHRASE}\n"));
        home.sign_in("billing");
        let refresh = home.run(&["get", BILLING, "refresh-token"]).well().out;
        home.expire_cache("billing");
        home.run(&["token", BILLING]).well();
        let status = status(&home, 0);
        assert_eq!((&status["store"], &status["sealed"]["secrets"]), (&json!("sealed"), &json!(1)));
        assert_eq!(status["key"], json!({ "state": "ok", "keeper": "passphrase", "trouble": null }));
        assert_eq!(status["keyring"]["trouble"]["code"], "keyring.missing");
        let registry = std::fs::read(home.file("registry.db")).unwrap();
        assert!(!holds(&registry, refresh.trim_end()) && !holds(&registry, PASSPHRASE));

        private::write(&home.file("passphrase"), "correct horse battery stapler");
        home.expire_cache("billing");
        home.run(&["token", BILLING]).refused(COULD_NOT, "does not open");
        let in_environment = |passphrase| {
            let mut command = home.command(&["token", BILLING]);
            home.start(command.env("MAILKEY_PASSPHRASE", passphrase)).end()
        };
        in_environment(PASSPHRASE).well();
        in_environment("correct horse").refused(COULD_NOT, "does not open");
        home.configure("");
        home.expire_cache("billing");
        home.run(&["token", BILLING]).refused(COULD_NOT, "MAILKEY_PASSPHRASE");
        home.run(&["list"]).well();
        in_environment(PASSPHRASE).well();
    });
}

#[test]
fn a_keyring_that_is_not_there_does_not_answer() {
    without_bus("store::a_keyring_that_is_not_there_does_not_answer", |_| {
        let home = Home::new();
        let status = status(&home, 1);
        assert_eq!(status["keyring"]["trouble"]["code"], "keyring.missing", "{status:#}");
    });
}

#[test]
fn a_passphrase_that_is_missing_is_what_a_key_under_one_wants() {
    at_home("store::a_passphrase_that_is_missing_is_what_a_key_under_one_wants", |home| {
        home.add(&["billing"]);
        home.sign_in("billing");
        let to_passphrase = ["store", "move", "sealed", "--key", "passphrase"];
        let ended = home.run(&to_passphrase);
        assert!(!ended.err.contains("keyring"), "it is well: {}", ended.err);
        ended.refused(COULD_NOT, "There is no passphrase");
        home.run(&["store", "move", "sealed"]).well();
        let mut command = home.command(&to_passphrase);
        let ended = home.start(command.env("MAILKEY_PASSPHRASE", PASSPHRASE)).end().well();
        assert!(ended.err.contains("Their key is under the passphrase now"), "{}", ended.err);
    });
}

#[test]
fn no_other_program_inherits_the_passphrase() {
    without_bus("store::no_other_program_inherits_the_passphrase", |_| {
        let home = Home::with_mailboxes(&["billing"]);
        home.configure("[secrets]\nstore = \"sealed\"\n");
        let (seen, script) = (home.file("seen"), home.file("browser.sh"));
        let text = format!("#!/bin/sh\nenv > '{0}.part'\nmv '{0}.part' '{0}'\n", seen.display());
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = home.command(&["signin", BILLING]);
        let running = home.start(command.env("BROWSER", &script).env("MAILKEY_PASSPHRASE", PASSPHRASE));
        super::keyring_session::wait_until("the browser is opened", || seen.exists());
        let environment = std::fs::read_to_string(&seen).unwrap();
        // What they hold may be secret on somebody's machine.
        let names: Vec<&str> = environment.lines().filter_map(|line| line.split('=').next()).collect();
        assert!(names.contains(&"BROWSER") && !environment.contains("PASSPHRASE"), "{names:?}");
        drop(running);
    });
}

#[test]
fn processes_that_make_the_first_key_at_once_make_one() {
    at_home("store::processes_that_make_the_first_key_at_once_make_one", |home| {
        home.configure("[secrets]\nstore = \"sealed\"\n");
        let names: Vec<String> = (0..8).map(|number| format!("Gmail {number}")).collect();
        let running = names.iter().map(|name| {
            let add = ["app", "add", name, "--provider", "google", "--client-id", "1.apps.example", "--secret-stdin"];
            let mut running = home.start(home.command(&add).stdin(Stdio::piped()));
            running.write(&format!("client secret of {name}\n"));
            running.close_input();
            running
        });
        let running: Vec<_> = running.collect();
        running.into_iter().for_each(|one| drop(one.end().well()));
        for name in &names {
            let address = format!("{}@example.org", name.replace(' ', "."));
            home.run(&["add", &address, "--app", name]).well();
            let secret = home.run(&["get", &address, "client-secret"]).well();
            assert!(secret.out == format!("client secret of {name}\n"), "another one than that of {name}");
        }
    });
}

#[test]
fn secrets_move_by_one_command_and_the_status_says_where_they_are() {
    at_home("store::secrets_move_by_one_command_and_the_status_says_where_they_are", |home| {
        home.add(&["billing", "sales"]);
        home.sign_in("billing");
        let said = home.run(&["store", "status"]).well().out;
        assert!(said.contains("Secrets are in the keyring.") && said.contains("In the keyring: 1."), "{said}");
        let moved = home.run(&["store", "move", "sealed"]).well();
        assert!(moved.out.is_empty() && moved.err.contains("1 secret was moved"), "{moved:?}");
        assert_eq!(home.refresh_token("billing"), None, "the keyring has it no more");
        home.expire_cache("billing");
        home.run(&["token", BILLING]).well();
        home.sign_in("sales");
        let shape = json!({
            "store": "sealed", "moving": false, "configured": "keyring",
            "sealed": { "secrets": 2, "broken": [] },
            "keyring": { "state": "ok", "secrets": 0, "trouble": null },
            "key": { "state": "ok", "keeper": "keyring", "trouble": null },
        });
        assert_eq!(status(home, 0), shape);
        home.registry().begin_move(StoreKind::Keyring, StoreKind::Keyring).unwrap();
        let left = home.run(&["store", "status"]);
        assert!(left.code == 1 && left.out.contains("`mailkey store move keyring` goes on"), "{left:?}");
        home.run(&["store", "move", "keyring"]).well();
        assert!(home.refresh_token("billing").is_some() && home.refresh_token("sales").is_some());
        home.run(&["store", "move", "drawer"]).refused(2, "keyring and sealed");
        home.run(&["store", "move", "sealed", "--key", "me"]).refused(2, "keyring or passphrase");
        home.run(&["store", "move", "keyring", "--key", "passphrase"]).refused(2, "--key");
    });
}

#[test]
fn what_stands_in_the_way_of_a_move_is_said_before_anything_moves() {
    let name = "store::what_stands_in_the_way_of_a_move_is_said_before_anything_moves";
    in_session(name, |session| {
        session.start_keyring(PASSWORD);
        let home = Home::with_mailboxes(&["billing"]);
        home.sign_in("billing");
        for (from, to) in [("keyring", "sealed"), ("sealed", "keyring")] {
            session.lock_keyring();
            home.run(&["store", "move", to]).refused(COULD_NOT, "locked");
            let status = status(&home, 1);
            assert_eq!((&status["store"], &status["moving"]), (&json!(from), &json!(false)));
            assert_eq!(status["key"]["trouble"]["code"], "keyring.locked");
            session.unlock_keyring(PASSWORD);
            home.run(&["store", "move", to]).well();
        }
        let _mover = home.registry().become_mover().unwrap();
        home.run(&["store", "move", "sealed"]).refused(COULD_NOT, "Another process is moving");
    });
}

/// `kill -9` all over the life of a move, at a tenant that revokes a grant whose old token comes back.
#[test]
fn a_move_that_is_killed_loses_nothing() {
    let strict = || Home::with(Options { strict: true, ..Options::default() });
    at_home_of("store::a_move_that_is_killed_loses_nothing", strict, |home| {
        let locals = ["billing", "sales", "ap", "support"];
        home.add(&locals);
        locals.iter().for_each(|local| home.sign_in(local));
        let mut unfinished = 0;
        let (mut here, mut there) = ("keyring", "sealed");
        for round in 0..16 {
            let life = life_of_a_move(home, there);
            let running = home.start(&mut home.command(&["store", "move", here]));
            std::thread::sleep(life * (round * 5 % 16 + 1) / 17);
            running.signal("KILL");
            running.end();
            unfinished += usize::from(is_moving(home));
            home.forget_leases();
            refresh(home, locals[round as usize % locals.len()]);
            // Every other move is turned round, the others go on.
            if round % 2 == 1 {
                (here, there) = (there, here);
            }
            home.run(&["store", "move", here]).well();
        }
        assert!(unfinished > 0, "no kill fell into a move");
        for to in ["sealed", "keyring", "sealed"] {
            home.run(&["store", "move", to]).well();
            locals.iter().for_each(|local| refresh(home, local));
        }
        assert_eq!(status(home, 0)["sealed"]["secrets"], locals.len());
        let in_keyring = |local: &str| home.refresh_token(local).is_some();
        assert!(!locals.into_iter().any(in_keyring), "the keyring has none any more");
    });
}

/// How long a process lives that moves all secrets.
fn life_of_a_move(home: &Home, to: &str) -> Duration {
    let begin = Instant::now();
    home.run(&["store", "move", to]).well();
    begin.elapsed()
}

fn is_moving(home: &Home) -> bool {
    matches!(home.registry().whereabouts(StoreKind::Keyring), Ok(Whereabouts::MovingTo(_)))
}

fn refresh(home: &Home, local: &str) {
    home.expire_cache(local);
    home.run(&["token", &format!("{local}@contoso.example")]).well();
}

/// Over SSH, or before somebody logs in.
#[test]
fn a_key_that_is_out_of_reach_is_not_given_up() {
    in_session("store::a_key_that_is_out_of_reach_is_not_given_up", |session| {
        session.start_keyring(PASSWORD);
        let home = Home::with_mailboxes(&["billing"]);
        home.sign_in("billing");
        home.run(&["store", "move", "sealed"]).well();
        session.lock_keyring();
        home.run(&["store", "give-up", "--yes"]).refused(COULD_NOT, "locked");
        session.stop_keyring();
        home.run(&["store", "give-up", "--yes"]).refused(COULD_NOT, "keyring");
        assert_eq!(home.registry().count_sealed_secrets(), Ok(1));
    });
}

#[test]
fn a_key_that_is_not_in_the_keyring_is_said_to_be_missing() {
    at_home("store::a_key_that_is_not_in_the_keyring_is_said_to_be_missing", |home| {
        home.configure("[secrets]\nstore = \"sealed\"\n");
        home.add(&["billing"]);
        home.sign_in("billing");
        let (registry, keyring) = (home.registry(), Secrets::keyring());
        let entry = Key::seal(registry.id(), &registry.seal_key_record().unwrap().unwrap().id);
        home.runtime.block_on(keyring.delete(&entry)).unwrap();
        home.expire_cache("billing");
        for arguments in [&["token", BILLING][..], &["get", BILLING, "refresh-token"], &["store", "move", "keyring"]] {
            home.run(arguments).refused(COULD_NOT, "is not in the keyring");
        }
        assert_eq!(status(home, 1)["key"]["trouble"]["code"], "seal.key_missing");
        home.runtime.block_on(keyring.put(&entry, &Secret::new("something else"))).unwrap();
        home.run(&["token", BILLING]).refused(COULD_NOT, "cannot be used");
    });
}

fn status(home: &Home, code: i32) -> Value {
    let said = home.run(&["store", "status", "--json"]);
    assert_eq!(said.code, code, "{said:?}");
    serde_json::from_str(&said.out).unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
