//! A browser that asks for one page on loopback, by hand.

#![allow(dead_code)]

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// The page at `url`, head and body; empty if nobody listens there.
pub async fn page(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else {
        return String::new();
    };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let mut text = String::new();
    let asked = stream.write_all(request.as_bytes()).await;
    // A listener that goes away in the middle has shown what it has shown.
    let _ = (asked, stream.read_to_string(&mut text).await);
    text
}

/// The same address with other parameters.
pub fn with_query(url: &Url, query: &str) -> Url {
    let mut other = url.clone();
    other.set_query(Some(query));
    other
}
