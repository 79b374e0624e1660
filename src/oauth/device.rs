//! The device code sign-in (RFC 8628), for machines without a browser.

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::endpoint::{self, Failure};
use super::exchange::{ask, received};
use super::http::is_this_machine;
use super::{Client, Http, Refusal, Tokens, link};
use crate::domain::text::is_unprintable;
use crate::domain::{Secret, Step, Trouble};

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

/// How long to wait between polls if the answer does not say (RFC 8628 section 3.2).
const USUAL_INTERVAL: u64 = 5;

/// The longest wait between polls, and the longest life of the codes, that are believed.
const LONGEST_INTERVAL: u64 = 60;
const LONGEST_LIFE: u64 = 60 * 60;

/// Asks for the codes (RFC 8628 section 3.1).
///
/// # Errors
/// See [`Refusal`]; `device.unsupported` if the provider has no such endpoint.
pub async fn begin(http: &Http, client: Client<'_>) -> Result<DeviceSignIn, Refusal> {
    let provider = client.provider;
    let misconfigured = |trouble| Refusal::new(trouble, Step::Register);
    let template = provider.endpoints.device.as_deref().ok_or_else(|| {
        misconfigured(Trouble::new(
            "device.unsupported",
            format!("{} has no device code sign-in", provider.title),
            "No address for it is known.",
            "Sign in with a browser.",
        ))
    })?;
    let url = endpoint::url(provider, template, &client.application.tenant).map_err(misconfigured)?;
    let scope = link::scopes(&client);
    let form = client.form(&[("scope", &scope)]);
    let codes: Codes = endpoint::post(http, &url, &form).await.map_err(|failure| failure.refusal(Step::Authorize))?;
    codes.sign_in().ok_or_else(|| Refusal::new(unusable(), Step::Authorize))
}

/// Asks once whether the person is done (RFC 8628 section 3.4).
///
/// # Errors
/// See [`Refusal`]. A [`Refusal`] that could not reach the server ends nothing: poll again.
pub async fn poll(http: &Http, client: Client<'_>, sign_in: &DeviceSignIn) -> Result<Poll, Refusal> {
    let fields =
        [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", sign_in.device_code.expose())];
    match ask(http, client, &fields).await {
        Ok(answer) => received(answer, client).map(Poll::Done),
        Err(Failure::Rejected(rejection)) => match (rejection.error(), rejection.number()) {
            ("authorization_pending", _) | (_, Some(70016)) => Ok(Poll::Pending),
            ("slow_down", _) => Ok(Poll::SlowDown),
            _ => Err(rejection.refusal().ending(None)),
        },
        Err(failure) => Err(failure.refusal(Step::Authorize)),
    }
}

/// The answer as it came (RFC 8628 section 3.2); Google writes `verification_url`.
#[derive(Deserialize)]
struct Codes {
    device_code: String,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
}

impl Codes {
    /// Nothing, if a person could not be asked to act upon it.
    fn sign_in(self) -> Option<DeviceSignIn> {
        let verification_uri = Url::parse(&self.verification_uri).ok()?;
        let safe = verification_uri.scheme() == "https" || is_this_machine(&verification_uri);
        let legible = (1..=64).contains(&self.user_code.len()) && !self.user_code.chars().any(is_unprintable);
        let sound = self.device_code.bytes().all(|byte| byte.is_ascii_graphic()) && !self.device_code.is_empty();
        (safe && legible && sound).then(|| DeviceSignIn {
            device_code: Secret::new(self.device_code),
            user_code: self.user_code,
            verification_uri,
            interval: Duration::from_secs(self.interval.unwrap_or(USUAL_INTERVAL).clamp(1, LONGEST_INTERVAL)),
            expires_in: Duration::from_secs(self.expires_in.min(LONGEST_LIFE)),
        })
    }
}

fn unusable() -> Trouble {
    Trouble::new(
        "device.malformed",
        "The provider gave a device code that cannot be used",
        "Its code or its address is none that a person could be asked to use.",
        "Sign in with a browser.",
    )
}

#[cfg(test)]
mod tests;
