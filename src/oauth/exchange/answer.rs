//! The token endpoint's answer (RFC 6749 section 5.1), read with care.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{AccessToken, Refreshed, Tokens};
use crate::domain::{Identity, Remedy, Secret, Trouble};
use crate::oauth::Refusal;

/// The longest token that is taken, in bytes.
const LONGEST_TOKEN: usize = 64 * 1024;

/// How long an access token lives if the answer does not say.
const USUAL_LIFE: Duration = Duration::from_secs(60 * 60);

/// How long an access token is believed to live at most.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// The answer as it came. No member of it stands in the way of another.
#[derive(Deserialize)]
pub(in crate::oauth) struct TokenAnswer {
    #[serde(default, deserialize_with = "secret")]
    access_token: Option<Secret>,
    #[serde(default)]
    token_type: Value,
    #[serde(default)]
    expires_in: Value,
    #[serde(default, deserialize_with = "secret")]
    refresh_token: Option<Secret>,
    #[serde(default)]
    scope: Value,
    #[serde(default, deserialize_with = "secret")]
    id_token: Option<Secret>,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy)]
enum Flaw {
    Type,
    Malformed,
}

impl TokenAnswer {
    /// The id_token, if one came.
    pub(super) fn id_token(&self) -> Option<&Secret> {
        self.id_token.as_ref()
    }

    /// The tokens of a sign-in, given to `identity`: all of them, or none.
    pub(super) fn tokens(self, identity: Option<Identity>) -> Result<Tokens, Refusal> {
        let next = "Nothing was stored. Check the provider's token endpoint, then sign in again.";
        let refusal = |flaw: Flaw| flaw.refusal(next, Remedy::SignIn);
        Ok(Tokens {
            access_token: access_token(self.access_token, &self.token_type, &self.expires_in).map_err(refusal)?,
            refresh_token: self.refresh_token.map(sound).transpose().map_err(refusal)?,
            scopes: self.scope.as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            identity,
        })
    }

    /// The tokens of a refresh. Nobody looks a second time at who they were given to: a refresh token
    /// that takes another's place is worth more.
    pub(super) fn refreshed(self) -> Result<Refreshed, Refusal> {
        let next = "Try again. If it stays so, check the provider's token endpoint.";
        let refusal = |flaw: Flaw| flaw.refusal(next, Remedy::Retry { not_before: None });
        Ok(Refreshed {
            refresh_token: self.refresh_token.map(sound).transpose().map_err(refusal)?,
            access_token: access_token(self.access_token, &self.token_type, &self.expires_in).map_err(refusal),
        })
    }
}

fn access_token(token: Option<Secret>, token_type: &Value, expires_in: &Value) -> Result<AccessToken, Flaw> {
    if !token_type.as_str().is_some_and(|name| name.eq_ignore_ascii_case("bearer")) {
        return Err(Flaw::Type);
    }
    let secret = sound(token.ok_or(Flaw::Malformed)?)?;
    Ok(AccessToken { secret, expires_in: lifetime(expires_in) })
}

/// `token`, if it could be one: printable ASCII without spaces (RFC 6750 section 2.1 allows less).
fn sound(token: Secret) -> Result<Secret, Flaw> {
    let text = token.expose();
    let is_sound = !text.is_empty() && text.len() <= LONGEST_TOKEN && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_sound { Ok(token) } else { Err(Flaw::Malformed) }
}

/// `expires_in` is a number of seconds; some servers quote it.
fn lifetime(expires_in: &Value) -> Duration {
    let seconds = match expires_in {
        // A cast from f64 saturates, and takes a fraction off.
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|seconds| seconds as u64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds.map_or(USUAL_LIFE, Duration::from_secs).min(LONGEST_LIFE)
}

impl Flaw {
    fn refusal(self, next: &'static str, remedy: Remedy) -> Refusal {
        let (code, why) = match self {
            Self::Type => ("token.type", "It is of another type than Bearer."),
            Self::Malformed => {
                ("token.malformed", "It is empty, longer than 64 kB, or holds characters that no token has.")
            }
        };
        let trouble = Trouble::new(code, "The provider gave a token that cannot be used", why, next);
        Refusal::at_token(trouble.with(remedy))
    }
}

/// A text; an empty one, and what is none, is nothing.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) if !text.is_empty() => Some(Secret::new(text)),
        _ => None,
    })
}
