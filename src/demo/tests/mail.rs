//! The mail servers, by raw lines over raw TLS.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::client::{Client, address};
use crate::demo::{Fault, Options};

struct Lines<S>(BufReader<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Lines<S> {
    async fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    async fn ask(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
        self.hear().await
    }

    /// The last line of an SMTP answer.
    async fn ehlo(&mut self) -> Vec<String> {
        let mut lines = vec![self.ask("EHLO test").await];
        while lines.last().unwrap().as_bytes()[3] == b'-' {
            lines.push(self.hear().await);
        }
        lines
    }
}

async fn connect(port: u16) -> Lines<TcpStream> {
    Lines(BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.unwrap()))
}

async fn encrypt(client: &Client, stream: TcpStream) -> Lines<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    let authority = rustls::pki_types::CertificateDer::from_pem_slice(client.demo.ca_pem().as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    Lines(BufReader::new(stream))
}

async fn smtp(client: &Client) -> Lines<TlsStream<TcpStream>> {
    let mut plain = connect(client.demo.provider().smtp.port).await;
    assert!(plain.hear().await.starts_with("220 "));
    plain.ehlo().await;
    assert!(plain.ask("STARTTLS").await.starts_with("220 "));
    let mut secure = encrypt(client, plain.0.into_inner()).await;
    assert!(secure.ehlo().await.iter().any(|line| line.contains("AUTH LOGIN XOAUTH2")));
    secure
}

async fn imap(client: &Client) -> Lines<TlsStream<TcpStream>> {
    let port = client.demo.provider().imap.unwrap().port;
    let mut lines = encrypt(client, connect(port).await.0.into_inner()).await;
    assert!(lines.hear().await.starts_with("* OK "));
    lines
}

async fn pop(client: &Client) -> Lines<TlsStream<TcpStream>> {
    let port = client.demo.provider().pop.unwrap().port;
    let mut lines = encrypt(client, connect(port).await.0.into_inner()).await;
    assert!(lines.hear().await.starts_with("+OK "));
    lines
}

fn blob(user: &str, token: &str) -> String {
    STANDARD.encode(format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"))
}

async fn access_token(client: &Client, account: &str) -> String {
    client.tokens(account).await["access_token"].as_str().unwrap().to_owned()
}

async fn submit(client: &Client, user: &str, token: &str) -> String {
    let mut lines = smtp(client).await;
    assert_eq!(lines.ask("AUTH XOAUTH2").await, "334");
    lines.ask(&blob(user, token)).await
}

#[tokio::test]
async fn nothing_is_possible_before_tls() {
    let client = Client::new().await;
    let mut plain = connect(client.demo.provider().smtp.port).await;
    plain.hear().await;
    let offer = plain.ehlo().await;
    assert!(offer.contains(&"250-STARTTLS".to_owned()) && !offer.iter().any(|line| line.contains("AUTH")));
    assert_eq!(plain.ask("AUTH XOAUTH2").await, "504 5.7.4 Unrecognized authentication type");
    assert!(plain.ask("MAIL FROM:<a@b>").await.starts_with("530 5.7.57 "));
}

#[tokio::test]
async fn what_is_sent_along_with_starttls_is_not_taken_for_encrypted() {
    let client = Client::new().await;
    let mut plain = connect(client.demo.provider().smtp.port).await;
    plain.hear().await;
    plain.ask("STARTTLS\r\nEHLO injected").await;
    assert_eq!(plain.hear().await, "");
}

#[tokio::test]
async fn a_token_signs_in_and_no_mail_is_taken() {
    let client = Client::new().await;
    let token = access_token(&client, "ap@contoso.example").await;
    let mut lines = smtp(&client).await;
    assert!(lines.ask("MAIL FROM:<a@b>").await.starts_with("530 5.7.57 "));
    assert!(lines.ask("AUTH LOGIN").await.contains("basic authentication is disabled"));
    assert_eq!(lines.ask("AUTH XOAUTH2").await, "334");
    assert_eq!(lines.ask("*").await, "501 5.7.0 Authentication cancelled");
    lines.ask("AUTH XOAUTH2").await;
    assert_eq!(lines.ask(&blob("ap@contoso.example", &token)).await, "235 2.7.0 Authentication successful");
    assert!(lines.ask("MAIL FROM:<ap@contoso.example>").await.starts_with("550 "));
    assert!(lines.ask("QUIT").await.starts_with("221 "));
}

#[tokio::test]
async fn the_wrong_token_and_the_wrong_user_are_refused_alike() {
    let client = Client::new().await;
    let token = access_token(&client, "ap@contoso.example").await;
    for (user, token) in
        [("ap@contoso.example", "nonsense"), ("hr@contoso.example", &token), ("nobody@contoso.example", &token)]
    {
        assert!(submit(&client, user, token).await.starts_with("535 5.7.3 Authentication unsuccessful"), "{user}");
    }
    client.demo.advance(Duration::from_secs(3_600));
    assert!(submit(&client, "ap@contoso.example", &token).await.starts_with("535 5.7.3 "));
}

#[tokio::test]
async fn a_token_without_the_scope_or_for_graph_is_refused() {
    let client = Client::new().await;
    for scope in ["https://outlook.office.com/IMAP.AccessAsUser.All", "https://graph.microsoft.com/SMTP.Send"] {
        let form = Client::authorize_form("erp@contoso.example").with("scope", scope);
        let back = client.demo.play(&client.link(&form)).await.unwrap();
        let code = super::client::param(&back, "code").unwrap();
        let (_, body) = client.token(&client.sign_in("ap@contoso.example").await.with("code", &code)).await;
        let token = body["access_token"].as_str().unwrap();
        assert!(submit(&client, "erp@contoso.example", token).await.starts_with("535 5.7.3 "), "{scope}");
    }
}

#[tokio::test]
async fn a_delegates_token_opens_the_shared_mailbox() {
    let client = Client::new().await;
    let token = access_token(&client, "maria.lopez@contoso.example").await;
    for user in ["info@contoso.example", "maria.lopez@contoso.example", "INFO@Contoso.example"] {
        assert!(submit(&client, user, &token).await.starts_with("235 "), "{user}");
    }
}

#[tokio::test]
async fn smtp_auth_is_off_for_the_mailbox_or_the_tenant_until_it_is_switched_on() {
    let client = Client::new().await;
    let hr = access_token(&client, "hr@contoso.example").await;
    let refusal = submit(&client, "hr@contoso.example", &hr).await;
    let text = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit \
                https://aka.ms/smtp_auth_disabled for more information.";
    assert!(refusal.starts_with(text), "{refusal}");
    client.demo.set_smtp_auth(&address("hr@contoso.example"), true);
    assert!(submit(&client, "hr@contoso.example", &hr).await.starts_with("235 "));

    let ap = access_token(&client, "ap@contoso.example").await;
    client.demo.set_tenant_smtp_auth("contoso.example", false);
    assert!(submit(&client, "ap@contoso.example", &ap).await.contains("is disabled for the Tenant."));
    // A mailbox's own setting overrides the tenant's.
    assert!(submit(&client, "hr@contoso.example", &hr).await.starts_with("235 "));
}

#[tokio::test]
async fn a_long_token_passes_in_two_steps_and_not_in_one() {
    let client = Client::new().await;
    client.demo.fault(Fault::HugeToken(8_192));
    let token = access_token(&client, "ap@contoso.example").await;
    assert!(submit(&client, "ap@contoso.example", &token).await.starts_with("235 "));
    let mut lines = smtp(&client).await;
    let one_line = format!("AUTH XOAUTH2 {}", blob("ap@contoso.example", &token));
    assert!(lines.ask(&one_line).await.starts_with("535 5.7.8 "));
    lines.ask("AUTH XOAUTH2").await;
    assert!(lines.ask(&"A".repeat(13_000)).await.starts_with("500 5.5.6 "));
}

#[tokio::test]
async fn with_an_error_challenge_the_refusal_waits_for_the_empty_line() {
    let client = Client::with(Options { error_challenge: true, ..Options::default() }).await;
    let mut lines = smtp(&client).await;
    lines.ask("AUTH XOAUTH2").await;
    assert!(lines.ask(&blob("ap@contoso.example", "x")).await.starts_with("334 eyJ"));
    assert!(lines.ask("").await.starts_with("535 5.7.3 "));
}

#[tokio::test]
async fn imap_opens_the_inbox_unless_it_is_off() {
    let client = Client::new().await;
    let token = access_token(&client, "ap@contoso.example").await;
    let mut lines = imap(&client).await;
    assert!(lines.ask("a1 SELECT INBOX").await.starts_with("a1 BAD "));
    assert!(lines.ask("a2 CAPABILITY").await.contains("AUTH=XOAUTH2 SASL-IR"));
    assert_eq!(lines.hear().await, "a2 OK CAPABILITY completed.");
    assert_eq!(lines.ask("a3 AUTHENTICATE XOAUTH2").await, "+");
    assert_eq!(lines.ask("AAAA").await, "a3 NO AUTHENTICATE failed.");
    let in_one = format!("a4 AUTHENTICATE XOAUTH2 {}", blob("ap@contoso.example", &token));
    assert_eq!(lines.ask(&in_one).await, "a4 OK AUTHENTICATE completed.");
    let mut answer = lines.ask("a5 EXAMINE \"INBOX\"").await;
    while answer.starts_with('*') {
        answer = lines.hear().await;
    }
    assert_eq!(answer, "a5 OK [READ-ONLY] EXAMINE completed.");
    assert!(lines.ask("a6 LOGOUT").await.starts_with("* BYE "));

    client.demo.set_imap(&address("ap@contoso.example"), false);
    let mut lines = imap(&client).await;
    lines.ask("b1 AUTHENTICATE XOAUTH2").await;
    assert!(lines.ask(&blob("ap@contoso.example", &token)).await.starts_with("b1 OK "));
    assert_eq!(lines.ask("b2 SELECT INBOX").await, "b2 BAD User is authenticated but not connected.");
}

#[tokio::test]
async fn pop_takes_the_same_token() {
    let client = Client::new().await;
    let token = access_token(&client, "ap@contoso.example").await;
    let mut lines = pop(&client).await;
    assert_eq!(lines.ask("AUTH XOAUTH2").await, "+");
    let refused = "-ERR Authentication failure: unknown user name or bad password.";
    assert_eq!(lines.ask(&blob("ap@contoso.example", "x")).await, refused);
    lines.ask("AUTH XOAUTH2").await;
    assert_eq!(lines.ask(&blob("ap@contoso.example", &token)).await, "+OK User successfully authenticated.");
    assert_eq!(lines.ask("STAT").await, "+OK 0 0");
    assert!(lines.ask("QUIT").await.starts_with("+OK "));
}
