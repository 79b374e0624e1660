use super::*;
use crate::domain::Remedy;
use crate::domain::provider::Scheme::{Smtp, Smtps};
use crate::mail::loopback::{PATIENCE, Trust, converse, converse_on_loopback, token, user};

/// base64 of `user=billing@contoso.com^Aauth=Bearer token^A^A`.
const BLOB: &str = "dXNlcj1iaWxsaW5nQGNvbnRvc28uY29tAWF1dGg9QmVhcmVyIHRva2VuAQE=";

const TO_AUTH: &str = "
    S: 220 mail.example ready
    C: EHLO [127.0.0.1]
    S: 250-mail.example
    S: 250-SIZE 157286400
    S: 250-AUTH LOGIN XOAUTH2
    S: 250 SMTPUTF8
    C: AUTH XOAUTH2";

#[tokio::test]
async fn the_token_goes_in_a_line_of_its_own_after_starttls_and_a_second_ehlo() {
    let script = format!(
        "S: 220-mail.example
         S: 220 ready
         C: EHLO [127.0.0.1]
         S: 250-mail.example
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 2.0.0 SMTP server ready
         TLS
         C: EHLO [127.0.0.1]
         S: 250-mail.example
         S: 250 AUTH XOAUTH2
         C: AUTH XOAUTH2
         S: 334
         C: {BLOB}
         S: 235 2.7.0 Authentication successful
         C: QUIT
         S: 221 bye"
    );
    converse(Smtp, &token(), &script, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn the_whole_way_from_the_socket_on_succeeds() {
    let script = format!(
        "S: 220 ready
         C: EHLO [127.0.0.1]
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS
         C: EHLO [127.0.0.1]
         S: 250 AUTH XOAUTH2
         C: AUTH XOAUTH2
         S: 334
         C: {BLOB}
         S: 235 ok
         C: QUIT
         S: 221 bye"
    );
    let trust = Trust::for_host("127.0.0.1");
    converse_on_loopback(Smtp, trust, &script, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_token_of_8_kb_passes() {
    let long = Secret::new("x".repeat(8 * 1024));
    let blob = xoauth2::response(&user(), &long);
    let script = format!(
        "{TO_AUTH}
         S: 334
         C: {}
         S: 235 ok
         C: QUIT",
        blob.expose()
    );
    converse(Smtps, &long, &script, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn an_error_challenge_is_answered_by_an_empty_line() {
    let script = format!(
        "{TO_AUTH}
         S: 334
         C: {BLOB}
         S: 334 eyJzdGF0dXMiOiI0MDAifQ==
         C:
         S: 535 5.7.8 Username and Password not accepted
         C: QUIT"
    );
    let refusal = converse(Smtps, &token(), &script, PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "smtp.refused");
    assert!(refusal.trouble.why().contains("535 5.7.8"));
}

#[tokio::test]
async fn a_server_without_tls_is_not_given_a_token() {
    for ending in ["", "\nC: STARTTLS\nS: 454 4.7.0 TLS not available"] {
        let offers = if ending.is_empty() { "AUTH XOAUTH2" } else { "STARTTLS" };
        let script = format!("S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250 {offers}{ending}\nC: QUIT");
        let refusal = converse(Smtp, &token(), &script, PATIENCE).await.unwrap_err();
        let code = if ending.is_empty() { "smtp.no_starttls" } else { "smtp.temporary" };
        assert_eq!(refusal.trouble.code(), code);
    }
}

#[tokio::test]
async fn a_server_without_the_mechanism_is_not_given_a_token() {
    for offers in ["SIZE 1", "AUTH PLAIN LOGIN", "AUTH XOAUTH22", "XAUTH XOAUTH2"] {
        let script = format!("S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250-mail.example\nS: 250 {offers}\nC: QUIT");
        let refusal = converse(Smtps, &token(), &script, PATIENCE).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), "smtp.no_xoauth2", "{offers}");
    }
}

#[tokio::test]
async fn what_is_pipelined_behind_starttls_ends_the_conversation() {
    let script = "S: 220 hi
         C: EHLO [127.0.0.1]
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go\\r\\n250-injected\\r\\n250 AUTH XOAUTH2
         TLS";
    let refusal = converse(Smtp, &token(), script, PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "network.injected");
}

#[tokio::test]
async fn a_refusal_at_any_point_is_judged() {
    for (script, code) in [
        ("S: 421 4.3.2 Service not available\nC: QUIT".to_owned(), "smtp.throttled"),
        ("S: 554 5.7.1 go away\nC: QUIT".to_owned(), "smtp.refused"),
        ("S: 220 hi\nC: EHLO [127.0.0.1]\nS: 502 no\nC: QUIT".to_owned(), "smtp.refused"),
        (format!("{TO_AUTH}\nS: 504 5.7.4 Unrecognized authentication type\nC: QUIT"), "smtp.no_xoauth2"),
        (format!("{TO_AUTH}\nS: 235 already\nC: QUIT"), "smtp.unexpected"),
        (
            format!(
                "{TO_AUTH}\nS: 334\nC: {BLOB}\nS: 535-5.7.139 Authentication unsuccessful,\nS: 535 SmtpClientAuthentication is disabled for the Tenant.\nC: QUIT"
            ),
            "smtp.auth_disabled.tenant",
        ),
    ] {
        let refusal = converse(Smtps, &token(), &script, PATIENCE).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), code, "{script}");
    }
}

#[tokio::test]
async fn what_is_no_smtp_is_called_so() {
    for greeting in ["* OK IMAP", "22", "abc hi", "220_hi", "999 hi", "", "2é0 hi"] {
        let refusal = converse(Smtps, &token(), &format!("S: {greeting}"), PATIENCE).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), "network.protocol", "{greeting:?}");
    }
    let endless = "S: 220-more\n".repeat(MOST_LINES + 1);
    let refusal = converse(Smtps, &token(), &endless, PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "network.protocol");
}

#[tokio::test]
async fn neither_escapes_nor_an_echoed_token_reach_the_trouble() {
    let long = Secret::new("t0ken".repeat(100));
    let blob = xoauth2::response(&user(), &long);
    let script = format!(
        "{TO_AUTH}
         S: 334
         C: {}
         S: 535 5.7.3 \\e[2J\\e]0;owned unknown command: {}
         C: QUIT",
        blob.expose(),
        blob.expose()
    );
    let trouble = converse(Smtps, &long, &script, PATIENCE).await.unwrap_err().trouble;
    assert!(!trouble.to_string().contains(char::is_control));
    assert!(!trouble.to_string().contains("dXNlcj1"), "{trouble}");
    assert!(trouble.why().contains("535 5.7.3"));
    assert_eq!(*trouble.remedy(), Remedy::SignIn);
}

#[test]
fn the_client_names_itself_by_its_address() {
    for (address, literal) in
        [("192.0.2.7", "[192.0.2.7]"), ("2001:db8::7", "[IPv6:2001:db8::7]"), ("::ffff:192.0.2.7", "[192.0.2.7]")]
    {
        assert_eq!(address_literal(address.parse().unwrap()), literal);
    }
}
