use crate::domain::Remedy;
use crate::domain::provider::Scheme::{Imap, Imaps};
use crate::mail::loopback::{PATIENCE, Trust, converse, converse_on_loopback, token};

/// base64 of `user=billing@contoso.com^Aauth=Bearer token^A^A`.
const BLOB: &str = "dXNlcj1iaWxsaW5nQGNvbnRvc28uY29tAWF1dGg9QmVhcmVyIHRva2VuAQE=";

const TO_TOKEN: &str = "
    S: * OK The Microsoft Exchange IMAP4 service is ready.
    C: b AUTHENTICATE XOAUTH2
    S: +
    C: dXNlcj1iaWxsaW5nQGNvbnRvc28uY29tAWF1dGg9QmVhcmVyIHRva2VuAQE=";

#[tokio::test]
async fn it_signs_in_opens_the_inbox_and_leaves() {
    let script = format!(
        "{TO_TOKEN}
         S: * CAPABILITY IMAP4rev1
         S: b OK AUTHENTICATE completed.
         C: c SELECT INBOX
         S: * 3 EXISTS
         S: * OK [UIDVALIDITY 1] UIDs valid
         S: c OK [READ-WRITE] SELECT completed.
         C: z LOGOUT
         S: * BYE"
    );
    converse(Imaps, &token(), &script, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn with_starttls_nothing_but_that_is_said_in_clear() {
    let script = format!(
        "S: * OK ready
         C: a STARTTLS
         S: a OK begin
         TLS
         C: b AUTHENTICATE XOAUTH2
         S: +
         C: {BLOB}
         S: b OK in
         C: c SELECT INBOX
         S: c OK open
         C: z LOGOUT"
    );
    converse(Imap, &token(), &script, PATIENCE).await.unwrap();
    let refused = "S: * OK ready\nC: a STARTTLS\nS: a BAD what?\nC: z LOGOUT";
    let refusal = converse(Imap, &token(), refused, PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "imap.no_starttls");
    let injected = "S: * OK ready\nC: a STARTTLS\nS: a OK begin\\r\\nb OK in";
    let refusal = converse(Imap, &token(), injected, PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "network.injected");
}

#[tokio::test]
async fn implicit_tls_comes_before_the_first_line() {
    let script = format!("TLS\n{TO_TOKEN}\nS: b OK in\nC: c SELECT INBOX\nS: c OK open\nC: z LOGOUT");
    let trust = Trust::for_host("127.0.0.1");
    converse_on_loopback(Imaps, trust, &script, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn an_error_challenge_is_answered_by_an_empty_line() {
    let script = format!(
        "{TO_TOKEN}
         S: + eyJzdGF0dXMiOiI0MDAifQ==
         C:
         S: b NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)
         C: z LOGOUT"
    );
    let refusal = converse(Imaps, &token(), &script, PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "imap.refused");
}

#[tokio::test]
async fn a_refusal_at_any_point_is_judged() {
    for (script, code) in [
        ("S: * BYE too busy\nC: z LOGOUT".to_owned(), "imap.temporary"),
        ("S: +OK POP3\nC: z LOGOUT".to_owned(), "network.protocol"),
        ("S: * OK hi\nC: b AUTHENTICATE XOAUTH2\nS: b NO unsupported\nC: z LOGOUT".to_owned(), "imap.no_xoauth2"),
        ("S: * OK hi\nC: b AUTHENTICATE XOAUTH2\nS: b OK whoever you are\nC: z LOGOUT".to_owned(), "network.protocol"),
        (format!("{TO_TOKEN}\nS: b NO AUTHENTICATE failed.\nC: z LOGOUT"), "imap.refused"),
        (
            format!(
                "{TO_TOKEN}\nS: b OK in\nC: c SELECT INBOX\nS: c BAD User is authenticated but not connected.\nC: z LOGOUT"
            ),
            "imap.not_connected",
        ),
        (
            format!("{TO_TOKEN}\nS: b OK in\nC: c SELECT INBOX\nS: c NO Mailbox does not exist\nC: z LOGOUT"),
            "imap.no_inbox",
        ),
        (format!("{TO_TOKEN}\nS: x OK in"), "network.protocol"),
    ] {
        let refusal = converse(Imaps, &token(), &script, PATIENCE).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), code, "{script}");
    }
}

#[tokio::test]
async fn a_throttling_server_says_how_long_to_wait() {
    for tag in ["b", "*"] {
        let script = format!(
            "{TO_TOKEN}\nS: {tag} BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\nC: z LOGOUT"
        );
        let refusal = converse(Imaps, &token(), &script, PATIENCE).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), "imap.throttled");
        assert_eq!(*refusal.trouble.remedy(), Remedy::Retry { not_before: None });
        assert_eq!(refusal.pause, Some(crate::domain::Pause::Of(std::time::Duration::from_millis(92_415))));
    }
}
