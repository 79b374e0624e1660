//! One app registration.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::redirect_uri::RedirectUri;
use super::text::is_unprintable;
use super::trouble::Trouble;

/// An application as it was registered with its provider, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// What the administrator calls it; unique in a registry.
    pub name: ApplicationName,
    /// The provider's id.
    pub provider: String,
    /// Tenant id or domain; empty where the provider has no tenants.
    pub tenant: String,
    /// The application (client) id.
    pub client_id: String,
    /// The redirect URI exactly as registered.
    pub redirect_uri: RedirectUri,
    /// The mail scopes; empty means the provider's own.
    pub scopes: Vec<String>,
    /// Whether the secret store holds a client secret for it.
    pub has_client_secret: bool,
    /// Whether tenant and client were found to exist.
    pub proof: Check,
    /// Whether an administrator's consent was seen.
    pub consent: Check,
}

/// The name of an application: printable, not empty, at most 60 characters. A clone shares the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApplicationName(Arc<str>);

impl ApplicationName {
    /// Reads a name.
    ///
    /// # Errors
    /// `application.name` if it is empty, too long or not printable.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 60 || text.chars().any(is_unprintable) {
            return Err(Trouble::new(
                "application.name",
                format!("“{text}” cannot be an application's name"),
                "A name has 1 to 60 printable characters.",
                "Choose another name.",
            ));
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ApplicationName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApplicationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for ApplicationName {
    type Error = Trouble;

    fn try_from(text: String) -> Result<Self, Trouble> {
        Self::parse(&text)
    }
}

impl From<ApplicationName> for String {
    fn from(name: ApplicationName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl std::str::FromStr for ApplicationName {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        Self::parse(text)
    }
}
