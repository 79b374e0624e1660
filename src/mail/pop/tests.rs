use crate::domain::provider::Scheme::{Pop, Pops};
use crate::mail::loopback::{PATIENCE, Trust, converse, converse_on_loopback, token};

const TO_TOKEN: &str = "
    S: +OK The Microsoft Exchange POP3 service is ready.
    C: AUTH XOAUTH2
    S: +
    C: dXNlcj1iaWxsaW5nQGNvbnRvc28uY29tAWF1dGg9QmVhcmVyIHRva2VuAQE=";

#[tokio::test]
async fn it_signs_in_and_leaves() {
    let script = format!("{TO_TOKEN}\nS: +OK User successfully authenticated.\nC: QUIT\nS: +OK");
    converse(Pops, &token(), &script, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn the_whole_way_from_the_socket_on_succeeds() {
    let trust = Trust::for_host("127.0.0.1");
    let (_, after_greeting) = TO_TOKEN.trim().split_once('\n').unwrap();
    let script = format!("S: +OK ready\nC: STLS\nS: +OK begin\nTLS\n{after_greeting}\nS: +OK in\nC: QUIT\nS: +OK");
    converse_on_loopback(Pop, trust, &script, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_refusal_at_any_point_is_judged() {
    for (scheme, script, code) in [
        (Pops, "S: -ERR [SYS/TEMP] busy\nC: QUIT".to_owned(), "pop.temporary"),
        (Pops, "S: 220 SMTP\nC: QUIT".to_owned(), "network.protocol"),
        (Pop, "S: +OK\nC: STLS\nS: -ERR no\nC: QUIT".to_owned(), "pop.no_starttls"),
        (Pop, "S: +OK\nC: STLS\nS: +OK\\r\\n+OK".to_owned(), "network.injected"),
        (Pops, "S: +OK\nC: AUTH XOAUTH2\nS: -ERR unknown mechanism\nC: QUIT".to_owned(), "pop.no_xoauth2"),
        (Pops, "S: +OK\nC: AUTH XOAUTH2\nS: +OK whoever you are\nC: QUIT".to_owned(), "network.protocol"),
        (
            Pops,
            format!("{TO_TOKEN}\nS: -ERR Authentication failure: unknown user name or bad password.\nC: QUIT"),
            "pop.refused",
        ),
        (Pops, format!("{TO_TOKEN}\nS: + eyJzdGF0dXMiOiI0MDAifQ==\nC:\nS: -ERR no\nC: QUIT"), "pop.refused"),
    ] {
        let refusal = converse(scheme, &token(), &script, PATIENCE).await.unwrap_err();
        assert_eq!(refusal.trouble.code(), code, "{script}");
    }
}
