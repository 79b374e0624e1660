//! Refresh tokens: rotation, reuse, and every way in which they end.

use std::time::Duration;

use super::client::{Client, address, code};
use crate::demo::Options;

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[tokio::test]
async fn a_refresh_rotates_and_the_old_one_goes_on_working() {
    let client = Client::new().await;
    let first = client.tokens("ap@contoso.example").await;
    let form = Client::refresh_form(&first["refresh_token"]);
    let (status, second) = client.token(&form).await;
    assert_eq!(status, 200, "{second}");
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(client.token(&form).await.0, 200);
    assert_eq!(client.token(&Client::refresh_form(&second["refresh_token"])).await.0, 200);
    let counted = client.demo.requests();
    assert_eq!((counted.authorization_code, counted.refresh_token), (1, 3));
}

#[tokio::test]
async fn a_strict_provider_revokes_the_grant_when_an_old_one_comes_back() {
    let client = Client::with(Options { strict: true, ..Options::default() }).await;
    let first = client.tokens("ap@contoso.example").await;
    let old = Client::refresh_form(&first["refresh_token"]);
    let (_, second) = client.token(&old).await;
    let new = Client::refresh_form(&second["refresh_token"]);
    let (status, refused) = client.token(&old).await;
    assert_eq!((status, refused["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(client.token(&new).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn ninety_idle_days_end_it_and_every_use_starts_them_again() {
    let client = Client::new().await;
    let first = client.tokens("ap@contoso.example").await;
    client.demo.advance(DAY * 89);
    let (status, second) = client.token(&Client::refresh_form(&first["refresh_token"])).await;
    assert_eq!(status, 200);
    client.demo.advance(DAY * 89);
    let (_, third) = client.token(&Client::refresh_form(&second["refresh_token"])).await;
    client.demo.advance(DAY * 90);
    let (status, refused) = client.token(&Client::refresh_form(&third["refresh_token"])).await;
    assert_eq!((status, code(&refused)), (400, 700_082));
    assert!(refused["error_description"].as_str().unwrap().contains("inactive for 90.00:00:00"));
}

#[tokio::test]
async fn an_administrator_ends_it() {
    let client = Client::new().await;
    let tokens = client.tokens("ap@contoso.example").await;
    let form = Client::refresh_form(&tokens["refresh_token"]);
    client.demo.set_conditional_access(&address("ap@contoso.example"), true);
    let (_, blocked) = client.token(&form).await;
    assert_eq!((code(&blocked), blocked["suberror"].as_str()), (53_003, Some("message_only")));
    client.demo.set_conditional_access(&address("ap@contoso.example"), false);
    assert_eq!(client.token(&form).await.0, 200);
    client.demo.revoke(&address("ap@contoso.example"));
    assert_eq!(client.refusal(&form).await, (400, 50_173));
    let again = client.tokens("ap@contoso.example").await;
    assert_eq!(client.token(&Client::refresh_form(&again["refresh_token"])).await.0, 200);
}

#[tokio::test]
async fn a_bad_refresh_is_refused_by_number() {
    let client = Client::new().await;
    let tokens = client.tokens("ap@contoso.example").await;
    let good = Client::refresh_form(&tokens["refresh_token"]);
    let cut = &tokens["refresh_token"].as_str().unwrap()[..1_024];
    for (name, value, expected) in [
        ("refresh_token", "", (400, 900_144)),
        ("refresh_token", "1.A", (400, 9_002_313)),
        ("refresh_token", cut, (400, 70_000)),
        ("client_secret", "x", (401, 700_025)),
        ("scope", "https://graph.microsoft.com/Mail.Read", (400, 65_001)),
    ] {
        assert_eq!(client.refusal(&good.clone().with(name, value)).await, expected, "{name}");
    }
    // Two resources in a refresh mean the first (Microsoft's documentation of refresh tokens).
    let two = "https://outlook.office.com/SMTP.Send https://graph.microsoft.com/User.Read";
    assert_eq!(client.token(&good.with("scope", two)).await.0, 200);
}

#[tokio::test]
async fn the_crowd_can_be_refreshed_without_signing_in() {
    let client = Client::with(Options { crowd: 3, ..Options::default() }).await;
    for account in client.demo.crowd().unwrap() {
        let secret = client.demo.issue(&account).unwrap();
        let form = Client::refresh_form(&secret.expose().into());
        assert_eq!(client.token(&form).await.0, 200, "{account}");
    }
    assert_eq!(client.demo.issue(&address("nobody@contoso.example")).unwrap_err().code(), "demo.account");
}
