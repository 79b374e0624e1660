use serde_json::{Value, json};

use super::*;
use crate::domain::Remedy;

fn refusal(rejection: Value) -> Refusal {
    serde_json::from_value::<Rejection>(rejection).unwrap().refusal()
}

/// As Microsoft writes it.
fn microsoft(error: &str, number: u32, text: &str) -> Value {
    json!({
        "error": error,
        "error_description": format!("AADSTS{number}: {text}\r\nTrace ID: 0aaaaaaa-11bb-cccc-dd33-eeeeee333333\r\n\
            Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd\r\nTimestamp: 2026-11-22 02:02:12Z"),
        "error_codes": [number],
        "timestamp": "2026-11-22 02:02:12Z",
        "trace_id": "0aaaaaaa-11bb-cccc-dd33-eeeeee333333",
        "correlation_id": "aaaa0000-bb11-2222-33cc-444444dddddd",
        "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
    })
}

#[test]
fn microsofts_numbers_decide() {
    use Step::{Authorize, Register, Token};
    for (error, number, step, ends, remedy) in [
        ("invalid_grant", 50173, Token, Some(TokenEnd::Revoked), Remedy::SignIn),
        ("invalid_grant", 700_082, Token, Some(TokenEnd::Expired), Remedy::SignIn),
        ("invalid_grant", 65001, Register, None, Remedy::AdminConsent),
        ("access_denied", 65004, Authorize, None, Remedy::SignIn),
        ("access_denied", 90094, Register, None, Remedy::AdminConsent),
        ("unauthorized_client", 700_016, Register, None, Remedy::EditApplication),
        ("interaction_required", 50076, Authorize, None, Remedy::SignIn),
        ("invalid_grant", 54005, Authorize, None, Remedy::SignIn),
    ] {
        let refusal = refusal(microsoft(error, number, "Some text."));
        assert_eq!(refusal.trouble.code(), format!("aadsts.{number}"));
        assert_eq!((refusal.step, refusal.ends, refusal.trouble.remedy()), (step, ends, &remedy), "{number}");
    }
}

#[test]
fn the_servers_words_are_kept_without_their_tail() {
    let refusal = refusal(microsoft("invalid_request", 50011, "The redirect URI 'http://localhost/x' does not match."));
    let why = refusal.trouble.why();
    assert!(why.contains("“AADSTS50011: The redirect URI 'http://localhost/x' does not match”."), "{why}");
    assert!(!why.contains("Trace") && !why.contains("Correlation") && !why.contains("2026"), "{why}");
}

#[test]
fn an_unknown_number_keeps_its_correlation_id_for_support() {
    let refusal = refusal(microsoft("invalid_grant", 1_234_567, "Something new."));
    assert_eq!(refusal.trouble.code(), "aadsts.1234567");
    assert_eq!(refusal.ends, None, "nobody knows");
    let why = refusal.trouble.why();
    assert!(why.contains("Something new"), "{why}");
    assert!(why.ends_with("Correlation id aaaa0000-bb11-2222-33cc-444444dddddd."), "{why}");
}

#[test]
fn the_number_is_found_wherever_it_stands() {
    for rejection in [
        json!({"error": "x", "error_codes": [50173]}),
        json!({"error": "x", "error_codes": [50173, 1], "error_description": "AADSTS1: y"}),
        json!({"error": "x", "error_description": "AADSTS50173: y"}),
        json!({"error": "x", "error_description": "AADSTS50173: y", "error_codes": null}),
        json!({"error": "x", "error_description": "AADSTS50173: y", "error_codes": "none"}),
        json!({"error": "x", "error_description": "AADSTS50173: y", "error_codes": [-1]}),
        json!({"error": "x", "error_description": "AADSTS50173: y", "suberror": 7, "correlation_id": {}}),
    ] {
        assert_eq!(refusal(rejection.clone()).trouble.code(), "aadsts.50173", "{rejection}");
    }
}

#[test]
fn a_suberror_speaks_before_a_bare_invalid_grant() {
    for (suberror, step, ends) in [
        ("basic_action", Step::Authorize, None),
        ("additional_action", Step::Authorize, None),
        ("message_only", Step::Authorize, None),
        ("user_password_expired", Step::Authorize, None),
        ("protection_policy_required", Step::Authorize, None),
        ("device_authentication_failed", Step::Authorize, None),
        ("consent_required", Step::Register, None),
        ("bad_token", Step::Token, Some(TokenEnd::Revoked)),
        ("token_expired", Step::Token, Some(TokenEnd::Expired)),
        ("client_mismatch", Step::Register, None),
        ("never_heard_of", Step::Token, None),
    ] {
        let refusal = refusal(json!({"error": "invalid_grant", "suberror": suberror}));
        assert_eq!(refusal.trouble.code(), "oauth.invalid_grant");
        assert_eq!((refusal.step, refusal.ends), (step, ends), "{suberror}");
        assert!(!refusal.trouble.what().is_empty() && !refusal.trouble.next().is_empty());
    }
}

#[test]
fn a_policy_does_not_kill_a_token_whatever_the_number() {
    let mut rejection = microsoft("invalid_grant", 50173, "x");
    for (suberror, ends) in [("basic_action", None), ("bad_token", Some(TokenEnd::Revoked))] {
        rejection["suberror"] = json!(suberror);
        assert_eq!(refusal(rejection.clone()).ends, ends, "{suberror}");
    }
}

#[test]
fn a_token_of_another_client_id_is_the_applications_trouble_and_goes_on_living() {
    let mut rejection = microsoft("invalid_grant", 70_000, "Provided grant is invalid or malformed.");
    assert_eq!(refusal(rejection.clone()).ends, Some(TokenEnd::Revoked), "nothing else is said");
    rejection["suberror"] = json!("client_mismatch");
    let refusal = refusal(rejection);
    assert_eq!((refusal.step, refusal.ends), (Step::Register, None));
    assert_eq!((refusal.trouble.code(), refusal.trouble.remedy()), ("aadsts.70000", &Remedy::EditApplication));
}

#[test]
fn without_a_number_the_error_decides() {
    for (error, code, step, remedy) in [
        ("invalid_grant", "oauth.invalid_grant", Step::Token, Remedy::SignIn),
        ("interaction_required", "oauth.interaction_required", Step::Authorize, Remedy::SignIn),
        ("invalid_client", "oauth.invalid_client", Step::Register, Remedy::EditApplication),
        ("consent_required", "oauth.consent_required", Step::Register, Remedy::AdminConsent),
        ("temporarily_unavailable", "oauth.temporarily_unavailable", Step::Token, Remedy::Retry { not_before: None }),
        ("Never Heard\u{1b}[2J", "oauth.neverheard2j", Step::Authorize, Remedy::EditApplication),
        ("", "oauth.unknown", Step::Authorize, Remedy::EditApplication),
    ] {
        let refusal = refusal(json!({"error": error}));
        assert_eq!(refusal.trouble.code(), code);
        assert_eq!((refusal.step, refusal.trouble.remedy()), (step, &remedy), "{error}");
    }
}

#[test]
fn a_redirect_tells_cancelling_from_waiting_for_an_administrator() {
    let cancelled = of_redirect("access_denied", "AADSTS65004: User declined to consent to access the app.");
    let waiting = of_redirect("access_denied", "AADSTS90094: The grant requires admin permission.");
    let unexplained = of_redirect("access_denied", "");
    assert_eq!(cancelled.trouble.remedy(), &Remedy::SignIn);
    assert_eq!(waiting.trouble.remedy(), &Remedy::AdminConsent);
    assert_eq!(unexplained.trouble.code(), "oauth.access_denied");
    assert_eq!(of_redirect("invalid_grant", "AADSTS50173: …").ends, None, "no token is in question");
}

#[test]
fn hostile_texts_stay_short_and_printable() {
    let refusal = of_redirect("\u{1b}]0;x\u{7}", &"\u{1b}[31m\u{202e}x ".repeat(10_000));
    let said = refusal.trouble.to_string();
    assert!(!said.contains(char::is_control), "{said}");
    assert!(said.len() < 1_500, "{}", said.len());
}
