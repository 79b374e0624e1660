//! `mailkey history`.

use std::num::NonZeroUsize;

use serde_json::{Value, json};

use super::columns::Columns;
use super::{Exit, print};
use crate::domain::{Address, Trouble};
use crate::engine::{Engine, HistoryLine};

/// What happened to a mailbox, or to all, newest first.
///
/// # Errors
/// `mailbox.unknown` if the address is in neither registry nor history; `registry.…`.
pub async fn run(
    engine: &Engine,
    address: Option<Address>,
    most: NonZeroUsize,
    as_json: bool,
) -> Result<Exit, Trouble> {
    let events = engine.history(address.clone(), most.get()).await?;
    // A mailbox that was removed keeps its history.
    if let Some(address) = address.filter(|_| events.is_empty()) {
        engine.mailbox_at(address).await?;
    }
    if as_json {
        let records: Vec<Value> = events.iter().map(record).collect();
        print(&format!("{:#}", Value::Array(records)))?;
        return Ok(Exit::Well);
    }
    let mut table = Columns::new(&["AT", "MAILBOX", "WHAT", "BY", "DETAIL"]);
    for event in &events {
        let at = event.at.strftime("%F %TZ").to_string();
        table.line([&at, event.mailbox.as_str(), event.what.word(), &event.command, &event.detail]);
    }
    table.print("Nothing has happened yet.")?;
    Ok(Exit::Well)
}

/// `{"at", "mailbox", "what", "command", "detail"}`.
fn record(event: &HistoryLine) -> Value {
    json!({
        "at": event.at,
        "mailbox": event.mailbox.as_str(),
        "what": event.what.word(),
        "command": event.command,
        "detail": event.detail,
    })
}
