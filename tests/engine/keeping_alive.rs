//! The keep-alive: what falls due is refreshed while it runs, once whoever runs it.

use std::time::Duration;

use jiff::SignedDuration;
use mailkey::demo::{Held, Options};
use mailkey::domain::MailboxId;
use mailkey::engine::{Engine, Event, KeepAlive};
use tokio::sync::broadcast::Receiver;

use crate::house::{House, next};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Last used so many days ago.
fn idle(house: &House, mailbox: MailboxId, days: i64) {
    let used = house.now() - SignedDuration::from_hours(24 * days);
    house.registry.record_use(house.grant(mailbox).id, used).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_falls_due_is_refreshed_once_by_two_dashboards() {
    let mut house = House::with(Options { strict: true, crowd: 6, ..Options::default() }).await;
    house.settings.keep_alive = Some(Duration::from_millis(100));
    let ids = house.crowd().await;
    ids[..4].iter().for_each(|id| idle(&house, *id, 80));
    idle(&house, ids[4], 95);
    let held = house.demo.hold().await;
    let engines = [house.engine(), house.engine()];
    let mut events = engines.each_ref().map(Engine::events);
    let running = engines.map(|engine| tokio::spawn(async move { engine.keep_alive().await }));
    both_keep(&mut events, 4, held).await;
    assert_eq!(house.demo.requests().refresh_token, 4, "neither what is fresh nor what is over");

    let held = house.demo.hold().await;
    house.later(80 * DAY);
    both_keep(&mut events, 5, held).await;
    assert_eq!(house.demo.requests().refresh_token, 4 + 5, "what was fresh then falls due as well");
    running.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Nobody is answered before both have found that so many fall due, and both see to all of them.
async fn both_keep(events: &mut [Receiver<Event>; 2], due: usize, held: Held) {
    for events in &mut *events {
        let found = |event| if let Event::Checks(Some(progress)) = event { Some(progress.all) } else { None };
        assert_eq!(next(events, "what falls due", found).await, due);
    }
    drop(held);
    for events in events {
        let kept = |event| match event {
            Event::KeepAlive(KeepAlive { last: Some(last), .. }) => Some(last.outcome),
            _ => None,
        };
        assert_eq!(next(events, "what was kept alive", kept).await, Ok((due, 0)));
    }
}

#[tokio::test]
async fn without_being_asked_it_does_nothing() {
    let house = House::with(Options { crowd: 1, ..Options::default() }).await;
    let ids = house.crowd().await;
    idle(&house, ids[0], 80);
    house.engine().keep_alive().await;
    assert_eq!(house.demo.requests().refresh_token, 0);
}
