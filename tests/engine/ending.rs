//! Sign-ins that outlive a restart, end in another process, or end by the clock.

use std::time::Duration;

use mailkey::domain::{Secret, Trouble};
use mailkey::engine::{Event, Subject};
use mailkey::registry::Progress;

use crate::browser::page;
use crate::house::{House, PATIENCE, check, code_of, is_held, mailer_name, next};

const TEN_MINUTES: Duration = Duration::from_secs(601);

#[tokio::test]
async fn one_that_outlives_a_restart_is_answered_on_the_same_port() {
    let house = House::new().await;
    let mailbox = house.mailbox("billing");
    let before = house.begun_elsewhere(mailbox).await;
    let engine = house.engine();
    engine.resume_errands().await.unwrap();
    let again = engine.begin_sign_in(mailbox).await.unwrap();
    assert_eq!((again.state, again.listening), (before.state.clone(), before.listening));
    house.demo.play(&before.link).await.unwrap();
    engine.outcome(&before.state).await.unwrap();
    assert!(is_held(&house.grant(mailbox)));
}

#[tokio::test]
async fn one_that_outlives_a_restart_is_answered_by_another_process() {
    let house = House::new().await;
    let mailbox = house.mailbox("billing");
    let (errand, answer) = house.answered_elsewhere(mailbox).await;
    let (waiting, other) = (house.engine(), house.engine());
    waiting.resume_errands().await.unwrap();
    other.accept(&Secret::new(answer.as_str())).await.unwrap();
    waiting.outcome(&errand.state).await.unwrap();
    assert!(is_held(&house.grant(mailbox)));
}

#[tokio::test]
async fn a_screen_notices_that_another_process_ended_one_while_it_was_busy() {
    let house = House::new().await;
    let mailbox = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    let (waiting, other) = (house.engine(), house.engine());
    waiting.resume_errands().await.unwrap();
    let mut events = waiting.events();
    let watching = waiting.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    // Work of its own, more often than it looks for the work of others.
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let busy = tokio::spawn(async move {
        while stopped.try_recv().is_err() {
            waiting.prove(crate::house::mailer_name()).await.unwrap();
        }
    });
    other.accept(&Secret::new(answer.as_str())).await.unwrap();
    next(&mut events, "the screen to wait for the browser no more", |event| is_idle(&event).then_some(())).await;
    stop.send(()).unwrap();
    busy.await.unwrap();
    watch.abort();
}

/// Whether a mailbox is told to have no work any more.
fn is_idle(event: &Event) -> bool {
    matches!(event, Event::Work(Subject::Mailbox(_), None))
}

#[tokio::test]
async fn after_ten_minutes_it_is_over_and_says_so() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    let answer = house.demo.play(&house.begun_elsewhere(mailbox).await.link).await.unwrap();
    house.later(TEN_MINUTES);
    assert_eq!(code_of(engine.accept(&Secret::new(answer.as_str())).await), "signin.expired");
    let watching = engine.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    assert_eq!(code_of(engine.outcome(&errand.state).await), "signin.expired");
    assert_eq!(house.trouble(mailbox), "signin.expired");
    let steps = house.steps(mailbox);
    assert!(steps.trouble().unwrap().1.to_string().contains("within 10 minutes"));
    assert_eq!(house.demo.requests().authorization_code, 0);
    let fresh = engine.begin_sign_in(mailbox).await.unwrap();
    house.demo.play(&fresh.link).await.unwrap();
    engine.outcome(&fresh.state).await.unwrap();
    watch.abort();
}

#[tokio::test]
async fn one_that_nobody_answers_does_not_harm_a_mailbox_that_works() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    house.later(TEN_MINUTES);
    let watching = engine.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    assert_eq!(code_of(engine.outcome(&errand.state).await), "signin.expired");
    house.registry.version().unwrap();
    watch.abort();
    assert_eq!(house.words(mailbox), ["done"; 4]);
}

#[tokio::test]
async fn one_that_was_stopped_takes_no_answer_any_more_and_no_page_says_it_did() {
    let house = House::new().await;
    let engine = house.engine();
    let (billing, sales) = (house.mailbox("billing"), house.mailbox("sales"));
    let stopped = engine.begin_sign_in(billing).await.unwrap();
    // It keeps the listener there.
    engine.begin_sign_in(sales).await.unwrap();
    engine.cancel_errand(&Subject::Mailbox(billing)).await.unwrap();
    assert_eq!(code_of(engine.outcome(&stopped.state).await), "signin.cancelled");
    let answer = house.demo.play(&stopped.link).await.unwrap();
    let shown = page(&answer).await;
    assert_eq!(house.refresh_token(billing).await, None);
    assert_eq!(house.demo.requests().authorization_code, 0);
    assert!(shown.contains(" 200 ") && !shown.contains("has arrived"), "{shown}");
}

#[tokio::test]
async fn a_check_meanwhile_does_not_end_it() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    check(&engine, mailbox).await.unwrap();
    let again = engine.begin_sign_in(mailbox).await.unwrap();
    assert_eq!(again.state, errand.state);
}

/// Each stopped sign-in has unneeded listeners looked for some seconds later, in the middle of
/// whatever happens then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_begins_while_listeners_are_put_away_keeps_its_own() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_secs(4) {
        let errand = engine.begin_sign_in(mailbox).await.unwrap();
        let here = crate::house::parameter(&errand.link, "redirect_uri").parse().unwrap();
        let shown = page(&here).await;
        assert!(!shown.is_empty(), "nobody listens after {:?}", began.elapsed());
        engine.cancel_errand(&Subject::Mailbox(mailbox)).await.unwrap();
    }
}

#[tokio::test]
async fn one_whose_process_died_with_the_answer_ends_by_the_clock() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    house.registry.claim_sign_in(&errand.state, house.now()).unwrap();
    house.later(TEN_MINUTES);
    let watching = engine.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    let outcome = tokio::time::timeout(PATIENCE, engine.outcome(&errand.state)).await;
    assert_eq!(code_of(outcome.expect("it waits for a process that is gone")), "signin.lost");
    house.until("the mailbox says so", || house.trouble(mailbox) == "signin.lost").await;
    watch.abort();
}

/// Whoever waits for the end of an errand, in whichever process, reads the rest right after it.
#[tokio::test]
async fn what_one_came_to_is_recorded_before_its_end() {
    let house = House::new().await;
    let engine = house.engine();
    let registry = rusqlite::Connection::open(house.folder.path().join("registry.db")).unwrap();
    let witness = "CREATE TABLE witness (seen INTEGER);
        CREATE TRIGGER witness AFTER UPDATE OF progress ON sign_ins WHEN NEW.progress IN ('done', 'failed') BEGIN
            INSERT INTO witness VALUES (
                (SELECT count(*) FROM grants WHERE trouble IS NOT NULL OR obtained_at IS NOT NULL)
                + (SELECT count(*) FROM applications WHERE consent_at IS NOT NULL));
        END";
    registry.execute_batch(witness).unwrap();
    let seen =
        || registry.query_row("SELECT max(seen), count(*) FROM witness", [], |row| Ok((row.get(0)?, row.get(1)?)));
    let refused = engine.begin_sign_in(house.mailbox("billing")).await.unwrap();
    house.demo.decline(&refused.link).await.unwrap();
    engine.outcome(&refused.state).await.unwrap_err();
    assert_eq!(seen(), Ok((1, 1)));
    let declined = engine.begin_consent(mailer_name()).await.unwrap();
    house.demo.decline(&declined.link).await.unwrap();
    engine.outcome(&declined.state).await.unwrap_err();
    assert_eq!(seen(), Ok((2, 2)));
    let unanswered = engine.begin_sign_in(house.mailbox("sales")).await.unwrap();
    house.later(TEN_MINUTES);
    let watching = engine.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    engine.outcome(&unanswered.state).await.unwrap_err();
    watch.abort();
    assert_eq!(seen(), Ok((3, 3)));
    house.signed_in(&engine, "hr").await;
    assert_eq!(seen(), Ok((4, 4)));
}

/// Between an answer and the end of its exchange it is claimed, by this process or another.
#[tokio::test]
async fn one_whose_answer_is_being_used_is_not_over() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    house.registry.claim_sign_in(&errand.state, house.now()).unwrap();
    let mut events = engine.events();
    let watching = engine.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    // It looks at the errands before it tells the fleet, and then tells which jobs have ended.
    let is_fleet = |event: &Event| matches!(event, Event::Fleet(_));
    next(&mut events, "the fleet", |event| is_fleet(&event).then_some(())).await;
    engine.publish_fleet().await;
    next(&mut events, "the fleet again", |event| {
        assert!(!is_idle(&event), "{event:?}");
        is_fleet(&event).then_some(())
    })
    .await;
    house.registry.record_progress(&errand.state, &Progress::Done).unwrap();
    next(&mut events, "the end of the work", |event| is_idle(&event).then_some(())).await;
    watch.abort();
}

#[tokio::test]
async fn one_that_has_just_ended_is_not_given_again() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let mut states = vec![engine.begin_sign_in(mailbox).await.unwrap().state];
    for end in [Progress::Done, Progress::Failed(over()), Progress::Claimed] {
        house.registry.record_progress(states.last().unwrap(), &end).unwrap();
        states.push(engine.begin_sign_in(mailbox).await.unwrap().state);
    }
    house.later(TEN_MINUTES);
    let last = engine.begin_sign_in(mailbox).await.unwrap();
    states.push(last.state.clone());
    states.sort();
    states.dedup();
    assert_eq!(states.len(), 5);
    house.demo.play(&last.link).await.unwrap();
    engine.outcome(&last.state).await.unwrap();
}

fn over() -> Trouble {
    Trouble::new("signin.cancelled", "The sign-in was stopped", "", "Begin again.")
}

#[tokio::test]
async fn the_answer_to_one_that_was_stopped_is_told_that() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let (errand, answer) = house.answered_elsewhere(mailbox).await;
    engine.resume_errands().await.unwrap();
    engine.cancel_errand(&Subject::Mailbox(mailbox)).await.unwrap();
    let accepted = engine.accept(&Secret::new(answer.as_str())).await;
    assert_eq!(code_of(accepted), "signin.cancelled");
    assert_eq!(code_of(engine.outcome(&errand.state).await), "signin.cancelled");
}
