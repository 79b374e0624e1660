//! The token endpoint's answer (RFC 6749 section 5.1), read with care.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Tokens;
use crate::domain::{Identity, Remedy, Secret, Step, Trouble};
use crate::oauth::Refusal;

/// The longest token that is taken, in bytes.
const LONGEST_TOKEN: usize = 64 * 1024;

/// How long an access token lives if the answer does not say.
const USUAL_LIFE: Duration = Duration::from_secs(60 * 60);

/// How long an access token is believed to live at most.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// The answer as it came.
#[derive(Deserialize)]
pub(in crate::oauth) struct TokenAnswer {
    #[serde(deserialize_with = "secret")]
    access_token: Secret,
    #[serde(default)]
    token_type: String,
    #[serde(default)]
    expires_in: Value,
    #[serde(default, deserialize_with = "optional_secret")]
    refresh_token: Option<Secret>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default, deserialize_with = "optional_secret")]
    id_token: Option<Secret>,
}

impl TokenAnswer {
    /// The id_token, if one came.
    pub(super) fn id_token(&self) -> Option<&Secret> {
        self.id_token.as_ref()
    }

    /// The tokens in it, given to `identity`.
    pub(super) fn tokens(self, identity: Option<Identity>) -> Result<Tokens, Refusal> {
        if !self.token_type.eq_ignore_ascii_case("bearer") {
            return Err(unusable("token.type", "It is of another type than Bearer."));
        }
        if !is_token(&self.access_token) || !self.refresh_token.as_ref().is_none_or(is_token) {
            return Err(unusable(
                "token.malformed",
                "It is empty, longer than 64 kB, or holds characters that no token has.",
            ));
        }
        Ok(Tokens {
            expires_in: lifetime(&self.expires_in),
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            scopes: self.scope.unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            identity,
        })
    }
}

/// Whether `token` could be one: printable ASCII without spaces (RFC 6750 section 2.1 allows less).
fn is_token(token: &Secret) -> bool {
    let text = token.expose();
    !text.is_empty() && text.len() <= LONGEST_TOKEN && text.bytes().all(|byte| byte.is_ascii_graphic())
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

fn unusable(code: &'static str, why: &'static str) -> Refusal {
    let trouble = Trouble::new(
        code,
        "The provider gave a token that cannot be used",
        why,
        "Nothing was stored. Check the provider's token endpoint, then sign in again.",
    );
    Refusal::new(trouble.with(Remedy::SignIn), Step::Token)
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// An empty token is none.
fn optional_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
}
