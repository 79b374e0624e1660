//! The dashboard of the built program in a pseudo-terminal.
#![cfg(all(unix, not(target_os = "macos")))]

#[path = "../support/keyring.rs"]
mod keyring_session;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/screen.rs"]
mod screen;

mod large;
mod leaving;
mod looks;
mod onboarding;
mod passphrase;

use program::Home;
use screen::Terminal;

/// Large enough for all four panes.
const ROOMY: (u16, u16) = (120, 40);

/// The dashboard of a home.
fn dashboard(home: &Home, environment: &[(&str, &str)]) -> Terminal {
    let path = home.path().to_str().unwrap().to_owned();
    let mut all = vec![("MAILKEY_HOME", path.as_str())];
    all.extend_from_slice(environment);
    Terminal::start(ROOMY, &[], &all)
}
