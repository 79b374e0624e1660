//! The engine over a real registry, against the demo tenant: every way that a sign-in can go.

#[path = "../support/browser.rs"]
mod browser;
#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/house.rs"]
mod house;
#[cfg(all(unix, not(target_os = "macos")))]
#[path = "../support/keyring.rs"]
mod keyring_session;
#[path = "../support/private.rs"]
mod private;

mod answers;
mod anything;
mod checking;
mod consent;
mod credentials;
mod ending;
mod faults;
mod journal;
mod keeping_alive;
mod moving;
mod refreshing;
mod removing;
mod sealing;
mod signing_in;
mod storing;
mod throttling;
mod wrong_account;
