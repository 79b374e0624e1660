//! Servers for the tests of this room: they play a script, over a pipe or on loopback, with real TLS.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

use super::wire::Wire;
use super::{Refusal, Tls, check, imap, pop, smtp};
use crate::domain::provider::Scheme;
use crate::domain::{Address, MailServer, Secret};

/// Long enough for any machine; no test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(30);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Made once: reading the system's certificates takes its time in a debug build.
pub static LOCALHOST: LazyLock<Trust> = LazyLock::new(|| Trust::for_host("localhost"));

/// An authority, a client that trusts it, and a server with its certificate for `host`.
pub struct Trust {
    pub client: Tls,
    pub server: TlsAcceptor,
}

impl Trust {
    pub fn for_host(host: &str) -> Self {
        let authority = authority(&[]);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        Self::of(&authority.pem(), certificate.der(), &key)
    }

    /// What `openssl req -x509` makes: an authority that serves as its own server.
    pub fn in_itself(host: &str) -> Self {
        let authority = authority(&[host.to_owned()]);
        Self::of(&authority.pem(), authority.der(), authority.key())
    }

    fn of(ca_file: &str, certificate: &CertificateDer<'static>, key: &KeyPair) -> Self {
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.clone()],
                PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        Self { client: Tls::new(Some(ca_file.as_bytes())).unwrap(), server: TlsAcceptor::from(Arc::new(config)) }
    }
}

fn authority(hosts: &[String]) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(hosts).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Plays `script` as the server of `scheme` over a pipe, and gives what the client makes of it.
/// TLS from the start is left out here.
///
/// A line of a script is `S: ` what the server says, `C: ` what the client has to say, `TLS` where
/// the handshake is. After its end the server says nothing more, and hangs up at a farewell.
pub async fn converse(scheme: Scheme, token: &Secret, script: &str, patience: Duration) -> Result<(), Refusal> {
    let trust = &*LOCALHOST;
    let (near, far) = tokio::io::duplex(64 * 1024);
    let playing = tokio::spawn(play(Box::new(far), script.to_owned(), trust.server.clone()));
    let server = MailServer { scheme, host: "localhost".into(), port: 1 };
    let mut wire = Wire::over(near, IpAddr::V4(Ipv4Addr::LOCALHOST), &server, &trust.client, patience);
    let outcome = match scheme {
        Scheme::Smtp | Scheme::Smtps => smtp::prove(&mut wire, &user(), token).await,
        Scheme::Imap | Scheme::Imaps => imap::prove(&mut wire, &user(), token).await,
        Scheme::Pop | Scheme::Pops => pop::prove(&mut wire, &user(), token).await,
    };
    drop(wire);
    assert_eq!(playing.await.unwrap(), None, "{script}");
    outcome
}

/// Plays `script` once on a free port of 127.0.0.1, and gives what [`check`] makes of it.
pub async fn converse_on_loopback(
    scheme: Scheme,
    trust: Trust,
    script: &str,
    patience: Duration,
) -> Result<(), Refusal> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let server = MailServer { scheme, host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let script = script.to_owned();
    let playing = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        play(Box::new(stream), script, trust.server).await
    });
    let outcome = check(&server, &trust.client, patience, &user(), &token()).await;
    match outcome {
        Ok(()) => assert_eq!(playing.await.unwrap(), None),
        Err(_) => playing.abort(),
    }
    outcome
}

/// A port of 127.0.0.1 that refuses, and that nobody else gets for as long as this is held: it is bound,
/// and nobody listens.
pub fn closed_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    socket
}

pub fn user() -> Address {
    Address::parse("billing@contoso.com").unwrap()
}

pub fn token() -> Secret {
    Secret::new("token")
}

/// `None` if the client kept to the script; else what it said or did instead.
async fn play(mut stream: Box<dyn Stream>, script: String, acceptor: TlsAcceptor) -> Option<String> {
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.split_once(": ").unwrap_or((line.trim_end_matches(':'), "")) {
            ("S", text) => {
                let text = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\e", "\u{1b}");
                if stream.write_all(format!("{text}\r\n").as_bytes()).await.is_err() {
                    return None;
                }
            }
            ("C", expected) => match read_line(&mut stream).await {
                Some(said) if said == expected => {}
                Some(said) => return Some(said),
                None => return Some(format!("it hung up in place of: {expected}")),
            },
            ("TLS", _) => match acceptor.clone().accept(stream).await {
                Ok(encrypted) => stream = Box::new(encrypted),
                Err(_) => return None,
            },
            _ => return Some(format!("no such step: {line}")),
        }
    }
    let mut said = vec![0; 1024];
    while !script.ends_with("QUIT") && !script.ends_with("LOGOUT") {
        match stream.read(&mut said).await {
            Ok(0) | Err(_) => break,
            Ok(count) if said[..count].ends_with(b"QUIT\r\n") || said[..count].ends_with(b"LOGOUT\r\n") => break,
            Ok(_) => {}
        }
    }
    None
}

async fn read_line(stream: &mut Box<dyn Stream>) -> Option<String> {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await.ok()? {
            b'\n' => return String::from_utf8(line).ok().map(|line| line.trim_end().to_owned()),
            octet => line.push(octet),
        }
    }
}
