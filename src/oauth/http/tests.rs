use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use reqwest::header::HeaderValue;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::oauth::test_support::{IMPATIENT, PATIENT, Server, closed_port, http, json, response};

async fn get(authority: &str, timeout: Duration) -> Result<Value, Fault> {
    let url = Url::parse(authority).unwrap();
    http(timeout).get(&url).await?.read()
}

async fn code_of(answer: String) -> String {
    let server = Server::answering([answer]).await;
    let fault = get(&server.authority, PATIENT).await.unwrap_err();
    fault.trouble().code().to_owned()
}

/// A server that answers with `bytes` and then nothing more, without closing.
async fn stalling_after(bytes: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _request = stream.read(&mut [0; 4096]).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    });
    address.to_string()
}

#[tokio::test]
async fn json_is_read_whatever_the_4xx() {
    for status in ["200 OK", "400 Bad Request", "401 Unauthorized", "404 Not Found"] {
        let body = serde_json::json!({"error": "invalid_grant"});
        let server = Server::answering([json(status, &body)]).await;
        assert_eq!(get(&server.authority, PATIENT).await, Ok(body), "{status}");
    }
}

#[tokio::test]
async fn a_useless_answer_is_named_for_what_it_is() {
    let html = response("200 OK", "content-type: text/html\r\n", "<!DOCTYPE html><p>Sign in to the guest network");
    let large = "x".repeat(300 * 1024);
    for (answer, code) in [
        (html, "server.not_json"),
        (response("400 Bad Request", "", "<html>"), "server.not_json"),
        (response("200 OK", "", "{\"access_token\": \"eyJ"), "server.not_json"),
        (response("200 OK", "", ""), "server.not_json"),
        (response("200 OK", "", "OK"), "server.not_json"),
        (response("302 Found", "location: http://127.0.0.1:1/\r\n", ""), "server.not_json"),
        (response("503 Service Unavailable", "", "<html>"), "server.unavailable"),
        (response("500 Internal Server Error", "", "{}"), "server.unavailable"),
        (response("429 Too Many Requests", "", "{}"), "server.throttled"),
        (response("200 OK", "", &large), "network.too_large"),
        (format!("HTTP/1.1 200 OK\r\n\r\n{large}"), "network.too_large"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"a\":".to_owned(), "network.broken"),
        (String::new(), "network.broken"),
        ("SSH-2.0-OpenSSH_9.2\r\n".to_owned(), "network.broken"),
    ] {
        assert_eq!(code_of(answer.clone()).await, code, "{answer:.80}");
    }
}

#[tokio::test]
async fn json_of_another_shape_is_not_taken_for_a_web_page() {
    let server = Server::answering([json("200 OK", &serde_json::json!(["a secret"]))]).await;
    let url = Url::parse(&server.authority).unwrap();
    let fault = http(PATIENT).get(&url).await.unwrap().read::<u8>().unwrap_err();
    assert_eq!(fault.trouble().code(), "server.unexpected");
    assert!(!format!("{fault:?} {}", fault.trouble()).contains("secret"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut elsewhere = Server::answering([json("200 OK", &Value::Null)]).await;
    let location = format!("location: {}\r\n", elsewhere.authority);
    let server = Server::answering([response("307 Temporary Redirect", &location, "")]).await;
    get(&server.authority, PATIENT).await.unwrap_err();
    assert!(tokio::time::timeout(IMPATIENT, elsewhere.request()).await.is_err());
}

#[tokio::test]
async fn every_wait_ends() {
    for bytes in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"] {
        let address = stalling_after(bytes).await;
        let fault = get(&format!("http://{address}"), IMPATIENT).await.unwrap_err();
        assert_eq!(fault.trouble().code(), "network.timeout", "{bytes:?}");
        assert!(fault.may_have_arrived(), "{bytes:?}");
    }
    let address = stalling_after("").await;
    let fault = get(&format!("https://{address}"), IMPATIENT).await.unwrap_err();
    assert_eq!(fault.trouble().code(), "network.timeout");
    assert!(!fault.may_have_arrived(), "TLS never came about");
}

#[tokio::test]
async fn an_answer_that_drips_ends_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _request = stream.read(&mut [0; 4096]).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(IMPATIENT / 10).await;
        }
    });
    assert_eq!(get(&url, IMPATIENT).await.unwrap_err().trouble().code(), "network.timeout");
}

#[tokio::test]
async fn no_connection_is_explained() {
    let closed = closed_port();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    // No name has so long a part: nobody is asked about it.
    let unknown = format!("http://{}.invalid/", "x".repeat(64));
    for (url, code) in [(&nobody, "network.refused"), (&unknown, "network.dns")] {
        let fault = get(url, PATIENT).await.unwrap_err();
        assert_eq!(fault.trouble().code(), code, "{fault:?}");
        assert!(!fault.may_have_arrived());
    }
}

#[tokio::test]
async fn it_says_who_it_is_and_keeps_no_cookies() {
    let answer = response("200 OK", "set-cookie: a=b\r\n", "null");
    let mut server = Server::answering([answer.clone(), answer]).await;
    let (http, url) = (http(PATIENT), Url::parse(&server.authority).unwrap());
    for _ in 0..2 {
        http.get(&url).await.unwrap();
        let request = server.request().await.to_ascii_lowercase();
        assert!(request.contains(concat!("user-agent: mailkey/", env!("CARGO_PKG_VERSION"))), "{request}");
        assert!(!request.contains("cookie"), "{request}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date_and_an_hour_at_most() {
    for (retry_after, seconds) in [
        ("60", Some(60)),
        (" 0 ", Some(0)),
        ("99999", Some(3600)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
        ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
        ("Sat, 06 Nov 2094 08:49:37 GMT", Some(3600)),
        ("soon", None),
        ("-1", None),
    ] {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("date", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        headers.insert("retry-after", HeaderValue::from_str(retry_after).unwrap());
        let wait = reply::retry_after(&headers);
        assert_eq!(wait, seconds.map(Duration::from_secs), "{retry_after}");
    }
}

/// A certificate authority's PEM, and the address of a TLS server whose certificate it signed.
async fn tls_server(certificate: CertificateParams) -> (String, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (authority_pem, serve_tls(TlsAcceptor::from(Arc::new(config))).await)
}

async fn serve_tls(acceptor: TlsAcceptor) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let _request = stream.read(&mut [0; 4096]).await;
            stream.write_all(response("200 OK", "", "7").as_bytes()).await.ok();
            stream.shutdown().await.ok();
        }
    });
    format!("https://localhost:{port}")
}

#[tokio::test]
async fn a_certificate_is_trusted_only_if_it_verifies() {
    let good = || CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let mut expired = good();
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let other_name = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    for (certificate, trusted, why) in [
        (good(), true, None),
        (good(), false, Some("an authority that this system does not trust")),
        (expired, true, Some("has expired")),
        (other_name, true, Some("another name")),
    ] {
        let (authority, url) = tls_server(certificate).await;
        let http = Http::new(PATIENT, trusted.then_some(authority.as_bytes())).unwrap();
        let outcome = http.get(&Url::parse(&url).unwrap()).await.and_then(|reply| reply.read::<u8>());
        let trouble = outcome.map_err(|fault| fault.trouble());
        match why {
            None => assert_eq!(trouble, Ok(7)),
            Some(why) => {
                let trouble = trouble.unwrap_err();
                assert_eq!(trouble.code(), "network.tls");
                assert!(trouble.what().contains("localhost"), "{trouble}");
                assert!(trouble.why().contains(why), "{trouble}");
            }
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_in_clear() {
    let url = format!("https://{}", stalling_after("HTTP/1.1 400 Bad Request\r\n\r\n").await);
    let fault = get(&url, PATIENT).await.unwrap_err();
    assert_eq!(fault.trouble().code(), "network.tls");
}

#[test]
fn a_ca_file_without_certificates_is_refused() {
    for pem in [
        "",
        "not PEM",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMII",
    ] {
        let trouble = Http::new(PATIENT, Some(pem.as_bytes())).unwrap_err();
        assert_eq!(trouble.code(), "config.ca_file", "{pem:?}");
    }
}
