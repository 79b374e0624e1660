//! `mailkey redeem`.

use std::io::{IsTerminal, stdin};

use super::{Exit, input, signin, tell};
use crate::domain::{Secret, Trouble};
use crate::engine::{Accepted, Engine};

/// More than any answer has.
const MOST: usize = 128 * 1024;

/// Finishes the sign-in that the text on standard input belongs to.
pub async fn run(engine: &Engine) -> Result<Exit, Trouble> {
    let text = read().await?;
    match engine.accept(&text).await? {
        Accepted::Token { account, mailbox, .. } => signin::report(engine, &account, mailbox).await,
        Accepted::Consent(name) => {
            tell(&format!("Admin consent for {name} was granted."));
            Ok(Exit::Well)
        }
        Accepted::WrongAccount { expected, username, .. } => Err(signin::wrong_account(&expected, &username)),
    }
}

/// A person pastes and presses ⏎; what is piped in ends by itself.
async fn read() -> Result<Secret, Trouble> {
    let text = if stdin().is_terminal() {
        tell("Paste the address that the browser ended on, then press ⏎ (ctrl-c stops).");
        input::pasted(MOST).await
    } else {
        input::secret(MOST).await
    };
    text.ok_or_else(|| {
        Trouble::new(
            "answer.unreadable",
            "Standard input is not text",
            "A redirect URL is expected there.",
            "Copy the address that the browser ended on.",
        )
    })
}
