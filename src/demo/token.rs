//! The token endpoint: authorization code, refresh token and device code, each parameter checked.
//!
//! Source: RFC 6749 sections 4.1.3, 5 and 6; RFC 7636 section 4.6; entra-docs
//! `v2-oauth2-auth-code-flow.md` and `refresh-tokens.md`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::Response;
use serde_json::Value;

use super::device;
use super::errors::Refusal;
use super::faults::{Fault, json};
use super::issue::GrantNumber;
use super::params::Params;
use super::scopes::Scopes;
use super::state::{Shared, World};
use super::throttle::{Service, too_many};

/// The grant type of RFC 8628 section 3.4.
pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = form(&headers, &body);
    let (fault, entered) = {
        let mut world = shared.world();
        let grant_type = params.as_ref().ok().and_then(|params| params.get("grant_type"));
        world.requests.count(grant_type);
        (world.faults.pop_front(), world.door(Service::Token).enter(Instant::now()))
    };
    drop(shared.gate.read().await);
    if let Err(wait) = entered {
        return too_many(wait);
    }
    let slow = fault.as_ref().map_or(Duration::ZERO, Fault::delay);
    tokio::time::sleep(shared.options.delay + slow).await;
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let (status, body) = answer(&shared, &tenant, &headers, params, fault.as_ref());
    tokio::time::sleep(fault.as_ref().map_or(std::time::Duration::ZERO, Fault::hold)).await;
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
}

/// AADSTS50057.
pub(super) fn disabled() -> Refusal {
    Refusal::new("invalid_grant", 50_057, "The user account is disabled.")
}

/// Codes and tokens have a known form; what does not have it was damaged on its way.
pub(super) fn well_formed(text: &str) -> Result<&str, Refusal> {
    let is_ours = text.starts_with("1.A")
        && text.len() > 700
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if is_ours { Ok(text) } else { Err(Refusal::malformed()) }
}

pub(super) fn unknown(parameter: &str) -> Refusal {
    let message = format!("The provided value for the '{parameter}' parameter is not valid.");
    Refusal::new("invalid_grant", 70_000, message)
}

/// The tenant needs no check: a client is known in one only.
pub(super) fn check_owner(client: &Client, client_id: &str) -> Result<(), Refusal> {
    if client.id != client_id {
        return Err(Refusal::new(
            "invalid_grant",
            700_009,
            "The authorization code or refresh token was issued to another client.",
        ));
    }
    Ok(())
}

/// What becomes of scopes of two resources.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Multiple {
    Refused,
    FirstResource,
}

/// The scopes of this request; without any, those of the grant.
pub(super) fn asked_scopes(
    client: &Client,
    params: &Params,
    granted: &Scopes,
    multiple: Multiple,
) -> Result<Scopes, Refusal> {
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
