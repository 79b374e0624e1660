//! Whom to trust: the system's certificate authorities, and those of one's own.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::domain::Trouble;

/// A TLS client that verifies by the platform's rules. `extra_ca` is PEM.
pub(super) fn config(extra_ca: Option<&[u8]>) -> Result<ClientConfig, Trouble> {
    let extra = extra_ca.map_or(Ok(Vec::new()), certificates)?;
    let provider = Arc::new(ring::default_provider());
    let mut config = verified(&provider, extra).map_err(|error| nobody_to_trust(&error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn verified(
    provider: &Arc<CryptoProvider>,
    extra: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, rustls::Error> {
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(provider))?;
    Ok(ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let all: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| bad_file(&error.to_string()))?;
    if all.is_empty() {
        return Err(bad_file("There is no “BEGIN CERTIFICATE” in it."));
    }
    let mut store = RootCertStore::empty();
    for certificate in &all {
        store.add(certificate.clone()).map_err(|error| bad_file(&error.to_string()))?;
    }
    Ok(all)
}

fn bad_file(why: &str) -> Trouble {
    Trouble::new(
        "config.ca_file",
        "The provider's ca_file holds no certificate that could be trusted",
        why,
        "It has to be PEM text with the authority's certificate.",
    )
}

fn nobody_to_trust(error: &rustls::Error) -> Trouble {
    Trouble::new(
        "network.trust",
        "This system offers no certificate authorities to trust",
        error.to_string(),
        "Install them (on Debian the package ca-certificates) and start again.",
    )
}
