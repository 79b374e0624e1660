use std::io::Write as _;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

/// A listener, and an engine that takes every answer and keeps what it was given.
async fn taking() -> (Listener, mpsc::Receiver<String>) {
    let (listener, mut arrivals) = Listener::start(None).await.unwrap();
    let (given, taken) = mpsc::channel(64);
    tokio::spawn(async move {
        while let Some(arrival) = arrivals.recv().await {
            let _ = given.send(arrival.parameters.expose().to_owned()).await;
            let account = "billing@contoso.com".to_owned();
            let _ = arrival.reply.send(Page::Taken { account });
        }
    });
    (listener, taken)
}

/// Sends `request` as it stands and gives the whole answer.
async fn exchange(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    // A server that refuses early may hang up before it has read everything.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

async fn get(port: u16, target: &str) -> String {
    exchange(port, &format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")).await
}

fn post(target: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn an_answer_comes_by_get_or_post_on_any_path_and_gets_its_page() {
    let (listener, mut taken) = taking().await;
    for (request, parameters) in [
        ("GET /?code=a%2Bb&state=s HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "code=a%2Bb&state=s"),
        ("GET /any/path?error=access_denied HTTP/1.1\r\nHost: [::1]:80\r\n\r\n".to_owned(), "error=access_denied"),
        (
            "GET /?admin_consent=True&tenant=t HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".to_owned(),
            "admin_consent=True&tenant=t",
        ),
        (post("/", "state=s&code=x"), "state=s&code=x"),
        (post("/?code=not-this", "state=s&code=x"), "state=s&code=x"),
    ] {
        let answer = exchange(listener.port(), &request).await;
        assert!(answer.contains(" 200 OK\r\n") && answer.contains("billing@contoso.com"), "{answer}");
        assert_eq!(taken.recv().await.unwrap(), parameters);
    }
}

#[tokio::test]
async fn the_page_is_kept_nowhere_and_may_load_nothing() {
    let (listener, _taken) = taking().await;
    let answer = get(listener.port(), "/?code=x").await.to_lowercase();
    for header in [
        "cache-control: no-store",
        "content-security-policy: default-src 'none'; style-src 'unsafe-inline'",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
        "connection: close",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
}

#[tokio::test]
async fn what_is_no_answer_goes_no_further() {
    let (listener, mut taken) = taking().await;
    let port = listener.port();
    let long = "x".repeat(70 * 1024);
    for request in [
        "GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "GET /?session_state=x&state=s HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "GET /?xcode=1&code2=2 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "HEAD /?code=x HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "PUT /?code=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "GET /?code=x HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(),
        "GET /?code=x HTTP/1.1\r\n\r\n".to_owned(),
        "GET /?code=x HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n".to_owned(),
        format!("GET /?code={long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        post("/", &format!("code={long}")),
        post("/?code=x", ""),
        "\u{16}\u{3}\u{1} this is TLS\r\n\r\n".to_owned(),
    ] {
        let answer = exchange(port, &request).await;
        assert!(!answer.contains(" 200 "), "{request}");
    }
    assert!(get(port, "/?code=last").await.contains(" 200 OK"));
    assert_eq!(taken.recv().await.unwrap(), "code=last");
}

#[tokio::test]
async fn a_browser_that_asks_twice_gets_a_page_both_times() {
    let (listener, mut taken) = taking().await;
    let (first, second) = tokio::join!(get(listener.port(), "/?code=x"), get(listener.port(), "/?code=x"));
    assert!(first.contains("billing@") && second.contains("billing@"));
    assert_eq!((taken.recv().await.unwrap(), taken.recv().await.unwrap()), ("code=x".into(), "code=x".into()));
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_said_to_be_ignored() {
    let (listener, mut arrivals) = Listener::start(None).await.unwrap();
    let (page, _) = tokio::join!(get(listener.port(), "/?code=x"), async { drop(arrivals.recv().await) });
    assert!(page.contains("No sign-in is waiting"), "{page}");
    drop(arrivals);
    assert!(get(listener.port(), "/?code=x").await.contains("No sign-in is waiting"));
}

#[tokio::test]
async fn connections_that_say_nothing_hold_up_nobody() {
    let (listener, _taken) = taking().await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(("127.0.0.1", listener.port())).await.unwrap();
        stream.write_all(b"GET /?code=").await.unwrap();
        silent.push(stream);
    }
    assert!(get(listener.port(), "/?code=x").await.contains(" 200 OK"));
}

#[tokio::test]
async fn dropping_it_ends_every_connection_and_frees_the_port_at_once() {
    let (listener, _taken) = taking().await;
    let port = listener.port();
    assert!(get(port, "/?code=x").await.contains(" 200 OK"));
    let mut open = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    drop(listener);
    let (again, _arrivals) = Listener::start(Some(port)).await.unwrap();
    assert_eq!(again.port(), port);
    let mut rest = Vec::new();
    let _ = open.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let (listener, _arrivals) = Listener::start(None).await.unwrap();
    let trouble = Listener::start(Some(listener.port())).await.unwrap_err();
    assert_eq!(trouble.code(), "listener.port");
    assert!(trouble.what().contains(&listener.port().to_string()));
}

#[tokio::test]
async fn it_listens_on_ipv6_as_well_and_takes_no_port_that_is_taken_there() {
    let Ok(foreign) = TcpListener::bind("[::1]:0").await else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "this machine has no IPv6 on loopback");
        // Not by println, which is kept back while a test passes.
        return std::io::stderr().write_all(b"skipped: no IPv6 on loopback\n").unwrap();
    };
    let port = foreign.local_addr().unwrap().port();
    assert_eq!(Listener::start(Some(port)).await.unwrap_err().code(), "listener.port");
    drop(foreign);
    let (_listener, _arrivals) = Listener::start(Some(port)).await.unwrap();
    TcpStream::connect(("::1", port)).await.unwrap();
}
