//! The discovery document of a tenant.
//!
//! Source: OpenID Connect Discovery 1.0 section 4; entra-docs `v2-protocols-oidc.md`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::errors::Refusal;
use super::faults;
use super::state::Shared;
use super::token::refused;

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`, by tenant id or domain.
pub(super) async fn document(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let found = shared.world().tenant(&name).map(|tenant| tenant.id.clone());
    match (found, name.as_str()) {
        (Ok(id), _) => faults::json(200, describe(&shared.base, &id, &id).to_string()),
        (Err(_), "common" | "organizations") => {
            faults::json(200, describe(&shared.base, &name, "{tenantid}").to_string())
        }
        (Err(refusal), _) => refused(&shared, &Refusal { error: "invalid_tenant", ..refusal }),
    }
}

fn describe(base: &str, tenant: &str, issuer: &str) -> Value {
    json!({
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/devicecode"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "email"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "localhost",
    })
}
