//! A secret on its way to the keyring: sealed in the registry first, so that whoever dies in
//! between, or whose keyring goes away, loses nothing. The tenant is strict throughout.

use std::time::Duration;

use mailkey::demo::Options;
use mailkey::domain::{MailboxId, Secret, StoreKind, Whereabouts};
use mailkey::engine::Engine;
use mailkey::secrets::Key;

use crate::house::{House, contoso};

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);

#[tokio::test]
async fn a_token_that_never_reached_the_keyring_is_used_and_the_next_one_gets_there() {
    let (house, engine, mailbox) = house().await;
    let newest = leave_on_its_way(&house, mailbox).await;
    assert_eq!(house.refresh_token(mailbox).await, Some(newest.clone()));
    house.later(TWO_HOURS);
    engine.access_token(mailbox).await.unwrap();
    assert_eq!(house.registry.count_sealed_secrets(), Ok(0));
    let in_keyring = house.secrets.get(&key(&house, mailbox)).await.unwrap().unwrap();
    assert!(in_keyring != newest);
    house.later(TWO_HOURS);
    house.engine().access_token(mailbox).await.unwrap();
}

#[tokio::test]
async fn a_move_to_the_keyring_takes_what_was_on_its_way_along() {
    let (house, engine, mailbox) = house().await;
    let newest = leave_on_its_way(&house, mailbox).await;
    assert_eq!(engine.store_status().await.unwrap().sealed, 1);
    assert_eq!(engine.move_store(StoreKind::Keyring, None).await.unwrap().secrets, 1);
    assert_eq!(house.registry.whereabouts(StoreKind::Sealed), Ok(Whereabouts::In(StoreKind::Keyring)));
    assert_eq!(house.secrets.get(&key(&house, mailbox)).await, Ok(Some(newest)));
    assert_eq!(house.registry.count_sealed_secrets(), Ok(0));
}

#[tokio::test]
async fn what_was_on_its_way_goes_with_its_mailbox() {
    let (house, engine, mailbox) = house().await;
    let key = key(&house, mailbox);
    leave_on_its_way(&house, mailbox).await;
    engine.remove_mailbox(mailbox).await.unwrap();
    engine.forget_discarded_secrets().await.unwrap();
    assert_eq!(house.registry.count_sealed_secrets(), Ok(0));
    assert_eq!(house.secrets.get(&key).await, Ok(None));
}

/// Another process found the key lost and made a new one, under which nothing of ours can be sealed.
#[tokio::test]
async fn without_a_seal_key_the_keyring_keeps_its_own() {
    let (house, engine, mailbox) = house().await;
    house.sql("DELETE FROM meta WHERE name = 'seal_key'");
    let sales = house.signed_in(&house.engine(), "sales").await;
    for _ in 0..2 {
        house.later(TWO_HOURS);
        engine.access_token(mailbox).await.unwrap();
        engine.access_token(sales).await.unwrap();
    }
    assert_eq!(house.registry.count_sealed_secrets(), Ok(0));
}

async fn house() -> (House, Engine, MailboxId) {
    let house = House::with(Options { strict: true, ..Options::default() }).await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    (house, engine, mailbox)
}

fn key(house: &House, mailbox: MailboxId) -> Key {
    Key::refresh_token(house.registry.id(), house.grant(mailbox).id)
}

/// What a process leaves that is killed as soon as the provider's answer is on disk.
async fn leave_on_its_way(house: &House, mailbox: MailboxId) -> Secret {
    let newest = house.demo.issue(&contoso("billing")).unwrap();
    house.leave_on_its_way(mailbox, &newest).await;
    newest
}
