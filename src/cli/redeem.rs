//! `mailkey redeem`.

use tokio::io::{AsyncReadExt, stdin};

use super::{Exit, tell};
use crate::domain::{Secret, Trouble};
use crate::engine::{Accepted, Engine};

/// More than any answer has.
const MOST: u64 = 128 * 1024;

/// Finishes the sign-in that the text on standard input belongs to.
pub async fn run(engine: &Engine) -> Result<Exit, Trouble> {
    let text = read().await?;
    tell(&match engine.accept(&text).await? {
        Accepted::Token { account, .. } => {
            format!("{account} signed in. The refresh token is in {}.", engine.store_title())
        }
        Accepted::Consent(name) => format!("Admin consent for {name} was granted."),
        Accepted::WrongAccount { expected, username, .. } => {
            return Err(super::signin::wrong_account(&expected, &username));
        }
    });
    Ok(Exit::Well)
}

async fn read() -> Result<Secret, Trouble> {
    let mut bytes = Vec::new();
    let read = stdin().take(MOST).read_to_end(&mut bytes).await;
    let text = read.ok().and_then(|_| String::from_utf8(bytes).ok());
    text.map(Secret::new).ok_or_else(|| {
        Trouble::new(
            "answer.unreadable",
            "Standard input is not text",
            "A redirect URL is expected there.",
            "Copy the address that the browser ended on.",
        )
    })
}
