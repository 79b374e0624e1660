//! Stub.
use url::Url;

use super::Client;
use crate::domain::{Address, RedirectUri, Secret, Trouble};

/// A sign-in that has just begun.
#[derive(Debug, Clone)]
pub struct SignInLink {
    /// What the browser opens.
    pub url: Url,
    /// The random `state` in it.
    pub state: String,
    /// The PKCE verifier that belongs to the challenge in it.
    pub verifier: Secret,
}

/// Builds the link.
///
/// # Errors
/// `config.provider` if the provider's authorize URL is not one.
pub fn sign_in_link(
    _client: Client<'_>,
    _account: Option<&Address>,
    _redirect_uri: &RedirectUri,
) -> Result<SignInLink, Trouble> {
    todo!()
}
