//! Where the provider sends the browser with its answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::trouble::Trouble;

/// The redirect URI of a public client that uses the system's browser (RFC 8252 section 7.3).
pub const DEFAULT: &str = "http://localhost";

/// A redirect URI, kept letter by letter: providers compare it as text, and `http://localhost` and
/// `http://localhost/` are two (Entra ignores the port of `http://localhost`, nothing else).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads a redirect URI.
    ///
    /// # Errors
    /// `application.redirect_uri` if it is no absolute URL, has a fragment (RFC 6749 section
    /// 3.1.2), or is `http://` to somewhere else than this machine.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let text = text.trim();
        let bad = |why: &str| {
            Trouble::new(
                "application.redirect_uri",
                format!("“{text}” cannot be a redirect URI"),
                why,
                "For the browser on this machine use http://localhost, registered under “Mobile and desktop applications”.",
            )
        };
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(bad("There is a space in it."));
        }
        let url = Url::parse(text).map_err(|_| bad("It is not an absolute URL."))?;
        if url.fragment().is_some() {
            return Err(bad("A redirect URI has no fragment (the part after #)."));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(bad("With http:// the answer would cross the network unencrypted."));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text as it was registered, or as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the answer comes to a listener on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url))
    }

    /// The port that it names, be it the usual one, of which [`Url`] says nothing.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        let (_, rest) = self.0.split_once("//")?;
        let authority = rest.split(['/', '?']).next()?;
        authority.rsplit_once(':')?.1.parse().ok()
    }

    /// A loopback URI without a port, with this one; any other, unchanged.
    #[must_use]
    pub fn on_port(&self, port: u16) -> Self {
        match self.0.split_once("//") {
            Some((scheme, rest)) if self.is_loopback() && self.port().is_none() => {
                let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                Self(format!("{scheme}//{}:{port}{path}", host.trim_end_matches(':')))
            }
            _ => self.clone(),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = Trouble;

    fn try_from(text: String) -> Result<Self, Trouble> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

impl std::str::FromStr for RedirectUri {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::RedirectUri;

    #[test]
    fn a_loopback_uri_takes_the_listeners_port_and_keeps_its_path() {
        for (registered, sent) in [
            ("http://localhost", "http://localhost:7777"),
            ("http://localhost/", "http://localhost:7777/"),
            ("http://localhost/back", "http://localhost:7777/back"),
            ("http://localhost:8080/back", "http://localhost:8080/back"),
            ("http://localhost:80", "http://localhost:80"),
            ("http://127.0.0.1:80/?from=mailkey", "http://127.0.0.1:80/?from=mailkey"),
            ("http://localhost:/", "http://localhost:7777/"),
            ("http://localhost?at=1:2", "http://localhost:7777?at=1:2"),
            ("http://[::1]", "http://[::1]:7777"),
            ("http://[::1]:80", "http://[::1]:80"),
            (
                "https://login.microsoftonline.com/common/oauth2/nativeclient",
                "https://login.microsoftonline.com/common/oauth2/nativeclient",
            ),
        ] {
            assert_eq!(RedirectUri::parse(registered).unwrap().on_port(7777).as_str(), sent);
        }
    }

    #[test]
    fn http_is_for_this_machine_only() {
        assert!(RedirectUri::parse("http://example.com").is_err());
        assert!(RedirectUri::parse("http://localhost#x").is_err());
        assert!(RedirectUri::parse("localhost").is_err());
        assert!(RedirectUri::parse("http://127.0.0.1:1").unwrap().is_loopback());
    }
}
