//! Answers that go wrong on purpose.

use std::pin::pin;
use std::time::{Duration, Instant};

use super::client::{Client, Form, address, claims};
use crate::demo::{Fault, Options};

#[tokio::test]
async fn each_fault_spoils_one_answer() {
    let client = Client::new().await;
    let tokens = client.tokens("ap@contoso.example").await;
    let form = Client::refresh_form(&tokens["refresh_token"]);
    let url = client.url("/contoso.example/oauth2/v2.0/token");
    let send = async |fault: Fault| {
        client.demo.fault(fault);
        client.http.post(url.clone()).form(&form_pairs(&tokens)).send().await
    };
    let ask = async |fault: Fault| send(fault).await.unwrap();
    assert!(ask(Fault::Html).await.text().await.unwrap().starts_with("<!DOCTYPE"));
    let truncated = ask(Fault::TruncatedJson).await.text().await.unwrap();
    assert!(truncated.starts_with('{') && serde_json::from_str::<serde_json::Value>(&truncated).is_err());
    assert_eq!(ask(Fault::Status(503)).await.status().as_u16(), 503);
    let throttled = ask(Fault::Throttled { retry_after: Duration::from_secs(60) }).await;
    assert_eq!((throttled.status().as_u16(), throttled.headers()["retry-after"].as_bytes()), (429, b"60".as_slice()));
    assert!(ask(Fault::EscapeSequences).await.text().await.unwrap().contains("\\u001b[2J"));
    assert!(send(Fault::CloseConnection).await.is_err());
    assert_eq!(client.token(&form).await.0, 200);
}

#[tokio::test]
async fn tokens_can_be_huge_missing_or_somebody_elses() {
    let client = Client::new().await;
    let tokens = client.tokens("ap@contoso.example").await;
    let form = Client::refresh_form(&tokens["refresh_token"]);
    let ask = async |fault: Fault| {
        client.demo.fault(fault);
        client.token(&form).await.1
    };
    let huge = ask(Fault::HugeToken(8_192)).await;
    assert_eq!(huge["access_token"].as_str().unwrap().len(), 8_192);
    assert_eq!(client.token(&Client::refresh_form(&huge["refresh_token"])).await.0, 200);
    assert!(ask(Fault::NoRefreshToken).await["refresh_token"].is_null());
    assert!(claims(&ask(Fault::IdTokenWithoutClaims).await)["oid"].is_null());
    let other = ask(Fault::IdTokenForAccount(address("alex.wu@contoso.example"))).await;
    assert_eq!(claims(&other)["preferred_username"], "alex.wu@contoso.example");
}

#[tokio::test]
async fn answers_can_be_slow() {
    let delay = Duration::from_millis(30);
    let client = Client::with(Options { delay, ..Options::default() }).await;
    let began = Instant::now();
    client.demo.fault(Fault::Slow(delay));
    let form = Form::of(&[]);
    client.token(&form).await;
    assert!(began.elapsed() >= delay * 2);
}

#[tokio::test]
async fn while_the_endpoint_is_held_requests_are_counted_and_not_answered() {
    let client = Client::new().await;
    let held = client.demo.hold().await;
    let form = Form::of(&[]);
    let mut answer = pin!(client.token(&form));
    let comes = async {
        while client.demo.requests().other == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = &mut answer => panic!("it is answered"),
        () = comes => {}
    }
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut answer).await.is_err());
    drop(held);
    assert_eq!(answer.await.0, 400);
}

fn form_pairs(tokens: &serde_json::Value) -> Vec<(&'static str, String)> {
    vec![
        ("client_id", super::client::CLIENT_ID.to_owned()),
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap().to_owned()),
    ]
}
