//! The authorization code: the whole way, and every way in which it is refused.

use std::time::Duration;

use super::client::{CLIENT_ID, CONTOSO, Client, FABRIKAM_CLIENT_ID, Form, SCOPE, claims, param};

#[tokio::test]
async fn a_code_becomes_tokens_that_look_like_microsofts() {
    let client = Client::new().await;
    let link = client.link(&Client::authorize_form("billing@contoso.example").with("nonce", "n-1"));
    let back = client.demo.play(&link).await.unwrap();
    assert!(back.as_str().starts_with("http://localhost:9/?code=1.A"));
    assert_eq!(param(&back, "state").as_deref(), Some("s-1"));
    assert!(param(&back, "code").unwrap().len() > 700);
    assert!(param(&back, "session_state").is_some());

    let form = Form::of(&[
        ("client_id", CLIENT_ID),
        ("grant_type", "authorization_code"),
        ("code", &param(&back, "code").unwrap()),
        ("redirect_uri", "http://localhost:9"),
        ("code_verifier", super::client::VERIFIER),
        ("scope", SCOPE),
    ]);
    let (status, body) = client.token(&form).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!((body["token_type"].as_str(), body["expires_in"].as_i64()), (Some("Bearer"), Some(3_599)));
    assert!(body["access_token"].as_str().unwrap().len() > 1_800);
    assert!((1_500..1_800).contains(&body["refresh_token"].as_str().unwrap().len()));
    assert!(body["scope"].as_str().unwrap().contains("https://outlook.office.com/SMTP.Send"));
    let claims = claims(&body);
    assert_eq!(claims["preferred_username"], "billing@contoso.example");
    assert_eq!((claims["tid"].as_str(), claims["aud"].as_str()), (Some(CONTOSO), Some(CLIENT_ID)));
    assert_eq!(claims["nonce"], "n-1");
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
    assert!(claims["oid"].is_string() && claims["sub"].is_string() && claims["oid"] != claims["sub"]);
}

#[tokio::test]
async fn what_was_not_asked_for_does_not_come() {
    let client = Client::new().await;
    let only_smtp = Client::authorize_form("ap@contoso.example").with("scope", "https://outlook.office.com/SMTP.Send");
    let back = client.demo.play(&client.link(&only_smtp)).await.unwrap();
    let form = client.sign_in("ap@contoso.example").await.with("code", &param(&back, "code").unwrap());
    let (_, body) = client.token(&form).await;
    assert!(body["access_token"].is_string());
    assert!(body["refresh_token"].is_null() && body["id_token"].is_null());
}

#[tokio::test]
async fn a_bad_request_is_refused_by_number() {
    let client = Client::new().await;
    let good = client.sign_in("billing@contoso.example").await;
    let truncated = "1.AXYZ";
    let unknown = format!("1.A{}", "x".repeat(800));
    let two = "https://outlook.office.com/SMTP.Send https://graph.microsoft.com/User.Read";
    for (name, value, expected) in [
        ("grant_type", "", (400, 900_144)),
        ("client_id", "", (400, 900_144)),
        ("code", "", (400, 900_144)),
        ("redirect_uri", "", (400, 900_144)),
        ("grant_type", "password", (400, 70_003)),
        ("client_id", FABRIKAM_CLIENT_ID, (400, 700_016)),
        ("client_secret", "hunter2", (401, 700_025)),
        ("client_assertion", "x", (401, 700_025)),
        ("code", truncated, (400, 9_002_313)),
        ("code", &unknown, (400, 70_000)),
        ("redirect_uri", "http://localhost:10", (400, 500_112)),
        ("redirect_uri", "http://localhost:9/", (400, 500_112)),
        ("code_verifier", "", (400, 50_148)),
        ("code_verifier", &"x".repeat(43), (400, 501_481)),
        ("code_verifier", "short", (400, 501_491)),
        ("scope", "https://outlook.office.com/\"", (400, 70_011)),
        ("scope", two, (400, 28_000)),
        ("scope", "https://outlook.office.com/SMTP.SendAsApp", (400, 650_053)),
        ("scope", "https://graph.microsoft.com/User.Read", (400, 65_001)),
    ] {
        assert_eq!(client.refusal(&good.clone().with(name, value)).await, expected, "{name}={value}");
    }
    let (_, missing) = client.token(&good.clone().with("code", "")).await;
    assert!(missing["error_description"].as_str().unwrap().contains("following parameter: 'code'"));
    // None of these used the code up.
    assert_eq!(client.token(&good).await.0, 200);
}

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let client = Client::new().await;
    let first = client.sign_in("billing@contoso.example").await;
    assert_eq!(client.token(&first).await.0, 200);
    assert_eq!(client.refusal(&first).await, (400, 54_005));

    let second = client.sign_in("billing@contoso.example").await;
    client.demo.advance(Duration::from_secs(601));
    assert_eq!(client.refusal(&second).await, (400, 70_008));
}

#[tokio::test]
async fn a_refusal_has_microsofts_whole_shape() {
    let client = Client::new().await;
    let (status, body) = client.post("/nowhere.example/oauth2/v2.0/token", &Form::of(&[])).await;
    assert_eq!((status, super::client::code(&body)), (400, 90_002));
    for field in ["error", "error_description", "timestamp", "trace_id", "correlation_id", "error_uri"] {
        assert!(body[field].is_string(), "{field}");
    }
    assert!(body["error_description"].as_str().unwrap().starts_with("AADSTS90002: Tenant 'nowhere.example'"));
}

#[tokio::test]
async fn requests_that_are_no_form_posts_are_refused() {
    let client = Client::new().await;
    let url = client.url("/contoso.example/oauth2/v2.0/token");
    let code = async |request: reqwest::RequestBuilder| {
        super::client::code(&request.send().await.unwrap().json::<serde_json::Value>().await.unwrap())
    };
    assert_eq!(code(client.http.get(url.clone())).await, 900_561);
    let json = format!("{{\"client_id\":\"{CLIENT_ID}\"}}");
    assert_eq!(code(client.http.post(url.clone()).body(json)).await, 900_144);
    let twice = client.http.post(url.clone()).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(code(twice.body("scope=a&scope=b")).await, 9_000_411);
    let basic = client.http.post(url.clone()).basic_auth(CLIENT_ID, Some("secret"));
    assert_eq!(code(basic.form(&[("client_id", CLIENT_ID)])).await, 700_025);
    let huge = client.http.post(url).form(&[("code", "x".repeat(100_000))]).send().await.unwrap();
    assert_eq!(huge.status().as_u16(), 413);
}

#[tokio::test]
async fn discovery_finds_a_tenant_by_id_and_domain() {
    let client = Client::new().await;
    let get = async |tenant: &str| {
        let url = client.url(&format!("/{tenant}/v2.0/.well-known/openid-configuration"));
        let body: serde_json::Value = client.http.get(url).send().await.unwrap().json().await.unwrap();
        body
    };
    for tenant in [CONTOSO, "contoso.example", "contoso.onmicrosoft.example"] {
        let body = get(tenant).await;
        assert!(body["issuer"].as_str().unwrap().ends_with(&format!("/{CONTOSO}/v2.0")), "{tenant}");
        assert!(body["token_endpoint"].as_str().unwrap().contains(CONTOSO));
    }
    let unknown = get("nowhere.example").await;
    assert_eq!((unknown["error"].as_str(), super::client::code(&unknown)), (Some("invalid_tenant"), 90_002));
    assert_eq!(super::client::code(&get("no%20tenant").await), 900_023);
    assert!(get("organizations").await["issuer"].as_str().unwrap().contains("{tenantid}"));
}
