//! The token endpoint: authorization code, refresh token and device code, each parameter checked.
//!
//! Source: RFC 6749 sections 4.1.3, 5 and 6; RFC 7636 section 4.6; entra-docs
//! `v2-oauth2-auth-code-flow.md` and `refresh-tokens.md`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::device;
use super::errors::Refusal;
use super::faults::{Fault, json};
use super::issue::{Challenge, GrantNumber};
use super::params::Params;
use super::scenario::{Policy, Role};
use super::scopes::Scopes;
use super::state::{Shared, World};
use crate::domain::Address;

/// The grant type of RFC 8628 section 3.4.
pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
const IDLE_LIMIT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = form(&headers, &body);
    let fault = {
        let mut world = shared.world();
        let grant_type = params.as_ref().ok().and_then(|params| params.get("grant_type"));
        world.requests.count(grant_type);
        world.faults.pop_front()
    };
    let slow = fault.as_ref().map_or(std::time::Duration::ZERO, Fault::delay);
    tokio::time::sleep(shared.options.delay + slow).await;
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let (status, body) = answer(&shared, &tenant, &headers, params, fault.as_ref());
    match fault {
        Some(fault) => fault.spoil(status, &body),
        None => json(status, body.to_string()),
    }
}

/// Microsoft's answer to a GET.
pub(super) async fn get(State(shared): State<Arc<Shared>>) -> Response {
    let message = "The endpoint only accepts POST requests. Received a GET request.";
    refused(&shared, &Refusal::new("invalid_request", 900_561, message))
}

/// A refusal as JSON.
pub(super) fn refused(shared: &Shared, refusal: &Refusal) -> Response {
    let now = shared.world().now();
    json(refusal.status(), refusal.told(now).json(&shared.base).to_string())
}

/// The parameters of a form body; a body of another type has none.
pub(super) fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded")) {
        Params::parse(body)
    } else {
        Ok(Params::default())
    }
}

fn answer(
    shared: &Shared,
    tenant: &str,
    headers: &HeaderMap,
    params: Result<Params, Refusal>,
    fault: Option<&Fault>,
) -> (u16, Value) {
    let mut world = shared.world();
    let granted = params.and_then(|params| {
        let client = Client::known(&world, tenant, headers, &params)?;
        let (grant, asked) = world.grant(shared, &client, &params)?;
        Ok(world.answer(shared, grant, &asked, fault))
    });
    match granted {
        Ok(body) => (200, body),
        Err(refusal) => (refusal.status(), refusal.told(world.now()).json(&shared.base)),
    }
}

/// Who asks: an app registration of this tenant.
pub(super) struct Client {
    pub id: String,
    pub name: String,
    pub tenant_id: String,
}

impl Client {
    /// Checks what a public client must and must not send of itself.
    ///
    /// # Errors
    /// AADSTS90002 and its kin, 900144, 700016, 700025.
    pub fn known(world: &World, tenant: &str, headers: &HeaderMap, params: &Params) -> Result<Self, Refusal> {
        let tenant = world.tenant(tenant)?;
        let client_id = params.required("client_id")?;
        let registration = world.registration(tenant, client_id)?;
        let secret =
            params.has("client_secret") || params.has("client_assertion") || headers.contains_key(AUTHORIZATION);
        if secret {
            return Err(Refusal::new(
                "invalid_client",
                700_025,
                "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
            ));
        }
        Ok(Self {
            id: registration.client_id.clone(),
            name: registration.name.to_string(),
            tenant_id: tenant.id.clone(),
        })
    }
}

impl World {
    fn grant(&mut self, shared: &Shared, client: &Client, params: &Params) -> Result<(GrantNumber, Scopes), Refusal> {
        match params.required("grant_type")? {
            "authorization_code" => self.redeem(client, params),
            "refresh_token" => self.refresh(shared, client, params),
            DEVICE_CODE => device::redeem(self, client, params),
            other => Err(Refusal::new(
                "unsupported_grant_type",
                70_003,
                format!("The app requested an unsupported grant type '{other}'."),
            )),
        }
    }

    fn redeem(&mut self, client: &Client, params: &Params) -> Result<(GrantNumber, Scopes), Refusal> {
        let code = well_formed(params.required("code")?)?;
        let redirect_uri = params.required("redirect_uri")?;
        let now = self.now();
        let known = self.codes.get_mut(code).ok_or_else(|| unknown("code"))?;
        check_owner(client, &known.grant.client_id)?;
        if known.redeemed {
            return Err(already_redeemed());
        }
        if now.duration_since(known.issued_at) > CODE_LIFETIME {
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

    fn refresh(&mut self, shared: &Shared, client: &Client, params: &Params) -> Result<(GrantNumber, Scopes), Refusal> {
        let token = well_formed(params.required("refresh_token")?)?.to_owned();
        let known = self
            .refresh_tokens
            .get(&token)
            .cloned()
            .ok_or_else(|| unknown("refresh_token"))?;
        let grant = self
            .grants
            .get_mut(known.grant.0)
            .ok_or_else(|| unknown("refresh_token"))?;
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

/// AADSTS50057.
pub(super) fn disabled() -> Refusal {
    Refusal::new("invalid_grant", 50_057, "The user account is disabled.")
}

/// Codes and tokens have a known form; what does not have it was damaged on its way.
fn well_formed(text: &str) -> Result<&str, Refusal> {
    let is_ours = text.starts_with("1.A")
        && text.len() > 700
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if is_ours { Ok(text) } else { Err(Refusal::malformed()) }
}

fn unknown(parameter: &str) -> Refusal {
    let message = format!("The provided value for the '{parameter}' parameter is not valid.");
    Refusal::new("invalid_grant", 70_000, message)
}

/// The tenant needs no check: a client is known in one only.
fn check_owner(client: &Client, client_id: &str) -> Result<(), Refusal> {
    if client.id != client_id {
        return Err(Refusal::new(
            "invalid_grant",
            700_009,
            "The authorization code or refresh token was issued to another client.",
        ));
    }
    Ok(())
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

/// RFC 7636 section 4.6.
fn check_verifier(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Refusal> {
    let mismatch = |code| {
        let message = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
        Err(Refusal::new("invalid_grant", code, message))
    };
    let (challenge, verifier) = match (challenge, verifier) {
        (None, None) => return Ok(()),
        (Some(_), None) => return mismatch(50_148),
        (None, Some(_)) => return mismatch(501_481),
        (Some(challenge), Some(verifier)) => (challenge, verifier),
    };
    if !is_pkce_text(verifier) {
        return Err(Refusal::new(
            "invalid_grant",
            501_491,
            "The size or format of the Code_Verifier parameter is invalid.",
        ));
    }
    let matches = match challenge {
        Challenge::Plain(expected) => verifier == expected,
        Challenge::Sha256(expected) => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *expected,
    };
    if matches { Ok(()) } else { mismatch(501_481) }
}

/// RFC 7636 section 4.1: 43 to 128 unreserved characters.
pub(super) fn is_pkce_text(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'))
}

/// What becomes of scopes of two resources.
#[derive(Clone, Copy, PartialEq)]
enum Multiple {
    Refused,
    FirstResource,
}

/// The scopes of this request; without any, those of the grant.
fn asked_scopes(client: &Client, params: &Params, granted: &Scopes, multiple: Multiple) -> Result<Scopes, Refusal> {
    let Some(text) = params.get("scope") else {
        return Ok(granted.clone());
    };
    let asked = Scopes::parse(text, &client.name)?;
    if multiple == Multiple::Refused {
        asked.resource()?;
    }
    let resource = asked.first_resource();
    if !asked.of(resource).are_within(granted) {
        return Err(Refusal::new(
            "invalid_grant",
            65_001,
            format!(
                "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send an \
                 interactive authorization request for this user and resource.",
                client.id, client.name
            ),
        )
        .with_suberror("consent_required"));
    }
    Ok(asked)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_verifier_must_hash_to_the_challenge() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = Challenge::Sha256("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned());
        assert_eq!(check_verifier(Some(&challenge), Some(verifier)), Ok(()));
        let other = "x".repeat(43);
        for (challenge, verifier, code) in [
            (Some(&challenge), None, 50_148),
            (None, Some(verifier), 501_481),
            (Some(&challenge), Some(other.as_str()), 501_481),
            (Some(&challenge), Some("short"), 501_491),
        ] {
            assert_eq!(check_verifier(challenge, verifier).unwrap_err().code, code);
        }
    }
}
