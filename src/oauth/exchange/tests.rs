use serde_json::{Value, json as value};
use tokio::net::TcpListener;

use super::*;
use crate::domain::{Application, Provider};
use crate::oauth::test_support::{
    IMPATIENT, PATIENT, Server, application, closed_port, http, id_token, json, microsoft, response, standard,
};

const CODE: &str = "1.AXEA-the-code";
const VERIFIER: &str = "the-verifier";
const REFRESH_TOKEN: &str = "1.AXEA-the-refresh-token";
const CLIENT_SECRET: &str = "the-client-secret";

const SCOPES: &str = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send \
                      offline_access openid profile email";

fn answer() -> Value {
    value!({
        "token_type": "Bearer",
        "scope": "https://outlook.office.com/SMTP.Send",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": "access",
        "refresh_token": "refresh",
        "id_token": id_token(&claims()),
    })
}

fn claims() -> Value {
    value!({
        "aud": application().client_id, "tid": "tenant", "oid": "object", "iss": "issuer", "sub": "subject",
        "preferred_username": "billing@contoso.com",
    })
}

/// [`answer`] with `changes` made; null takes a member away.
fn answer_with(changes: Value) -> Value {
    let mut answer = answer();
    for (name, value) in changes.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    answer
}

fn client<'a>(provider: &'a Provider, application: &'a Application) -> Client<'a> {
    Client { provider, application, secret: None }
}

async fn redeem_at(provider: &Provider, secret: Option<&Secret>, timeout: Duration) -> Result<Tokens, Refusal> {
    let application = application();
    let client = Client { secret, ..client(provider, &application) };
    let redirect_uri = RedirectUri::parse("http://localhost:7777").unwrap();
    redeem(&http(timeout), client, &Secret::new(CODE), &Secret::new(VERIFIER), &redirect_uri).await
}

async fn redeem_for(answer: &Value) -> Result<Tokens, Refusal> {
    let server = Server::answering([json("200 OK", answer)]).await;
    redeem_at(&microsoft(&server.authority), None, PATIENT).await
}

async fn refresh_at(provider: &Provider) -> Result<Refreshed, Refusal> {
    let application = application();
    refresh(&http(PATIENT), client(provider, &application), &Secret::new(REFRESH_TOKEN)).await
}

fn says_no_secret(refusal: &Refusal) {
    let said = format!("{refusal:?} {}", refusal.trouble);
    for secret in [CODE, VERIFIER, REFRESH_TOKEN, CLIENT_SECRET] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[tokio::test]
async fn a_code_is_exchanged_with_its_verifier_and_redirect_uri() {
    let mut server = Server::answering([json("200 OK", &answer())]).await;
    let tokens = redeem_at(&microsoft(&server.authority), None, PATIENT).await.unwrap();
    assert_eq!(tokens.access_token.secret.expose(), "access");
    assert_eq!(tokens.refresh_token.as_ref().map(Secret::expose), Some("refresh"));
    assert_eq!(tokens.access_token.expires_in, Duration::from_secs(3599));
    assert_eq!(tokens.scopes, ["https://outlook.office.com/SMTP.Send"]);
    assert_eq!(&*tokens.identity.unwrap().username, "billing@contoso.com");
    let form = server.form().await;
    let sent: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let application = application();
    assert_eq!(
        sent,
        [
            ("client_id", application.client_id.as_str()),
            ("code", CODE),
            ("code_verifier", VERIFIER),
            ("grant_type", "authorization_code"),
            ("redirect_uri", "http://localhost:7777"),
            ("scope", SCOPES),
        ],
        "and no client_secret"
    );
}

#[tokio::test]
async fn a_refresh_sends_no_more_than_it_must() {
    let answers = [json("200 OK", &answer()), json("200 OK", &answer())];
    let mut server = Server::answering(answers).await;
    refresh_at(&microsoft(&server.authority)).await.unwrap();
    let form = server.form().await;
    assert_eq!(form["grant_type"], "refresh_token");
    assert_eq!(form["refresh_token"], REFRESH_TOKEN);
    assert_eq!(form["scope"], SCOPES);
    assert_eq!(form.len(), 4, "{form:?}");
    refresh_at(&standard(&server.authority)).await.unwrap();
    assert!(!server.form().await.contains_key("scope"), "what was granted holds");
}

#[tokio::test]
async fn a_client_secret_goes_into_the_form() {
    let mut server = Server::answering([json("200 OK", &answer())]).await;
    let secret = Secret::new(CLIENT_SECRET);
    redeem_at(&standard(&server.authority), Some(&secret), PATIENT).await.unwrap();
    assert_eq!(server.form().await["client_secret"], CLIENT_SECRET);
}

#[tokio::test]
async fn lifetimes_are_read_with_care() {
    for (expires_in, seconds) in [
        (value!(3599), 3599),
        (value!("3599"), 3599),
        (value!(3599.9), 3599),
        (value!(null), 3600),
        (value!("soon"), 3600),
        (value!(-1), 0),
        (value!(1e300), 86_400),
        (value!(u64::MAX), 86_400),
    ] {
        let tokens = redeem_for(&answer_with(value!({"expires_in": expires_in}))).await.unwrap();
        assert_eq!(tokens.access_token.expires_in.as_secs(), seconds, "{expires_in}");
    }
}

#[tokio::test]
async fn long_tokens_come_through_whole() {
    let long = "x".repeat(8 * 1024);
    let changes = value!({"access_token": long, "refresh_token": long, "token_type": "bearer"});
    let tokens = redeem_for(&answer_with(changes)).await.unwrap();
    assert_eq!(tokens.access_token.secret.expose(), long);
    assert_eq!(tokens.refresh_token.unwrap().expose(), long);
}

#[tokio::test]
async fn what_may_be_missing_may_be_missing() {
    let changes = value!({"refresh_token": "", "id_token": null, "scope": null});
    let tokens = redeem_for(&answer_with(changes)).await.unwrap();
    assert_eq!(tokens.refresh_token, None);
    assert_eq!(tokens.identity, None);
    assert!(tokens.scopes.is_empty());
}

#[tokio::test]
async fn an_answer_that_cannot_be_trusted_is_refused_whole() {
    let no_oid = value!({"aud": application().client_id, "tid": "t", "preferred_username": "a@b.c"});
    for (changes, code) in [
        (value!({"token_type": "mac"}), "token.type"),
        (value!({"token_type": null}), "token.type"),
        (value!({"access_token": ""}), "token.malformed"),
        (value!({"access_token": "a b"}), "token.malformed"),
        (value!({"access_token": "a\r\nQUIT"}), "token.malformed"),
        (value!({"refresh_token": "ü"}), "token.malformed"),
        (value!({"access_token": "x".repeat(64 * 1024 + 1)}), "token.malformed"),
        (value!({"access_token": null}), "token.malformed"),
        (value!({"access_token": 7}), "token.malformed"),
        (value!({"id_token": "x.y"}), "id_token.malformed"),
        (value!({"id_token": id_token(&no_oid)}), "id_token.claims"),
        (value!({"id_token": id_token(&value!({"aud": "another"}))}), "id_token.audience"),
    ] {
        let refusal = redeem_for(&answer_with(changes.clone())).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), code, "{changes:.100}");
        says_no_secret(&refusal);
    }
}

/// The new refresh token is the only one that a strict provider takes from now on.
#[tokio::test]
async fn a_refresh_token_is_not_lost_over_what_comes_with_it() {
    for (changes, code) in [
        (value!({"id_token": "x.y"}), None),
        (value!({"id_token": 7, "scope": ["SMTP.Send"], "expires_in": {}}), None),
        (value!({"token_type": null}), Some("token.type")),
        (value!({"token_type": ["Bearer"]}), Some("token.type")),
        (value!({"access_token": null}), Some("token.malformed")),
        (value!({"access_token": {"token": "access"}}), Some("token.malformed")),
        (value!({"access_token": "a b"}), Some("token.malformed")),
    ] {
        let mut answer = answer_with(changes.clone());
        answer["refresh_token"] = value!("new");
        let server = Server::answering([json("200 OK", &answer)]).await;
        let Refreshed { refresh_token, access_token } = refresh_at(&microsoft(&server.authority)).await.unwrap();
        assert_eq!(refresh_token.unwrap().expose(), "new", "{changes}");
        assert_eq!(access_token.err().as_ref().map(|refusal| refusal.trouble.code()), code, "{changes}");
    }
}

#[tokio::test]
async fn a_refresh_token_that_cannot_be_used_takes_no_others_place() {
    for broken in [value!("ü"), value!("x".repeat(64 * 1024 + 1))] {
        let server = Server::answering([json("200 OK", &answer_with(value!({"refresh_token": broken})))]).await;
        assert_eq!(refresh_at(&microsoft(&server.authority)).await.unwrap_err().trouble.code(), "token.malformed");
    }
}

#[tokio::test]
async fn a_network_fault_after_the_code_was_sent_says_so() {
    let slow = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow_authority = format!("http://{}", slow.local_addr().unwrap());
    let refusal = redeem_at(&microsoft(&slow_authority), None, IMPATIENT).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "network.timeout");
    assert!(refusal.trouble.what().contains("may be used up"), "{}", refusal.trouble);
    assert_eq!(refusal.trouble.remedy(), &Remedy::SignIn);
    for (answer, code) in [
        (String::new(), "network.broken"),
        (response("200 OK", "", "<html>"), "server.not_json"),
        (response("200 OK", "", "{\"access_token\":\"ey"), "server.not_json"),
        (response("502 Bad Gateway", "retry-after: 7\r\n", ""), "server.unavailable"),
    ] {
        let server = Server::answering([answer]).await;
        let refusal = redeem_at(&microsoft(&server.authority), None, PATIENT).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), code);
        assert!(refusal.trouble.what().contains("may be used up"), "{}", refusal.trouble);
        says_no_secret(&refusal);
    }
}

#[tokio::test]
async fn a_code_that_was_never_sent_is_still_good() {
    let closed = closed_port();
    let authority = format!("http://{}", closed.local_addr().unwrap());
    let refusal = redeem_at(&microsoft(&authority), None, PATIENT).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "network.refused");
    assert!(!refusal.trouble.what().contains("used up"));
    let throttling = response("429 Too Many Requests", "retry-after: 60\r\n", "");
    let server = Server::answering([throttling]).await;
    let refusal = redeem_at(&microsoft(&server.authority), None, PATIENT).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "server.throttled");
    assert_eq!(refusal.pause, Some(crate::domain::Pause::Of(Duration::from_secs(60))));
    assert!(!refusal.trouble.what().contains("used up"));
}

#[tokio::test]
async fn a_server_that_repeats_secrets_is_not_repeated() {
    let description = format!("AADSTS9002313: {CODE} {VERIFIER} {CLIENT_SECRET} are malformed.");
    let error = value!({"error": "invalid_request", "error_description": description});
    let server = Server::answering([json("400 Bad Request", &error)]).await;
    let secret = Secret::new(CLIENT_SECRET);
    let refusal = redeem_at(&microsoft(&server.authority), Some(&secret), PATIENT).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "aadsts.9002313");
    says_no_secret(&refusal);
    assert!(refusal.trouble.why().contains("are malformed"), "{}", refusal.trouble);
}

#[tokio::test]
async fn only_a_refresh_says_that_a_refresh_token_is_dead() {
    let expired = value!({"error": "invalid_grant", "error_codes": [70008], "error_description": "AADSTS70008: …"});
    let bare = value!({"error": "invalid_grant"});
    let policy = value!({"error": "invalid_grant", "error_codes": [70000], "suberror": "additional_action"});
    let consent = value!({"error": "invalid_grant", "error_codes": [65001], "suberror": "consent_required"});
    for (error, with_microsoft, with_a_standard) in [
        (expired, Some(TokenEnd::Expired), Some(TokenEnd::Expired)),
        (bare, None, Some(TokenEnd::Revoked)),
        (policy, None, None),
        (consent, None, None),
        (value!({"error": "temporarily_unavailable"}), None, None),
        (value!({"error": "invalid_client"}), None, None),
    ] {
        let answer = || json("400 Bad Request", &error);
        let server = Server::answering([answer(), answer(), answer()]).await;
        let (microsoft, standard) = (microsoft(&server.authority), standard(&server.authority));
        assert_eq!(redeem_at(&microsoft, None, PATIENT).await.unwrap_err().ends, None, "{error}");
        assert_eq!(refresh_at(&microsoft).await.unwrap_err().ends, with_microsoft, "{error}");
        assert_eq!(refresh_at(&standard).await.unwrap_err().ends, with_a_standard, "{error}");
    }
}

#[tokio::test]
async fn nothing_is_sent_to_where_it_could_be_read_on_the_way() {
    let refusal = redeem_at(&microsoft("http://login.example"), None, PATIENT).await.unwrap_err();
    assert_eq!((refusal.trouble.code(), refusal.step), ("config.provider", Step::Register));
}
