//! Access tokens: cached, refreshed once however many ask, and the end of a refresh token.

use std::time::Duration;

use mailkey::demo::{Fault, Options};
use mailkey::domain::{MailboxId, Remedy, Secret, Token, TokenEnd, TokenState};
use mailkey::engine::{Event, Field};
use mailkey::secrets::Key;

use crate::house::{House, check, code_of, contoso, is_held, next};

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);

#[tokio::test]
async fn a_token_is_cached_while_it_lives_for_some_minutes() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let first = engine.access_token(mailbox).await.unwrap();
    house.later(Duration::from_secs(50 * 60));
    assert_eq!(house.engine().access_token(mailbox).await.unwrap(), first);
    assert_eq!(house.demo.requests().refresh_token, 0);
    house.later(Duration::from_secs(6 * 60));
    assert_ne!(engine.access_token(mailbox).await.unwrap(), first);
    assert_eq!(house.demo.requests().refresh_token, 1);
}

#[tokio::test]
async fn a_token_that_was_cached_under_a_clock_that_ran_ahead_is_not_trusted() {
    let house = House::new().await;
    house.later(TWO_HOURS);
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let first = engine.access_token(mailbox).await.unwrap();
    house.earlier(TWO_HOURS);
    let fresh = engine.access_token(mailbox).await.unwrap();
    assert_ne!(fresh, first, "it may have expired two hours ago");
    assert_eq!(engine.access_token(mailbox).await.unwrap(), fresh);
    assert_eq!(house.demo.requests().refresh_token, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_tasks_of_two_programs_refresh_once() {
    let house = House::with(Options { strict: true, delay: Duration::from_millis(100), ..Options::default() }).await;
    let engines = [house.engine(), house.engine()];
    let mailbox = house.signed_in(&engines[0], "billing").await;
    house.later(TWO_HOURS);
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let engine = engines[number % 2].clone();
            tokio::spawn(async move { engine.access_token(mailbox).await })
        })
        .collect();
    let mut tokens = Vec::new();
    for task in tasks {
        tokens.push(task.await.unwrap().unwrap());
    }
    tokens.dedup();
    assert_eq!((tokens.len(), house.demo.requests().refresh_token), (1, 1));
    house.later(TWO_HOURS);
    engines[1].access_token(mailbox).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_of_one_grants_mailboxes_at_once_refresh_it_once() {
    let house = House::with(Options { strict: true, ..Options::default() }).await;
    let engine = house.engine();
    let own = house.signed_in(&engine, "maria.lopez").await;
    let shared = house.mailbox_for("info", "maria.lopez");
    house.later(TWO_HOURS);
    let held = house.demo.hold().await;
    let answered = async {
        house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
        drop(held);
    };
    // Both have begun when the third is looked at for the first time.
    let (first, second, ()) = tokio::join!(check(&engine, own), check(&engine, shared), answered);
    assert_eq!((first, second), (Ok(()), Ok(())));
    assert_eq!(house.demo.requests().refresh_token, 1);
}

#[tokio::test]
async fn the_lease_of_a_program_that_died_runs_out() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    let now = house.now();
    let grant = house.grant(mailbox).id;
    let until = now + Duration::from_secs(2);
    assert!(house.registry.take_lease(grant, "who died", now, until).unwrap());
    engine.access_token(mailbox).await.unwrap();
    assert!(house.now() >= until);
}

#[tokio::test]
async fn a_refresh_token_that_was_revoked_is_recorded_as_such_and_not_asked_about_again() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    house.demo.revoke(&contoso("billing"));
    assert_eq!(code_of(engine.access_token(mailbox).await), "aadsts.50173");
    let Token::Ended { end, trouble, .. } = house.grant(mailbox).token else {
        panic!("it is not over");
    };
    assert_eq!((end, trouble.remedy()), (TokenEnd::Revoked, &Remedy::SignIn));
    assert_eq!(code_of(engine.access_token(mailbox).await), "aadsts.50173");
    assert_eq!(house.demo.requests().refresh_token, 1);
    house.sign_in(&engine, mailbox).await;
    assert_eq!(house.words(mailbox), ["done"; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_ask_with_a_revoked_token_one_finds_out() {
    let house = House::with(Options { delay: Duration::from_millis(200), ..Options::default() }).await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    house.demo.revoke(&contoso("billing"));
    let ask = || engine.access_token(mailbox);
    let (first, second, third) = tokio::join!(ask(), ask(), ask());
    assert_eq!([first, second, third].map(code_of), ["aadsts.50173"; 3]);
    assert_eq!(house.demo.requests().refresh_token, 1);
}

#[tokio::test]
async fn a_refresh_token_that_lay_idle_is_expired() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(Duration::from_secs(91 * 24 * 60 * 60));
    assert_eq!(house.trouble(mailbox), "token.idle_too_long");
    assert_eq!(code_of(engine.access_token(mailbox).await), "aadsts.700082");
    assert!(matches!(house.grant(mailbox).token, Token::Ended { end: TokenEnd::Expired, .. }));
}

#[tokio::test]
async fn a_screen_is_told_when_a_token_falls_due_and_expires_though_nothing_happens() {
    let house = House::new().await;
    let engine = house.engine();
    house.signed_in(&engine, "billing").await;
    let mut events = engine.events();
    let watching = engine.clone();
    let watch = tokio::spawn(async move { watching.watch().await });
    for (days, state) in [(0, TokenState::Valid), (77, TokenState::Due), (14, TokenState::Expired)] {
        house.later(Duration::from_secs(days * 24 * 60 * 60));
        let told = |event| if let Event::Fleet(fleet) = event { Some(fleet) } else { None };
        let fleet = next(&mut events, state.word(), told).await;
        let grant = fleet.grants.values().next().unwrap();
        assert_eq!(grant.token.state(Some(90), house.now()), state);
    }
    watch.abort();
}

#[tokio::test]
async fn a_policy_that_blocks_ends_nothing() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    house.demo.set_conditional_access(&contoso("billing"), true);
    assert_eq!(code_of(engine.access_token(mailbox).await), "aadsts.53003");
    assert_eq!(house.trouble(mailbox), "aadsts.53003");
    house.demo.set_conditional_access(&contoso("billing"), false);
    check(&engine, mailbox).await.unwrap();
    assert_eq!(house.words(mailbox), ["done"; 4]);
}

#[tokio::test]
async fn without_a_token_the_difference_between_never_and_no_more_is_told() {
    let house = House::new().await;
    let engine = house.engine();
    let never = house.mailbox("sales");
    assert_eq!(code_of(engine.access_token(never).await), "token.none");
    assert_eq!(house.trouble(never), "");
    let mailbox = house.signed_in(&engine, "billing").await;
    let key = Key::refresh_token(house.registry.id(), house.grant(mailbox).id);
    house.secrets.delete(&key).await.unwrap();
    house.later(TWO_HOURS);
    assert_eq!(code_of(engine.access_token(mailbox).await), "token.missing");
    assert_eq!(house.trouble(mailbox), "token.missing");
    assert_eq!(house.demo.requests().refresh_token, 0);
}

/// A tenant that takes its time, a mailbox whose access token has run out, and its refresh token.
async fn house_with_a_slow_refresh() -> (House, MailboxId, Option<Secret>) {
    let house = House::with(Options { strict: true, delay: Duration::from_millis(500), ..Options::default() }).await;
    let mailbox = house.signed_in(&house.engine(), "billing").await;
    house.later(TWO_HOURS);
    let before = house.refresh_token(mailbox).await;
    (house, mailbox, before)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_the_program_waits_for_a_refresh_that_a_copy_asked_for() {
    let (house, mailbox, before) = house_with_a_slow_refresh().await;
    let engine = house.engine();
    let copying = engine.clone();
    let copy = tokio::spawn(async move { copying.credential(mailbox, Field::Xoauth2).await });
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    engine.settle().await;
    copy.abort();
    assert_ne!(house.refresh_token(mailbox).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_that_nobody_waits_for_any_more_is_kept_all_the_same() {
    let (house, mailbox, before) = house_with_a_slow_refresh().await;
    let engine = house.engine();
    let asking = engine.clone();
    let asker = tokio::spawn(async move { asking.access_token(mailbox).await });
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    asker.abort();
    engine.settle().await;
    assert_ne!(house.refresh_token(mailbox).await, before);
    house.engine().access_token(mailbox).await.unwrap();
    assert_eq!(house.demo.requests().refresh_token, 1, "its access token was cached as well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_program_ends_no_refresh_begins() {
    let (house, mailbox, before) = house_with_a_slow_refresh().await;
    let engine = house.engine();
    engine.settle().await;
    assert_eq!(code_of(engine.access_token(mailbox).await), "internal.ending");
    assert_eq!(house.refresh_token(mailbox).await, before);
    assert_eq!(house.words(mailbox), ["done"; 4]);
}

/// A program that was stopped by ctrl-z comes back with its answer when another has gone on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_another_program_has_overtaken_changes_nothing() {
    let slow = Duration::from_secs(2);
    for (strict, fault) in [(false, Fault::Late(slow)), (true, Fault::Slow(slow))] {
        let house = House::with(Options { strict, ..Options::default() }).await;
        let (stopped, other) = (house.engine(), house.engine());
        let mailbox = house.signed_in(&stopped, "billing").await;
        house.later(TWO_HOURS);
        house.demo.fault(fault);
        let asker = tokio::spawn(async move { stopped.access_token(mailbox).await });
        house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
        house.later(Duration::from_secs(60));
        let newest = other.access_token(mailbox).await.unwrap();
        let stored = house.refresh_token(mailbox).await;
        assert_eq!(asker.await.unwrap(), Ok(newest), "strict: {strict}");
        assert_eq!(house.refresh_token(mailbox).await, stored, "strict: {strict}");
        assert!(is_held(&house.grant(mailbox)), "strict: {strict}");
    }
}

/// As after a night in a closed laptop: the token in hand has been used, and its lease is free again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_another_program_has_replaced_is_not_sent() {
    let mut house = House::with(Options { strict: true, ..Options::default() }).await;
    house.settings.parallel = 1;
    let (engine, other) = (house.engine(), house.engine());
    let (first, second) = (house.signed_in(&engine, "billing").await, house.signed_in(&engine, "sales").await);
    house.later(TWO_HOURS);
    house.demo.fault(Fault::Slow(Duration::from_secs(2)));
    let ask = |mailbox| {
        let engine = engine.clone();
        tokio::spawn(async move { engine.access_token(mailbox).await })
    };
    let one = ask(first);
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    let two = ask(second);
    let is_leased =
        || house.registry.take_lease(house.grant(second).id, "who looks", house.now(), house.now()) == Ok(false);
    house.until("the next one waits for its turn", is_leased).await;
    house.later(Duration::from_secs(60));
    let newest = other.access_token(second).await.unwrap();
    assert_eq!(two.await.unwrap(), Ok(newest));
    one.await.unwrap().unwrap();
    assert_eq!(house.demo.requests().refresh_token, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_to_be_stopped_waits_for_a_refresh_and_begins_none() {
    let (house, mailbox, before) = house_with_a_slow_refresh().await;
    let engine = house.engine();
    let ask = || {
        let engine = engine.clone();
        tokio::spawn(async move { engine.access_token(mailbox).await })
    };
    let asker = ask();
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    let rest = engine.rest().await;
    assert_ne!(house.refresh_token(mailbox).await, before);
    asker.await.unwrap().unwrap();
    house.later(TWO_HOURS);
    let mut later = ask();
    assert!(tokio::time::timeout(Duration::from_secs(1), &mut later).await.is_err());
    assert_eq!(house.demo.requests().refresh_token, 1);
    drop(rest);
    later.await.unwrap().unwrap();
}

/// A computer that slept is one that does not renew its leases.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_whose_lease_is_lost_on_the_way_goes_on_to_its_end() {
    let house = House::with(Options { strict: true, ..Options::default() }).await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    let before = house.refresh_token(mailbox).await;
    house.demo.fault(Fault::Slow(Duration::from_secs(7)));
    let asker = tokio::spawn(async move { engine.access_token(mailbox).await });
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    house.later(Duration::from_secs(60));
    let (grant, now) = (house.grant(mailbox).id, house.now());
    let taken = house.registry.take_lease(grant, "another", now, now + Duration::from_secs(60));
    assert_eq!(taken, Ok(true));
    asker.await.unwrap().unwrap();
    assert_ne!(house.refresh_token(mailbox).await, before);
}
