//! The first live checks after a sign-in, for whoever ends right after it.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::Engine;
use super::case::Case;
use super::errands::LOOK;
use super::live_checks::is_asked_for;
use crate::domain::{Check, Checks, MailServer, MailboxId, Trouble};
use crate::registry::{Protocol, Registry};

impl Engine {
    /// Waits until the servers of `mailbox` were tried with the token of its last sign-in, and
    /// gives what was found; not for ever, so that one may still be `Unknown`.
    ///
    /// # Errors
    /// `registry.…`, `mailbox.unknown`.
    pub async fn first_checks(&self, mailbox: MailboxId) -> Result<Checks, Trouble> {
        // The process that took the answer may have died.
        let give_up = Instant::now() + self.patience_with_servers();
        loop {
            let case = self.case(mailbox).await?;
            let checks = since_the_sign_in(&case);
            if is_whole(&case, &checks) || Instant::now() >= give_up {
                return Ok(checks);
            }
            sleep(LOOK).await;
        }
    }

    /// How many mailboxes besides this one use the token of its account.
    ///
    /// # Errors
    /// `mailbox.unknown`, `registry.…`.
    pub async fn others_of_account(&self, mailbox: MailboxId) -> Result<usize, Trouble> {
        let others = move |registry: &Registry| {
            let all = registry.mailboxes_of(registry.mailbox(mailbox)?.grant)?;
            Ok(all.iter().filter(|other| other.id != mailbox).count())
        };
        self.registry(others).await
    }

    /// Waits until the checks are over that follow the sign-ins of this process; not for ever.
    pub async fn first_checks_over(&self) {
        self.0.first_checks.close();
        // What was not found in time is found by the next check.
        let _ = timeout(self.patience_with_servers(), self.0.first_checks.wait()).await;
    }

    /// All of a mailbox's servers are tried at once, but may have to wait for their turn.
    fn patience_with_servers(&self) -> Duration {
        2 * self.settings().timeout
    }
}

fn since_the_sign_in(case: &Case) -> Checks {
    let obtained_at = case.grant.token.obtained_at();
    let recent = |check: &Check| if check.at() >= obtained_at { check.clone() } else { Check::Unknown };
    let Checks { smtp, imap, pop } = &case.mailbox.checks;
    Checks { smtp: recent(smtp), imap: recent(imap), pop: recent(pop) }
}

fn is_whole(case: &Case, checks: &Checks) -> bool {
    let is_known = |protocol, server: Option<&MailServer>, check: &Check| {
        server.is_none() || !is_asked_for(case, protocol) || *check != Check::Unknown
    };
    is_known(Protocol::Smtp, Some(&case.provider.smtp), &checks.smtp)
        && is_known(Protocol::Imap, case.provider.imap.as_ref(), &checks.imap)
        && is_known(Protocol::Pop, case.provider.pop.as_ref(), &checks.pop)
}
