//! What can go wrong on the way to a mail server, told apart.

use std::fmt;
use std::io;
use std::time::Duration;

use rustls::{CertificateError, InvalidMessage};

use crate::domain::{MailServer, Remedy, Trouble};

/// What was waited for when it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaiting {
    /// The addresses of the host.
    Name,
    /// The TCP connection.
    Connection,
    /// The end of the TLS handshake.
    Tls,
    /// The server's first line.
    Greeting,
    /// The answer to a command, by its name.
    Answer(&'static str),
}

impl fmt::Display for Awaiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("the address of the host"),
            Self::Connection => f.write_str("the connection"),
            Self::Tls => f.write_str("the TLS handshake"),
            Self::Greeting => f.write_str("the greeting"),
            Self::Answer(command) => write!(f, "the answer to {command}"),
        }
    }
}

/// The trouble of an input or output error.
pub fn broken(server: &MailServer, awaiting: Awaiting, error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => refused(server),
        // The system's own time-out, which can be shorter than ours.
        io::ErrorKind::TimedOut => silent(server, awaiting, None),
        io::ErrorKind::UnexpectedEof => closed(server, awaiting),
        _ => network(
            "network.broken",
            format!("The connection to {server} broke"),
            format!("While waiting for {awaiting}: {error}."),
            "Check the network, then try again.",
        ),
    }
}

/// Nothing came in time.
pub fn timeout(server: &MailServer, awaiting: Awaiting, after: Duration) -> Trouble {
    silent(server, awaiting, Some(after))
}

/// The name has no address.
pub fn no_address(server: &MailServer, reason: &str) -> Trouble {
    network(
        "network.dns",
        format!("The host {} was not found", server.host),
        format!("Looking up its address failed: {reason}."),
        "Check the spelling of the server and this machine's DNS, then try again.",
    )
}

/// The server sends what no mail server sends.
pub fn nonsense(server: &MailServer, awaiting: Awaiting, reason: &str) -> Trouble {
    Trouble::new(
        "network.protocol",
        format!("{server} does not answer as a mail server should"),
        format!("While waiting for {awaiting}: {reason}."),
        "Check that host, port and scheme (smtp or smtps, and so on) belong together.",
    )
}

/// Bytes came in clear behind the answer to STARTTLS (CVE-2011-0411).
pub fn injected(server: &MailServer) -> Trouble {
    Trouble::new(
        "network.injected",
        format!("The connection to {server} was given up before TLS began"),
        "More came in clear after the server had agreed to TLS. Somebody on the way may have put it there.",
        "Check from another network. If it stays, tell whoever runs the server or the network.",
    )
}

/// The TLS handshake failed.
pub fn tls(server: &MailServer, error: &io::Error) -> Trouble {
    let Some(cause) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return broken(server, Awaiting::Tls, error);
    };
    match cause {
        rustls::Error::InvalidCertificate(reason) => bad_certificate(server, reason),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => network(
            "network.tls",
            format!("{server} does not speak TLS there"),
            "What it sent is no TLS. A port for STARTTLS begins in clear (smtp, imap, pop), the others do not (smtps, imaps, pops).",
            "Check port and scheme in the configuration.",
        ),
        other => network(
            "network.tls",
            format!("No TLS connection to {server}"),
            format!("The handshake failed: {other}."),
            "Check that the server offers TLS 1.2 or 1.3, and that nothing on the way intercepts it.",
        ),
    }
}

/// A host that no certificate can name.
pub fn unnameable(server: &MailServer) -> Trouble {
    network(
        "network.tls",
        format!("No certificate can be verified for {}", server.host),
        "It is neither a host name nor an address.",
        "Correct the server in the configuration.",
    )
}

fn bad_certificate(server: &MailServer, reason: &CertificateError) -> Trouble {
    let reason = match reason {
        // A bad signature is what an authority of the same name with another key looks like.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "it is signed by an authority that this system does not know".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it was made for another host than {}", server.host)
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        CertificateError::Revoked => "it was revoked".to_owned(),
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            "it is an authority's own (CA:TRUE), which a server must not use; sign one for the server with it, \
             or make a self-signed one with CA:FALSE"
                .to_owned()
        }
        other => other.to_string(),
    };
    network(
        "network.tls",
        format!("The certificate of {} does not verify", server.host),
        format!("{}.", capitalised(&reason)),
        "If the server is your own, name its authority's certificate as ca_file in the provider's configuration. \
         Otherwise something may be intercepting the connection, or this machine's clock is wrong.",
    )
}

fn refused(server: &MailServer) -> Trouble {
    network(
        "network.refused",
        format!("{server} takes no connections"),
        "The host refused it: nothing listens on that port, or a firewall says so.",
        "Check the port and the firewall, then try again.",
    )
}

fn silent(server: &MailServer, awaiting: Awaiting, after: Option<Duration>) -> Trouble {
    let after = after.map_or(String::new(), |after| format!(" within {after:?}"));
    network(
        "network.timeout",
        format!("{server} did not answer in time"),
        format!("Nothing came{after} while waiting for {awaiting}."),
        "Check the network and the firewall, then try again.",
    )
}

fn closed(server: &MailServer, awaiting: Awaiting) -> Trouble {
    network(
        "network.broken",
        format!("{server} closed the connection"),
        format!(
            "It hung up while we were waiting for {awaiting}. Some servers do so when a token is too long for them."
        ),
        "Try again.",
    )
}

fn network(code: &'static str, what: impl AsRef<str>, why: impl AsRef<str>, next: &str) -> Trouble {
    Trouble::new(code, what, why, next).with(Remedy::Retry { not_before: None })
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
