//! Stub.
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::domain::{Provider, Trouble};
use crate::registry::Registry;
use crate::secrets::Secrets;

/// A running tenant: an identity provider and mail servers on loopback. They stop when it is dropped.
#[derive(Debug)]
pub struct Demo;

/// How the servers are to behave.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How long every token and mail answer takes.
    pub delay: Duration,
    /// Whether a used refresh token that comes back revokes its grant (Microsoft does not).
    pub strict: bool,
}

impl Demo {
    /// Starts the servers on free ports of 127.0.0.1.
    ///
    /// # Errors
    /// `demo.start` if a port cannot be had.
    pub async fn start(_options: Options) -> Result<Self, Trouble> {
        todo!()
    }

    /// The provider that it is, for an engine; `ca_pem` must be trusted for its mail servers.
    #[must_use]
    pub fn provider(&self) -> Provider {
        todo!()
    }

    /// The certificate authority of its mail servers, in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        todo!()
    }

    /// The configuration file by which another process reaches it: a provider called `demo`. `ca.pem` is expected beside the file.
    #[must_use]
    pub fn config_toml(&self) -> String {
        todo!()
    }

    /// Fills an empty registry and store with the sample application and mailboxes, as of `now`.
    ///
    /// # Errors
    /// What registry and store say.
    pub async fn seed(&self, _registry: &Registry, _secrets: &Secrets, _now: Timestamp) -> Result<(), Trouble> {
        todo!()
    }

    /// Plays the person in the browser: opens a sign-in or consent link, signs in as the account
    /// that the link hints at, consents, and follows the redirect to whoever listens. Gives the
    /// last address.
    ///
    /// # Errors
    /// `demo.person` with what stood in the way.
    pub async fn play(&self, _link: &Url) -> Result<Url, Trouble> {
        todo!()
    }
}
