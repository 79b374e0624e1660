//! Stub.
use url::Url;

use super::Client;
use crate::domain::{RedirectUri, Trouble};

/// The admin consent link and its `state`.
///
/// # Errors
/// `consent.unsupported` if the provider has no such endpoint.
pub fn admin_consent_link(_client: Client<'_>, _redirect_uri: &RedirectUri) -> Result<(Url, String), Trouble> {
    todo!()
}
