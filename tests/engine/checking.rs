//! The job over many mailboxes: what it asks for, how it grows, stops and ends.

use std::time::{Duration, Instant};

use mailkey::demo::Options;
use mailkey::domain::{MailboxId, TokenState};
use mailkey::engine::{End, Engine, Event, Phase, Progress, Sum};
use tokio::sync::broadcast::Receiver;

use crate::house::{House, check, code_of, contoso, next};

async fn over(engine: &Engine, ids: &[MailboxId]) -> Sum {
    let checks = engine.check_many(ids.iter().copied(), engine.now());
    Sum::clone(&*checks.over().await.unwrap())
}

/// What was told of the job so far.
fn told(events: &mut Receiver<Event>) -> Vec<Progress> {
    let all = std::iter::from_fn(|| events.try_recv().ok());
    all.filter_map(|event| if let Event::Checks(progress) = event { progress } else { None }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_checked_and_told_of() {
    let house = House::with(Options { delay: Duration::from_millis(20), crowd: 60, ..Options::default() }).await;
    let engine = house.engine();
    let ids = house.crowd().await;
    house.demo.set_smtp_auth(&house.demo.crowd().unwrap()[7], false);
    let (mut events, begin) = (engine.events(), Instant::now());
    let sum = over(&engine, &ids).await;
    let Progress { phase, all, over, failed, .. } = &sum.progress;
    assert_eq!((phase, *all, *over, *failed), (&Phase::Over(End::Complete), 60, 60, 1));
    assert_eq!(sum.failures[0].address, house.demo.crowd().unwrap()[7]);
    assert_eq!(sum.failures[0].trouble.code(), "smtp.auth_disabled.mailbox");
    assert_eq!(house.demo.requests().refresh_token, 60);
    for id in ids {
        assert!(house.registry.mailbox(id).unwrap().checks.pop.is_ok(), "{id}");
    }
    let told = told(&mut events);
    let counts: Vec<usize> = told.iter().map(|progress| progress.over).collect();
    assert!(counts.is_sorted() && counts.len() > 4, "{counts:?}");
    // Answers are gathered: twenty times a second are enough, and at its beginning and end.
    let most = 3 + begin.elapsed().as_millis() / 50;
    assert!(counts.len() as u128 <= most, "{} times", counts.len());
    assert_eq!((counts.last(), &told.last().unwrap().phase), (Some(&60), &Phase::Over(End::Complete)));
    assert!(told.iter().any(|progress| progress.rate.is_some() && progress.ends_at.is_some()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_is_refreshed_once_for_all_of_its_mailboxes() {
    let house = House::with(Options { strict: true, ..Options::default() }).await;
    let engine = house.engine();
    let own = house.signed_in(&engine, "maria.lopez").await;
    let shared = house.mailbox_for("info", "maria.lopez");
    let sum = over(&engine, &[own, shared]).await;
    assert_eq!((sum.progress.over, sum.failures.len()), (2, 0), "{:?}", sum.failures);
    assert_eq!(house.demo.requests().refresh_token, 1);

    house.demo.set_conditional_access(&contoso("maria.lopez"), true);
    let sum = over(&engine, &[own, shared]).await;
    let codes: Vec<&str> = sum.failures.iter().map(|failure| failure.trouble.code()).collect();
    assert_eq!(codes, ["aadsts.53003"; 2]);
    assert_eq!(house.demo.requests().refresh_token, 2, "what was refused once is not asked for again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_joins_the_first_and_others_extend_it() {
    let house = House::with(Options { crowd: 12, ..Options::default() }).await;
    let engine = house.engine();
    let (ids, held) = (house.crowd().await, house.demo.hold().await);
    let first = engine.check_many(ids[..8].iter().copied(), engine.now());
    let second = engine.check_many(ids[..8].iter().copied(), engine.now());
    house.until("it is under way", || house.demo.requests().refresh_token > 0).await;
    let third = engine.check_many(ids[4..].iter().copied(), engine.now());
    drop(held);
    for checks in [first, second, third] {
        let sum = checks.over().await.unwrap();
        assert_eq!((sum.progress.all, sum.progress.over), (12, 12));
    }
    assert_eq!(house.demo.requests().refresh_token, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_it_ends_what_is_under_way_and_can_be_begun_again() {
    let mut house = House::with(Options { crowd: 20, ..Options::default() }).await;
    house.settings.parallel = 2;
    let engine = house.engine();
    let (ids, held) = (house.crowd().await, house.demo.hold().await);
    let checks = engine.check_many(ids.iter().copied(), engine.now());
    house.until("two are under way", || house.demo.requests().refresh_token == 2).await;
    engine.stop_checks();
    drop(held);
    let sum = checks.over().await.unwrap();
    let Progress { phase, all, over, .. } = &sum.progress;
    assert_eq!((phase, *all), (&Phase::Over(End::Stopped), 20));
    assert_eq!((*over, house.demo.requests().refresh_token), (2, 2), "what was begun was ended");
    let again = self::over(&engine, &ids[..3]).await;
    assert_eq!((&again.progress.phase, again.progress.all), (&Phase::Over(End::Complete), 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_it_begins_no_other_mailbox_of_a_grant_either() {
    let mut house = House::new().await;
    house.settings.parallel = 1;
    let engine = house.engine();
    let own = house.signed_in(&engine, "maria.lopez").await;
    let mut ids = vec![own];
    ids.extend((0..6).map(|number| house.mailbox_for(&format!("shared-{number}"), "maria.lopez")));
    let held = house.demo.hold().await;
    let checks = engine.check_many(ids, engine.now());
    house.until("it is under way", || house.demo.requests().refresh_token > 0).await;
    engine.stop_checks();
    drop(held);
    let sum = checks.over().await.unwrap();
    assert_eq!((&sum.progress.phase, sum.progress.all), (&Phase::Over(End::Stopped), 7));
    assert_eq!((sum.checked.as_slice(), sum.failures.len()), ([own].as_slice(), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_is_removed_is_dropped_from_it() {
    let mut house = House::with(Options { crowd: 6, ..Options::default() }).await;
    house.settings.parallel = 1;
    let engine = house.engine();
    let (ids, held) = (house.crowd().await, house.demo.hold().await);
    let mut events = engine.events();
    let checks = engine.check_many(ids.iter().copied(), engine.now());
    house.until("it is under way", || house.demo.requests().refresh_token > 0).await;
    engine.remove_mailbox(ids[5]).await.unwrap();
    // By another process: it is found out when its turn comes.
    house.registry.remove_mailbox(ids[4]).unwrap();
    engine.remove_mailbox(ids[0]).await.unwrap();
    drop(held);
    let sum = checks.over().await.unwrap();
    assert_eq!((sum.progress.all, sum.progress.over, sum.failures.len()), (3, 3, 0), "{sum:?}");
    let troubles = std::iter::from_fn(|| events.try_recv().ok()).filter(|event| matches!(event, Event::Trouble(_)));
    assert_eq!(troubles.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_the_way_of_all_is_said_once() {
    let mut house = House::with(Options { crowd: 8, ..Options::default() }).await;
    house.settings.parallel = 2;
    let ids = house.crowd().await;
    let engine = house.engine();
    let other = rusqlite::Connection::open(house.folder.path().join("registry.db")).unwrap();
    other.execute("DROP TABLE leases", []).unwrap();
    let sum = over(&engine, &ids).await;
    let Phase::Over(End::Obstacle(trouble)) = &sum.progress.phase else { panic!("{sum:?}") };
    assert!(trouble.code().starts_with("registry."), "{trouble}");
    assert_eq!((sum.progress.all, sum.progress.over, sum.failures.len()), (8, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_recorded_is_said_whatever_the_servers_say() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.sql("CREATE TRIGGER full BEFORE UPDATE OF imap_at ON mailboxes BEGIN SELECT RAISE(ABORT, 'full'); END");
    house.demo.set_smtp_auth(&contoso("billing"), false);
    let sum = over(&engine, &[mailbox]).await;
    let Phase::Over(End::Obstacle(trouble)) = &sum.progress.phase else { panic!("{sum:?}") };
    assert!(trouble.code().starts_with("registry."), "{trouble}");
    let mut events = engine.events();
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    house.demo.play(&errand.link).await.unwrap();
    let told = |event| if let Event::Trouble(told) = event { Some(told) } else { None };
    let told = next(&mut events, "the trouble", told).await;
    assert_eq!(told.code(), trouble.code());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_without_a_token_says_so() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    assert_eq!(code_of(check(&engine, mailbox).await), "token.none");
    assert_eq!(house.grant(mailbox).token.state(Some(90), house.now()), TokenState::None);
}
