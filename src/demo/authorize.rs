//! The authorization endpoint: the request checked, then handed to the sign-in pages.
//!
//! Source: RFC 6749 section 4.1.1; entra-docs `v2-oauth2-auth-code-flow.md`, `reply-url.md`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::errors::Refusal;
use super::params::Params;
use super::pkce::check_challenge;
use super::redirect::{Back, ResponseMode};
use super::scenario::Registration;
use super::scopes::Scopes;
use super::signin::{self, Consent, Errand, Stage, Then};
use super::signin_pages;
use super::state::{Shared, World};

/// `GET /{tenant}/oauth2/v2.0/authorize`.
pub(super) async fn authorize(
    State(shared): State<Arc<Shared>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let checked = check(&shared.world(), &tenant, query.as_deref().unwrap_or_default());
    match checked {
        Ok(errand) => signin::begin(&shared, errand),
        Err(Denial::Page(refusal)) => signin_pages::error_page(&shared, &refusal),
        Err(Denial::Back(back, refusal)) => back.refuse(&shared, &refusal),
    }
}

/// Where a refusal goes: an untrusted redirect URI is not followed (RFC 6749 section 4.1.2.1).
enum Denial {
    Page(Refusal),
    Back(Box<Back>, Refusal),
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        Self::Page(refusal)
    }
}

fn check(world: &World, tenant: &str, query: &str) -> Result<Errand, Denial> {
    let params = Params::parse(query.as_bytes())?;
    let tenant = world.tenant(tenant)?;
    let registration = world.registration(tenant, params.required("client_id")?)?;
    let back = check_back(registration, &params)?;
    let denied = |refusal| Denial::Back(Box::new(back.clone()), refusal);
    check_response(&params).map_err(denied)?;
    let scope = params.required("scope").map_err(denied)?;
    let scopes = Scopes::parse(scope, registration.name.as_str()).map_err(denied)?;
    let consent = check_prompt(&params).map_err(denied)?;
    let challenge = check_challenge(&params).map_err(denied)?;
    Ok(Errand {
        tenant_id: tenant.id.clone(),
        client_id: registration.client_id.clone(),
        scopes,
        login_hint: params.get("login_hint").map(str::to_owned),
        consent,
        then: Then::Redirect { back, nonce: params.get("nonce").map(str::to_owned), challenge },
        stage: Stage::SignIn,
        opened_at: world.now(),
    })
}

fn check_back(registration: &Registration, params: &Params) -> Result<Back, Refusal> {
    let redirect_uri = registered_redirect_uri(registration, params)?.to_owned();
    let mode = match params.get("response_mode") {
        None | Some("query") => ResponseMode::Query,
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") => ResponseMode::FormPost,
        Some(other) => {
            let message = format!("'{other}' is not a supported value of 'response_mode' when requesting a token.");
            return Err(Refusal::new("invalid_request", 70_007, message));
        }
    };
    Ok(Back { redirect_uri, mode, state: params.get("state").map(str::to_owned) })
}

/// The request's redirect URI, if it is one of the registration's.
///
/// # Errors
/// AADSTS500113, 900971 or 50011.
pub(super) fn registered_redirect_uri<'a>(registration: &Registration, params: &'a Params) -> Result<&'a str, Refusal> {
    if registration.redirect_uris.is_empty() {
        let message = "No reply address is registered for the application.";
        return Err(Refusal::new("invalid_request", 500_113, message));
    }
    let asked = params
        .get("redirect_uri")
        .ok_or_else(|| Refusal::new("invalid_request", 900_971, "No reply address provided."))?;
    if registration.redirect_uris.iter().any(|known| is_same(known, asked)) {
        return Ok(asked);
    }
    Err(Refusal::new(
        "invalid_request",
        50_011,
        format!(
            "The redirect URI '{asked}' specified in the request does not match the redirect URIs configured for the \
             application '{}'. Make sure the redirect URI sent in the request matches one added to your application \
             in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to \
             troubleshoot this error.",
            registration.client_id
        ),
    ))
}

/// Letter by letter, but for the port of `http://localhost`.
fn is_same(registered: &str, asked: &str) -> bool {
    without_port(registered) == without_port(asked)
}

fn without_port(uri: &str) -> (&str, &str) {
    let Some(rest) = uri.strip_prefix("http://localhost") else {
        return (uri, "");
    };
    let Some(port_and_path) = rest.strip_prefix(':') else {
        return ("http://localhost", rest);
    };
    let path = port_and_path.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = port_and_path.len() - path.len();
    if (1..=5).contains(&digits) { ("http://localhost", path) } else { (uri, "") }
}

fn check_response(params: &Params) -> Result<(), Refusal> {
    match params.required("response_type")? {
        "code" => Ok(()),
        other => Err(Refusal::new(
            "unsupported_response_type",
            700_054,
            format!("response_type '{other}' is not enabled for the application."),
        )),
    }
}

fn check_prompt(params: &Params) -> Result<Consent, Refusal> {
    match params.get("prompt") {
        None | Some("login") => Ok(Consent::OnceOnly),
        Some("consent") => Ok(Consent::Always),
        Some("select_account") if params.get("login_hint").is_none() => Ok(Consent::OnceOnly),
        Some("select_account") => Err(Refusal::new(
            "invalid_request",
            90_023,
            "Invalid STS request: 'login_hint' and 'prompt=select_account' exclude each other.",
        )),
        Some("none") => {
            Err(Refusal::new("login_required", 50_058, "A silent sign-in request was sent but no user is signed in."))
        }
        Some(other) => {
            let message = format!("Unsupported 'prompt' value '{other}'.");
            Err(Refusal::new("invalid_request", 90_023, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_localhost_is_ignored() {
        for (registered, asked, same) in [
            ("http://localhost", "http://localhost:49213", true),
            ("http://localhost:1/back", "http://localhost/back", true),
            ("http://localhost", "http://localhost:49213/", false),
            ("http://localhost/Back", "http://localhost:1/back", false),
            ("http://localhost", "http://localhost.example", false),
            ("http://localhost", "http://localhost:1@example.com", false),
            ("http://localhost", "http://127.0.0.1:1", false),
            ("https://a.example/x", "https://a.example:1/x", false),
        ] {
            assert_eq!(is_same(registered, asked), same, "{asked}");
        }
    }
}
