//! Stub.
use std::time::Duration;

use super::{Client, Http, Refusal};
use crate::domain::{Identity, RedirectUri, Secret};

/// What the token endpoint gave.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For the mail servers.
    pub access_token: Secret,
    /// How long the access token lives.
    pub expires_in: Duration,
    /// For the next refresh; without `offline_access` there is none.
    pub refresh_token: Option<Secret>,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// Who signed in, if an id_token came.
    pub identity: Option<Identity>,
}

/// Exchanges an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
///
/// # Errors
/// See [`Refusal`].
pub async fn redeem(
    _http: &Http,
    _client: Client<'_>,
    _code: &Secret,
    _verifier: &Secret,
    _redirect_uri: &RedirectUri,
) -> Result<Tokens, Refusal> {
    todo!()
}

/// Uses a refresh token (RFC 6749 section 6).
///
/// # Errors
/// See [`Refusal`].
pub async fn refresh(_http: &Http, _client: Client<'_>, _refresh_token: &Secret) -> Result<Tokens, Refusal> {
    todo!()
}
