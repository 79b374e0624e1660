//! Access tokens: from the cache, or by a refresh that only one process does at a time.

use super::asking::{Answer, NotSent, Patience};
use super::cache::Wanted;
use super::case::Case;
use super::leases::{ASK_AGAIN, Lease, PATIENCE};
use super::network::Network;
use super::pool::Host;
use super::troubles::{busy, ending, missing, none, with_moment};
use super::{Engine, Work, history};
use crate::domain::{Grant, MailboxId, Secret, Step, Token, Trouble};
use crate::oauth::{AccessToken, Client, Refreshed, Refusal, exchange};
use crate::registry::{Happened, Owner, Registry};
use crate::secrets::Key;

/// Why there is no new token.
enum Unrefreshed {
    /// Another process has the token, or has replaced it meanwhile.
    Elsewhere,
    /// The provider was not asked.
    NotSent(NotSent),
    /// It, or something on this side, said no.
    Refused(Refusal),
}

impl From<NotSent> for Unrefreshed {
    fn from(why: NotSent) -> Self {
        Self::NotSent(why)
    }
}

impl From<Trouble> for Unrefreshed {
    fn from(trouble: Trouble) -> Self {
        Self::Refused(Refusal::at_token(trouble))
    }
}

impl Engine {
    /// An access token for `mailbox`, from the cache or refreshed.
    ///
    /// # Errors
    /// `token.none` if nobody has signed in; else what the provider or the store says.
    pub async fn access_token(&self, mailbox: MailboxId) -> Result<Secret, Trouble> {
        let case = self.case(mailbox).await?;
        self.access_token_of(&case, Wanted::Cached).await
    }

    pub(super) async fn access_token_of(&self, case: &Case, wanted: Wanted) -> Result<Secret, Trouble> {
        self.access_token_in(case, wanted, &Patience::Person).await
    }

    /// The same, for whoever waits longer or shorter.
    ///
    /// # Errors
    /// `check.stopped`, and all others.
    pub(super) async fn access_token_in(
        &self,
        case: &Case,
        wanted: Wanted,
        patience: &Patience,
    ) -> Result<Secret, Trouble> {
        if let Some(token) = self.cached(case.grant.id, wanted).await? {
            return Ok(token);
        }
        self.refresh_once(case, wanted, patience).await
    }

    /// Whoever waits for another process's refresh may stop waiting; one's own refresh goes on.
    async fn refresh_once(&self, case: &Case, wanted: Wanted, patience: &Patience) -> Result<Secret, Trouble> {
        let host = host_of(case);
        let mut give_up = None;
        loop {
            match self.ask(&host, patience, || self.refresh_to_its_end(case, wanted, patience)).await? {
                Ok(Some(token)) => return Ok(token),
                Ok(None) => {}
                Err(refusal) => return Err(self.refused_at_last(case, refusal).await?),
            }
            if self.now() > *give_up.get_or_insert(self.now() + PATIENCE) {
                return Err(busy());
            }
            tokio::time::sleep(ASK_AGAIN).await;
            if let Some(token) = self.cached(case.grant.id, wanted).await? {
                return Ok(token);
            }
        }
    }

    async fn refresh_to_its_end(
        &self,
        case: &Case,
        wanted: Wanted,
        patience: &Patience,
    ) -> Result<Result<Option<Secret>, Refusal>, NotSent> {
        // So that not everybody who waits for a turn holds and renews a lease.
        let seat = self.seat(&host_of(case), patience).await?;
        let (engine, case, patience) = (self.clone(), case.clone(), patience.clone());
        let refreshed = self.finished(async move {
            let refreshed = engine.try_refresh(&case, wanted, &patience).await;
            drop(seat);
            Ok(refreshed)
        });
        match refreshed.await {
            Ok(Ok(token)) => Ok(Ok(Some(token))),
            Ok(Err(Unrefreshed::Elsewhere)) => Ok(Ok(None)),
            Ok(Err(Unrefreshed::Refused(refusal))) => Ok(Err(refusal)),
            Ok(Err(Unrefreshed::NotSent(why))) => Err(why),
            Err(trouble) => Ok(Err(Refusal::at_token(trouble))),
        }
    }

    /// A server that kept asking for a pause has said no. Every other refusal was recorded at once.
    async fn refused_at_last(&self, case: &Case, refusal: Refusal) -> Result<Trouble, Trouble> {
        if refusal.pause.is_some() {
            self.record_refusal(case, &refusal).await?;
        }
        Ok(refusal.trouble)
    }

    /// Lease, read again, refresh, store, record, release (design section 6).
    async fn try_refresh(&self, case: &Case, wanted: Wanted, patience: &Patience) -> Result<Secret, Unrefreshed> {
        if self.is_ending() {
            return Err(ending().into());
        }
        let lease = self.free_lease(case.grant.id).await?.ok_or(Unrefreshed::Elsewhere)?;
        self.with_lease(&lease, self.refresh_under_lease(case, wanted, patience, &lease)).await
    }

    async fn refresh_under_lease(
        &self,
        case: &Case,
        wanted: Wanted,
        patience: &Patience,
        lease: &Lease,
    ) -> Result<Secret, Unrefreshed> {
        // Whoever had the lease before may have refreshed the token, or found out that it is dead.
        if let Some(token) = self.cached(case.grant.id, wanted).await? {
            return Ok(token);
        }
        let key = Key::refresh_token(self.registry_id(), case.grant.id);
        let refreshed = match self.secrets().get(&key).await? {
            Some(refresh_token) => {
                self.secrets().be_ready_to_keep(&key).await?;
                self.refresh(case, &key, &refresh_token, patience, lease).await?
            }
            None if case.grant.token == Token::None => return Err(none().into()),
            None => Err(Refusal::at_token(self.missing().await?)),
        };
        match refreshed {
            Ok(access_token) => Ok(self.refreshed(case, &key, access_token).await?),
            Err(refusal) => {
                // A wish for a pause is no trouble of the token: it is asked for again.
                if refusal.pause.is_none() {
                    self.recorded(&key, self.record_refusal(case, &refusal).await).await?;
                }
                Err(Unrefreshed::Refused(refusal))
            }
        }
    }

    /// Why a token that is held is not in the store. That the store is another one says nothing of it.
    pub(super) async fn missing(&self) -> Result<Trouble, Trouble> {
        self.secrets().recognise_keyring().await.map(|()| missing())
    }

    /// The turn is for the request alone: others go on while this one's answer is stored.
    async fn refresh(
        &self,
        case: &Case,
        key: &Key,
        refresh_token: &Secret,
        patience: &Patience,
        lease: &Lease,
    ) -> Result<Result<AccessToken, Refusal>, Unrefreshed> {
        let (network, secret) = match self.network_and_secret(case).await {
            Ok(both) => both,
            Err(trouble) => return Ok(Err(Refusal::at_token(trouble))),
        };
        let client = Client { provider: &case.provider, application: &case.application, secret: secret.as_ref() };
        let permit = self.turn(&host_of(case), patience).await?;
        let _on_its_way = self.on_its_way().await.ok_or(NotSent::Stopped)?;
        // Whoever waited for long may have lost the lease, and have it again.
        if lease.may_have_lapsed(self.now()) {
            self.take_lease(lease).await?.then_some(()).ok_or(Unrefreshed::Elsewhere)?;
            self.be_newest(key, refresh_token).await?;
        }
        let answer = exchange::refresh(&network.http, client, refresh_token).await;
        permit.end(answer.pause());
        // Neither an older token nor the refusal of one takes the place of a newer one.
        if answer.is_err() || lease.may_have_lapsed(self.now()) {
            self.be_newest(key, refresh_token).await?;
        }
        Ok(self.kept_of(&case.grant, answer).await?)
    }

    /// Whether no other process has replaced a refresh token, as far as the store says.
    async fn be_newest(&self, key: &Key, refresh_token: &Secret) -> Result<(), Unrefreshed> {
        match self.secrets().get(key).await {
            Ok(Some(stored)) if stored != *refresh_token => Err(Unrefreshed::Elsewhere),
            _ => Ok(()),
        }
    }

    async fn network_and_secret(&self, case: &Case) -> Result<(Network, Option<Secret>), Trouble> {
        Ok((self.network(&case.provider).await?, self.client_secret(&case.application).await?))
    }

    /// The new refresh token is in the store before anything else is told, or looked at.
    async fn kept_of(
        &self,
        grant: &Grant,
        refreshed: Result<Refreshed, Refusal>,
    ) -> Result<Result<AccessToken, Refusal>, Trouble> {
        let Refreshed { refresh_token, access_token } = match refreshed {
            Ok(refreshed) => refreshed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(refresh_token) = &refresh_token {
            self.secrets().put(&Owner::of(grant), refresh_token).await?;
        }
        Ok(access_token)
    }

    /// All that is told of a refresh is told in one job: there may be thousands.
    async fn refreshed(&self, case: &Case, key: &Key, access_token: AccessToken) -> Result<Secret, Trouble> {
        let (id, now) = (case.grant.id, self.now());
        let cache = self.caching(id, &access_token).await;
        let event = self.event(case.mailbox.address.clone(), Happened::Refreshed, String::new());
        let tell = move |registry: &Registry| {
            registry.record_use(id, now)?;
            cache(registry);
            history::note(registry, &event);
            Ok(())
        };
        self.recorded(key, self.registry(tell).await).await?;
        Ok(access_token.secret)
    }

    /// A grant that was removed while its token was on the way leaves no secret behind.
    pub(super) async fn recorded(&self, key: &Key, outcome: Result<(), Trouble>) -> Result<(), Trouble> {
        if outcome.as_ref().is_err_and(|trouble| trouble.code() == "grant.unknown") {
            self.secrets().delete(key).await?;
        }
        outcome
    }

    async fn record_refusal(&self, case: &Case, refusal: &Refusal) -> Result<(), Trouble> {
        let (id, ends, now) = (case.grant.id, refusal.ends, self.now());
        let trouble = with_moment(&refusal.trouble, refusal.pause, now);
        self.registry(move |registry: &Registry| match ends {
            Some(end) => registry.record_end(id, end, &trouble, now),
            None => registry.record_trouble(id, Some((Step::Token, &trouble))),
        })
        .await?;
        self.note(case.mailbox.id, Happened::Refused, refusal.trouble.code().to_owned()).await;
        Ok(())
    }

    pub(super) fn refreshing(&self) -> Work {
        Work::Refreshing { since: self.now() }
    }
}

fn host_of(case: &Case) -> Host {
    Host::of_token_endpoint(&case.provider, &case.application)
}
