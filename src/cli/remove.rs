//! `mailkey remove`.

use super::{Exit, tell};
use crate::domain::{Address, Trouble};
use crate::engine::Engine;

/// Removes all of them; if one is unknown, none.
pub async fn run(engine: &Engine, addresses: Vec<Address>) -> Result<Exit, Trouble> {
    let mut mailboxes = Vec::new();
    for address in addresses {
        mailboxes.push(engine.mailbox_at(address).await?);
    }
    for mailbox in mailboxes {
        engine.remove_mailbox(mailbox.id).await?;
        tell(&format!("{} was removed.", mailbox.address));
    }
    Ok(Exit::Well)
}
