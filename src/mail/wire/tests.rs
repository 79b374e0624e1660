use super::*;
use crate::domain::Remedy;
use crate::domain::provider::Scheme::{self, Imaps, Pops, Smtp, Smtps};
use crate::mail::check;
use crate::mail::loopback::{LOCALHOST, PATIENCE, Trust, closed_port, converse, converse_on_loopback, token, user};

/// Short, because these tests wait for it to pass.
const IMPATIENCE: Duration = Duration::from_millis(80);

async fn code_of(scheme: Scheme, script: &str, patience: Duration) -> (String, String) {
    let refusal = converse(scheme, &token(), script, patience).await.unwrap_err();
    (refusal.trouble.code().to_owned(), refusal.trouble.why().to_owned())
}

#[tokio::test]
async fn a_server_that_hangs_is_left_and_the_step_is_named() {
    for (scheme, script, step) in [
        (Smtps, "", "the greeting"),
        (Smtps, "S: 220 hi", "the answer to EHLO"),
        (Smtp, "S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250 STARTTLS\nC: STARTTLS", "the answer to STARTTLS"),
        (Smtp, "S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go", "the TLS handshake"),
        (Smtps, "S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250 AUTH XOAUTH2\nC: AUTH XOAUTH2", "the answer to AUTH"),
        (Imaps, "S: * OK hi", "the answer to AUTHENTICATE"),
        (Pops, "S: +OK", "the answer to AUTH"),
    ] {
        let (code, why) = code_of(scheme, script, IMPATIENCE).await;
        assert_eq!(code, "network.timeout", "{script}");
        assert!(why.contains(step), "{why}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_is_told_from_one_that_hangs() {
    let (near, far) = tokio::io::duplex(64);
    drop(far);
    let server = MailServer::parse("smtps://localhost").unwrap();
    let mut wire = Wire::over(near, [127, 0, 0, 1].into(), &server, &LOCALHOST.client, PATIENCE);
    let trouble = wire.line(Awaiting::Greeting).await.unwrap_err();
    assert_eq!(trouble.code(), "network.broken");
    assert!(trouble.why().contains("the greeting"));
}

#[tokio::test]
async fn lines_and_conversations_have_a_longest() {
    let script = format!("S: 220 {}", "x".repeat(LONGEST_LINE + 1));
    assert_eq!(code_of(Smtps, &script, PATIENCE).await.0, "network.protocol");
    let script =
        format!("S: * OK hi\nC: b AUTHENTICATE XOAUTH2\n{}", format!("S: * {}\n", "x".repeat(16_000)).repeat(20));
    assert_eq!(code_of(Imaps, &script, PATIENCE).await.0, "network.protocol");
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_is_refused_with_the_reason() {
    let mut foreign = Trust::for_host("127.0.0.1");
    foreign.client = Trust::for_host("127.0.0.1").client;
    let other_host = Trust::for_host("mail.example");
    for (trust, reason) in [(foreign, "authority"), (other_host, "another host than 127.0.0.1")] {
        let refusal = converse_on_loopback(Imaps, trust, "TLS", PATIENCE).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), "network.tls");
        assert!(refusal.trouble.why().contains(reason), "{}", refusal.trouble);
        assert!(refusal.trouble.next().contains("ca_file"));
    }
}

#[tokio::test]
async fn a_self_signed_authority_as_a_server_is_explained() {
    let refusal = converse_on_loopback(Imaps, Trust::in_itself("127.0.0.1"), "TLS", PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "network.tls");
    assert!(refusal.trouble.why().contains("CA:FALSE"), "{}", refusal.trouble);
}

#[tokio::test]
async fn a_port_without_tls_is_named_as_such() {
    let trust = Trust::for_host("127.0.0.1");
    let refusal = converse_on_loopback(Smtps, trust, "S: 220 mail.example ready", PATIENCE).await.unwrap_err();
    assert_eq!(refusal.trouble.code(), "network.tls");
    assert!(refusal.trouble.what().contains("does not speak TLS"), "{}", refusal.trouble);
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_host_are_told_apart() {
    let closed = closed_port();
    let port = closed.local_addr().unwrap().port();
    // No name has so long a part: nobody is asked about it.
    let too_long = format!("{}.invalid", "x".repeat(64));
    for (host, code) in [("127.0.0.1", "network.refused"), (&*too_long, "network.dns")] {
        let server = MailServer { scheme: Smtp, host: host.to_owned(), port };
        let refusal = check(&server, &LOCALHOST.client, PATIENCE, &user(), &token()).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), code);
        assert_eq!(*refusal.trouble.remedy(), Remedy::Retry { not_before: None });
        assert_eq!(refusal.pause, None);
    }
}

#[tokio::test]
async fn an_address_that_refuses_stands_in_the_way_of_none_that_answers() {
    let live = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = closed_port();
    let stream = race(&[closed.local_addr().unwrap(), live.local_addr().unwrap()]).await.unwrap();
    assert_eq!(stream.peer_addr().unwrap(), live.local_addr().unwrap());
}
