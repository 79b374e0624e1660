//! A refresh token is used, and another takes its place (RFC 6749 section 6).
//!
//! Source: entra-docs `refresh-tokens.md`.

use jiff::{SignedDuration, Timestamp};

use super::errors::Refusal;
use super::issue::GrantNumber;
use super::params::Params;
use super::scenario::{Policy, Role};
use super::scopes::Scopes;
use super::state::{Shared, World};
use super::token::{Client, Multiple, asked_scopes, check_owner, disabled, unknown, well_formed};
use crate::domain::Address;

const IDLE_LIMIT: SignedDuration = SignedDuration::from_hours(90 * 24);

impl World {
    /// What `grant_type=refresh_token` gives.
    pub fn refresh(
        &mut self,
        shared: &Shared,
        client: &Client,
        params: &Params,
    ) -> Result<(GrantNumber, Scopes), Refusal> {
        let token = well_formed(params.required("refresh_token")?)?.to_owned();
        let known = self.refresh_tokens.get(&token).cloned().ok_or_else(|| unknown("refresh_token"))?;
        let grant = self.grants.get_mut(known.grant.0).ok_or_else(|| unknown("refresh_token"))?;
        check_owner(client, &grant.client_id)?;
        if known.replaced && shared.options.strict {
            grant.ended = true;
        }
        if grant.ended {
            return Err(reused());
        }
        let account = grant.account.clone();
        let granted = grant.scopes.clone();
        let now = self.now();
        self.check_account(&account, known.issued_at)?;
        if now.duration_since(known.last_used_at) >= IDLE_LIMIT {
            return Err(idle_too_long(known.issued_at));
        }
        let asked = asked_scopes(client, params, &granted, Multiple::FirstResource)?;
        if let Some(used) = self.refresh_tokens.get_mut(&token) {
            used.replaced = true;
            used.last_used_at = now;
        }
        Ok((known.grant, asked))
    }

    /// What became of an account since a token was issued to it.
    fn check_account(&self, account: &Address, issued_at: Timestamp) -> Result<(), Refusal> {
        if let Some(valid_from) = self.valid_from.get(account).filter(|from| **from > issued_at) {
            return Err(revoked(issued_at, *valid_from));
        }
        match self.account(account) {
            None => Err(unknown("refresh_token")),
            Some(account) if account.role == Role::Shared => Err(disabled()),
            Some(account) if account.policy == Policy::ConditionalAccess => Err(Refusal::conditional_access()),
            Some(_) => Ok(()),
        }
    }
}

fn reused() -> Refusal {
    Refusal::new(
        "invalid_grant",
        70_000,
        "The provided grant is no longer valid: a refresh token of it was used twice.",
    )
    .with_suberror("bad_token")
}

fn revoked(issued_at: Timestamp, valid_from: Timestamp) -> Refusal {
    Refusal::new(
        "invalid_grant",
        50_173,
        format!(
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might \
             have changed or reset their password. The grant was issued on '{issued_at:.7}' and the TokensValidFrom \
             date (before which tokens are not valid) for this user is '{valid_from:.7}'."
        ),
    )
    .with_suberror("bad_token")
}

fn idle_too_long(issued_at: Timestamp) -> Refusal {
    Refusal::new(
        "invalid_grant",
        700_082,
        format!(
            "The refresh token has expired due to inactivity. The token was issued on {issued_at:.7} and was \
             inactive for 90.00:00:00."
        ),
    )
    .with_suberror("token_expired")
}
