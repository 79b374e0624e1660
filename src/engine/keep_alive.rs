//! Keep-alive: refreshes what falls due, for as long as somebody lets it run.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::event::Event;
use super::{End, Engine, Phase, Sum};
use crate::domain::{MailboxId, TokenState, Trouble};

/// What the keep-alive does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepAlive {
    /// How often it looks.
    pub every: Duration,
    /// What it did last, once it has looked.
    pub last: Option<Kept>,
}

/// What it did when it looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When it was done.
    pub at: Timestamp,
    /// How many mailboxes' tokens fell due and were refreshed, and how many of those mailboxes have
    /// a trouble; or what was in the way.
    pub outcome: Result<(usize, usize), Trouble>,
    /// When it looks again.
    pub next: Timestamp,
}

impl Engine {
    /// Refreshes and checks what falls due, at once and then again and again, if the configuration
    /// asks for it; else it does nothing. It runs for as long as it is polled.
    pub async fn keep_alive(&self) {
        let Some(every) = self.settings().keep_alive else { return };
        self.publish(Event::KeepAlive(KeepAlive { every, last: None }));
        loop {
            let outcome = self.refresh_due().await;
            let at = self.now();
            let next = at.saturating_add(SignedDuration::try_from(every).unwrap_or_default()).unwrap_or(Timestamp::MAX);
            self.publish(Event::KeepAlive(KeepAlive { every, last: Some(Kept { at, outcome, next }) }));
            tokio::time::sleep(every).await;
        }
    }

    /// The mailboxes whose tokens die soon if nobody uses them.
    ///
    /// # Errors
    /// `registry.…`.
    pub async fn due(&self) -> Result<Vec<MailboxId>, Trouble> {
        let (fleet, now) = (self.fleet().await?, self.now());
        let due = fleet.entries().filter(|entry| entry.token_state(now) == TokenState::Due);
        Ok(due.map(|entry| entry.mailbox.id).collect())
    }

    async fn refresh_due(&self) -> Result<(usize, usize), Trouble> {
        // From before the look: what another process refreshes meanwhile is fresh enough.
        let seen_at = self.now();
        let due: HashSet<MailboxId> = self.due().await?.into_iter().collect();
        if due.is_empty() {
            return Ok((0, 0));
        }
        let sum = self.check_many(due.iter().copied(), seen_at).over().await?;
        counted(&sum, &due)
    }
}

/// Others may have been checked with them.
fn counted(sum: &Sum, due: &HashSet<MailboxId>) -> Result<(usize, usize), Trouble> {
    if let Phase::Over(End::Obstacle(trouble)) = &sum.progress.phase {
        return Err(trouble.clone());
    }
    let checked = sum.checked.iter().filter(|id| due.contains(id)).count();
    let failed = sum.failures.iter().filter(|failure| due.contains(&failure.mailbox)).count();
    Ok((checked, failed))
}
