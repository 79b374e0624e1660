//! The secret store against a real Secret Service: GNOME Keyring in a private session.

#![cfg(all(unix, not(target_os = "macos")))]

#[path = "support/keyring.rs"]
mod keyring_session;

use std::future::Future;
use std::time::{Duration, Instant};

use keyring_session::{in_session, without_bus};
use mailkey::domain::{GrantId, Remedy, Secret, Trouble};
use mailkey::secrets::{Key, Secrets};

const PASSWORD: &str = "a password";

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn key(number: i64) -> Key {
    Key::refresh_token("0123456789abcdef0123456789abcdef", GrantId(number))
}

fn token(length: usize) -> Secret {
    Secret::new("0.AXoA-".repeat(length / 7 + 1).get(..length).unwrap_or_default())
}

/// A trouble that the dashboard can offer to try again.
fn assert_retry<T: std::fmt::Debug>(outcome: Result<T, Trouble>, code: &str) {
    let trouble = outcome.unwrap_err();
    assert_eq!(trouble.code(), code, "{trouble}");
    assert_eq!(*trouble.remedy(), Remedy::Retry { not_before: None });
}

#[test]
fn long_secrets_come_back_after_a_restart() {
    in_session("long_secrets_come_back_after_a_restart", |session| {
        session.start_keyring(PASSWORD);
        let secrets = Secrets::keyring();
        for (number, length) in [(1, 0), (2, 1_600), (3, 100_000)] {
            wait(secrets.put(&key(number), &token(100))).unwrap();
            wait(secrets.put(&key(number), &token(length))).unwrap();
        }
        session.stop_keyring();
        session.start_keyring(PASSWORD);
        for store in [secrets, Secrets::keyring()] {
            for (number, length) in [(1, 0), (2, 1_600), (3, 100_000)] {
                assert_eq!(wait(store.get(&key(number))).unwrap(), Some(token(length)), "{length} bytes");
            }
        }
        let secrets = Secrets::keyring();
        wait(secrets.delete(&key(3))).unwrap();
        wait(secrets.delete(&key(3))).unwrap();
        assert_eq!(wait(secrets.get(&key(3))), Ok(None));
    });
}

#[test]
fn a_keyring_that_starts_late_is_found_without_a_restart() {
    in_session("a_keyring_that_starts_late_is_found_without_a_restart", |session| {
        let secrets = Secrets::keyring();
        assert_retry(wait(secrets.probe()), "keyring.missing");
        assert_retry(wait(secrets.get(&key(1))), "keyring.missing");
        session.start_keyring(PASSWORD);
        wait(secrets.probe()).unwrap();
        wait(secrets.put(&key(1), &token(1_600))).unwrap();
        session.stop_keyring();
        assert_retry(wait(secrets.get(&key(1))), "keyring.missing");
        session.start_keyring(PASSWORD);
        assert_eq!(wait(secrets.get(&key(1))), Ok(Some(token(1_600))));
    });
}

#[test]
fn a_locked_keyring_without_a_screen_says_so_at_once() {
    in_session("a_locked_keyring_without_a_screen_says_so_at_once", |session| {
        session.start_keyring(PASSWORD);
        let secrets = Secrets::keyring();
        wait(secrets.put(&key(1), &token(1_600))).unwrap();
        session.lock_keyring();
        let began = Instant::now();
        assert_retry(wait(secrets.get(&key(1))), "keyring.locked");
        assert_retry(wait(secrets.put(&key(1), &token(10))), "keyring.locked");
        assert_retry(wait(secrets.put(&key(2), &token(10))), "keyring.locked");
        assert_retry(wait(secrets.probe()), "keyring.locked");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        session.unlock_keyring(PASSWORD);
        assert_eq!(wait(secrets.get(&key(1))), Ok(Some(token(1_600))));
    });
}

#[test]
fn a_keyring_made_with_an_empty_password_is_explained() {
    in_session("a_keyring_made_with_an_empty_password_is_explained", |session| {
        session.start_keyring("");
        let secrets = Secrets::keyring();
        assert_eq!(wait(secrets.get(&key(1))), Ok(None));
        assert_retry(wait(secrets.probe()), "keyring.no_collection");
        session.unlock_keyring("\n");
        wait(secrets.probe()).unwrap();
    });
}

#[test]
fn without_a_bus_there_is_no_keyring() {
    without_bus("without_a_bus_there_is_no_keyring", |_| {
        assert_retry(wait(Secrets::keyring().probe()), "keyring.missing");
    });
}
