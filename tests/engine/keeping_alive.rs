//! The keep-alive: what falls due is refreshed while it runs, once whoever runs it.

use std::time::Duration;

use jiff::SignedDuration;
use mailkey::demo::Options;
use mailkey::domain::{MailboxId, Trouble};
use mailkey::engine::{Event, KeepAlive};
use tokio::sync::broadcast::Receiver;

use crate::house::{House, PATIENCE};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Last used so many days ago.
fn idle(house: &House, mailbox: MailboxId, days: i64) {
    let used = house.now() - SignedDuration::from_hours(24 * days);
    house.registry.record_use(house.grant(mailbox).id, used).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_falls_due_is_refreshed_once_by_two_dashboards() {
    let delay = Duration::from_millis(300);
    let mut house = House::with(Options { strict: true, delay, crowd: 6, ..Options::default() }).await;
    house.settings.keep_alive = Some(Duration::from_millis(100));
    let ids = house.crowd().await;
    ids[..4].iter().for_each(|id| idle(&house, *id, 80));
    idle(&house, ids[4], 95);
    let engines = [house.engine(), house.engine()];
    let mut events = engines[0].events();
    let running: Vec<_> =
        engines.into_iter().map(|engine| tokio::spawn(async move { engine.keep_alive().await })).collect();
    let kept = until_it_kept(&mut events, |outcome| *outcome != Ok((0, 0))).await;
    assert_eq!(kept, Ok((4, 0)));
    assert_eq!(house.demo.requests().refresh_token, 4, "neither what is fresh nor what is over");

    house.later(80 * DAY);
    until_it_kept(&mut events, |outcome| *outcome != Ok((0, 0))).await.unwrap();
    until_it_kept(&mut events, |outcome| *outcome == Ok((0, 0))).await.unwrap();
    assert_eq!(house.demo.requests().refresh_token, 4 + 5, "what was fresh then falls due as well");
    running.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Waits for the first outcome that is as it should be.
async fn until_it_kept(
    events: &mut Receiver<Event>,
    fits: impl Fn(&Result<(usize, usize), Trouble>) -> bool,
) -> Result<(usize, usize), Trouble> {
    let looked = async {
        loop {
            if let Event::KeepAlive(KeepAlive { last: Some(last), .. }) = events.recv().await.unwrap()
                && fits(&last.outcome)
            {
                return last.outcome;
            }
        }
    };
    tokio::time::timeout(PATIENCE, looked).await.expect("it looks again")
}

#[tokio::test]
async fn without_being_asked_it_does_nothing() {
    let house = House::with(Options { crowd: 1, ..Options::default() }).await;
    let ids = house.crowd().await;
    idle(&house, ids[0], 80);
    house.engine().keep_alive().await;
    assert_eq!(house.demo.requests().refresh_token, 0);
}
