//! `mailkey token`.

use super::{Exit, print};
use crate::domain::{Address, Trouble};
use crate::engine::Engine;

/// An access token on standard output, and nothing else.
pub async fn run(engine: &Engine, address: Address) -> Result<Exit, Trouble> {
    let mailbox = engine.mailbox_at(address).await?;
    let token = engine.access_token(mailbox.id).await?;
    print(token.expose())?;
    Ok(Exit::Well)
}
