//! Everything that the token endpoint can do wrong, at the first exchange and at a refresh.

use std::time::Duration;

use mailkey::demo::{Fault, Options};
use mailkey::domain::{Remedy, Secret, Step, Token, Trouble};

use crate::house::{House, code_of, contoso, is_held};

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);

/// Every fault that spoils an answer, and the code that it is told by.
fn faults() -> Vec<(Fault, &'static str)> {
    let retry_after = Duration::from_secs(7);
    vec![
        (Fault::Html, "server.not_json"),
        (Fault::TruncatedJson, "server.not_json"),
        (Fault::Status(500), "server.unavailable"),
        (Fault::Status(503), "server.unavailable"),
        (Fault::Status(404), "server.not_json"),
        (Fault::Throttled { retry_after }, "server.throttled"),
        (Fault::Slow(Duration::from_secs(20)), "network.timeout"),
        (Fault::CloseConnection, "network.broken"),
    ]
}

/// After these the same request is sent again.
fn asks_for_a_pause(fault: &Fault) -> bool {
    matches!(fault, Fault::Throttled { .. } | Fault::Status(503))
}

/// A tenant whose slow answers are given up soon.
async fn house() -> House {
    let mut house = House::new().await;
    house.settings.timeout = Duration::from_secs(4);
    house
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_exchange_nothing_is_half_stored() {
    let house = house().await;
    let engine = house.engine();
    let mut all = faults();
    all.push((Fault::NoRefreshToken, "token.no_refresh_token"));
    all.push((Fault::BrokenAccessToken, "token.malformed"));
    all.push((Fault::IdTokenWithoutClaims, "id_token.audience"));
    all.push((Fault::EscapeSequences, "aadsts.70000"));
    all.push((Fault::SlowDown, "oauth.slow_down"));
    let mailbox = house.mailbox("billing");
    for (fault, code) in all {
        let (errand, answer) = house.answered_elsewhere(mailbox).await;
        house.demo.fault(fault.clone());
        let accepted = engine.accept(&Secret::new(answer.as_str())).await;
        assert_eq!(code_of(accepted), code, "{fault:?}");
        assert_eq!(code_of(engine.outcome(&errand.state).await), code, "{fault:?}");
        assert_eq!(house.trouble(mailbox), code, "{fault:?}");
        assert_eq!(house.refresh_token(mailbox).await, None, "{fault:?}");
        assert_eq!(house.grant(mailbox).token, Token::None, "{fault:?}");
    }
    house.sign_in(&engine, mailbox).await;
    assert_eq!(house.words(mailbox), ["done"; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_second_sign_in_the_token_that_there_is_stays() {
    let house = house().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let token = house.refresh_token(mailbox).await;
    let mut all = faults();
    all.push((Fault::EscapeSequences, "aadsts.70000"));
    for (fault, code) in all {
        let (_, answer) = house.answered_elsewhere(mailbox).await;
        house.demo.fault(fault.clone());
        let accepted = engine.accept(&Secret::new(answer.as_str())).await;
        assert_eq!(code_of(accepted), code, "{fault:?}");
        assert_eq!(house.refresh_token(mailbox).await, token, "{fault:?}");
        assert_eq!(house.words(mailbox), ["done"; 4], "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_refresh_the_token_stays_and_the_next_refresh_mends_it() {
    let house = house().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    for (fault, code) in faults().into_iter().filter(|(fault, _)| !asks_for_a_pause(fault)) {
        house.later(TWO_HOURS);
        let before = house.refresh_token(mailbox).await;
        house.demo.fault(fault.clone());
        assert_eq!(code_of(engine.access_token(mailbox).await), code, "{fault:?}");
        assert_eq!(house.refresh_token(mailbox).await, before, "{fault:?}");
        assert!(is_held(&house.grant(mailbox)), "{fault:?}");
        assert_eq!(house.trouble(mailbox), code, "{fault:?}");
        engine.access_token(mailbox).await.unwrap();
        assert_eq!(house.trouble(mailbox), "", "{fault:?}");
    }
}

#[tokio::test]
async fn a_refresh_without_a_new_token_or_with_an_odd_id_token_is_a_refresh() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    for fault in [
        Fault::NoRefreshToken,
        Fault::IdTokenWithoutClaims,
        Fault::HugeToken(8 * 1024),
        Fault::IdTokenForAccount(contoso("sales")),
    ] {
        house.later(TWO_HOURS);
        let before = house.refresh_token(mailbox).await;
        house.demo.fault(fault.clone());
        engine.access_token(mailbox).await.unwrap();
        let kept = house.refresh_token(mailbox).await == before;
        assert_eq!(kept, fault == Fault::NoRefreshToken, "{fault:?}");
        assert_eq!(house.grant(mailbox).account, contoso("billing"));
    }
}

/// With a strict tenant the old one is dead.
#[tokio::test]
async fn a_new_refresh_token_is_kept_though_its_access_token_cannot_be_used() {
    let house = House::with(Options { strict: true, ..Options::default() }).await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    let before = house.refresh_token(mailbox).await;
    house.demo.fault(Fault::BrokenAccessToken);
    assert_eq!(code_of(engine.access_token(mailbox).await), "token.malformed");
    assert_ne!(house.refresh_token(mailbox).await, before);
    assert!(is_held(&house.grant(mailbox)));
    assert_eq!(house.trouble(mailbox), "token.malformed");
    engine.access_token(mailbox).await.unwrap();
    assert_eq!(house.trouble(mailbox), "");
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_quoted_with_the_moment() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    let before = house.now();
    house.demo.fault(Fault::Throttled { retry_after: Duration::from_secs(90) });
    engine.access_token(mailbox).await.unwrap_err();
    let (step, trouble) = house.grant(mailbox).trouble.unwrap();
    let Remedy::Retry { not_before: Some(moment) } = trouble.remedy() else {
        panic!("{trouble:?}");
    };
    let wait = moment.duration_since(before).as_secs();
    assert!(step == Step::Token && (89..=120).contains(&wait), "{wait} s");
}

#[tokio::test]
async fn a_fault_after_the_code_was_sent_says_that_the_code_may_be_used_up() {
    let house = House::new().await;
    let engine = house.engine();
    let (_, answer) = house.answered_elsewhere(house.mailbox("billing")).await;
    house.demo.fault(Fault::CloseConnection);
    let trouble = engine.accept(&Secret::new(answer.as_str())).await.unwrap_err();
    assert!(trouble.to_string().contains("may be used up"), "{trouble}");
    assert_eq!(*trouble.remedy(), Remedy::SignIn);
}

#[tokio::test]
async fn nothing_that_drives_a_terminal_is_kept_of_what_a_server_says() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    house.demo.fault(Fault::EscapeSequences);
    engine.accept(&Secret::new(answer.as_str())).await.unwrap_err();
    let (_, trouble) = house.grant(mailbox).trouble.unwrap();
    assert_harmless(&trouble);

    house.sign_in(&engine, mailbox).await;
    house.later(TWO_HOURS);
    house.demo.fault(Fault::EscapeSequences);
    engine.access_token(mailbox).await.unwrap_err();
    // The demo calls it invalid_grant, so that it is the token's end.
    let Token::Ended { trouble, .. } = house.grant(mailbox).token else {
        panic!("it is not over");
    };
    assert_harmless(&trouble);
}

fn assert_harmless(trouble: &Trouble) {
    let said = trouble.to_string();
    assert!(said.contains("The provided grant is"), "{said}");
    let harmful = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!said.contains(harmful), "{said:?}");
}

#[tokio::test]
async fn a_server_that_asks_to_slow_down_is_no_trouble_of_the_application() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    house.demo.fault(Fault::SlowDown);
    let accepted = engine.accept(&Secret::new(answer.as_str())).await;
    assert_eq!(code_of(accepted), "oauth.slow_down");
    assert_eq!(house.words(mailbox), ["done"; 4]);
}
