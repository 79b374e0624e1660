//! Refusals as Microsoft words them: an OAuth error, an AADSTS number, a text, and the trace ids.
//!
//! Source: entra-docs `v2-oauth2-auth-code-flow.md` (error response), `reference-error-codes.md`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::random::guid;

/// Why the identity provider says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// RFC 6749 section 4.1.2.1 or 5.2.
    pub error: &'static str,
    /// The AADSTS number.
    pub code: u32,
    /// The text after the number.
    pub message: String,
    /// Microsoft's undocumented second opinion.
    pub suberror: Option<&'static str>,
    /// The claims challenge that Conditional Access sends along.
    pub claims: Option<String>,
}

impl Refusal {
    pub fn new(error: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self { error, code, message: message.into(), suberror: None, claims: None }
    }

    pub fn with_suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    /// AADSTS900144, which names the parameter.
    pub fn missing(parameter: &str) -> Self {
        Self::new(
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{parameter}'."),
        )
    }

    /// AADSTS9002313.
    pub fn malformed() -> Self {
        Self::new("invalid_request", 9_002_313, "Invalid request. Request is malformed or invalid.")
    }

    /// AADSTS70011.
    pub fn invalid_scope(scope: &str) -> Self {
        Self::new(
            "invalid_scope",
            70_011,
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input \
                 parameter 'scope' is not valid. The scope {scope} is not valid."
            ),
        )
    }

    /// AADSTS53003: with the claims challenge that comes at refresh.
    pub fn conditional_access() -> Self {
        let mut refusal = Self::new(
            "invalid_grant",
            53_003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        )
        .with_suberror("message_only");
        let policies = json!({"access_token": {"capolids": {"essential": true, "values": [guid()]}}});
        refusal.claims = Some(policies.to_string());
        refusal
    }

    /// RFC 6749 section 5.2: 401 for a client that fails to prove itself, 400 for all else.
    pub fn status(&self) -> u16 {
        if self.error == "invalid_client" && self.code != 650_053 { 401 } else { 400 }
    }

    /// The refusal with its trace ids, as of `now`.
    pub fn told(&self, now: Timestamp) -> Told<'_> {
        Told {
            refusal: self,
            trace_id: guid(),
            correlation_id: guid(),
            timestamp: now.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        }
    }
}

/// A refusal on its way to somebody.
pub(super) struct Told<'a> {
    refusal: &'a Refusal,
    pub trace_id: String,
    pub correlation_id: String,
    pub timestamp: String,
}

impl Told<'_> {
    /// `error_description`, with the line breaks that Microsoft puts in.
    pub fn description(&self) -> String {
        format!(
            "AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
            self.refusal.code, self.refusal.message, self.trace_id, self.correlation_id, self.timestamp
        )
    }

    /// `error_uri` below `base`.
    pub fn uri(&self, base: &str) -> String {
        format!("{base}/error?code={}", self.refusal.code)
    }

    /// The body of a token endpoint's refusal.
    pub fn json(&self, base: &str) -> Value {
        let mut body = json!({
            "error": self.refusal.error,
            "error_description": self.description(),
            "error_codes": [self.refusal.code],
            "timestamp": self.timestamp,
            "trace_id": self.trace_id,
            "correlation_id": self.correlation_id,
            "error_uri": self.uri(base),
        });
        if let Some(suberror) = self.refusal.suberror {
            body["suberror"] = suberror.into();
        }
        if let Some(claims) = &self.refusal.claims {
            body["claims"] = claims.as_str().into();
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_microsofts_shape() {
        let now: Timestamp = "2026-11-22T12:00:00.5Z".parse().unwrap();
        let refusal = Refusal::conditional_access();
        let body = refusal.told(now).json("http://localhost:1");
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with("AADSTS53003: Access has been blocked"));
        assert!(description.contains("\r\nTrace ID: ") && description.ends_with("Timestamp: 2026-11-22 12:00:00Z"));
        assert_eq!(body["error_codes"], json!([53003]));
        assert_eq!(body["error_uri"], "http://localhost:1/error?code=53003");
        assert_eq!(body["suberror"], "message_only");
        assert!(body["claims"].as_str().unwrap().contains("capolids"));
    }
}
