//! Answers that go wrong on purpose, and a count of what was asked: for tests.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::throttle::too_many;
use crate::domain::Address;

/// What goes wrong with one answer of the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A page of a proxy in place of JSON, with status 200.
    Html,
    /// The request is obeyed, but its answer ends in the middle.
    TruncatedJson,
    /// This status, with a page.
    Status(u16),
    /// 429 with `Retry-After` in whole seconds.
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The request is obeyed after this long.
    Slow(Duration),
    /// The request is obeyed at once, and its answer held back for this long.
    Late(Duration),
    /// Tokens of this many bytes.
    HugeToken(usize),
    /// An access token that none can be. A refresh token comes along.
    BrokenAccessToken,
    /// No refresh token comes along.
    NoRefreshToken,
    /// An id_token that names nobody.
    IdTokenWithoutClaims,
    /// An id_token that names this account: somebody else signed in.
    IdTokenForAccount(Address),
    /// A refusal whose description tries to drive a terminal.
    EscapeSequences,
    /// The request is obeyed, but the connection closes before its answer is whole.
    CloseConnection,
    /// `slow_down`, whatever was asked (RFC 8628 section 3.5).
    SlowDown,
}

/// How often the token endpoint was asked, by grant type; refused requests count too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// `authorization_code`.
    pub authorization_code: usize,
    /// `refresh_token`.
    pub refresh_token: usize,
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    pub device_code: usize,
    /// Anything else, and none.
    pub other: usize,
}

impl Requests {
    pub(super) fn count(&mut self, grant_type: Option<&str>) {
        *match grant_type {
            Some("authorization_code") => &mut self.authorization_code,
            Some("refresh_token") => &mut self.refresh_token,
            Some(super::token::DEVICE_CODE) => &mut self.device_code,
            _ => &mut self.other,
        } += 1;
    }
}

impl Fault {
    /// The answer that is given in place of obeying.
    pub(super) fn instead(&self) -> Option<Response> {
        match self {
            Self::Html => Some(page(200)),
            Self::Status(status) => Some(page(*status)),
            Self::Throttled { retry_after } => Some(too_many(*retry_after)),
            Self::EscapeSequences => Some(json(400, ESCAPES.to_owned())),
            Self::SlowDown => Some(json(400, r#"{"error":"slow_down"}"#.to_owned())),
            _ => None,
        }
    }

    /// How long it waits before obeying.
    pub(super) fn delay(&self) -> Duration {
        match self {
            Self::Slow(duration) => *duration,
            _ => Duration::ZERO,
        }
    }

    /// How long it holds the answer back after obeying.
    pub(super) fn hold(&self) -> Duration {
        match self {
            Self::Late(duration) => *duration,
            _ => Duration::ZERO,
        }
    }

    /// How large it makes tokens.
    pub(super) fn token_size(&self) -> Option<usize> {
        match self {
            Self::HugeToken(size) => Some(*size),
            _ => None,
        }
    }

    /// What it makes of the answer.
    pub(super) fn spoil(&self, code: u16, body: &Value) -> Response {
        let text = body.to_string();
        match self {
            Self::TruncatedJson => json(code, text.chars().take(text.len() / 2).collect()),
            Self::CloseConnection => {
                let closed = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                let stream = futures_util::stream::once(async { Err::<String, _>(closed) });
                (status(code), Body::from_stream(stream)).into_response()
            }
            _ => json(code, text),
        }
    }
}

/// A JSON answer that nobody keeps (RFC 6749 section 5.1).
pub(super) fn json(code: u16, text: String) -> Response {
    let headers =
        [(CONTENT_TYPE, "application/json; charset=utf-8"), (axum::http::header::CACHE_CONTROL, "no-store, no-cache")];
    (status(code), headers, text).into_response()
}

fn page(code: u16) -> Response {
    let html =
        "<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Something is in between</h1></body></html>";
    (status(code), [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

pub(super) fn status(code: u16) -> axum::http::StatusCode {
    axum::http::StatusCode::from_u16(code).unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR)
}

const ESCAPES: &str = r#"{"error":"invalid_grant","error_codes":[70000],"error_description":"AADSTS70000: \u001b]0;owned\u0007\u001b[2J\u001b[31mThe provided grant is \u202einvalid\u009b2J.\r\nTrace ID: \u0000"}"#;
