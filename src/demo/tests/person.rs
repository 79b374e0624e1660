//! The person in the browser, the administrator's page, and the end of it all.

use std::time::{Duration, Instant};

use super::client::{Client, address, claims, http, param};
use crate::demo::markup::Form;
use crate::demo::{Demo, Options};

/// Longer than any machine needs.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn another_account_can_sign_in_and_the_id_token_says_so() {
    let client = Client::new().await;
    let link = client.link(&Client::authorize_form("billing@contoso.example"));
    let back = client.demo.play_as(&link, &address("alex.wu@contoso.example")).await.unwrap();
    let form = client.sign_in("billing@contoso.example").await;
    let (_, body) = client.token(&form.with("code", &param(&back, "code").unwrap())).await;
    assert_eq!(claims(&body)["preferred_username"], "alex.wu@contoso.example");
}

#[tokio::test]
async fn names_with_odd_characters_find_their_way_through_the_pages() {
    let client = Client::new().await;
    for account in ["d.o'neill@contoso.example", "orders+web@contoso.example"] {
        assert_eq!(claims(&client.tokens(account).await)["preferred_username"], account);
    }
}

#[tokio::test]
async fn a_link_without_a_hint_needs_somebody_to_sign_in() {
    let client = Client::new().await;
    let link = client.link(&Client::authorize_form(""));
    assert_eq!(client.demo.play(&link).await.unwrap_err().code(), "demo.person");
    assert!(client.demo.play_as(&link, &address("ap@contoso.example")).await.is_ok());
}

#[tokio::test]
async fn the_administrators_switches_work_from_the_page_and_only_from_there() {
    let client = Client::new().await;
    let page = client.http.get(client.url("/")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("d.o&#39;neill@contoso.example"));
    let session = Form::first(&page).unwrap().get("session").unwrap().to_owned();
    let press = async |session: &str| {
        let fields =
            [("session", session), ("switch", "conditional_access"), ("subject", "ap@contoso.example"), ("to", "on")];
        client.http.post(client.url("/")).form(&fields).send().await.unwrap().status().as_u16()
    };
    let link = client.link(&Client::authorize_form("ap@contoso.example"));
    assert_eq!(press("guessed").await, 400);
    assert!(param(&client.demo.play(&link).await.unwrap(), "code").is_some());
    assert_eq!(press(&session).await, 302);
    assert!(param(&client.demo.play(&link).await.unwrap(), "code").is_none());
}

#[tokio::test]
async fn the_configuration_names_every_server() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let config: toml::Table = toml::from_str(&demo.config_toml()).unwrap();
    let entry = &config["provider"]["demo"];
    let provider = demo.provider();
    assert_eq!(entry["authority"].as_str().unwrap(), demo.admin_url().as_str().trim_end_matches('/'));
    for (key, server) in [("smtp", &provider.smtp), ("imap", provider.imap.as_ref().unwrap())] {
        assert!(entry[key].as_str().unwrap().ends_with(&server.to_string()), "{key}");
    }
    assert_eq!(entry["ca_file"].as_str(), Some("ca.pem"));
    assert!(demo.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
}

#[tokio::test]
async fn dropping_it_frees_its_ports() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let ports = [demo.admin_url().port().unwrap(), demo.provider().smtp.port];
    http().get(demo.admin_url()).send().await.unwrap();
    drop(demo);
    let deadline = Instant::now() + PATIENCE;
    for port in ports {
        // The tasks end at their next turn.
        while tokio::net::TcpListener::bind(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < deadline, "{port} is in use");
            tokio::task::yield_now().await;
        }
    }
}
