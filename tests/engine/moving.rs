//! Moving secrets between the stores: killed anywhere, and in the midst of other programs.

use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use mailkey::demo::Options;
use mailkey::domain::{Application, ApplicationName, MailboxId, Secret, StoreKind, Trouble, Whereabouts};
use mailkey::engine::{Engine, Event, Keeper, Moved};
use mailkey::secrets::Key;

use crate::house::{House, PATIENCE, code_of, mailer, next};

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);
const CLIENT_SECRET: &str = "client-secret-of-the-printer";

#[tokio::test]
async fn everything_moves_there_and_back() {
    let (house, engine, mailboxes) = fleet().await;
    let mut events = engine.events();
    for (to, from) in [(StoreKind::Sealed, StoreKind::Keyring), (StoreKind::Keyring, StoreKind::Sealed)] {
        let before = [token(&house, mailboxes[0]).await, token(&house, mailboxes[1]).await];
        let moved = engine.move_store(to, None).await.unwrap();
        assert_eq!((moved.secrets, moved.left.len()), (3, 0));
        assert_eq!(house.registry.whereabouts(from), Ok(Whereabouts::In(to)));
        assert_eq!([token(&house, mailboxes[0]).await, token(&house, mailboxes[1]).await], before);
        assert_eq!(in_keyring(&house).await, if to == StoreKind::Keyring { 3 } else { 0 });
        assert_eq!(house.registry.count_sealed_secrets(), Ok(if to == StoreKind::Keyring { 0 } else { 3 }));
        assert_eq!(engine.move_store(to, None).await.unwrap().secrets, 0, "nothing is left to move");
    }
    let mut last = None;
    while let Ok(event) = events.try_recv() {
        if let Event::StoreMoving(progress) = event {
            last = Some((progress.to, progress.done, progress.of, progress.left));
        }
    }
    assert_eq!(last, Some((StoreKind::Keyring, 3, 3, 0)));
}

/// After each wait of a move in turn the program is gone, another one refreshes a token, and the
/// move is begun again. The tenant would revoke a grant whose old token comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_is_killed_anywhere_loses_nothing() {
    let (house, engine, mailboxes) = fleet().await;
    for (to, back) in [(StoreKind::Sealed, StoreKind::Keyring), (StoreKind::Keyring, StoreKind::Sealed)] {
        engine.move_store(back, None).await.unwrap();
        for waits in 0.. {
            let killed = killed_after(waits, house.engine().move_store(to, None)).await;
            house.later(TWO_HOURS);
            let between = mailboxes[waits % mailboxes.len()];
            engine.access_token(between).await.unwrap();
            let refreshed = token(&house, between).await;
            finish(&house, to).await;
            assert_eq!(token(&house, between).await, refreshed, "{to} after {waits} waits");
            all_work(&house, &engine, &mailboxes).await;
            if let Some(whole) = killed {
                // How many there are depends on how quickly the registry answers.
                assert!(waits > 4 && whole.is_ok(), "{waits} {whole:?}");
                break;
            }
            finish(&house, back).await;
        }
    }
}

/// A kill between two steps cannot be had from within; that the second one fails is the same.
#[tokio::test]
async fn a_move_whose_registry_fails_at_any_step_loses_nothing() {
    let (house, engine, mailboxes) = fleet().await;
    // A lease that is not given back runs out by itself.
    let cases = [
        (StoreKind::Sealed, StoreKind::Keyring, ["INSERT ON meta", "INSERT ON secrets"]),
        (StoreKind::Keyring, StoreKind::Sealed, ["INSERT ON meta", "DELETE ON secrets"]),
    ];
    for (to, back, fail) in cases {
        for step in ["INSERT ON meta", "INSERT ON secrets", "DELETE ON secrets", "DELETE ON leases"] {
            finish(&house, back).await;
            let before = [token(&house, mailboxes[0]).await, token(&house, mailboxes[1]).await];
            house.sql(&format!("CREATE TRIGGER fault BEFORE {step} BEGIN SELECT RAISE(ABORT, 'a fault'); END"));
            let outcome = house.engine().move_store(to, None).await;
            assert_eq!(outcome.is_err(), fail.contains(&step), "{to} {step}");
            assert_eq!([token(&house, mailboxes[0]).await, token(&house, mailboxes[1]).await], before, "{to} {step}");
            assert_eq!(house.secret(&client_secret(&house)).await, Some(Secret::new(CLIENT_SECRET)), "{to} {step}");
            house.sql("DROP TRIGGER fault");
            finish(&house, to).await;
        }
    }
    all_work(&house, &engine, &mailboxes).await;
}

/// The refresh is under way when the move comes to its grant, and the token that it brings is newer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_refreshed_meanwhile_is_the_one_that_stays() {
    for (to, back) in [(StoreKind::Sealed, StoreKind::Keyring), (StoreKind::Keyring, StoreKind::Sealed)] {
        let (house, engine, mailboxes) = fleet().await;
        engine.move_store(back, None).await.unwrap();
        house.later(TWO_HOURS);
        let (refreshing, held) = (engine.clone(), house.demo.hold().await);
        let refresh = tokio::spawn(async move { refreshing.access_token(mailboxes[1]).await });
        house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
        let mover = house.engine();
        let mut events = mover.events();
        let moving = tokio::spawn(mover.move_store(to, None));
        let is_there = |event| matches!(event, Event::StoreMoving(progress) if progress.done == 1).then_some(());
        next(&mut events, "the move to come to its grant", is_there).await;
        drop(held);
        moving.await.unwrap().unwrap();
        refresh.await.unwrap().unwrap();
        house.later(TWO_HOURS);
        all_work(&house, &engine, &mailboxes).await;
    }
}

#[tokio::test]
async fn a_move_can_be_turned_round() {
    let (house, engine, mailboxes) = fleet().await;
    for waits in 0.. {
        let killed = killed_after(waits, house.engine().move_store(StoreKind::Sealed, None)).await;
        finish(&house, StoreKind::Keyring).await;
        assert_eq!(house.registry.whereabouts(StoreKind::Sealed), Ok(Whereabouts::In(StoreKind::Keyring)));
        if killed.is_some() {
            assert!(waits > 4, "{waits}");
            break;
        }
    }
    all_work(&house, &engine, &mailboxes).await;
}

#[tokio::test]
async fn what_cannot_be_opened_is_left_and_named_and_the_rest_moves() {
    let (house, engine, mailboxes) = fleet().await;
    engine.move_store(StoreKind::Sealed, None).await.unwrap();
    house.tamper(&key(&house, mailboxes[0]));
    let moved = engine.move_store(StoreKind::Keyring, None).await.unwrap();
    assert_eq!(moved.secrets, 2);
    let [left] = &moved.left[..] else { panic!("{:?}", moved.left) };
    assert_eq!((left.owner.as_str(), left.trouble.code()), ("billing@contoso.example", "seal.broken"));
    assert_eq!(house.registry.whereabouts(StoreKind::Keyring), Ok(Whereabouts::MovingTo(StoreKind::Keyring)));
    engine.access_token(mailboxes[1]).await.unwrap();
    house.sign_in(&engine, mailboxes[0]).await;
    finish(&house, StoreKind::Keyring).await;
    all_work(&house, &engine, &mailboxes).await;
}

/// Cron knows no passphrase: a token that is still in the keyring is not its to refresh, one that is
/// there again is.
#[tokio::test]
async fn in_the_midst_of_a_move_nobody_asks_for_a_token_that_could_not_be_kept() {
    let (house, engine, [billing, sales]) = fleet().await;
    engine.take_passphrase(Some(Secret::new("correct horse battery staple")), None);
    interrupted(&house, &engine, StoreKind::Sealed, "INSERT", billing).await;
    house.later(TWO_HOURS);
    let (before, asked) = (token(&house, billing).await, house.demo.requests().refresh_token);
    let cron = house.engine();
    assert_eq!(code_of(cron.access_token(billing).await), "seal.passphrase_needed");
    assert_eq!(code_of(cron.begin_sign_in(billing).await.map(drop)), "seal.passphrase_needed");
    assert_eq!((token(&house, billing).await, house.demo.requests().refresh_token), (before, asked));
    assert_eq!(house.words(billing), ["done"; 4], "it is not the token's trouble");

    engine.move_store(StoreKind::Sealed, None).await.unwrap();
    interrupted(&house, &engine, StoreKind::Keyring, "DELETE", sales).await;
    house.engine().access_token(billing).await.unwrap();
    assert_eq!(house.demo.requests().refresh_token, asked + 1);
    assert_eq!(code_of(house.engine().access_token(sales).await), "seal.passphrase_needed");
    engine.move_store(StoreKind::Keyring, None).await.unwrap();
    all_work(&house, &engine, &[billing, sales]).await;
}

#[tokio::test]
async fn it_stops_between_two_secrets_and_goes_on_from_there() {
    let (house, engine, mailboxes) = fleet().await;
    for (to, back) in [(StoreKind::Sealed, StoreKind::Keyring), (StoreKind::Keyring, StoreKind::Sealed)] {
        finish(&house, back).await;
        let mut events = engine.events();
        let mut moving = pin!(engine.move_store(to, None));
        let moved = loop {
            tokio::select! {
                biased;
                event = events.recv() => if let Ok(Event::StoreMoving(_)) = event {
                    engine.stop_moving();
                },
                moved = &mut moving => break moved.unwrap(),
            }
        };
        assert!(moved.secrets > 0 && moved.untried > 0, "{moved:?}");
        assert_eq!(moved.secrets + moved.untried, 3);
        assert_eq!(house.registry.whereabouts(back), Ok(Whereabouts::MovingTo(to)));
        all_work(&house, &engine, &mailboxes).await;
        let at_once = engine.move_store(to, None);
        engine.stop_moving();
        assert_eq!(at_once.await.unwrap().untried, 3);
        finish(&house, to).await;
        all_work(&house, &engine, &mailboxes).await;
    }
}

#[tokio::test]
async fn two_programs_do_not_move_at_once() {
    let (house, engine, _) = fleet().await;
    let mover = house.registry.become_mover().unwrap();
    assert_eq!(code_of(engine.move_store(StoreKind::Sealed, None).await), "store.moving");
    drop(mover);
    engine.move_store(StoreKind::Sealed, None).await.unwrap();
}

#[tokio::test]
async fn a_grant_that_is_removed_in_the_midst_of_a_move_leaves_no_secret() {
    let (house, engine, mailboxes) = fleet().await;
    for waits in 0.. {
        let mailbox = house.signed_in(&engine, "hr").await;
        let name = key(&house, mailbox);
        let killed = killed_after(waits, house.engine().move_store(StoreKind::Sealed, None)).await;
        engine.remove_mailbox(mailbox).await.unwrap();
        engine.forget_discarded_secrets().await.unwrap();
        finish(&house, StoreKind::Sealed).await;
        assert_eq!(house.secrets.get(&name).await, Ok(None), "after {waits} waits");
        assert_eq!(house.registry.count_sealed_secrets(), Ok(3), "after {waits} waits");
        finish(&house, StoreKind::Keyring).await;
        if killed.is_some() {
            assert!(waits > 4, "{waits}");
            break;
        }
    }
    all_work(&house, &engine, &mailboxes).await;
}

/// A move that came as far as this mailbox's secret.
async fn interrupted(house: &House, engine: &Engine, to: StoreKind, step: &str, mailbox: MailboxId) {
    let (name, row) = (key(house, mailbox), if step == "INSERT" { "NEW" } else { "OLD" });
    house.sql(&format!(
        "CREATE TRIGGER fault BEFORE {step} ON secrets WHEN {row}.name = '{}' BEGIN SELECT RAISE(ABORT, 'a fault'); END",
        name.as_str()
    ));
    assert!(engine.move_store(to, Some(Keeper::Passphrase)).await.is_err());
    house.sql("DROP TRIGGER fault");
    assert_eq!(house.registry.whereabouts(to), Ok(Whereabouts::MovingTo(to)));
}

/// Two mailboxes that have signed in at a strict tenant, and an application with a client secret.
async fn fleet() -> (House, Engine, [MailboxId; 2]) {
    let house = House::with(Options { strict: true, ..Options::default() }).await;
    let engine = house.engine();
    let mailboxes = [house.signed_in(&engine, "billing").await, house.signed_in(&engine, "sales").await];
    let printer = Application { name: ApplicationName::parse("Printer").unwrap(), ..mailer() };
    engine.save_application(None, printer, Some(Secret::new(CLIENT_SECRET))).await.unwrap();
    (house, engine, mailboxes)
}

fn key(house: &House, mailbox: MailboxId) -> Key {
    Key::refresh_token(house.registry.id(), house.grant(mailbox).id)
}

fn client_secret(house: &House) -> Key {
    Key::client_secret(house.registry.id(), "Printer")
}

async fn token(house: &House, mailbox: MailboxId) -> Secret {
    house.refresh_token(mailbox).await.unwrap()
}

async fn in_keyring(house: &House) -> usize {
    let mut count = 0;
    let owners = house.registry.secret_owners().unwrap();
    for number in 1..=owners.len() {
        let key = Key::refresh_token(house.registry.id(), mailkey::domain::GrantId(number as i64));
        count += usize::from(house.secrets.get(&key).await.unwrap().is_some());
    }
    count + usize::from(house.secrets.get(&client_secret(house)).await.unwrap().is_some())
}

/// Every token is taken by the tenant, and the client secret is what it was.
async fn all_work(house: &House, engine: &Engine, mailboxes: &[MailboxId]) {
    house.later(TWO_HOURS);
    for mailbox in mailboxes {
        engine.access_token(*mailbox).await.unwrap();
    }
    assert_eq!(house.secret(&client_secret(house)).await, Some(Secret::new(CLIENT_SECRET)));
}

/// Begins a move again until it is over; what a killed one was at may take a moment to end.
async fn finish(house: &House, to: StoreKind) {
    house.later(Duration::from_secs(60));
    let deadline = Instant::now() + PATIENCE;
    let moved = loop {
        match house.engine().move_store(to, None).await {
            Err(trouble) if trouble.code() == "store.moving" => {
                assert!(Instant::now() < deadline, "what was killed does not end");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            outcome => break outcome.unwrap(),
        }
    };
    assert!(moved.left.is_empty(), "{moved:?}");
    let other =
        if to == StoreKind::Keyring { house.registry.count_sealed_secrets().unwrap() } else { in_keyring(house).await };
    assert_eq!(other, 0, "nothing is left behind");
}

/// Drops `work` when it waits for the time after so many: its program is gone.
async fn killed_after(
    mut waits: usize,
    work: impl Future<Output = Result<Moved, Trouble>>,
) -> Option<Result<Moved, Trouble>> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending if waits == 0 => Poll::Ready(None),
        Poll::Pending => {
            waits -= 1;
            Poll::Pending
        }
    })
    .await
}
