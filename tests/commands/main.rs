//! The commands of the built program, with a real keyring in a private session.
#![cfg(all(unix, not(target_os = "macos")))]

#[path = "../support/keyring.rs"]
mod keyring_session;
#[path = "../support/private.rs"]
mod private;
#[path = "../support/program.rs"]
mod program;

mod checks;
mod fleet;
mod import;
mod obstacles;
mod secrecy;
mod signin;
mod store;
mod tokens;

use program::Home;

const PASSWORD: &str = "a password";

/// Runs `work` on a home in a session of its own with a keyring.
fn at_home(test: &str, work: impl FnOnce(&Home)) {
    at_home_of(test, Home::new, work);
}

fn at_home_of(test: &str, make: impl FnOnce() -> Home, work: impl FnOnce(&Home)) {
    keyring_session::in_session(test, |session| {
        session.start_keyring(PASSWORD);
        work(&make());
    });
}
