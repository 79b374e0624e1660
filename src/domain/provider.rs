//! An identity provider and its mail servers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::application::Application;

/// Where to sign in, and which servers take the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name in commands and in the registry: `microsoft`, `google`, or one of the configuration's own.
    pub id: String,
    /// Its name on the screen.
    pub title: String,
    /// Whose layout, errors and rules it follows.
    pub dialect: Dialect,
    /// The endpoints, each a URL in which `{tenant}` stands for the application's tenant.
    pub endpoints: Endpoints,
    /// The mail scopes that an application gets if it names none; `offline_access openid profile email` come on top.
    pub scopes: Vec<String>,
    /// Further query parameters of the sign-in link (Google: `access_type=offline`, `prompt=consent`).
    pub authorize_parameters: BTreeMap<String, String>,
    /// Whether an application cannot do without a client secret.
    pub needs_client_secret: bool,
    /// After how many days without use a refresh token dies; `None` where nobody says.
    pub idle_limit_days: Option<u32>,
    /// The submission server: `AUTH XOAUTH2` is checked there.
    pub smtp: MailServer,
    /// The IMAP server, if there is one.
    pub imap: Option<MailServer>,
    /// The POP server, if there is one.
    pub pop: Option<MailServer>,
    /// The page on which an application is registered.
    pub portal: Option<Url>,
    /// Certificates trusted in addition to the system's, a PEM file.
    pub ca_file: Option<PathBuf>,
}

/// Whose rules a provider follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Microsoft identity platform v2: AADSTS numbers, tenants, admin consent, `tid` + `oid`.
    Microsoft,
    /// RFC 6749 and OpenID Connect and nothing else: `iss` + `sub`.
    Standard,
}

/// The endpoints of a provider. `{tenant}` stands for the application's tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// RFC 6749 section 3.1.
    pub authorize: String,
    /// RFC 6749 section 3.2.
    pub token: String,
    /// RFC 8628 section 3.1.
    pub device: Option<String>,
    /// Microsoft's admin consent endpoint (`facts` B6).
    pub admin_consent: Option<String>,
    /// OpenID Connect Discovery 1.0 section 4.
    pub discovery: Option<String>,
}

impl Endpoints {
    /// `template` for `tenant`, percent-encoded as one path segment.
    #[must_use]
    pub fn at(template: &str, tenant: &str) -> String {
        let tenant: String = url::form_urlencoded::byte_serialize(tenant.as_bytes()).collect();
        template.replace("{tenant}", &tenant)
    }
}

impl Provider {
    /// All scopes that a sign-in for `application` asks for.
    #[must_use]
    pub fn scopes_for(&self, application: &Application) -> Vec<String> {
        let mail = if application.scopes.is_empty() { &self.scopes } else { &application.scopes };
        let mut all = mail.clone();
        for scope in ["offline_access", "openid", "profile", "email"] {
            let asked_otherwise = scope == "offline_access" && self.dialect == Dialect::Standard;
            if !asked_otherwise && !all.iter().any(|known| known == scope) {
                all.push(scope.to_owned());
            }
        }
        all
    }

    /// Whether the provider has tenants, so that an application must name one.
    #[must_use]
    pub fn has_tenants(&self) -> bool {
        self.endpoints.token.contains("{tenant}")
    }
}

/// How a connection to a mail server begins, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Which protocol, and where TLS begins.
    pub scheme: Scheme,
    /// A host name or address.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

/// Protocol and TLS of a mail server. Without TLS there is nothing: every connection is encrypted
/// before a token is sent (RFC 8314).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// SMTP submission with STARTTLS, always.
    Smtp,
    /// SMTP submission over implicit TLS.
    Smtps,
    /// IMAP with STARTTLS, always.
    Imap,
    /// IMAP over implicit TLS.
    Imaps,
    /// POP3 with STLS, always.
    Pop,
    /// POP3 over implicit TLS.
    Pops,
}

/// The schemes by their names in a URL, with their default ports.
const SCHEMES: [(&str, Scheme, u16); 6] = [
    ("smtp", Scheme::Smtp, 587),
    ("smtps", Scheme::Smtps, 465),
    ("imap", Scheme::Imap, 143),
    ("imaps", Scheme::Imaps, 993),
    ("pop", Scheme::Pop, 110),
    ("pops", Scheme::Pops, 995),
];

impl Scheme {
    /// The scheme that a URL names, and its default port.
    #[must_use]
    pub fn parse(name: &str) -> Option<(Self, u16)> {
        SCHEMES.iter().find(|known| known.0 == name).map(|known| (known.1, known.2))
    }

    fn name(self) -> &'static str {
        SCHEMES.iter().find(|known| known.1 == self).map_or("", |known| known.0)
    }

    /// Whether TLS begins before the first line.
    #[must_use]
    pub fn is_implicit_tls(self) -> bool {
        matches!(self, Self::Smtps | Self::Imaps | Self::Pops)
    }
}

impl MailServer {
    /// Reads `smtp://host:port` and its kin.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("“{text}” is not a URL: {error}"))?;
        let (scheme, default_port) = Scheme::parse(url.scheme())
            .ok_or_else(|| format!("“{}://” is none of smtp, smtps, imap, imaps, pop, pops", url.scheme()))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| format!("“{text}” names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { scheme, host, port: url.port().unwrap_or(default_port) })
    }

    /// As [`MailServer::parse`] reads it: it says where TLS begins.
    #[must_use]
    pub fn url(&self) -> String {
        let Self { scheme, host, port } = self;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        format!("{}://{host}:{port}", scheme.name())
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_servers_are_read_from_urls() {
        let server = MailServer::parse("smtp://smtp.office365.com").unwrap();
        assert_eq!(
            (server.scheme, server.port, server.to_string().as_str()),
            (Scheme::Smtp, 587, "smtp.office365.com:587")
        );
        assert_eq!(MailServer::parse("imaps://[::1]:10993").unwrap().host, "::1");
        for url in
            ["smtp://smtp.office365.com:587", "smtps://a:1", "imap://a:2", "imaps://[::1]:3", "pop://a:4", "pops://a:5"]
        {
            assert_eq!(MailServer::parse(url).unwrap().url(), url);
        }
        assert!(MailServer::parse("http://x").unwrap_err().contains("none of smtp"));
        assert!(MailServer::parse("smtp.office365.com").is_err());
    }

    #[test]
    fn a_tenant_cannot_leave_its_path_segment() {
        assert_eq!(Endpoints::at("https://x/{tenant}/t", "a/../b?c"), "https://x/a%2F..%2Fb%3Fc/t");
    }
}
