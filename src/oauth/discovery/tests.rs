use serde_json::{Value, json as value};

use super::*;
use crate::oauth::test_support::{PATIENT, Server, application, google, http, json, microsoft, standard};

const TENANT: &str = "5ec7bbf9-1872-46c9-b201-a1e181996b35";

async fn find(status: &str, body: &Value, tenant: &str) -> (Result<Tenant, Trouble>, String) {
    let mut server = Server::answering([json(status, body)]).await;
    let found = find_tenant(&http(PATIENT), &microsoft(&server.authority), tenant).await;
    (found, server.request().await)
}

#[tokio::test]
async fn a_tenant_is_found_by_its_domain() {
    for (scope, sub_scope, region) in [
        (value!("EU"), value!(null), Some("EU")),
        (value!("USGov"), value!("DODCON"), Some("USGov DODCON")),
        (value!(null), value!(null), None),
    ] {
        let document = value!({
            "issuer": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            "tenant_region_scope": scope, "tenant_region_sub_scope": sub_scope,
        });
        let (found, request) = find("200 OK", &document, " contoso.com ").await;
        let expected = Tenant { id: TENANT.to_owned(), region: region.map(str::to_owned) };
        assert_eq!(found, Ok(expected));
        assert!(request.starts_with("GET /contoso.com/v2.0/.well-known/openid-configuration "), "{request}");
    }
}

#[tokio::test]
async fn no_tenant_is_explained() {
    let unknown = value!({
        "error": "invalid_tenant", "error_codes": [90002],
        "error_description": "AADSTS90002: Tenant 'x' not found.",
    });
    let many = value!({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"});
    for (status, body, code) in [
        ("400 Bad Request", unknown, "aadsts.90002"),
        ("200 OK", many, "tenant.not_one"),
        ("200 OK", value!({"issuer": "nonsense"}), "tenant.not_one"),
        ("200 OK", value!({}), "server.unexpected"),
        ("500 Oops", value!({}), "server.unavailable"),
    ] {
        assert_eq!(find(status, &body, "x").await.0.unwrap_err().code(), code, "{body}");
    }
    let trouble = find_tenant(&http(PATIENT), &google(), "x").await.unwrap_err();
    assert_eq!(trouble.code(), "discovery.unsupported");
}

async fn prove(provider: impl Fn(&str) -> Provider, status: &str, body: &Value) -> Result<(), Trouble> {
    let server = Server::answering([json(status, body)]).await;
    let (provider, application) = (provider(&server.authority), application());
    let client = Client { provider: &provider, application: &application, secret: None };
    prove_client(&http(PATIENT), client).await
}

#[tokio::test]
async fn a_complaint_about_the_code_proves_the_client() {
    for (error, number) in [
        ("invalid_grant", 9_002_313),
        ("invalid_request", 9_002_313),
        ("invalid_grant", 70000),
        ("invalid_grant", 70008),
        ("invalid_grant", 54005),
        ("invalid_grant", 65001),
        ("invalid_grant", 1_234_567),
    ] {
        let body = value!({"error": error, "error_codes": [number]});
        assert_eq!(prove(microsoft, "400 Bad Request", &body).await, Ok(()), "{number}");
    }
    let body = value!({"error": "invalid_grant", "error_description": "Malformed auth code."});
    assert_eq!(prove(standard, "400 Bad Request", &body).await, Ok(()));
}

#[tokio::test]
async fn a_complaint_about_the_registration_is_passed_on() {
    for (error, number) in [
        ("unauthorized_client", 700_016),
        ("invalid_request", 90002),
        ("invalid_client", 7_000_218),
        ("unauthorized_client", 7_000_112),
        ("invalid_grant", 50011),
        ("invalid_client", 1_234_567),
    ] {
        let body = value!({"error": error, "error_codes": [number]});
        let trouble = prove(microsoft, "400 Bad Request", &body).await.unwrap_err();
        assert_eq!(trouble.code(), format!("aadsts.{number}"));
    }
    for error in ["invalid_client", "unauthorized_client"] {
        let trouble = prove(standard, "401 Unauthorized", &value!({"error": error})).await.unwrap_err();
        assert_eq!(trouble.code(), format!("oauth.{error}"));
    }
}

#[tokio::test]
async fn an_answer_of_another_kind_proves_nothing() {
    let strange = value!({"error": "invalid_request", "error_description": "AADSTS1234567: Who knows."});
    let trouble = prove(microsoft, "400 Bad Request", &strange).await.unwrap_err();
    assert_eq!(trouble.code(), "client.not_proven");
    assert!(trouble.why().contains("AADSTS1234567: Who knows"), "{trouble}");
    let tokens = value!({"access_token": "a", "token_type": "Bearer"});
    let trouble = prove(standard, "200 OK", &tokens).await.unwrap_err();
    assert_eq!(trouble.code(), "client.not_proven");
    let trouble = prove(microsoft, "503 Busy", &value!({})).await.unwrap_err();
    assert_eq!(trouble.code(), "server.unavailable");
}
