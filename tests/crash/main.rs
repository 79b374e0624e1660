//! What is left when processes are killed, and what several make of one registry at once.
#![cfg(all(unix, not(target_os = "macos")))]

#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/keyring.rs"]
mod keyring_session;
#[path = "../support/private.rs"]
mod private;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/screen.rs"]
mod screen;

mod kills;
mod together;
mod victim;

use program::Home;

const PASSPHRASE: &str = "correct horse battery staple";

/// A home whose secrets are sealed under a passphrase from a file, so that no keyring is needed.
fn seal_under_passphrase(home: &Home) {
    home.configure("[secrets]\nstore = \"sealed\"\npassphrase_file = \"passphrase\"\n");
    private::write(&home.file("passphrase"), PASSPHRASE);
}
