//! Live checks: a refresh, and an XOAUTH2 sign-in at each of a mailbox's servers.

use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::asking::{Answer, Patience};
use super::bulk::{Group, JobId};
use super::cache::Wanted;
use super::case::Case;
use super::event::{Event, Subject};
use super::pool::Host;
use super::troubles::{is_gone, stopped, with_moment};
use super::work::Ticket;
use super::{Engine, Work};
use crate::domain::{Check, GrantId, MailServer, MailboxId, Secret, Trouble};
use crate::mail;
use crate::registry::{Happened, Protocol};

impl Engine {
    /// Refreshes a grant once, and tries its mailboxes with the new token. What is found is recorded.
    /// When `stop` is cancelled no further mailbox is begun, and no pause waited for.
    pub(super) async fn check_group(self, group: Group, stop: CancellationToken) {
        let cases = match self.cases(group.grant, &group.ids()).await {
            Ok(cases) => cases,
            Err(trouble) => {
                let each = group.mailboxes.iter();
                return each.for_each(|(id, address)| self.checked(group.job, *id, address, Err(trouble.clone())));
            }
        };
        let Some(first) = cases.first() else { return };
        let tickets: Vec<Ticket> = cases.iter().map(|case| self.begin_check(case, self.refreshing())).collect();
        let wanted = Wanted::NewerThan(group.seen_at);
        let token = self.access_token_in(first, wanted, &Patience::Job(stop.clone())).await;
        let checks = stream::iter(cases.iter().zip(tickets).enumerate());
        let check = |(at, (case, ticket))| {
            // The first has begun with the refresh.
            let token = if at > 0 && stop.is_cancelled() { Err(stopped()) } else { token.clone() };
            self.check_case(group.job, case, ticket, token, Patience::Begun(stop.clone()))
        };
        checks.for_each_concurrent(self.settings().parallel, check).await;
    }

    /// Tries the mailboxes of a grant with the access token that is there, in the background: all of
    /// them on the dashboard. Whoever waits for a command to end wants the one that it signed in for.
    pub(super) fn check_first(&self, grant: GrantId, signed_in: MailboxId) {
        let engine = self.clone();
        self.0.first_checks.spawn(async move {
            let mut ids = vec![signed_in];
            if !engine.is_command() {
                let mailboxes = engine.registry(move |registry| registry.mailboxes_of(grant)).await.unwrap_or_default();
                ids = mailboxes.iter().map(|mailbox| mailbox.id).collect();
            }
            let cases = engine.cases(grant, &ids).await.unwrap_or_default();
            let Some(first) = cases.first() else { return };
            let patience = Patience::Job(CancellationToken::new());
            let token = engine.access_token_in(first, Wanted::Cached, &patience).await;
            let checks = stream::iter(&cases).for_each_concurrent(engine.settings().parallel, |case| async {
                let ticket = engine.begin_check(case, Work::CheckingSmtp { since: engine.now() });
                if let Ok(token) = &token
                    && let Err(trouble) = engine.try_servers(case, &ticket, token, &patience).await
                    && !is_gone(&trouble)
                {
                    engine.publish(Event::Trouble(trouble));
                }
                engine.0.works.end(&ticket);
            });
            checks.await;
        });
    }

    fn begin_check(&self, case: &Case, work: Work) -> Ticket {
        self.0.works.begin_beside(Subject::Mailbox(case.mailbox.id), work)
    }

    async fn check_case(
        &self,
        job: JobId,
        case: &Case,
        ticket: Ticket,
        token: Result<Secret, Trouble>,
        patience: Patience,
    ) {
        let outcome = match token {
            Ok(token) => self.try_servers(case, &ticket, &token, &patience).await.flatten(),
            Err(trouble) => Err(trouble),
        };
        self.0.works.end(&ticket);
        self.checked(job, case.mailbox.id, &case.mailbox.address, outcome);
    }

    /// The first refusal of the servers; what they say is recorded.
    ///
    /// # Errors
    /// One was not asked, or what it said could not be recorded: `check.stopped`, `mailbox.unknown`,
    /// `registry.…`.
    async fn try_servers(
        &self,
        case: &Case,
        ticket: &Ticket,
        token: &Secret,
        patience: &Patience,
    ) -> Result<Result<(), Trouble>, Trouble> {
        let try_server = |protocol, server| self.try_server(case, protocol, server, token, patience);
        self.0.works.report(ticket, Work::CheckingSmtp { since: self.now() });
        let smtp = async {
            let outcome = try_server(Protocol::Smtp, Some(&case.provider.smtp)).await;
            self.0.works.end(ticket);
            outcome
        };
        let imap = try_server(Protocol::Imap, case.provider.imap.as_ref());
        let pop = try_server(Protocol::Pop, case.provider.pop.as_ref());
        let (smtp, imap, pop) = tokio::join!(smtp, imap, pop);
        self.0.works.changed.notify_one();
        let first = smtp?.and(imap?).and(pop?);
        if let Err(trouble) = &first {
            self.note(case.mailbox.id, Happened::CheckFailed, trouble.code().to_owned()).await;
        }
        Ok(first)
    }

    async fn try_server(
        &self,
        case: &Case,
        protocol: Protocol,
        server: Option<&MailServer>,
        token: &Secret,
        patience: &Patience,
    ) -> Result<Result<(), Trouble>, Trouble> {
        let id = case.mailbox.id;
        let Some(server) = server.filter(|_| is_asked_for(case, protocol)) else {
            // What was found while somebody wanted it is no trouble any more.
            if *protocol.found(&case.mailbox.checks) != Check::Unknown {
                self.registry(move |registry| registry.record_check(id, protocol, &Check::Unknown)).await?;
            }
            return Ok(Ok(()));
        };
        let network = self.network(&case.provider).await?;
        let host = Host::of_server(server);
        let check = || async {
            let permit = self.turn(&host, patience).await?;
            let answer = mail::check(server, &network.tls, self.settings().timeout, &case.mailbox.address, token).await;
            permit.end(answer.pause());
            Ok(answer)
        };
        let answer = self.ask(&host, patience, check).await?;
        let now = self.now();
        let outcome = answer.map_err(|refusal| with_moment(&refusal.trouble, refusal.pause, now));
        let check = Check::of(outcome.clone(), now);
        self.registry(move |registry| registry.record_check(id, protocol, &check)).await?;
        Ok(outcome)
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
