//! An authorization code becomes a grant, once and within ten minutes (RFC 6749 section 4.1.3).

use jiff::SignedDuration;

use super::errors::Refusal;
use super::issue::GrantNumber;
use super::params::Params;
use super::pkce::check_verifier;
use super::scopes::Scopes;
use super::state::World;
use super::token::{Client, Multiple, asked_scopes, check_owner, unknown, well_formed};

const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

impl World {
    /// What `grant_type=authorization_code` gives.
    pub fn redeem(&mut self, client: &Client, params: &Params) -> Result<(GrantNumber, Scopes), Refusal> {
        let code = well_formed(params.required("code")?)?;
        let redirect_uri = params.required("redirect_uri")?;
        let now = self.now();
        let known = self.codes.get_mut(code).ok_or_else(|| unknown("code"))?;
        check_owner(client, &known.grant.client_id)?;
        if known.redeemed {
            return Err(already_redeemed());
        }
        if now.duration_since(known.issued_at) > LIFETIME {
            return Err(code_too_old());
        }
        check_redirect_uri(&known.redirect_uri, redirect_uri)?;
        check_verifier(known.challenge.as_ref(), params.get("code_verifier"))?;
        let asked = asked_scopes(client, params, &known.grant.scopes, Multiple::Refused)?;
        known.redeemed = true;
        let grant = known.grant.clone();
        self.grants.push(grant);
        Ok((GrantNumber(self.grants.len() - 1), asked))
    }
}

fn check_redirect_uri(asked_with: &str, redeemed_with: &str) -> Result<(), Refusal> {
    if asked_with == redeemed_with {
        return Ok(());
    }
    Err(Refusal::new(
        "invalid_grant",
        500_112,
        format!(
            "The reply address '{redeemed_with}' does not match the reply address '{asked_with}' provided when \
             requesting Authorization code."
        ),
    ))
}

fn already_redeemed() -> Refusal {
    Refusal::new(
        "invalid_grant",
        54_005,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
         refresh token.",
    )
}

fn code_too_old() -> Refusal {
    Refusal::new(
        "invalid_grant",
        70_008,
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
         authorization request for this user and resource.",
    )
}
