//! One request: whether it may be an answer, and what goes back.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::{Arrival, Page, page};
use crate::domain::Secret;

/// The longest query and the longest form body, in bytes.
const LONGEST: usize = 64 * 1024;
/// How long the engine may take to say what the browser is to show.
const PATIENCE: Duration = Duration::from_secs(10);
/// The parameters that make a request an answer: of RFC 6749 section 4.1.2, and of Microsoft's admin consent.
const ANSWERS: &[&str] = &["code", "error", "admin_consent"];

/// Answers one request.
pub async fn respond(request: Request<Incoming>, arrivals: &mpsc::Sender<Arrival>) -> Response<Body> {
    match parameters(request).await {
        Some(parameters) => show(&hand_on(parameters, arrivals).await),
        None => response(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "Not found.\n".to_owned()),
    }
}

/// What may be an answer, in a request to this very machine.
async fn parameters(request: Request<Incoming>) -> Option<Secret> {
    if !is_for_loopback(&request) {
        return None;
    }
    let text = match *request.method() {
        Method::GET => request.uri().query()?.to_owned(),
        Method::POST => {
            let body = to_bytes(Body::new(request.into_body()), LONGEST).await.ok()?;
            String::from_utf8(body.into()).ok()?
        }
        _ => return None,
    };
    let text = Secret::new(text);
    let is_answer = text.len() <= LONGEST
        && url::form_urlencoded::parse(text.expose().as_bytes()).any(|(name, _)| ANSWERS.contains(&&*name));
    is_answer.then_some(text)
}

/// A page elsewhere can have its own name point here (DNS rebinding); its requests say that name.
fn is_for_loopback(request: &Request<Incoming>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_loopback_host),
        _ => false,
    }
}

fn is_loopback_host(host: &str) -> bool {
    let names_loopback = |name: &str| ["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost");
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    names_loopback(host) || host.rsplit_once(':').is_some_and(|(name, port)| names_loopback(name) && is_port(port))
}

/// Gives it to the engine and waits for its word.
async fn hand_on(parameters: Secret, arrivals: &mpsc::Sender<Arrival>) -> Option<Page> {
    let (reply, page) = oneshot::channel();
    let waiting = async {
        match arrivals.send(Arrival { parameters, reply }).await {
            Ok(()) => page.await.unwrap_or(Page::Ignored),
            Err(_) => Page::Ignored,
        }
    };
    timeout(PATIENCE, waiting).await.ok()
}

fn show(page: &Option<Page>) -> Response<Body> {
    response(StatusCode::OK, "text/html; charset=utf-8", page::html(page.as_ref()))
}

fn response(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        // The address of this page holds the code.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_loopback_host;

    #[test]
    fn only_this_machine_by_its_own_names_is_meant() {
        for (host, is_ours) in [
            ("localhost", true),
            ("LOCALHOST:7777", true),
            ("127.0.0.1:49213", true),
            ("[::1]:49213", true),
            ("[::1]", true),
            ("localhost:", false),
            ("localhost.evil.example", false),
            ("evil.example:80", false),
            ("localhost:80:80", false),
            ("127.0.0.1.evil.example", false),
            ("user@localhost", false),
            ("::1", false),
            ("", false),
        ] {
            assert_eq!(is_loopback_host(host), is_ours, "{host:?}");
        }
    }
}
