//! A host that is asked: where mail servers and token endpoints differ, so do their pauses.

use std::fmt;

use url::Url;

use crate::domain::provider::Endpoints;
use crate::domain::{Application, MailServer, Provider};

/// A host by its name, with the port where that is not the one of HTTPS.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(String);

impl Host {
    /// A mail server.
    pub fn of_server(server: &MailServer) -> Self {
        Self(server.to_string())
    }

    /// The token endpoint of an application.
    pub fn of_token_endpoint(provider: &Provider, application: &Application) -> Self {
        let url = Url::parse(&Endpoints::at(&provider.endpoints.token, &application.tenant));
        // What is no URL is never asked.
        let name = url.map(|url| match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        });
        Self(name.unwrap_or_default())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
