//! A claimed answer taken to its end: the exchange, who signed in, the token kept.

use super::answers::{Accepted, Claimed, What};
use super::case::Case;
use super::errands::{Held, record_failed_sign_in, verifier_context};
use super::event::Event;
use super::troubles::{crossed, no_refresh_token};
use super::work::Ticket;
use super::{Engine, Work};
use crate::domain::{ApplicationName, Check, Grant, Identity, MailboxId, Remedy, Secret, Step, Trouble};
use crate::oauth::{Client, Refusal, Tokens, exchange};
use crate::registry::{Happened, Owner, Progress, Purpose, Registry, SignIn};
use crate::secrets::Key;

impl Engine {
    /// Takes a claimed answer to its end.
    pub(super) async fn finish(&self, claimed: Claimed) -> Result<Accepted, Trouble> {
        let Claimed { errand, ticket, what, .. } = claimed;
        let outcome = match (&errand.purpose, what) {
            (Purpose::Consent(name), What::Consent) => self.consented(&errand, name).await,
            (Purpose::Consent(name), What::Refused(refusal)) => self.consent_refused(&errand, name, refusal).await,
            (Purpose::SignIn(mailbox), What::Code(code)) => self.exchange(&errand, *mailbox, &code, &ticket).await,
            (Purpose::SignIn(mailbox), What::Refused(refusal)) => self.refused(&errand, *mailbox, refusal).await,
            (Purpose::Consent(_), What::Code(_)) | (Purpose::SignIn(_), What::Consent) => {
                self.progress(&errand.state, Progress::Failed(crossed())).await.and(Err(crossed()))
            }
        };
        // A token was told of when it was kept.
        if let Ok(accepted @ (Accepted::Consent(_) | Accepted::WrongAccount { .. })) = &outcome {
            self.publish(Event::Accepted(accepted.clone()));
        }
        if !matches!(outcome, Ok(Accepted::WrongAccount { .. })) {
            self.0.works.end(&ticket);
        }
        outcome
    }

    async fn exchange(
        &self,
        errand: &SignIn,
        mailbox: MailboxId,
        code: &Secret,
        ticket: &Ticket,
    ) -> Result<Accepted, Trouble> {
        let case = match self.case(mailbox).await {
            Ok(case) => case,
            Err(trouble) => return self.refused(errand, mailbox, Refusal::new(trouble, Step::Authorize)).await,
        };
        match self.redeem(errand, &case, code).await {
            Ok(tokens) => self.signed_in(errand.clone(), case, tokens, ticket).await,
            Err(refusal) => self.refused(errand, mailbox, refusal).await,
        }
    }

    async fn redeem(&self, errand: &SignIn, case: &Case, code: &Secret) -> Result<Tokens, Refusal> {
        let verifier =
            self.unseal(&verifier_context(&errand.state), &errand.sealed_verifier).await.map_err(Refusal::at_token)?;
        let secret = self.client_secret(&case.application).await.map_err(Refusal::at_token)?;
        let network = self.network(&case.provider).await.map_err(Refusal::at_token)?;
        let client = Client { provider: &case.provider, application: &case.application, secret: secret.as_ref() };
        exchange::redeem(&network.http, client, code, &verifier, &errand.redirect_uri).await
    }

    /// Who signed in decides whether the tokens are kept.
    pub(super) async fn signed_in(
        &self,
        errand: SignIn,
        case: Case,
        tokens: Tokens,
        ticket: &Ticket,
    ) -> Result<Accepted, Trouble> {
        let mailbox = case.mailbox.id;
        let stored = match self.stranger(&case.grant, tokens.identity.as_ref()).await {
            Ok(Some(identity)) => {
                let held = Held { errand, mailbox, identity, tokens, ticket: ticket.clone() };
                return self.ask_about(held, case.grant.account).await;
            }
            Ok(None) => self.store(&errand, &case.grant, mailbox, &tokens, ticket).await,
            Err(trouble) => Err(trouble),
        };
        match stored {
            Ok(()) => Ok(self.kept(&case.grant, mailbox, &tokens, ticket).await),
            Err(trouble) => self.refused(&errand, mailbox, Refusal::at_token(trouble)).await,
        }
    }

    /// Who signed in, if it is another account than expected. The provider's own immutable name decides
    /// if it is known; else the user name, which for most mailboxes is the address (`facts` B7: a
    /// warning to a person, never a silent refusal).
    async fn stranger(&self, grant: &Grant, signed_in: Option<&Identity>) -> Result<Option<Identity>, Trouble> {
        let named_otherwise = |who: &&Identity| who.username.to_lowercase() != grant.account.folded();
        let Some(signed_in) = signed_in.filter(named_otherwise) else { return Ok(None) };
        let id = grant.id;
        let known = self.registry(move |registry| registry.identity(id)).await?;
        let is_known =
            known.is_some_and(|known| known.issuer == signed_in.issuer && known.subject == signed_in.subject);
        Ok((!is_known).then(|| signed_in.clone()))
    }

    /// Written, read back, and only then done.
    pub(super) async fn store(
        &self,
        errand: &SignIn,
        grant: &Grant,
        mailbox: MailboxId,
        tokens: &Tokens,
        ticket: &Ticket,
    ) -> Result<(), Trouble> {
        let refresh_token = tokens.refresh_token.as_ref().ok_or_else(no_refresh_token)?;
        self.0.works.report(ticket, Work::Storing { since: self.now() });
        // A refresh or a move of the old token that is under way must not come after this one.
        let kept_and_recorded = async {
            let kept = self.secrets().keep(&Owner::of(grant), refresh_token).await?;
            self.record_sign_in(grant, mailbox, tokens.identity.clone()).await?;
            // Last of all, since the keyring may take its time.
            self.secrets().hand_on(kept).await;
            Ok(())
        };
        self.under_lease(grant.id, kept_and_recorded).await?;
        let (now, application, state) = (self.now(), grant.application.clone(), errand.state.clone());
        self.registry(move |registry| {
            // Nobody gets a token from an application that is not registered.
            registry.record_proof(&application, &Check::Ok { at: now })?;
            registry.record_progress(&state, &Progress::Done)
        })
        .await
    }

    async fn record_sign_in(
        &self,
        grant: &Grant,
        mailbox: MailboxId,
        identity: Option<Identity>,
    ) -> Result<(), Trouble> {
        let (id, now) = (grant.id, self.now());
        let record = move |registry: &Registry| {
            registry.record_sign_in(id, identity.as_ref(), now)?;
            // A delegate's mailbox moves to the delegate's grant only when there is a token in it.
            if registry.mailbox(mailbox)?.grant != id {
                registry.assign_grant(mailbox, id)?;
            }
            Ok(())
        };
        self.recorded(&Key::refresh_token(self.registry_id(), id), self.registry(record).await).await
    }

    /// What follows when the token is stored. That it is, is told before the end of the job:
    /// whoever hears of an end alone takes it for a failure.
    pub(super) async fn kept(&self, grant: &Grant, mailbox: MailboxId, tokens: &Tokens, ticket: &Ticket) -> Accepted {
        self.cache_access_token(grant.id, &tokens.access_token).await;
        self.note(mailbox, Happened::SignedIn, format!("as {}", grant.account)).await;
        let place = self.place_of_token(mailbox).await.unwrap_or(self.store_title());
        let accepted = Accepted::Token { mailbox, account: grant.account.clone(), place };
        self.publish(Event::Accepted(accepted.clone()));
        self.0.works.end(ticket);
        self.forget_or_tell().await;
        self.check_first(grant.id, mailbox);
        accepted
    }

    /// A sign-in came to nothing. It is the mailbox's trouble only if its token is not as good as before.
    pub(super) async fn refused(
        &self,
        errand: &SignIn,
        mailbox: MailboxId,
        refusal: Refusal,
    ) -> Result<Accepted, Trouble> {
        let (state, trouble, now) = (errand.state.clone(), refusal.trouble.clone(), self.now());
        let concerns_application = refusal.step == Step::Register && *trouble.remedy() != Remedy::AdminConsent;
        let step = if refusal.step == Step::Token { Step::Token } else { Step::Authorize };
        self.registry(move |registry| {
            let recorded = if concerns_application {
                let check = Check::Failed { at: now, trouble: trouble.clone() };
                let grant = registry.mailbox(mailbox).and_then(|mailbox| registry.grant(mailbox.grant));
                grant.and_then(|grant| registry.record_proof(&grant.application, &check))
            } else {
                record_failed_sign_in(registry, mailbox, step, &trouble)
            };
            registry.record_progress(&state, &Progress::Failed(trouble)).and(recorded)
        })
        .await?;
        self.note(mailbox, Happened::Refused, refusal.trouble.code().to_owned()).await;
        self.publish(Event::Trouble(refusal.trouble.clone()));
        Err(refusal.trouble)
    }

    async fn consented(&self, errand: &SignIn, name: &ApplicationName) -> Result<Accepted, Trouble> {
        let (application, state, now) = (name.clone(), errand.state.clone(), self.now());
        self.registry(move |registry| registry.record_consented(&application, &state, now)).await?;
        Ok(Accepted::Consent(name.clone()))
    }

    async fn consent_refused(
        &self,
        errand: &SignIn,
        name: &ApplicationName,
        refusal: Refusal,
    ) -> Result<Accepted, Trouble> {
        let (name, state, trouble, now) = (name.clone(), errand.state.clone(), refusal.trouble.clone(), self.now());
        self.registry(move |registry| {
            let recorded = registry.record_consent(&name, &Check::Failed { at: now, trouble: trouble.clone() });
            registry.record_progress(&state, &Progress::Failed(trouble)).and(recorded)
        })
        .await?;
        self.publish(Event::Trouble(refusal.trouble.clone()));
        Err(refusal.trouble)
    }

    pub(super) async fn progress(&self, state: &str, progress: Progress) -> Result<(), Trouble> {
        let state = state.to_owned();
        self.registry(move |registry| registry.record_progress(&state, &progress)).await
    }
}
