//! The certificates of the mail servers: an authority made at start, and a leaf for this machine.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::domain::Trouble;

/// What the mail servers show, and what their clients have to trust.
pub(super) struct Certificates {
    /// The authority, in PEM.
    pub ca_pem: String,
    pub acceptor: TlsAcceptor,
}

impl Certificates {
    /// Makes new keys.
    ///
    /// # Errors
    /// `demo.start` if the system has no random numbers.
    pub fn make() -> Result<Self, Trouble> {
        Self::try_make().map_err(|error| {
            Trouble::new("demo.start", "The demo's certificates could not be made", error.to_string(), "Try again.")
        })
    }

    fn try_make() -> Result<Self, Box<dyn std::error::Error>> {
        let authority_key = KeyPair::generate()?;
        let authority = authority_params()?;
        let ca_pem = authority.self_signed(&authority_key)?.pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate()?;
        let leaf = leaf_params()?.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)?;
        Ok(Self { ca_pem, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

fn authority_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "mailkey demo authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(dated(params))
}

fn leaf_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(dated(params))
}

/// Valid for a year: macOS refuses leaves of more than 825 days.
fn dated(mut params: CertificateParams) -> CertificateParams {
    let day = |days: i64| {
        let moment = Timestamp::now().saturating_add(SignedDuration::from_hours(24 * days));
        let date = moment.unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).date();
        // A month and a day of the calendar are never negative.
        rcgen::date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = day(-1);
    params.not_after = day(365);
    params
}
