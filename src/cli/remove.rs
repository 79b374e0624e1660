//! `mailkey remove`.

use std::collections::HashSet;

use super::{Exit, tell};
use crate::domain::{Address, Trouble};
use crate::engine::Engine;

/// Removes all of them; if one is unknown, none.
pub async fn run(engine: &Engine, addresses: Vec<Address>) -> Result<Exit, Trouble> {
    let (mut seen, mut mailboxes) = (HashSet::new(), Vec::new());
    for address in addresses {
        let mailbox = engine.mailbox_at(address).await?;
        // Whoever names one twice means it once.
        if seen.insert(mailbox.id) {
            mailboxes.push(mailbox);
        }
    }
    for mailbox in mailboxes {
        engine.remove_mailbox(mailbox.id).await?;
        tell(&format!("{} was removed.", mailbox.address));
    }
    Ok(forget_secrets(engine).await)
}

/// Deletes the refresh tokens that nobody uses any more, or says that they are still there.
pub async fn forget_secrets(engine: &Engine) -> Exit {
    let Err(trouble) = engine.forget_discarded_secrets().await else { return Exit::Well };
    tell(&format!("A refresh token that nobody uses any more could not be deleted: {trouble}"));
    tell("The next `mailkey check` tries again.");
    Exit::Attention
}
