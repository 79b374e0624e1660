use serde_json::{Value, json as value};

use super::*;
use crate::domain::{Application, Provider};
use crate::oauth::test_support::{PATIENT, Server, application, http, id_token, json, microsoft};

fn client<'a>(provider: &'a Provider, application: &'a Application) -> Client<'a> {
    Client { provider, application, secret: None }
}

fn codes() -> Value {
    value!({
        "device_code": "the-device-code", "user_code": "ABCD-EFGH", "expires_in": 900, "interval": 5,
        "verification_uri": "https://microsoft.com/devicelogin", "message": "To sign in …",
    })
}

async fn begin_with(status: &str, body: &Value) -> Result<DeviceSignIn, Refusal> {
    let server = Server::answering([json(status, body)]).await;
    begin(&http(PATIENT), client(&microsoft(&server.authority), &application())).await
}

#[tokio::test]
async fn the_codes_are_asked_for_and_read() {
    let mut server = Server::answering([json("200 OK", &codes())]).await;
    let (provider, application) = (microsoft(&server.authority), application());
    let sign_in = begin(&http(PATIENT), client(&provider, &application)).await.unwrap();
    assert_eq!(sign_in.user_code, "ABCD-EFGH");
    assert_eq!(sign_in.verification_uri.as_str(), "https://microsoft.com/devicelogin");
    assert_eq!((sign_in.interval.as_secs(), sign_in.expires_in.as_secs()), (5, 900));
    assert!(!format!("{sign_in:?}").contains("the-device-code"));
    let form = server.form().await;
    assert_eq!(form["client_id"], application.client_id);
    assert!(form["scope"].contains("offline_access"), "{form:?}");
}

#[tokio::test]
async fn missing_and_absurd_times_are_replaced() {
    for (interval, expires_in, expected) in
        [(value!(null), 900, (5, 900)), (value!(0), 900, (1, 900)), (value!(1_000_000), u64::MAX, (60, 3600))]
    {
        let mut codes = codes();
        codes["interval"] = interval;
        codes["expires_in"] = value!(expires_in);
        let sign_in = begin_with("200 OK", &codes).await.unwrap();
        assert_eq!((sign_in.interval.as_secs(), sign_in.expires_in.as_secs()), expected);
    }
}

#[tokio::test]
async fn codes_that_nobody_could_use_are_refused() {
    for (name, bad) in [
        ("verification_uri", "javascript:alert(1)"),
        ("verification_uri", "http://login.example/"),
        ("verification_uri", ""),
        ("user_code", ""),
        ("user_code", "A\u{1b}[2J"),
        ("device_code", ""),
        ("device_code", "a b"),
    ] {
        let mut codes = codes();
        codes[name] = value!(bad);
        let refusal = begin_with("200 OK", &codes).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), "device.malformed", "{name} {bad:?}");
    }
    let error = value!({"error": "invalid_client", "error_codes": [7_000_218]});
    let refusal = begin_with("401 Unauthorized", &error).await.unwrap_err();
    assert_eq!((refusal.trouble.code(), refusal.step), ("aadsts.7000218", Step::Register));
}

#[tokio::test]
async fn each_poll_says_how_things_stand() {
    let error = |error: &str, number: u32| json("400 Bad Request", &value!({"error": error, "error_codes": [number]}));
    let claims = value!({"aud": application().client_id, "tid": "t", "oid": "o", "email": "a@b.c"});
    let tokens = value!({"access_token": "a", "token_type": "Bearer", "id_token": id_token(&claims)});
    let mut server = Server::answering([
        error("authorization_pending", 70016),
        json("400 Bad Request", &value!({"error": "slow_down"})),
        json("200 OK", &tokens),
        error("expired_token", 70019),
        json("400 Bad Request", &value!({"error": "authorization_declined"})),
        json(
            "400 Bad Request",
            &value!({"error": "bad_verification_code", "error_description": "the-device-code is bad"}),
        ),
    ])
    .await;
    let (provider, application) = (microsoft(&server.authority), application());
    let sign_in = serde_json::from_value::<Codes>(codes()).unwrap().sign_in().unwrap();
    let http = http(PATIENT);
    let poll = async || poll(&http, client(&provider, &application), &sign_in).await;
    assert!(matches!(poll().await, Ok(Poll::Pending)));
    assert!(matches!(poll().await, Ok(Poll::SlowDown)));
    let Ok(Poll::Done(tokens)) = poll().await else { panic!("not done") };
    assert_eq!(&*tokens.identity.unwrap().username, "a@b.c");
    for code in ["aadsts.70019", "oauth.authorization_declined", "oauth.bad_verification_code"] {
        let refusal = poll().await.unwrap_err();
        assert_eq!(refusal.trouble.code(), code);
        assert!(!refusal.trouble.to_string().contains("the-device-code"), "{}", refusal.trouble);
    }
    let form = server.form().await;
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:device_code");
    assert_eq!(form["device_code"], "the-device-code");
}
