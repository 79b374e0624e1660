//! Live checks: a refresh, and an XOAUTH2 sign-in at each of a mailbox's servers.

use super::case::Case;
use super::event::{Event, Subject};
use super::tokens::Wanted;
use super::work::Ticket;
use super::{Engine, Work};
use crate::domain::{Check, GrantId, MailServer, MailboxId, Secret, Trouble};
use crate::mail;
use crate::registry::Protocol;

impl Engine {
    /// Refreshes the token of `mailbox` and tries it at its servers. What is found is recorded;
    /// the first trouble is also given back.
    ///
    /// # Errors
    /// The trouble of the refresh, or of the submission server.
    pub async fn check(&self, mailbox: MailboxId) -> Result<(), Trouble> {
        let asked_at = self.now();
        let ticket = self.0.works.begin_beside(Subject::Mailbox(mailbox), self.refreshing());
        let outcome = self.check_with(mailbox, &ticket, Wanted::NewerThan(asked_at)).await;
        self.0.works.end(&ticket);
        outcome
    }

    /// Tries every mailbox of a grant with the access token that is there, in the background.
    pub(super) fn check_all_of(&self, grant: GrantId) {
        let engine = self.clone();
        self.0.first_checks.spawn(async move {
            let mailboxes = engine.registry(move |registry| registry.mailboxes_of(grant)).await;
            for mailbox in mailboxes.unwrap_or_default() {
                let (engine, tracker) = (engine.clone(), engine.0.first_checks.clone());
                tracker.spawn(async move {
                    let ticket = engine
                        .0
                        .works
                        .begin_beside(Subject::Mailbox(mailbox.id), Work::CheckingSmtp { since: engine.now() });
                    // What is found is recorded and shown with the mailbox.
                    let _ = engine.check_with(mailbox.id, &ticket, Wanted::Cached).await;
                    engine.0.works.end(&ticket);
                });
            }
        });
    }

    async fn check_with(&self, mailbox: MailboxId, ticket: &Ticket, wanted: Wanted) -> Result<(), Trouble> {
        let case = self.case(mailbox).await?;
        let token = self.access_token_of(&case, wanted).await?;
        self.0.works.report(ticket, Work::CheckingSmtp { since: self.now() });
        let smtp = async {
            let outcome = self.try_server(&case, Protocol::Smtp, Some(&case.provider.smtp), &token).await;
            self.0.works.end(ticket);
            outcome
        };
        let imap = self.try_server(&case, Protocol::Imap, case.provider.imap.as_ref(), &token);
        let pop = self.try_server(&case, Protocol::Pop, case.provider.pop.as_ref(), &token);
        let (smtp, imap, pop) = tokio::join!(smtp, imap, pop);
        self.0.works.changed.notify_one();
        let first = smtp.and(imap).and(pop);
        if let Err(trouble) = &first {
            self.note(mailbox, "check_failed", trouble.code().to_owned()).await;
        }
        first
    }

    async fn try_server(
        &self,
        case: &Case,
        protocol: Protocol,
        server: Option<&MailServer>,
        token: &Secret,
    ) -> Result<(), Trouble> {
        let Some(server) = server.filter(|_| is_asked_for(case, protocol)) else {
            return Ok(());
        };
        let network = self.network(&case.provider).await?;
        let permit = self.0.pool.acquire().await.map_err(|_| super::broken_job())?;
        let outcome = mail::check(server, &network.tls, self.settings().timeout, &case.mailbox.address, token).await;
        drop(permit);
        let (id, outcome) = (case.mailbox.id, outcome.map_err(|refusal| refusal.trouble));
        let check = Check::of(outcome.clone(), self.now());
        if let Err(trouble) = self.registry(move |registry| registry.record_check(id, protocol, &check)).await {
            self.publish(Event::Trouble(trouble));
        }
        outcome
    }
}

/// A server whose scope the application does not ask for would refuse, and nobody wants it.
pub(super) fn is_asked_for(case: &Case, protocol: Protocol) -> bool {
    let scopes = case.provider.scopes_for(&case.application);
    let names_protocols =
        scopes.iter().any(|scope| scope.contains("SMTP.") || scope.contains("IMAP.") || scope.contains("POP."));
    let word = match protocol {
        Protocol::Smtp => return true,
        Protocol::Imap => "IMAP.",
        Protocol::Pop => "POP.",
    };
    !names_protocols || scopes.iter().any(|scope| scope.contains(word))
}
