//! Another account than expected signs in: nothing is stored until somebody chooses.

use mailkey::demo::Fault;
use mailkey::domain::{MailboxId, Secret, Token};
use mailkey::engine::{Accepted, Choice, Engine, Event, Subject, Work};

use crate::house::{House, MEMORY, code_of, contoso, is_held};

/// A sign-in for `info`, which Maria answers.
async fn maria_signs_in_for_info(house: &House, engine: &Engine) -> (MailboxId, String) {
    let info = house.mailbox("info");
    let state = maria_signs_in(house, engine, info).await;
    (info, state)
}

async fn maria_signs_in(house: &House, engine: &Engine, mailbox: MailboxId) -> String {
    let errand = house.begun_elsewhere(mailbox).await;
    let answer = house.demo.play_as(&errand.link, &contoso("maria.lopez")).await.unwrap();
    let accepted = engine.accept(&Secret::new(answer.as_str())).await.unwrap();
    let Accepted::WrongAccount { state, expected, username } = accepted else {
        panic!("{accepted:?}");
    };
    assert_eq!(username, "maria.lopez@contoso.example");
    assert_eq!(house.grant(mailbox).account, expected);
    state
}

#[tokio::test]
async fn nothing_is_stored_before_the_choice_or_after_discarding() {
    let house = House::new().await;
    let engine = house.engine();
    let (info, state) = maria_signs_in_for_info(&house, &engine).await;
    assert_eq!(house.refresh_token(info).await, None);
    assert_eq!(house.grant(info).token, Token::None);
    assert!(engine.choose_account(&state, Choice::Discard).await.unwrap().is_none());
    assert_eq!(house.refresh_token(info).await, None);
    assert_eq!(house.trouble(info), "signin.wrong_account");
    let again = engine.choose_account(&state, Choice::KeepAsDelegate).await;
    assert_eq!(code_of(again), "signin.nothing_held");
    assert_eq!(code_of(engine.outcome(&state).await), "signin.wrong_account");
}

/// Whoever counts sign-ins counts this one, too, as one that came to something.
#[tokio::test]
async fn a_delegate_who_is_kept_is_told_of_as_every_other_sign_in() {
    let house = House::new().await;
    let engine = house.engine();
    let (info, state) = maria_signs_in_for_info(&house, &engine).await;
    let mut events = engine.events();
    engine.choose_account(&state, Choice::KeepAsDelegate).await.unwrap();
    let told = std::iter::from_fn(|| events.try_recv().ok());
    let accepted = told.filter_map(|event| match event {
        Event::Accepted(accepted) => Some(accepted),
        _ => None,
    });
    let maria = Accepted::Token { mailbox: info, account: contoso("maria.lopez"), place: MEMORY };
    assert_eq!(accepted.collect::<Vec<_>>(), [maria]);
}

/// It is removed when the token is on disk and nobody uses it yet.
#[tokio::test]
async fn a_delegate_whose_mailbox_is_removed_meanwhile_leaves_no_token() {
    let house = House::new().await;
    let engine = house.engine();
    let (_, state) = maria_signs_in_for_info(&house, &engine).await;
    house.sql("CREATE TRIGGER removal AFTER INSERT ON secrets BEGIN DELETE FROM mailboxes; END");
    assert_eq!(code_of(engine.choose_account(&state, Choice::KeepAsDelegate).await), "mailbox.unknown");
    let grants = engine.fleet().await.unwrap().grants.clone();
    assert!(!grants.values().any(|grant| grant.account == contoso("maria.lopez")), "{grants:?}");
    assert_eq!((house.registry.count_sealed_secrets(), house.registry.discarded()), (Ok(0), Ok(vec![])));
}

#[tokio::test]
async fn signing_in_again_begins_anew() {
    let house = House::new().await;
    let engine = house.engine();
    let billing = house.mailbox("billing");
    let state = maria_signs_in(&house, &engine, billing).await;
    let errand = engine.choose_account(&state, Choice::SignInAgain).await.unwrap().unwrap();
    assert_ne!(errand.state, state);
    house.demo.play(&errand.link).await.unwrap();
    engine.outcome(&errand.state).await.unwrap();
    assert_eq!(house.grant(billing).account, contoso("billing"));
    assert!(is_held(&house.grant(billing)));
}

#[tokio::test]
async fn a_delegates_grant_serves_the_next_shared_mailbox_too() {
    let house = House::new().await;
    let engine = house.engine();
    let (info, state) = maria_signs_in_for_info(&house, &engine).await;
    engine.choose_account(&state, Choice::KeepAsDelegate).await.unwrap();
    let grant = house.grant(info);
    assert_eq!(grant.account, contoso("maria.lopez"));
    assert!(is_held(&grant) && house.refresh_token(info).await.is_some());
    engine.outcome(&state).await.unwrap();
    house.until("info is checked", || house.words(info) == ["done"; 4]).await;

    let own = house.mailbox("maria.lopez");
    assert_eq!(house.grant(own).id, grant.id);
    engine.access_token(own).await.unwrap();
    let asked = house.demo.requests();
    assert_eq!((asked.authorization_code, asked.refresh_token), (1, 0));
}

#[tokio::test]
async fn an_id_token_that_names_another_account_is_another_account() {
    let house = House::new().await;
    let engine = house.engine();
    let billing = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(billing).await;
    house.demo.fault(Fault::IdTokenForAccount(contoso("sales")));
    let accepted = engine.accept(&Secret::new(answer.as_str())).await.unwrap();
    assert!(matches!(&accepted, Accepted::WrongAccount { username, .. } if username == "sales@contoso.example"));
    assert_eq!(house.refresh_token(billing).await, None);
}

#[tokio::test]
async fn a_delegate_without_a_refresh_token_does_not_cost_the_one_that_there_is() {
    let house = House::new().await;
    let engine = house.engine();
    let billing = house.signed_in(&engine, "billing").await;
    let before = house.refresh_token(billing).await;
    let errand = house.begun_elsewhere(billing).await;
    let answer = house.demo.play_as(&errand.link, &contoso("maria.lopez")).await.unwrap();
    house.demo.fault(Fault::NoRefreshToken);
    engine.accept(&Secret::new(answer.as_str())).await.unwrap();
    let kept = engine.choose_account(&errand.state, Choice::KeepAsDelegate).await;
    assert_eq!(code_of(kept), "token.no_refresh_token");
    assert_eq!(house.refresh_token(billing).await, before);
    assert_eq!(house.grant(billing).account, contoso("billing"));
}

/// A registry that refuses one kind of change.
fn refuse(house: &House, change: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(house.folder.path().join("registry.db")).unwrap();
    let trigger = format!("CREATE TRIGGER refuse BEFORE {change} ON grants BEGIN SELECT RAISE(ABORT, 'not now'); END");
    connection.execute_batch(&trigger).unwrap();
    connection
}

#[tokio::test]
async fn what_cannot_be_kept_now_is_held_and_asked_about_on() {
    for change in ["INSERT", "UPDATE OF obtained_at"] {
        let house = House::new().await;
        let engine = house.engine();
        let (info, state) = maria_signs_in_for_info(&house, &engine).await;
        let registry = refuse(&house, change);
        let mut events = engine.events();
        code_of(engine.choose_account(&state, Choice::KeepAsDelegate).await);
        let told = std::iter::from_fn(|| events.try_recv().ok()).filter_map(|event| match event {
            Event::Work(Subject::Mailbox(mailbox), work) if mailbox == info => Some(work),
            _ => None,
        });
        assert!(matches!(told.last(), Some(Some(Work::Asking { .. }))), "{change}");
        registry.execute_batch("DROP TRIGGER refuse").unwrap();
        engine.choose_account(&state, Choice::KeepAsDelegate).await.unwrap();
        assert!(is_held(&house.grant(info)), "{change}");
        engine.outcome(&state).await.unwrap();
    }
}

#[tokio::test]
async fn a_choice_outlives_no_restart_and_says_so() {
    let house = House::new().await;
    let (_, state) = maria_signs_in_for_info(&house, &house.engine()).await;
    let chosen = house.engine().choose_account(&state, Choice::KeepAsDelegate).await;
    assert_eq!(code_of(chosen), "signin.nothing_held");
}
