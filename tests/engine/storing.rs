//! Where secrets are, and where they are not.

use mailkey::domain::Secret;
use mailkey::engine::{End, Field, Phase};
use mailkey::secrets::seal::SealKey;
use mailkey::secrets::{Key, Secrets};
use sha2::{Digest as _, Sha256};

use crate::house::{House, MEMORY, code_of, holds, parameter};

const TWO_HOURS: std::time::Duration = std::time::Duration::from_secs(2 * 60 * 60);

#[tokio::test]
async fn no_secret_is_in_the_registrys_files() {
    let house = House::new().await;
    let engine = house.engine();
    let (errand, answer) = house.answered_elsewhere(house.mailbox("billing")).await;
    let seal = house.secrets.get(&house.seal_key()).await.unwrap().unwrap();
    let sealed = house.registry.sign_in(&errand.state).unwrap().unwrap().sealed_verifier;
    let context = format!("sign-in/{}/verifier", errand.state);
    let verifier = SealKey::from_secret(&seal).unwrap().open(&context, &sealed).unwrap();
    assert_eq!(parameter(&errand.link, "code_challenge"), s256(verifier.expose()));
    engine.accept(&Secret::new(answer.as_str())).await.unwrap();
    let mailbox = house.registry.mailbox_at(&crate::house::contoso("billing")).unwrap().id;
    let (refresh, access) =
        (house.refresh_token(mailbox).await.unwrap(), engine.credential(mailbox, Field::AccessToken).await.unwrap());
    let bytes = house.bytes_of_registry();
    assert!(holds(&bytes, "billing@contoso.example"), "the files were read");
    let code = parameter(&answer, "code");
    for (name, secret) in [
        ("the refresh token", refresh.expose()),
        ("the access token", access.expose()),
        ("the verifier", verifier.expose()),
        ("the code", &code),
        ("the seal key", seal.expose()),
    ] {
        assert!(!holds(&bytes, secret), "{name} is in the registry in clear");
    }
}

#[tokio::test]
async fn a_token_that_the_keyring_did_not_take_is_said_to_be_in_the_registry() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    assert_eq!(engine.place_of_token(mailbox).await, Ok(MEMORY));
    let key = Key::refresh_token(house.registry.id(), house.grant(mailbox).id);
    let token = house.secrets.get(&key).await.unwrap().unwrap();
    house.leave_on_its_way(mailbox, &token).await;
    assert_eq!(engine.place_of_token(mailbox).await, Ok("the registry, sealed, until the keyring takes it"));
    let sealed = House::sealed().await;
    let mailbox = sealed.signed_in(&sealed.engine(), "billing").await;
    assert_eq!(sealed.engine().place_of_token(mailbox).await, Ok("the registry, sealed"));
}

#[tokio::test]
async fn a_token_that_could_not_be_recorded_ends_its_sign_in_with_the_reason() {
    let house = House::new().await;
    let engine = house.engine();
    let (errand, answer) = house.answered_elsewhere(house.mailbox("billing")).await;
    let registry = rusqlite::Connection::open(house.folder.path().join("registry.db")).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE OF obtained_at ON grants BEGIN SELECT RAISE(ABORT, 'no'); END";
    registry.execute_batch(refuse).unwrap();
    let code = code_of(engine.accept(&Secret::new(answer.as_str())).await);
    assert!(code.starts_with("registry."), "{code}");
    let outcome = tokio::time::timeout(crate::house::PATIENCE, engine.outcome(&errand.state)).await;
    assert_eq!(code_of(outcome.expect("it waits on")), code);
}

fn s256(verifier: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(unix)]
#[tokio::test]
async fn the_registrys_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new().await;
    house.mailbox("billing");
    for name in ["registry.db", "registry.db-wal"] {
        let mode = std::fs::metadata(house.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// Nobody is sent to sign in for a token that could not be kept.
#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn without_a_keyring_no_sign_in_begins() {
    let name = "storing::without_a_keyring_no_sign_in_begins";
    crate::keyring_session::without_bus(name, |_| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut house = House::new().await;
            house.secrets = mailkey::secrets::Secrets::keyring();
            let engine = house.engine();
            let mailbox = house.mailbox("billing");
            let begun = engine.begin_sign_in(mailbox).await.map(|_| ());
            assert_eq!(code_of(begun), "keyring.missing");
            let device = engine.begin_device_sign_in(mailbox).await.map(|_| ());
            assert_eq!(code_of(device), "keyring.missing");
            assert_eq!(house.registry.open_sign_ins(house.now()).unwrap(), []);
        });
    });
}

/// Over SSH, or in a service, another keyring may answer, and say of each token that it has none.
#[tokio::test]
async fn that_another_keyring_answers_is_no_trouble_of_the_tokens() {
    let mut house = House::new().await;
    let engine = house.engine();
    let mailboxes = [house.signed_in(&engine, "billing").await, house.signed_in(&engine, "sales").await];
    let record = house.registry.seal_key_record();
    let own = std::mem::replace(&mut house.secrets, Secrets::memory());
    let elsewhere = house.engine();
    assert_eq!(code_of(elsewhere.credential(mailboxes[0], Field::RefreshToken).await), "keyring.other");
    assert_eq!(code_of(elsewhere.access_token(mailboxes[0]).await), "keyring.other", "nor is the cache opened");
    assert_eq!(code_of(elsewhere.begin_sign_in(mailboxes[0]).await.map(drop)), "keyring.other");
    house.later(TWO_HOURS);
    let sum = elsewhere.check_many(mailboxes, house.now()).over().await.unwrap();
    let Phase::Over(End::Obstacle(trouble)) = &sum.progress.phase else { panic!("{:?}", sum.progress) };
    assert_eq!((trouble.code(), sum.failures.len()), ("keyring.other", 0));
    assert_eq!(mailboxes.map(|mailbox| house.trouble(mailbox)), ["", ""]);
    assert_eq!(house.registry.seal_key_record(), record, "no key is made in the place of one's own");
    house.secrets = own;
    house.engine().access_token(mailboxes[1]).await.unwrap();
}

#[tokio::test]
async fn a_sealed_token_is_in_the_registry_and_its_key_alone_in_the_keyring() {
    let house = House::sealed().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let name = Key::refresh_token(house.registry.id(), house.grant(mailbox).id);
    assert_eq!(house.secrets.get(&name).await, Ok(None));
    let token = house.refresh_token(mailbox).await.unwrap();
    let key = house.secrets.get(&house.seal_key()).await.unwrap().unwrap();
    assert!(!holds(&house.bytes_of_registry(), token.expose()) && !holds(&house.bytes_of_registry(), key.expose()));
    house.later(TWO_HOURS);
    house.engine().access_token(mailbox).await.unwrap();
    assert_ne!(house.refresh_token(mailbox).await.unwrap(), token, "rotated");
    engine.remove_mailbox(mailbox).await.unwrap();
    engine.forget_discarded_secrets().await.unwrap();
    assert_eq!(house.registry.count_sealed_secrets(), Ok(0));
}
