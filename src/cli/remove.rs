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
    Ok(Exit::Well)
}
