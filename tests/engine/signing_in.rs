//! Sign-ins that go well, alone and many at once.

use std::time::{Duration, Instant};

use mailkey::demo::{Fault, Options};
use mailkey::domain::{Address, Application, RedirectUri, Remedy, Secret};
use mailkey::engine::{Accepted, Event, Listening, Subject, Work};

use crate::browser::page;
use crate::house::{House, PATIENCE, check, code_of, contoso, is_held, mailer, mailer_name, next, parameter};

const DONE: [&str; 4] = ["done"; 4];

#[tokio::test]
async fn from_the_browsers_answer_to_step_four() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    assert!(matches!(errand.listening, Listening::Here(_)));
    assert_eq!(parameter(&errand.link, "login_hint"), "billing@contoso.example");
    assert_eq!(parameter(&errand.link, "code_challenge_method"), "S256");
    house.demo.play(&errand.link).await.unwrap();
    let answered = Instant::now();
    house.until("step 4 is done", || house.words(mailbox) == DONE).await;
    println!("from the browser's answer to step 4: {:?}", answered.elapsed());
    let grant = house.grant(mailbox);
    assert_eq!(&*grant.signed_in_as.unwrap(), "billing@contoso.example");
    assert!(!house.refresh_token(mailbox).await.unwrap().is_empty());
    assert_eq!(house.demo.requests().authorization_code, 1);
}

#[tokio::test]
async fn a_screen_is_told_every_stage_and_then_that_it_is_idle() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let mut events = engine.events();
    let watching = engine.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    house.sign_in(&engine, mailbox).await;
    let mut stages = Vec::new();
    while stages.last() != Some(&"idle") {
        let stage = |event| match event {
            Event::Work(subject, work) => {
                assert_eq!(subject, Subject::Mailbox(mailbox));
                Some(stage_of(work))
            }
            Event::Accepted(_) => Some("accepted"),
            _ => None,
        };
        stages.push(next(&mut events, "the next stage", stage).await);
    }
    watch.abort();
    stages.dedup();
    assert_eq!(stages, ["signing in", "exchanging", "storing", "accepted", "checking", "idle"]);
}

fn stage_of(work: Option<Work>) -> &'static str {
    match work {
        Some(Work::SigningIn(_)) => "signing in",
        Some(Work::Exchanging { .. }) => "exchanging",
        Some(Work::Storing { .. }) => "storing",
        Some(Work::CheckingSmtp { .. }) => "checking",
        Some(other) => panic!("{other:?}"),
        None => "idle",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_at_once_are_answered_in_any_order() {
    let house = House::new().await;
    let engine = house.engine();
    let people =
        ["ap", "erp", "newsletter", "support", "billing", "scanner-3f", "orders+web", "d.o'neill", "sales", "alex.wu"];
    let mut errands = Vec::new();
    for person in people {
        let mailbox = house.mailbox(person);
        errands.push((mailbox, engine.begin_sign_in(mailbox).await.unwrap()));
    }
    let ports: std::collections::HashSet<_> =
        errands.iter().map(|(_, errand)| parameter(&errand.link, "redirect_uri")).collect();
    assert_eq!(ports.len(), 1, "one listener serves them all");
    for at in [7, 2, 9, 0, 5, 1, 8, 3, 6, 4] {
        house.demo.play(&errands[at].1.link).await.unwrap();
    }
    for ((mailbox, errand), person) in errands.iter().zip(people) {
        engine.outcome(&errand.state).await.unwrap();
        let grant = house.grant(*mailbox);
        assert_eq!(&*grant.signed_in_as.unwrap(), contoso(person).to_string());
    }
    assert_eq!(house.demo.requests().authorization_code, 10);
}

#[tokio::test]
async fn one_that_is_open_is_given_again() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let first = engine.begin_sign_in(mailbox).await.unwrap();
    let second = engine.begin_sign_in(mailbox).await.unwrap();
    assert_eq!((first.state, first.link), (second.state, second.link));
}

#[tokio::test]
async fn a_fixed_port_that_another_program_has_leaves_copying_the_answer() {
    let house = House::new().await;
    let engine = house.engine();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let redirect_uri = RedirectUri::parse(&format!("http://localhost:{port}")).unwrap();
    house.registry.change_application(&mailer_name(), &Application { redirect_uri, ..mailer() }).unwrap();
    std::thread::spawn(move || taken.incoming().for_each(drop));
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    assert_eq!(errand.listening, Listening::Elsewhere(port));
    let consent = engine.begin_consent(mailer_name()).await.unwrap();
    assert_eq!(consent.listening, Listening::Elsewhere(port));
    let answer = house.demo.play(&errand.link).await.unwrap();
    assert_eq!(answer.port(), Some(port));
    engine.accept(&Secret::new(answer.as_str())).await.unwrap();
    assert!(is_held(&house.grant(mailbox)));
}

#[tokio::test]
async fn a_connection_that_breaks_ends_no_device_sign_in() {
    let second = Duration::from_secs(1);
    let house = House::with(Options { device_interval: second, ..Options::default() }).await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_device_sign_in(mailbox).await.unwrap();
    house.demo.play_device(&errand.user_code, &contoso("billing")).await.unwrap();
    house.demo.fault(Fault::Status(503));
    let accepted = engine.finish_device_sign_in(errand).await;
    assert!(matches!(accepted, Ok(Accepted::Token { .. })), "{accepted:?}");
    assert!(is_held(&house.grant(mailbox)));
}

/// There are servers that never say that a code has expired.
#[tokio::test]
async fn a_device_code_is_asked_about_no_longer_than_it_lives() {
    let second = Duration::from_secs(1);
    let house = House::with(Options { device_interval: second, ..Options::default() }).await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_device_sign_in(mailbox).await.unwrap();
    let patience = errand.patience;
    let (waiting, asked) = (engine.clone(), || house.demo.requests().device_code);
    let held = house.demo.hold().await;
    let waiting = tokio::spawn(async move { waiting.finish_device_sign_in(errand).await });
    house.until("it was asked once", || asked() == 1).await;
    house.later_for_engines(patience);
    drop(held);
    let outcome = tokio::time::timeout(PATIENCE, waiting).await.expect("it goes on asking");
    assert_eq!([code_of(outcome.unwrap()), house.trouble(mailbox)], ["signin.expired"; 2]);
    assert_eq!(asked(), 2);
}

#[tokio::test]
async fn a_shared_mailbox_is_served_by_its_delegates_grant() {
    let house = House::new().await;
    let engine = house.engine();
    let shared = house.mailbox_for("info", "maria.lopez");
    house.sign_in(&engine, shared).await;
    let own = house.mailbox("maria.lopez");
    assert_eq!(house.grant(own).id, house.grant(shared).id);
    engine.access_token(own).await.unwrap();
    let asked = house.demo.requests();
    assert_eq!((asked.authorization_code, asked.refresh_token), (1, 0));
    assert_eq!(house.words(shared), DONE);
}

#[tokio::test]
async fn a_token_of_eight_kilobytes_is_a_token() {
    let house = House::new().await;
    let engine = house.engine();
    house.demo.fault(Fault::HugeToken(8 * 1024));
    let mailbox = house.signed_in(&engine, "billing").await;
    assert!(house.refresh_token(mailbox).await.unwrap().len() >= 8 * 1024);
    assert_eq!(engine.access_token(mailbox).await.unwrap().len(), 8 * 1024);
    assert_eq!(house.words(mailbox), DONE);
}

#[tokio::test]
async fn what_stands_in_the_way_at_the_server_is_the_fourth_steps_trouble() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "hr").await;
    assert_eq!(house.words(mailbox), ["done", "done", "done", "stuck"]);
    assert_eq!(house.trouble(mailbox), "smtp.auth_disabled.mailbox");
    let checks = house.registry.mailbox(mailbox).unwrap().checks;
    assert!(checks.imap.is_ok() && checks.pop.is_ok());
    let Remedy::PowerShell(line) = checks.smtp.trouble().unwrap().remedy().clone() else {
        panic!("{checks:?}");
    };
    assert!(line.contains("Set-CASMailbox") && line.contains("hr@contoso.example"));
    house.demo.set_smtp_auth(&Address::parse("hr@contoso.example").unwrap(), true);
    check(&engine, mailbox).await.unwrap();
    assert_eq!(house.words(mailbox), DONE);
}

#[tokio::test]
async fn the_listener_is_gone_some_seconds_after_the_last_answer() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    let answer = house.demo.play(&errand.link).await.unwrap();
    engine.outcome(&errand.state).await.unwrap();
    assert!(is_held(&house.grant(mailbox)));
    let mut shown = page(&answer).await;
    assert!(shown.contains("billing@contoso.example"), "the browser may ask twice");
    let deadline = Instant::now() + crate::house::PATIENCE;
    while !shown.is_empty() {
        assert!(Instant::now() < deadline, "somebody still listens");
        tokio::time::sleep(Duration::from_millis(100)).await;
        shown = page(&answer).await;
    }
}
