//! The sealed store: its key and who keeps it, passphrases, and what somebody changed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mailkey::demo::Fault;
use mailkey::domain::{Application, ApplicationName, MailboxId, Secret, StoreKind, Trouble, Whereabouts};
use mailkey::engine::{Engine, GivenUp, Keeper, KeyStatus, Person, Question};
use mailkey::secrets::Key;
use mailkey::secrets::seal::SealKey;

use crate::house::{House, code_of, contoso, mailer, mailer_name};
use crate::private;

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);
const PASSPHRASE: &str = "correct horse battery staple";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_make_the_first_key_at_once_make_one() {
    for keeper in [Keeper::Keyring, Keeper::Passphrase] {
        let house = Arc::new(House::sealed().await);
        let programs = (0..6).map(|number| {
            let engine = house.engine();
            if keeper == Keeper::Passphrase {
                engine.take_passphrase(Some(Secret::new(PASSPHRASE)), None);
            }
            tokio::spawn(async move { engine.save_application(None, printer(number), Some(secret(number))).await })
        });
        for program in programs.collect::<Vec<_>>() {
            program.await.unwrap().unwrap();
        }
        let engine = house.engine();
        engine.take_passphrase(Some(Secret::new(PASSPHRASE)), None);
        let status = engine.store_status().await.unwrap();
        assert_eq!((status.key, status.sealed, status.broken), (KeyStatus::Ready(keeper), 6, vec![]));
    }
}

#[tokio::test]
async fn another_configuration_moves_nothing_and_loses_nothing() {
    let mut house = House::new().await;
    let mailbox = house.signed_in(&house.engine(), "billing").await;
    house.settings.store = StoreKind::Sealed;
    let engine = house.engine();
    house.later(TWO_HOURS);
    engine.access_token(mailbox).await.unwrap();
    house.signed_in(&engine, "sales").await;
    assert_eq!(house.registry.count_sealed_secrets(), Ok(0));
    let status = engine.store_status().await.unwrap();
    assert_eq!((status.wanted, status.keyring), (StoreKind::Sealed, Ok(2)));
}

#[tokio::test]
async fn what_was_changed_is_said_to_be_and_left_until_somebody_signs_in_again() {
    let (house, engine, mailbox) = sealed().await;
    let (name, row) = (name(&house, mailbox), || row(&house, mailbox));
    house.tamper(&name);
    let tampered = row();
    house.later(TWO_HOURS);
    for outcome in [
        engine.access_token(mailbox).await,
        engine.credential(mailbox, mailkey::engine::Field::RefreshToken).await,
        house.engine().access_token(mailbox).await,
    ] {
        let trouble = outcome.unwrap_err();
        assert_eq!(trouble.code(), "seal.broken");
        assert!(trouble.what().contains("refresh token of grant"), "{trouble}");
    }
    assert_eq!(row(), tampered);
    let [broken] = &engine.store_status().await.unwrap().broken[..] else { panic!("it is not named") };
    assert_eq!(broken.owner, "billing@contoso.example");
    house.sign_in(&engine, mailbox).await;
    engine.access_token(mailbox).await.unwrap();
}

#[tokio::test]
async fn a_secret_in_anothers_place_is_not_taken_for_ones_own() {
    let (house, engine, mailbox) = sealed().await;
    let other = house.signed_in(&engine, "sales").await;
    let (one, two) = (name(&house, mailbox), name(&house, other));
    house.sql(&format!(
        "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = '{}') WHERE name = '{}'",
        one.as_str(),
        two.as_str()
    ));
    house.later(TWO_HOURS);
    assert_eq!(code_of(engine.access_token(other).await), "seal.broken");
    engine.access_token(mailbox).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_lost_or_wrong_is_said_to_be_and_no_other_takes_its_place() {
    let (house, engine, mailbox) = sealed().await;
    let (entry, record, row) = (house.seal_key(), house.registry.seal_key_record(), || row(&house, mailbox));
    let (key, before) = (house.secrets.get(&entry).await.unwrap().unwrap(), row());
    house.later(TWO_HOURS);
    let wrong = [Some(SealKey::random().to_secret()), Some(Secret::new("no key at all")), None];
    for (wrong, code) in wrong.into_iter().zip(["seal.key", "seal.key", "seal.key_missing"]) {
        match &wrong {
            Some(wrong) => house.secrets.put(&entry, wrong).await.unwrap(),
            None => house.secrets.delete(&entry).await.unwrap(),
        }
        let fresh = house.engine();
        assert_eq!(code_of(fresh.access_token(mailbox).await), code);
        assert_eq!(code_of(fresh.begin_sign_in(mailbox).await.map(drop)), code);
        assert_eq!(code_of(fresh.move_store(StoreKind::Keyring, None).await), code);
        let KeyStatus::Failed(Keeper::Keyring, trouble) = fresh.store_status().await.unwrap().key else {
            panic!("it is said to be well")
        };
        assert_eq!(trouble.code(), code);
        assert_eq!((row(), house.registry.seal_key_record()), (before.clone(), record.clone()));
        assert_eq!(house.registry.whereabouts(StoreKind::Keyring), Ok(Whereabouts::In(StoreKind::Sealed)));
        assert_eq!(house.secrets.get(&entry).await, Ok(wrong));
    }
    house.secrets.put(&entry, &key).await.unwrap();
    house.engine().access_token(mailbox).await.unwrap();
    drop(engine);
}

#[tokio::test]
async fn a_key_that_is_lost_while_nothing_lasting_is_sealed_is_made_anew() {
    let house = House::new().await;
    let mailbox = house.signed_in(&house.engine(), "billing").await;
    house.secrets.delete(&house.seal_key()).await.unwrap();
    let engine = house.engine();
    engine.access_token(mailbox).await.unwrap();
    assert_eq!(house.demo.requests().refresh_token, 1, "the cache is lost");
    house.engine().access_token(mailbox).await.unwrap();
    assert_eq!(house.demo.requests().refresh_token, 1);
}

/// A backup or a database browser is in the file for longer than the registry waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_finds_the_registry_locked_waits_for_it() {
    let (house, engine, mailbox) = sealed().await;
    house.later(TWO_HOURS);
    let before = house.refresh_token(mailbox).await;
    house.demo.fault(Fault::Slow(Duration::from_millis(500)));
    let asker = tokio::spawn(async move { engine.access_token(mailbox).await });
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    let other = rusqlite::Connection::open(house.folder.path().join("registry.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    tokio::time::sleep(Duration::from_secs(7)).await;
    other.execute_batch("ROLLBACK").unwrap();
    asker.await.unwrap().unwrap();
    assert_ne!(house.refresh_token(mailbox).await, before);
}

#[tokio::test]
async fn a_passphrase_serves_every_program_that_has_it_and_no_other() {
    let house = House::sealed().await;
    let engine = with_passphrase(&house, PASSPHRASE);
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    with_passphrase(&house, PASSPHRASE).access_token(mailbox).await.unwrap();
    house.later(TWO_HOURS);
    let asked = house.demo.requests().refresh_token;
    for (engine, code) in [
        (with_passphrase(&house, "correct horse battery stapler"), "seal.passphrase"),
        (house.engine(), "seal.passphrase_needed"),
    ] {
        assert_eq!(code_of(engine.access_token(mailbox).await), code);
        assert_eq!(code_of(engine.unlock().await), code);
        assert_eq!(code_of(engine.begin_sign_in(mailbox).await.map(drop)), code);
    }
    assert_eq!(house.demo.requests().refresh_token, asked);
    with_passphrase(&house, PASSPHRASE).access_token(mailbox).await.unwrap();
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn without_keyring_and_passphrase_nobody_is_sent_to_sign_in() {
    without_keyring("sealing::without_keyring_and_passphrase_nobody_is_sent_to_sign_in", async |house| {
        let mailbox = house.mailbox("billing");
        let begun = house.engine().begin_sign_in(mailbox).await;
        assert_eq!(code_of(begun.map(drop)), "seal.passphrase_needed");
        let begun = with_passphrase(&house, "short").begin_sign_in(mailbox).await;
        assert_eq!(code_of(begun.map(drop)), "seal.passphrase_short");
        assert_eq!(house.registry.seal_key_record(), Ok(None));
    });
}

#[tokio::test]
async fn a_passphrase_is_read_from_the_first_line_of_a_file_unless_the_environment_has_one() {
    let mut house = House::sealed().await;
    let file = house.folder.path().join("passphrase");
    house.settings.passphrase_file = Some(file.clone());
    assert_eq!(code_of(house.engine().unlock().await), "seal.passphrase_file", "there is none");
    private::write(&file, "\nsecond line");
    assert_eq!(code_of(house.engine().unlock().await), "seal.passphrase_file");
    private::write(&file, &format!("{PASSPHRASE}\r\nand more\n"));
    house.engine().unlock().await.unwrap();
    with_passphrase(&house, PASSPHRASE).unlock().await.unwrap();
    assert_eq!(code_of(with_passphrase(&house, "another one").unlock().await), "seal.passphrase");
    with_passphrase(&house, "").unlock().await.unwrap();
}

#[tokio::test]
async fn a_service_changes_its_passphrase_by_file_and_environment() {
    let mut house = House::sealed().await;
    let mailbox = house.signed_in(&with_passphrase(&house, PASSPHRASE), "billing").await;
    house.later(TWO_HOURS);
    let before = house.registry.seal_key_record().unwrap().unwrap();
    for (engine, code) in [
        (house.engine(), "seal.passphrase_needed"),
        (with_passphrase(&house, PASSPHRASE), "seal.passphrase_needed"),
        (with_passphrase(&house, "wrong one"), "seal.passphrase"),
    ] {
        assert_eq!(code_of(engine.change_passphrase().await), code);
    }
    let file = house.folder.path().join("passphrase");
    house.settings.passphrase_file = Some(file.clone());
    for (new, code) in [(PASSPHRASE, "seal.passphrase_same"), ("short", "seal.passphrase_short")] {
        private::write(&file, new);
        assert_eq!(code_of(with_passphrase(&house, PASSPHRASE).change_passphrase().await), code);
    }
    assert_eq!(house.registry.seal_key_record().unwrap().unwrap(), before, "nothing was changed");
    private::write(&file, "another horse");
    with_passphrase(&house, PASSPHRASE).change_passphrase().await.unwrap();
    assert_eq!(house.registry.seal_key_record().unwrap().unwrap().id, before.id);
    house.engine().access_token(mailbox).await.unwrap();
    assert_eq!(code_of(with_passphrase(&house, PASSPHRASE).unlock().await), "seal.passphrase");
}

#[tokio::test]
async fn of_two_that_change_the_passphrase_at_once_one_does() {
    let house = House::sealed().await;
    let mailbox = house.signed_in(&with_passphrase(&house, PASSPHRASE), "billing").await;
    let (slow, quick) = (house.engine(), house.engine());
    let answers = |engine: &Engine, mut answer: Box<dyn FnMut(Question) -> &'static str + Send>| {
        engine.take_passphrase(None, Some(Box::new(move |question| Ok(Secret::new(answer(question))))));
    };
    let known_or = |question, new| if question == Question::New { new } else { PASSPHRASE };
    answers(&quick, Box::new(move |question| known_or(question, "the quick one")));
    let runtime = tokio::runtime::Handle::current();
    answers(
        &slow,
        Box::new(move |question| {
            if question == Question::New {
                runtime.block_on(quick.change_passphrase()).unwrap();
            }
            known_or(question, "the slow one")
        }),
    );
    assert_eq!(code_of(slow.change_passphrase().await), "seal.key_changed");
    house.later(TWO_HOURS);
    with_passphrase(&house, "the quick one").access_token(mailbox).await.unwrap();
}

#[tokio::test]
async fn a_key_in_the_keyring_has_no_passphrase_to_change() {
    let (_house, engine, _) = sealed().await;
    assert_eq!(code_of(engine.change_passphrase().await), "store.no_passphrase");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_person_is_asked_once_and_has_three_tries() {
    without_keyring("sealing::a_person_is_asked_once_and_has_three_tries", async |house| {
        let asked: Arc<Mutex<Vec<Question>>> = Arc::default();
        let engine_with = |answers: &[&'static str]| {
            let (engine, asked, mut answers) = (house.engine(), Arc::clone(&asked), answers.to_vec());
            let person: Person = Box::new(move |question| {
                asked.lock().unwrap().push(question);
                Ok(Secret::new(answers.remove(0)))
            });
            engine.take_passphrase(None, Some(person));
            engine
        };
        let mailbox = house.signed_in(&engine_with(&[PASSPHRASE]), "billing").await;
        engine_with(&["wrong one", "wrong too", PASSPHRASE]).unlock().await.unwrap();
        let engine = engine_with(&["wrong one", "wrong too", "wrong again", PASSPHRASE]);
        house.later(TWO_HOURS);
        assert_eq!(code_of(engine.access_token(mailbox).await), "seal.passphrase");
        assert_eq!(code_of(engine.access_token(mailbox).await), "seal.passphrase_needed");
        let three = [Question::Known, Question::Again, Question::Again];
        assert_eq!(*asked.lock().unwrap(), [&[Question::New][..], &three, &three].concat());
    });
}

#[tokio::test]
async fn the_dashboard_asks_nobody_once_it_has_the_screen() {
    let house = House::new().await;
    let engine = house.engine();
    engine.take_passphrase(None, Some(Box::new(|_| panic!("somebody is asked behind the screen"))));
    engine.unlock().await.unwrap();
    let moved = engine.move_store(StoreKind::Sealed, Some(Keeper::Passphrase)).await;
    assert_eq!(code_of(moved), "seal.passphrase_needed");
}

#[tokio::test]
async fn the_key_goes_from_one_keeper_to_another_and_stays_the_same() {
    let (house, _, mailbox) = sealed().await;
    let (id, entry) = (house.registry.seal_key_record().unwrap().unwrap().id, house.seal_key());
    let engine = with_passphrase(&house, PASSPHRASE);
    engine.move_store(StoreKind::Sealed, None).await.unwrap();
    assert_eq!(engine.store_status().await.unwrap().key, KeyStatus::Ready(Keeper::Passphrase));
    assert_eq!(house.secrets.get(&entry).await, Ok(None), "the keyring has forgotten it");
    assert_eq!(house.engine().store_status().await.unwrap().key, KeyStatus::NotAsked);
    house.later(TWO_HOURS);
    with_passphrase(&house, PASSPHRASE).access_token(mailbox).await.unwrap();

    let engine = with_passphrase(&house, PASSPHRASE);
    engine.move_store(StoreKind::Sealed, Some(Keeper::Keyring)).await.unwrap();
    house.later(TWO_HOURS);
    house.engine().access_token(mailbox).await.unwrap();
    engine.move_store(StoreKind::Sealed, Some(Keeper::Passphrase)).await.unwrap();
    engine.move_store(StoreKind::Keyring, None).await.unwrap();
    house.later(TWO_HOURS);
    house.engine().access_token(mailbox).await.unwrap();
    assert_eq!(house.registry.seal_key_record().unwrap().unwrap().id, id);
}

#[tokio::test]
async fn a_key_that_is_lost_for_good_is_given_up_and_signing_in_again_makes_another() {
    let (house, engine, mailbox) = sealed().await;
    engine.save_application(None, printer(1), Some(secret(1))).await.unwrap();
    assert_eq!(code_of(engine.give_up_sealed_secrets().await), "store.not_lost");
    house.secrets.delete(&house.seal_key()).await.unwrap();
    let fresh = house.engine();
    assert_eq!(house.words(mailbox), ["done"; 4]);
    let given_up = fresh.give_up_sealed_secrets().await.unwrap();
    assert_eq!(given_up, GivenUp { tokens: 1, applications: vec![printer(1).name] });
    assert_eq!(
        (house.words(mailbox), house.trouble(mailbox).as_str()),
        (["done", "ready", "stuck", "todo"], "token.given_up")
    );
    assert_eq!(code_of(fresh.access_token(mailbox).await), "token.given_up");
    house.sign_in(&fresh, mailbox).await;
    house.later(TWO_HOURS);
    house.engine().access_token(mailbox).await.unwrap();
    house.later(TWO_HOURS);
    engine.access_token(mailbox).await.unwrap();
}

/// A dashboard that was open all the time.
#[tokio::test]
async fn a_program_that_still_has_the_key_that_was_given_up_takes_the_new_one() {
    let (house, engine, mailbox) = sealed().await;
    for _ in 0..2 {
        house.secrets.delete(&house.seal_key()).await.unwrap();
        house.engine().give_up_sealed_secrets().await.unwrap();
        house.sign_in(&engine, mailbox).await;
    }
    house.later(TWO_HOURS);
    house.engine().access_token(mailbox).await.unwrap();
}

#[tokio::test]
async fn a_passphrase_that_nobody_has_tried_is_not_lost() {
    let house = House::sealed().await;
    house.signed_in(&with_passphrase(&house, PASSPHRASE), "billing").await;
    let asked = |answer: Result<Secret, Trouble>| {
        let engine = house.engine();
        engine.take_passphrase(None, Some(Box::new(move |_| answer.clone())));
        engine
    };
    let stopped = Trouble::new("seal.passphrase_needed", "No passphrase was given", "", "");
    for (engine, code) in [
        (house.engine(), "seal.passphrase_needed"),
        (asked(Err(stopped)), "seal.passphrase_needed"),
        (asked(Ok(Secret::new(PASSPHRASE))), "store.not_lost"),
    ] {
        assert_eq!(code_of(engine.give_up_sealed_secrets().await), code);
    }
    assert_eq!(house.registry.count_sealed_secrets(), Ok(1));
    assert_eq!(asked(Ok(Secret::new("not even close"))).give_up_sealed_secrets().await.unwrap().tokens, 1);
}

#[tokio::test]
async fn a_keyring_full_of_grants_is_worth_sealing() {
    let house = House::new().await;
    let engine = house.engine();
    for number in 0..251 {
        assert_eq!(engine.worth_sealing().await, Ok(None));
        house.registry.grant_for(&mailer_name(), &contoso(&format!("m{number}"))).unwrap();
    }
    assert_eq!(engine.worth_sealing().await, Ok(Some(251)));
    engine.move_store(StoreKind::Sealed, None).await.unwrap();
    assert_eq!(engine.worth_sealing().await, Ok(None));
}

/// A mailbox that has signed in, with its token sealed.
async fn sealed() -> (House, Engine, MailboxId) {
    let house = House::sealed().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    (house, engine, mailbox)
}

fn with_passphrase(house: &House, passphrase: &str) -> Engine {
    let engine = house.engine();
    engine.take_passphrase(Some(Secret::new(passphrase)), None);
    engine
}

fn name(house: &House, mailbox: MailboxId) -> Key {
    Key::refresh_token(house.registry.id(), house.grant(mailbox).id)
}

fn row(house: &House, mailbox: MailboxId) -> Option<Vec<u8>> {
    house.registry.kept_secret(name(house, mailbox).as_str(), StoreKind::Sealed).unwrap().sealed
}

fn printer(number: usize) -> Application {
    Application { name: ApplicationName::parse(&format!("Printer {number}")).unwrap(), ..mailer() }
}

fn secret(number: usize) -> Secret {
    Secret::new(format!("client-secret-{number}"))
}

/// Runs `work` on a sealed household where there is no keyring, as on a server.
#[cfg(all(unix, not(target_os = "macos")))]
fn without_keyring(test: &str, work: impl AsyncFnOnce(House)) {
    crate::keyring_session::without_bus(test, |_| {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut house = House::sealed().await;
            house.secrets = mailkey::secrets::Secrets::keyring();
            work(house).await;
        });
    });
}
