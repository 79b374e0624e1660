//! Why no usable answer came: the network's and the server's failures, told apart.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::CertificateError;

use crate::domain::{Pause, Remedy, Trouble};

/// No usable answer came from `host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::oauth) struct Fault {
    host: String,
    kind: FaultKind,
}

/// What went wrong on the way to a server, or with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::oauth) enum FaultKind {
    /// No connection within this time.
    ConnectTimeout(Duration),
    /// The name has no address.
    Dns,
    /// Nothing listens there.
    Refused,
    /// No connection, for the reason given.
    Unreachable(String),
    /// No trusted connection, for the reason given.
    Tls(String),
    /// Connected, but no or no whole answer within this time.
    AnswerTimeout(Duration),
    /// The connection broke before the answer was whole.
    Broken,
    /// The answer is longer than any answer should be.
    TooLarge,
    /// 429, and how long to wait.
    Throttled(Option<Duration>),
    /// 5xx, and how long to wait.
    Unavailable(u16, Option<Duration>),
    /// This status, with something else than JSON.
    NotJson(u16, NotJson),
    /// This status, with JSON of another shape.
    Unexpected(u16),
}

/// What came instead of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::oauth) enum NotJson {
    Redirect,
    Empty,
    WebPage,
    CutOff,
    SomethingElse,
}

impl Fault {
    pub(super) fn new(host: &str, kind: FaultKind) -> Self {
        Self { host: host.to_owned(), kind }
    }

    /// What `error` means for a request to `host`.
    pub(super) fn of(error: &reqwest::Error, timeout: Duration, host: &str) -> Self {
        let kind = if error.is_connect() {
            of_connecting(error, timeout)
        } else if error.is_timeout() {
            FaultKind::AnswerTimeout(timeout)
        } else {
            FaultKind::Broken
        };
        Self::new(host, kind)
    }

    /// Whether the server may have seen the request, so that what can be used only once is perhaps used.
    pub(in crate::oauth) fn may_have_arrived(&self) -> bool {
        !matches!(
            self.kind,
            FaultKind::ConnectTimeout(_)
                | FaultKind::Dns
                | FaultKind::Refused
                | FaultKind::Unreachable(_)
                | FaultKind::Tls(_)
                | FaultKind::Throttled(_)
        )
    }

    /// The pause that the server asks for: by 429 (RFC 6585 section 4), by 503 (RFC 9110 section
    /// 15.6.4), or by any other status with a `Retry-After`.
    pub(in crate::oauth) fn pause(&self) -> Option<Pause> {
        match self.kind {
            FaultKind::Throttled(length) | FaultKind::Unavailable(503, length) => Some(Pause::asked(length)),
            FaultKind::Unavailable(_, length) => length.map(Pause::Of),
            _ => None,
        }
    }

    /// The fault, for the person.
    pub(in crate::oauth) fn trouble(&self) -> Trouble {
        let (why, next) = self.kind.why_and_next();
        Trouble::new(self.code(), self.what(), why, next).with(Remedy::Retry { not_before: None })
    }

    fn code(&self) -> &'static str {
        match self.kind {
            FaultKind::ConnectTimeout(_) | FaultKind::AnswerTimeout(_) => "network.timeout",
            FaultKind::Dns => "network.dns",
            FaultKind::Refused => "network.refused",
            FaultKind::Unreachable(_) => "network.unreachable",
            FaultKind::Tls(_) => "network.tls",
            FaultKind::Broken => "network.broken",
            FaultKind::TooLarge => "network.too_large",
            FaultKind::Throttled(_) => "server.throttled",
            FaultKind::Unavailable(..) => "server.unavailable",
            FaultKind::NotJson(..) => "server.not_json",
            FaultKind::Unexpected(_) => "server.unexpected",
        }
    }

    fn what(&self) -> String {
        let host = &self.host;
        match &self.kind {
            FaultKind::ConnectTimeout(time) => format!("{host} could not be reached within {}", plainly(*time)),
            FaultKind::AnswerTimeout(time) => format!("{host} did not answer within {}", plainly(*time)),
            FaultKind::Dns => format!("The name {host} has no address"),
            FaultKind::Refused => format!("{host} refused the connection"),
            FaultKind::Unreachable(_) => format!("{host} could not be reached"),
            FaultKind::Tls(_) => format!("The connection to {host} cannot be trusted"),
            FaultKind::Broken => format!("The connection to {host} broke off in the middle"),
            FaultKind::TooLarge => format!("{host} answered with far too much"),
            FaultKind::Throttled(_) => format!("{host} asks for fewer requests (429)"),
            FaultKind::Unavailable(status, _) => format!("{host} is not available at the moment ({status})"),
            FaultKind::NotJson(status, _) => format!("{host} answered with something else than JSON ({status})"),
            FaultKind::Unexpected(status) => format!("{host} answered with JSON of an unknown shape ({status})"),
        }
    }
}

impl FaultKind {
    fn why_and_next(&self) -> (&str, &'static str) {
        match self {
            Self::ConnectTimeout(_) => (
                "The network, a firewall or a proxy holds the connection back, or the server is down.",
                "Check the network, then try again.",
            ),
            Self::AnswerTimeout(_) => ("The server or the network is slow.", "Try again."),
            Self::Dns => (
                "Either it is misspelt, or this machine cannot ask for names.",
                "Check the network and the provider's address, then try again.",
            ),
            Self::Refused => (
                "Nothing listens at that port, or a firewall forbids it.",
                "Check the provider's address and port, then try again.",
            ),
            Self::Unreachable(why) => (why, "Check the network and the proxy settings, then try again."),
            Self::Tls(why) => (
                why,
                "If a proxy of your own inspects TLS, add its certificate to the system's, or name it as the provider's ca_file.",
            ),
            Self::Broken => ("The server, or something on the way to it, closed the connection.", "Try again."),
            Self::TooLarge => (
                "More than 256 kB came, where a few are usual.",
                "Check the provider's address; a proxy may have answered in its place.",
            ),
            Self::Throttled(_) => ("Too many requests came in a short time.", "Wait a moment, then try again."),
            Self::Unavailable(..) => ("The trouble is on the server's side.", "Wait a moment, then try again."),
            Self::NotJson(_, instead) => {
                (instead.why(), "Check the provider's address. On a guest network, sign in to that network first.")
            }
            Self::Unexpected(_) => (
                "It is no answer that RFC 6749 knows.",
                "Check the provider's address; another service may live there.",
            ),
        }
    }
}

impl NotJson {
    fn why(self) -> &'static str {
        match self {
            Self::Redirect => "It wants to send the request on to another address, which is not followed.",
            Self::Empty => "The answer is empty.",
            Self::WebPage => "It is a web page, perhaps from a proxy or a guest network's sign-in.",
            Self::CutOff => "The answer is cut off in the middle.",
            Self::SomethingElse => "Whatever it is, it is not what a token endpoint says.",
        }
    }
}

fn of_connecting(error: &reqwest::Error, timeout: Duration) -> FaultKind {
    if error.is_timeout() {
        FaultKind::ConnectTimeout(timeout / 2)
    } else if error.is_dns() {
        FaultKind::Dns
    } else if let Some(tls) = find::<rustls::Error>(error) {
        FaultKind::Tls(why_untrusted(tls))
    } else if find::<io::Error>(error).is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
        FaultKind::Refused
    } else {
        FaultKind::Unreachable(deepest(error))
    }
}

fn why_untrusted(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => {
                "Its certificate comes from an authority that this system does not trust.".to_owned()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "Its certificate has expired, or the clock of this machine is wrong.".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "Its certificate is not valid yet, or the clock of this machine is wrong.".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "Its certificate is made out to another name.".to_owned()
            }
            other => format!("Its certificate does not verify: {other}."),
        },
        other => format!("TLS could not be agreed upon: {other}."),
    }
}

/// The first `E` in the chain of causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An io::Error skips the error that it wraps when it is asked for its source.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| find(wrapped)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn deepest(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = error.to_string();
        next = error.source();
    }
    text
}

fn plainly(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{} s", time.as_secs()) } else { format!("{} ms", time.as_millis()) }
}
