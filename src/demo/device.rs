//! Device code: the codes, the page on which a person types one, and the poll.
//!
//! Source: RFC 8628; entra-docs `v2-oauth2-device-code.md`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::errors::Refusal;
use super::faults;
use super::issue::{Grant, GrantNumber};
use super::pages::{Page, escape, notice, template};
use super::params::Params;
use super::random::{bytes, opaque};
use super::scopes::Scopes;
use super::signin::{self, Consent, Errand, Stage, Then};
use super::state::{Shared, World};
use super::token::{Client, form, refused};

/// A device that waits for a person.
#[derive(Debug, Clone)]
pub(super) struct Device {
    tenant_id: String,
    client_id: String,
    scopes: Scopes,
    user_code: String,
    issued_at: Timestamp,
    progress: Progress,
}

#[derive(Debug, Clone)]
enum Progress {
    Pending,
    Declined,
    Approved(Grant),
}

const LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(super) async fn device_code(
    State(shared): State<Arc<Shared>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    tokio::time::sleep(shared.options.delay).await;
    let begun = form(&headers, &body).and_then(|params| begin(&shared, &tenant, &headers, &params));
    match begun {
        Ok(body) => faults::json(200, body.to_string()),
        Err(refusal) => refused(&shared, &refusal),
    }
}

fn begin(shared: &Shared, tenant: &str, headers: &HeaderMap, params: &Params) -> Result<Value, Refusal> {
    let mut world = shared.world();
    let client = Client::known(&world, tenant, headers, params)?;
    let scopes = Scopes::parse(params.required("scope")?, &client.name)?;
    let user_code = user_code();
    let device_code = opaque::<120>();
    let device = Device {
        tenant_id: client.tenant_id,
        client_id: client.id,
        scopes,
        user_code: user_code.clone(),
        issued_at: world.now(),
        progress: Progress::Pending,
    };
    world.devices.insert(device_code.clone(), device);
    let page = format!("{}/devicelogin", shared.base);
    let message = format!(
        "To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."
    );
    Ok(json!({
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": page,
        "expires_in": LIFETIME.as_secs(),
        "interval": shared.options.device_interval.as_secs(),
        "message": message,
    }))
}

/// Nine letters and digits that cannot be taken for each other (RFC 8628 section 6.1).
fn user_code() -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    bytes::<9>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// The poll (RFC 8628 sections 3.4 and 3.5).
pub(super) fn redeem(world: &mut World, client: &Client, params: &Params) -> Result<(GrantNumber, Scopes), Refusal> {
    let code = params.required("device_code")?;
    let unknown = || {
        let message = "The provided value for the input parameter 'device_code' is not valid.";
        Refusal::new("bad_verification_code", 70_018, message)
    };
    let known = world.devices.get(code).filter(|device| device.client_id == client.id);
    let device = known.ok_or_else(unknown)?;
    if world.now().duration_since(device.issued_at) > LIFETIME {
        let message = "The device code has expired. Start again.";
        return Err(Refusal::new("expired_token", 70_019, message));
    }
    let grant = match &device.progress {
        Progress::Pending => Err(Refusal::new(
            "authorization_pending",
            70_016,
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        )),
        Progress::Declined => {
            Err(Refusal::new("authorization_declined", 65_004, "User declined to consent to access the app."))
        }
        Progress::Approved(grant) => Ok(grant.clone()),
    }?;
    let scopes = grant.scopes.clone();
    world.devices.remove(code);
    world.grants.push(grant);
    Ok((GrantNumber(world.grants.len() - 1), scopes))
}

/// `GET /devicelogin`.
pub(super) async fn page() -> Response {
    entry_page("", 200, "")
}

/// `POST /devicelogin`: a user code was typed.
pub(super) async fn typed(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let params = form(&headers, &body).unwrap_or_default();
    let typed = params.get("user_code").unwrap_or_default().trim().to_uppercase();
    let errand = {
        let world = shared.world();
        let now = world.now();
        let mut devices = world.devices.iter();
        devices
            .find(|(_, device)| device.user_code == typed && now.duration_since(device.issued_at) <= LIFETIME)
            .map(|(code, device)| device.errand(code, now))
    };
    match errand {
        Some(errand) => signin::begin(&shared, errand),
        None => entry_page(&typed, 400, "That code didn’t work. Check the code and try again."),
    }
}

impl Device {
    fn errand(&self, code: &str, now: Timestamp) -> Errand {
        Errand {
            tenant_id: self.tenant_id.clone(),
            client_id: self.client_id.clone(),
            scopes: self.scopes.clone(),
            login_hint: None,
            consent: Consent::OnceOnly,
            then: Then::Device(code.to_owned()),
            stage: Stage::SignIn,
            opened_at: now,
        }
    }
}

/// The person agreed.
pub(super) fn approve(world: &mut World, code: &str, grant: Grant) -> Response {
    settle(world, code, Progress::Approved(grant));
    notice("You have signed in", "You may close this window and go back to your device.")
}

/// The person did not.
pub(super) fn decline(shared: &Shared, code: &str) -> Response {
    settle(&mut shared.world(), code, Progress::Declined);
    notice("You declined", "The device was told. You may close this window.")
}

fn settle(world: &mut World, code: &str, progress: Progress) {
    if let Some(device) = world.devices.get_mut(code) {
        device.progress = progress;
    }
}

fn entry_page(typed: &str, code: u16, wrong: &str) -> Response {
    let wrong = match wrong {
        "" => String::new(),
        text => format!("<p class=\"wrong\" role=\"alert\">{}</p>", escape(text)),
    };
    Page::new("device", "Enter code", template::DEVICE).text("user_code", typed).html("wrong", wrong).respond(code)
}
