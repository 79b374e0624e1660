//! `mailkey list`.

use super::{Exit, json, print};
use crate::domain::{Entry, Standing, StepState, Steps, Trouble};
use crate::engine::Engine;

/// Every mailbox and its states.
pub async fn run(engine: &Engine, as_json: bool) -> Result<Exit, Trouble> {
    let fleet = engine.fleet().await?;
    let now = engine.now();
    let mut exit = Exit::Well;
    let mut records = Vec::new();
    let widest = fleet.mailboxes.iter().map(|mailbox| mailbox.address.as_str().chars().count()).max().unwrap_or(0);
    for entry in fleet.entries() {
        let limit = entry.idle_limit_days();
        let steps = Steps::of(entry.application, entry.grant, entry.mailbox, limit, now);
        let token = entry.grant.token.state(limit, now);
        if matches!(Standing::of(&steps, token), Standing::Stuck | Standing::Due) {
            exit = Exit::Attention;
        }
        if as_json {
            records.push(json::mailbox(&entry, &steps, now));
        } else {
            print(&line(&entry, &steps, token.word(), widest))?;
        }
    }
    if as_json {
        print(&format!("{:#}", serde_json::Value::Array(records)))?;
    }
    Ok(exit)
}

/// `billing@contoso.com  done done done stuck  valid  smtp.auth_disabled.tenant`.
fn line(entry: &Entry<'_>, steps: &Steps, token: &str, widest: usize) -> String {
    let words: Vec<String> = steps.iter().map(|(_, state)| format!("{:<7}", StepState::word(state))).collect();
    let trouble = steps.trouble().map_or("", |(_, trouble)| trouble.code());
    format!("{:<widest$}  {}  {token:<8}  {trouble}", entry.mailbox.address.as_str(), words.join(" "))
        .trim_end()
        .to_owned()
}
