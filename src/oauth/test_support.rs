//! What the tests of this room share: providers, an application, id_tokens, and a server that says
//! just what it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;

use super::Http;
use crate::domain::provider::{Dialect, Endpoints};
use crate::domain::{Application, ApplicationName, Check, MailServer, Provider, RedirectUri};

/// Long enough for any answer that comes at all.
pub const PATIENT: Duration = Duration::from_secs(20);

/// Short enough to wait for, and long enough to connect on a busy machine.
pub const IMPATIENT: Duration = Duration::from_millis(400);

/// A port of 127.0.0.1 that refuses, and that nobody else gets for as long as this is held: it is bound,
/// and nobody listens.
pub fn closed_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket
}

pub fn http(timeout: Duration) -> Http {
    Http::new(timeout, None).unwrap()
}

pub fn application() -> Application {
    Application {
        name: ApplicationName::parse("Mailer").unwrap(),
        provider: "lab".to_owned(),
        tenant: "contoso.onmicrosoft.com".to_owned(),
        client_id: "6f1c2a90-0000-4000-8000-000000000001".to_owned(),
        redirect_uri: RedirectUri::parse("http://localhost").unwrap(),
        scopes: Vec::new(),
        has_client_secret: false,
        proof: Check::Unknown,
        consent: Check::Unknown,
    }
}

/// Microsoft's layout at `authority`.
pub fn microsoft(authority: &str) -> Provider {
    let at = |path: &str| format!("{authority}/{{tenant}}{path}");
    Provider {
        id: "lab".to_owned(),
        title: "Lab".to_owned(),
        dialect: Dialect::Microsoft,
        endpoints: Endpoints {
            authorize: at("/oauth2/v2.0/authorize"),
            token: at("/oauth2/v2.0/token"),
            device: Some(at("/oauth2/v2.0/devicecode")),
            admin_consent: Some(at("/v2.0/adminconsent")),
            discovery: Some(at("/v2.0/.well-known/openid-configuration")),
        },
        scopes: ["IMAP.AccessAsUser.All", "SMTP.Send"]
            .map(|scope| format!("https://outlook.office.com/{scope}"))
            .to_vec(),
        authorize_parameters: BTreeMap::new(),
        needs_client_secret: false,
        idle_limit_days: Some(90),
        smtp: MailServer::parse("smtp://localhost").unwrap(),
        imap: None,
        pop: None,
        portal: None,
        ca_file: None,
    }
}

/// RFC 6749 and nothing else, at `authority`.
pub fn standard(authority: &str) -> Provider {
    Provider {
        dialect: Dialect::Standard,
        endpoints: Endpoints {
            authorize: format!("{authority}/authorize"),
            token: format!("{authority}/token"),
            device: Some(format!("{authority}/device")),
            admin_consent: None,
            discovery: None,
        },
        scopes: vec!["https://mail.example/".to_owned()],
        ..microsoft(authority)
    }
}

pub fn google() -> Provider {
    Provider {
        authorize_parameters: [("access_type", "offline"), ("prompt", "consent")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..standard("https://accounts.example")
    }
}

pub fn id_token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.signature", part(&serde_json::json!({"alg": "none"})), part(claims))
}

/// A server on loopback that reads one request after the other, answers each with the next of
/// `answers` (whole HTTP responses) and closes; what it was sent comes out of `requests`.
pub struct Server {
    pub authority: String,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Server {
    pub async fn answering(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::unbounded_channel();
        let answers: Vec<String> = answers.into_iter().collect();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                sender.send(read_request(&mut stream).await).ok();
                stream.write_all(answer.as_bytes()).await.ok();
                stream.shutdown().await.ok();
            }
        });
        Self { authority, requests }
    }

    /// The next request: its head and its body.
    pub async fn request(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    /// The form in the next request.
    pub async fn form(&mut self) -> BTreeMap<String, String> {
        let request = self.request().await;
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        if read == 0 || is_whole(&text) {
            return text;
        }
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    body.len() >= length
}

/// A whole HTTP response.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// A response with JSON.
pub fn json(status: &str, body: &Value) -> String {
    response(status, "content-type: application/json\r\n", &body.to_string())
}
