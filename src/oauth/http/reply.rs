//! One answer: its status judged, its body read up to a cap.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::fault::{Fault, FaultKind, NotJson};

/// The longest body that is read. Token answers are known to reach some 20 kB.
const LONGEST: usize = 256 * 1024;

/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// What a server said: 2xx, or a 4xx that has something to say. The body may hold tokens.
pub(in crate::oauth) struct Reply {
    host: String,
    status: StatusCode,
    body: Zeroizing<Vec<u8>>,
}

impl Reply {
    /// Whether the server did what it was asked for.
    pub(in crate::oauth) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The status code.
    pub(in crate::oauth) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Reads the body as JSON. The parser's own words are dropped, since they quote values.
    pub(in crate::oauth) fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let kind = match error.classify() {
                serde_json::error::Category::Data => FaultKind::Unexpected(self.status()),
                category => FaultKind::NotJson(self.status(), self.instead_of_json(category)),
            };
            Fault::new(&self.host, kind)
        })
    }

    fn instead_of_json(&self, category: serde_json::error::Category) -> NotJson {
        let start = self.body.trim_ascii_start();
        if self.status.is_redirection() {
            NotJson::Redirect
        } else if start.is_empty() {
            NotJson::Empty
        } else if start.starts_with(b"<") {
            NotJson::WebPage
        } else if category == serde_json::error::Category::Eof {
            NotJson::CutOff
        } else {
            NotJson::SomethingElse
        }
    }
}

/// Sends `request` and waits for the whole answer.
pub(super) async fn receive(request: RequestBuilder, timeout: Duration, host: &str) -> Result<Reply, Fault> {
    let fault = |error: reqwest::Error| Fault::of(&error, timeout, host);
    let response = request.send().await.map_err(fault)?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Fault::new(host, FaultKind::Throttled(retry_after(response.headers()))));
    }
    if status.is_server_error() {
        let kind = FaultKind::Unavailable(status.as_u16(), retry_after(response.headers()));
        return Err(Fault::new(host, kind));
    }
    let body = body(response).await.map_err(fault)?.ok_or_else(|| Fault::new(host, FaultKind::TooLarge))?;
    Ok(Reply { host: host.to_owned(), status, body })
}

/// The body, or nothing if it is longer than [`LONGEST`].
async fn body(mut response: Response) -> Result<Option<Zeroizing<Vec<u8>>>, reqwest::Error> {
    let announced = response.content_length().unwrap_or(0);
    let Some(announced) = usize::try_from(announced).ok().filter(|length| *length <= LONGEST) else {
        return Ok(None);
    };
    let mut body = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LONGEST {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// How long the server asks to wait (RFC 9110 section 10.2.3), an hour at most. A date is measured
/// from the answer's own `Date`, so that a wrong clock on this machine does not matter.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = text(headers, &RETRY_AFTER)?;
    let wait = match asked.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let (now, then) = (date(text(headers, &DATE)?)?, date(asked)?);
            Duration::try_from(then.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}
