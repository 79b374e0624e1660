//! `mailkey list`.

use jiff::Timestamp;

use super::columns::Columns;
use super::{Exit, json, print};
use crate::domain::{Entry, Fleet, MailboxId, Standing, Step, StepState, Steps, Trouble};
use crate::engine::Engine;

/// Every mailbox and its states.
pub async fn run(engine: &Engine, as_json: bool) -> Result<Exit, Trouble> {
    show(&*engine.fleet().await?, |_| true, engine.now(), as_json)
}

/// The mailboxes that are `wanted`, and whether one of them needs attention.
pub fn show(fleet: &Fleet, wanted: impl Fn(MailboxId) -> bool, now: Timestamp, as_json: bool) -> Result<Exit, Trouble> {
    let mut exit = Exit::Well;
    let mut records = Vec::new();
    let mut table =
        Columns::new(&["MAILBOX", "1 REGISTER", "2 AUTHORIZE", "3 TOKEN", "4 SMTP AUTH", "TOKEN", "TROUBLE"]);
    for entry in fleet.entries().filter(|entry| wanted(entry.mailbox.id)) {
        let token = entry.token_state(now);
        let steps = Steps::of(&entry, token);
        if matches!(Standing::of(&steps, token), Standing::Stuck | Standing::Due) {
            exit = Exit::Attention;
        }
        if as_json {
            records.push(json::mailbox(&entry, &steps, now));
        } else {
            table.line(line(&entry, &steps, token.word()));
        }
    }
    if as_json {
        print(&format!("{:#}", serde_json::Value::Array(records)))?;
    } else {
        table.print("There is no mailbox yet: `mailkey add` adds one.")?;
    }
    Ok(exit)
}

/// `billing@contoso.com  done  done  done  stuck  valid  smtp.auth_disabled.tenant`.
fn line<'a>(entry: &Entry<'a>, steps: &'a Steps, token: &'a str) -> [&'a str; 7] {
    let [register, authorize, granted, smtp_auth] = Step::ALL.map(|step| StepState::word(steps.get(step)));
    let trouble = steps.trouble().map_or("", |(_, trouble)| trouble.code());
    [entry.mailbox.address.as_str(), register, authorize, granted, smtp_auth, token, trouble]
}
