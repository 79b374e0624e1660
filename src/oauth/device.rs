//! Stub.
use std::time::Duration;

use url::Url;

use super::{Client, Http, Refusal, Tokens};
use crate::domain::Secret;

/// A device code sign-in that has begun.
#[derive(Debug, Clone)]
pub struct DeviceSignIn {
    /// For the token endpoint.
    pub device_code: Secret,
    /// What the person types.
    pub user_code: String,
    /// Where.
    pub verification_uri: Url,
    /// How long to wait between polls.
    pub interval: Duration,
    /// How long the codes live.
    pub expires_in: Duration,
}

/// What a poll found.
#[derive(Debug, Clone)]
pub enum Poll {
    /// The person has not finished.
    Pending,
    /// Poll five seconds slower from now on (RFC 8628 section 3.5).
    SlowDown,
    /// Signed in.
    Done(Tokens),
}

/// Asks for the codes (RFC 8628 section 3.1).
///
/// # Errors
/// See [`Refusal`].
pub async fn begin(_http: &Http, _client: Client<'_>) -> Result<DeviceSignIn, Refusal> {
    todo!()
}

/// Asks once whether the person is done (RFC 8628 section 3.4).
///
/// # Errors
/// See [`Refusal`].
pub async fn poll(_http: &Http, _client: Client<'_>, _sign_in: &DeviceSignIn) -> Result<Poll, Refusal> {
    todo!()
}
