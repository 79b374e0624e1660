//! The shape of `--json`: stable, documented in the README.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{Check, Entry, Step, Steps, Trouble};

/// One mailbox: `{"address", "application", "account", "note", "steps", "token", "checks", "trouble"}`.
/// Times are RFC 3339 in UTC.
#[must_use]
pub fn mailbox(entry: &Entry<'_>, steps: &Steps, now: Timestamp) -> Value {
    let limit = entry.idle_limit_days();
    let token = &entry.grant.token;
    let checks = &entry.mailbox.checks;
    json!({
        "address": entry.mailbox.address.as_str(),
        "application": entry.application.name.as_str(),
        "account": entry.grant.account.as_str(),
        "note": entry.mailbox.note.as_str(),
        "steps": {
            "register": steps.get(Step::Register).word(),
            "authorize": steps.get(Step::Authorize).word(),
            "token": steps.get(Step::Token).word(),
            "smtp_auth": steps.get(Step::SmtpAuth).word(),
        },
        "token": {
            "state": token.state(limit, now).word(),
            "obtained_at": token.obtained_at(),
            "last_used_at": token.last_used_at(),
            "idle_deadline": token.idle_deadline(limit),
        },
        "checks": { "smtp": check(&checks.smtp), "imap": check(&checks.imap), "pop": check(&checks.pop) },
        "trouble": steps.trouble().map(|(_, trouble)| self::trouble(trouble)),
    })
}

fn check(check: &Check) -> Value {
    match check {
        Check::Unknown => json!({ "state": "unknown", "at": null }),
        Check::Ok { at } => json!({ "state": "ok", "at": at }),
        Check::Failed { at, trouble } => json!({ "state": "failed", "at": at, "trouble": self::trouble(trouble) }),
    }
}

/// `{"code", "what", "why", "next"}`.
#[must_use]
pub fn trouble(trouble: &Trouble) -> Value {
    json!({ "code": trouble.code(), "what": trouble.what(), "why": trouble.why(), "next": trouble.next() })
}
