//! The authorization endpoint: what is refused on a page, what by redirect, and the ways back.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::client::{Client, FABRIKAM_CLIENT_ID, address, param};

#[tokio::test]
async fn a_request_that_cannot_be_trusted_ends_on_a_page() {
    let client = Client::new().await;
    let good = Client::authorize_form("billing@contoso.example");
    for (name, value, code) in [
        ("client_id", "", "AADSTS900144"),
        ("client_id", FABRIKAM_CLIENT_ID, "AADSTS700016"),
        ("redirect_uri", "", "AADSTS900971"),
        ("redirect_uri", "http://localhost:9/other", "AADSTS50011"),
        ("redirect_uri", "http://127.0.0.1:9", "AADSTS50011"),
        ("redirect_uri", "https://evil.example/", "AADSTS50011"),
        ("response_mode", "web_message", "AADSTS70007"),
    ] {
        let response = client.http.get(client.link(&good.clone().with(name, value))).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 400, "{name}={value}");
        let page = response.text().await.unwrap();
        assert!(page.contains(code) && page.contains("Trace ID"), "{name}={value}");
    }
}

#[tokio::test]
async fn a_request_from_a_known_application_is_refused_by_redirect() {
    let client = Client::new().await;
    let good = Client::authorize_form("billing@contoso.example");
    for (name, value, error, code) in [
        ("response_type", "", "invalid_request", "AADSTS900144"),
        ("response_type", "token", "unsupported_response_type", "AADSTS700054"),
        ("scope", "", "invalid_request", "AADSTS900144"),
        ("scope", "https://outlook.office.com/SMTP.SendAsApp", "invalid_client", "AADSTS650053"),
        ("scope", "mailto://x", "invalid_scope", "AADSTS70011"),
        ("prompt", "none", "login_required", "AADSTS50058"),
        ("prompt", "select_account", "invalid_request", "AADSTS90023"),
        ("prompt", "maybe", "invalid_request", "AADSTS90023"),
        ("code_challenge", "short", "invalid_request", "AADSTS501491"),
        ("code_challenge", "", "invalid_request", "AADSTS50147"),
        ("code_challenge_method", "S512", "invalid_request", "AADSTS50149"),
    ] {
        let back = client.demo.play(&client.link(&good.clone().with(name, value))).await.unwrap();
        assert_eq!(param(&back, "error").as_deref(), Some(error), "{name}={value}");
        let description = param(&back, "error_description").unwrap();
        assert!(description.starts_with(&format!("{code}: ")), "{description}");
        assert_eq!(param(&back, "state").as_deref(), Some("s-1"));
    }
}

#[tokio::test]
async fn who_may_not_is_sent_back_with_the_reason() {
    let client = Client::new().await;
    for (account, code) in [("board@contoso.example", "AADSTS53003"), ("legal@contoso.example", "AADSTS90094")] {
        let back = client.demo.play(&client.link(&Client::authorize_form(account))).await.unwrap();
        assert_eq!(param(&back, "error").as_deref(), Some("access_denied"), "{account}");
        assert!(param(&back, "error_description").unwrap().starts_with(code));
    }
    let link = client.link(&Client::authorize_form("billing@contoso.example"));
    let back = client.demo.decline(&link).await.unwrap();
    assert_eq!(param(&back, "error").as_deref(), Some("access_denied"));
    assert!(param(&back, "error_description").unwrap().starts_with("AADSTS65004"));
}

#[tokio::test]
async fn who_cannot_sign_in_is_told_on_the_page() {
    let client = Client::new().await;
    let link = client.link(&Client::authorize_form("billing@contoso.example"));
    for (account, code) in [
        ("nobody@contoso.example", "AADSTS50034"),
        ("orders@fabrikam.example", "AADSTS50020"),
        ("info@contoso.example", "AADSTS50057"),
    ] {
        let trouble = client.demo.play_as(&link, &address(account)).await.unwrap_err();
        assert!(trouble.why().contains(code), "{trouble}");
    }
}

#[tokio::test]
async fn admin_consent_opens_the_door() {
    let client = Client::new().await;
    let link = client.link(&Client::authorize_form("legal@contoso.example"));
    let mut consent = client.url("/contoso.example/v2.0/adminconsent");
    consent.query_pairs_mut().extend_pairs([
        ("client_id", super::client::CLIENT_ID),
        ("redirect_uri", "http://localhost:9"),
        ("scope", "https://outlook.office.com/.default"),
        ("state", "c-1"),
    ]);
    let declined = client.demo.decline(&consent).await.unwrap();
    assert!(param(&declined, "error_description").unwrap().starts_with("AADSTS65004"));
    assert!(param(&client.demo.play(&link).await.unwrap(), "code").is_none());

    let back = client.demo.play(&consent).await.unwrap();
    assert_eq!(param(&back, "admin_consent").as_deref(), Some("True"));
    assert_eq!(param(&back, "tenant").as_deref(), Some(super::client::CONTOSO));
    assert_eq!(param(&back, "state").as_deref(), Some("c-1"));
    assert!(param(&client.demo.play(&link).await.unwrap(), "code").is_some());
}

#[tokio::test]
async fn a_fragment_comes_back_behind_the_hash() {
    let client = Client::new().await;
    let form = Client::authorize_form("ap@contoso.example").with("response_mode", "fragment");
    let back = client.demo.play(&client.link(&form)).await.unwrap();
    assert_eq!(back.query(), None);
    assert!(back.fragment().unwrap().contains("code=1.A"));
}

#[tokio::test]
async fn a_form_post_reaches_the_listener_as_a_post() {
    let client = Client::new().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let redirect_uri = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let form = Client::authorize_form("ap@contoso.example")
        .with("response_mode", "form_post")
        .with("redirect_uri", &redirect_uri);
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = String::new();
        while !heard.contains("state=s-1") {
            let mut chunk = [0; 4_096];
            let count = stream.read(&mut chunk).await.unwrap();
            assert!(count > 0, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        heard
    });
    client.demo.play(&client.link(&form)).await.unwrap();
    let heard = heard.await.unwrap();
    assert!(heard.starts_with("POST / HTTP/1.1") && heard.contains("code=1.A"), "{heard}");
}

#[tokio::test]
async fn a_page_is_good_once_and_only_for_this_host() {
    let client = Client::new().await;
    let page = client.http.get(client.link(&Client::authorize_form("ap@contoso.example")));
    let html = page.send().await.unwrap().text().await.unwrap();
    let form = crate::demo::markup::Form::first(&html).unwrap().with("action", "cancel");
    let press = async || {
        let pressed = client.http.post(client.url("/sign-in")).form(&form.fields);
        pressed.send().await.unwrap().status().as_u16()
    };
    assert_eq!((press().await, press().await), (302, 400));

    let rebound = client.http.get(client.url("/")).header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status().as_u16(), 421);
}
