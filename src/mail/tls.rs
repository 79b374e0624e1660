//! Whom a connection to a mail server trusts: the system's certificate store, and what the
//! configuration adds.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use crate::domain::Trouble;

/// Which certificates are trusted. Cloning it is cheap; making one reads the system's store.
#[derive(Debug, Clone)]
pub struct Tls(Arc<ClientConfig>);

impl Tls {
    /// The system's trust, and `extra_ca` (PEM) in addition.
    ///
    /// # Errors
    /// `config.ca_file` if `extra_ca` holds no certificate, `tls.no_trust` if the system has none.
    pub fn new(extra_ca: Option<&[u8]>) -> Result<Self, Trouble> {
        let extra = extra_ca.map(certificates).transpose()?.unwrap_or_default();
        let has_extra = !extra.is_empty();
        // Named, not the process's default: a library that installs another one changes nothing here.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
            .map_err(|error| if has_extra { bad_ca_file(&error.to_string()) } else { no_trust(&error) })?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| no_trust(&error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    pub(super) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.0)
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| bad_ca_file(&error.to_string()))?;
    if found.is_empty() {
        return Err(bad_ca_file("there is no “BEGIN CERTIFICATE” in it"));
    }
    Ok(found)
}

fn bad_ca_file(reason: &str) -> Trouble {
    Trouble::new(
        "config.ca_file",
        "The file of additional certificates cannot be used",
        format!("It does not hold certificates in PEM form: {reason}."),
        "Point ca_file at a PEM file of the authority that signed the server's certificate.",
    )
}

fn no_trust(error: &rustls::Error) -> Trouble {
    Trouble::new(
        "tls.no_trust",
        "No server can be verified",
        format!("This system's certificate store could not be used: {error}."),
        "Install the system's CA certificates (Debian: ca-certificates), or name a ca_file.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_without_a_certificate_is_refused() {
        for bad in [
            &b""[..],
            b"hello",
            b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
            b"-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n",
        ] {
            assert_eq!(Tls::new(Some(bad)).unwrap_err().code(), "config.ca_file");
        }
    }
}
