//! Every credential that somebody may ask for, as other programs take it.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mailkey::domain::Secret;
use mailkey::engine::{Copied, Field};

use crate::house::{CLIENT_ID, House, code_of, mailer, mailer_name};

#[tokio::test]
async fn each_is_what_it_is_called() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox_for("info", "maria.lopez");
    house.sign_in(&engine, mailbox).await;
    let access = engine.access_token(mailbox).await.unwrap();
    let refresh = house.refresh_token(mailbox).await.unwrap();
    for (field, expected) in [
        (Field::Tenant, "contoso.example"),
        (Field::ClientId, CLIENT_ID),
        (Field::Account, "maria.lopez@contoso.example"),
        (Field::RefreshToken, refresh.expose()),
        (Field::AccessToken, access.expose()),
    ] {
        let found = engine.credential(mailbox, field).await.unwrap();
        assert!(found.expose() == expected, "{}", field.name());
    }
    let secret = engine.credential(mailbox, Field::ClientSecret).await;
    assert_eq!(code_of(secret), "application.no_client_secret");

    let response = engine.credential(mailbox, Field::Xoauth2).await.unwrap();
    let decoded = String::from_utf8(STANDARD.decode(response.expose()).unwrap()).unwrap();
    let expected = format!("user=info@contoso.example\u{1}auth=Bearer {}\u{1}\u{1}", access.expose());
    assert!(decoded == expected, "the user is the shared mailbox, not who signed in for it");
    assert_eq!(house.demo.requests().refresh_token, 0);
}

#[tokio::test]
async fn all_of_them_are_one_json_object() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let json = engine.credential(mailbox, Field::Json).await.unwrap();
    let value: serde_json::Value = serde_json::from_str(json.expose()).unwrap();
    assert_eq!(value["provider"], "demo");
    assert_eq!(value["client_id"], CLIENT_ID);
    assert_eq!(value["client_secret"], serde_json::Value::Null);
    assert_eq!(value["mailbox"], "billing@contoso.example");
    let refresh = house.refresh_token(mailbox).await.unwrap();
    assert!(value["refresh_token"] == refresh.expose());
    assert!(value["token_url"].as_str().unwrap().ends_with("/contoso.example/oauth2/v2.0/token"));
    assert!(value["smtp"].as_str().unwrap().starts_with("smtp://localhost:"), "{}", value["smtp"]);
}

/// The shell reads the line, and a program in the place of `curl` says what it was given.
#[cfg(unix)]
#[tokio::test]
async fn the_curl_line_survives_the_shell() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "d.o'neill").await;
    let awkward = r#"it's "awkward" $(id) \ `id`"#;
    let saved = engine.save_application(Some(mailer_name()), mailer(), Some(Secret::new(awkward)));
    saved.await.unwrap();
    let line = engine.credential(mailbox, Field::Curl).await.unwrap();
    let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}\n{}\n", line.expose());
    let output = std::process::Command::new("sh").arg("-c").arg(script).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let refresh = house.refresh_token(mailbox).await.unwrap();
    for expected in [
        "grant_type=refresh_token".to_owned(),
        format!("client_id={CLIENT_ID}"),
        format!("client_secret={awkward}"),
        format!("refresh_token={}", refresh.expose()),
    ] {
        assert!(said.lines().any(|line| line == expected), "{}", &expected[..expected.find('=').unwrap()]);
    }
}

#[tokio::test]
async fn without_a_sign_in_only_what_is_known_is_given() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    for field in Field::ALL {
        let given = engine.credential(mailbox, field).await;
        match field {
            Field::Tenant | Field::ClientId | Field::Account => assert!(given.is_ok(), "{}", field.name()),
            Field::ClientSecret => assert_eq!(code_of(given), "application.no_client_secret"),
            _ => assert_eq!(code_of(given), "token.none", "{}", field.name()),
        }
    }
}

#[tokio::test]
async fn what_cannot_go_to_a_clipboard_is_handed_to_the_terminal() {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| std::env::var_os(name).is_some());
    if has_display || !cfg!(target_os = "linux") {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "there is a clipboard here");
        // Not by println, which is kept back while a test passes.
        return std::io::stderr().write_all(b"skipped: there is a clipboard here\n").unwrap();
    }
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let token = house.refresh_token(mailbox).await.unwrap();
    let copied = engine.copy(mailbox, Field::RefreshToken).await.unwrap();
    assert_eq!(copied, Copied::ForTerminal(token));
}
