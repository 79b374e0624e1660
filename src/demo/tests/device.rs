//! Device code, from the codes to the tokens.

use std::time::Duration;

use super::client::{CLIENT_ID, Client, Form, SCOPE, address, claims, code};

async fn begin(client: &Client) -> (Form, String) {
    let asked = Form::of(&[("client_id", CLIENT_ID), ("scope", SCOPE)]);
    let (status, body) = client.post("/contoso.example/oauth2/v2.0/devicecode", &asked).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!((body["expires_in"].as_i64(), body["interval"].as_i64()), (Some(900), Some(5)));
    let user_code = body["user_code"].as_str().unwrap().to_owned();
    assert!(body["message"].as_str().unwrap().contains(&user_code));
    let poll = Form::of(&[
        ("client_id", CLIENT_ID),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", body["device_code"].as_str().unwrap()),
    ]);
    (poll, user_code)
}

#[tokio::test]
async fn a_device_waits_until_the_person_has_signed_in() {
    let client = Client::new().await;
    let (poll, user_code) = begin(&client).await;
    let (status, pending) = client.token(&poll).await;
    assert_eq!((status, pending["error"].as_str()), (400, Some("authorization_pending")));
    client.demo.play_device(&user_code, &address("hr@contoso.example")).await.unwrap();
    let (status, body) = client.token(&poll).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(claims(&body)["preferred_username"], "hr@contoso.example");
    assert_eq!(client.refusal(&poll).await, (400, 70_018));
    assert_eq!(client.demo.requests().device_code, 3);
}

#[tokio::test]
async fn a_device_is_told_of_a_refusal_and_of_the_end() {
    let client = Client::new().await;
    let (poll, user_code) = begin(&client).await;
    client.demo.play_device(&user_code, &address("board@contoso.example")).await.unwrap();
    assert_eq!(client.token(&poll).await.1["error"], "authorization_declined");

    let (poll, user_code) = begin(&client).await;
    client.demo.advance(Duration::from_secs(901));
    let (_, expired) = client.token(&poll).await;
    assert_eq!((expired["error"].as_str(), code(&expired)), (Some("expired_token"), 70_019));
    let typed = client.demo.play_device(&user_code, &address("hr@contoso.example")).await;
    assert!(typed.unwrap_err().why().contains("didn’t work"));
}
