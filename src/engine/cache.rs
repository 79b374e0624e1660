//! Access tokens that are kept, sealed, for as long as they live.

use jiff::{SignedDuration, Timestamp};

use super::Engine;
use crate::domain::{GrantId, Secret, Token, Trouble};
use crate::oauth::AccessToken;
use crate::registry::Registry;

/// An access token is given out only if it lives at least this long.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// Which access token will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A cached one, if it lives long enough.
    Cached,
    /// One that was refreshed after this moment.
    NewerThan(Timestamp),
}

impl Engine {
    /// A kept access token that will do, unless its refresh token is dead.
    ///
    /// # Errors
    /// What the provider said of a dead token; `grant.unknown`; `registry.…`.
    pub(super) async fn cached(&self, id: GrantId, wanted: Wanted) -> Result<Option<Secret>, Trouble> {
        let found = self.registry(move |registry| Ok((registry.cached_access_token(id)?, registry.grant(id)?)));
        let (kept, grant) = found.await?;
        if let Token::Ended { trouble, .. } = grant.token {
            return Err(trouble);
        }
        let Some((sealed, expires_at)) = kept else {
            return Ok(None);
        };
        // Of a moment that is yet to come: the clock has been set back since, by nobody knows how much.
        let refreshed_at = grant.token.last_used_at().filter(|at| *at <= self.now());
        let new_enough = match wanted {
            Wanted::Cached => refreshed_at.is_some(),
            Wanted::NewerThan(moment) => refreshed_at.is_some_and(|at| at > moment),
        };
        if !new_enough || expires_at.duration_since(self.now()) < FRESH {
            return Ok(None);
        }
        // A cache that cannot be opened is as good as none: the refresh token is what counts.
        Ok(self.unseal(&cache_context(id), &sealed).await.ok())
    }

    pub(super) async fn cache_access_token(&self, id: GrantId, access_token: &AccessToken) {
        let cache = self.caching(id, access_token).await;
        let job = move |registry: &Registry| {
            cache(registry);
            Ok(())
        };
        // What goes wrong it says itself.
        let _ = self.registry(job).await;
    }

    /// The way to keep an access token, sealed. One that is not kept only costs the next caller a refresh.
    pub(super) async fn caching(&self, id: GrantId, access_token: &AccessToken) -> impl FnOnce(&Registry) + use<> {
        let sealed = self.seal(&cache_context(id), &access_token.secret).await;
        let expires_at = self.now() + access_token.expires_in;
        move |registry| {
            let cached = sealed.and_then(|sealed| registry.cache_access_token(id, &sealed, expires_at));
            if let Err(trouble) = cached {
                tracing::warn!(code = trouble.code(), "the access token could not be cached");
            }
        }
    }
}

fn cache_context(id: GrantId) -> String {
    format!("grant/{id}/access-token")
}
