//! The ways out to one provider: its endpoints and its mail servers, with the certificates that it
//! is trusted by.

use super::{Engine, lock};
use crate::domain::{Provider, Trouble};
use crate::mail::Tls;
use crate::oauth::Http;

/// HTTP and TLS for one provider.
#[derive(Clone)]
pub(super) struct Network {
    pub(super) http: Http,
    pub(super) tls: Tls,
}

impl Engine {
    /// The ways out to `provider`, made when they are first needed.
    pub(super) async fn network(&self, provider: &Provider) -> Result<Network, Trouble> {
        if let Some(known) = lock(&self.0.networks).get(&provider.id) {
            return Ok(known.clone());
        }
        let (ca_file, timeout) = (provider.ca_file.clone(), self.settings().timeout);
        let made = tokio::task::spawn_blocking(move || {
            let extra_ca = ca_file.as_deref().map(read_ca).transpose()?;
            Ok(Network { http: Http::new(timeout, extra_ca.as_deref())?, tls: Tls::new(extra_ca.as_deref())? })
        });
        let network: Network = made.await.unwrap_or_else(|_| Err(super::broken_job()))?;
        lock(&self.0.networks).insert(provider.id.clone(), network.clone());
        Ok(network)
    }
}

fn read_ca(file: &std::path::Path) -> Result<Vec<u8>, Trouble> {
    std::fs::read(file).map_err(|error| {
        Trouble::new(
            "config.ca_file",
            format!("The certificates in {} cannot be read", file.display()),
            error.to_string(),
            "Mend ca_file in the configuration: it names a PEM file.",
        )
    })
}
