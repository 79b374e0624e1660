//! Removing and changing what is in use.

use mailkey::domain::{Application, ApplicationName, Check, NewMailbox, Note, Secret};
use mailkey::engine::{Field, Happened};
use mailkey::secrets::Key;

use crate::house::{House, check, code_of, contoso, mailer, mailer_name};

#[tokio::test]
async fn a_refresh_token_goes_with_the_last_of_its_mailboxes() {
    let house = House::new().await;
    let engine = house.engine();
    let own = house.signed_in(&engine, "maria.lopez").await;
    let shared = house.mailbox_for("info", "maria.lopez");
    let key = Key::refresh_token(house.registry.id(), house.grant(own).id);
    engine.remove_mailbox(own).await.unwrap();
    engine.forget_discarded_secrets().await.unwrap();
    assert!(house.secrets.get(&key).await.unwrap().is_some());
    engine.access_token(shared).await.unwrap();
    engine.remove_mailbox(shared).await.unwrap();
    engine.forget_discarded_secrets().await.unwrap();
    assert_eq!(house.secrets.get(&key).await.unwrap(), None);
    assert_eq!(house.registry.discarded().unwrap(), []);
}

#[tokio::test]
async fn another_account_means_another_grant_and_the_old_token_goes() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let key = Key::refresh_token(house.registry.id(), house.grant(mailbox).id);
    let (address, application, account) = (contoso("billing"), mailer_name(), contoso("sales"));
    let to = NewMailbox { address, application, account, note: Note::default() };
    engine.change_mailbox(mailbox, to.clone()).await.unwrap();
    engine.change_mailbox(mailbox, to).await.unwrap();
    let last = engine.history(None, 2).await.unwrap().into_iter().map(|line| (line.what, line.detail));
    let changed = (Happened::Changed, "account to sales@contoso.example".to_owned());
    let signed_in = (Happened::SignedIn, "as billing@contoso.example".to_owned());
    assert_eq!(last.collect::<Vec<_>>(), [changed, signed_in], "what was not changed is no line");
    assert_eq!(house.secrets.get(&key).await.unwrap(), None);
    assert_eq!(house.refresh_token(mailbox).await, None);
    assert_eq!(house.registry.mailbox(mailbox).unwrap().checks.smtp, Check::Unknown);
    assert_eq!(house.words(mailbox), ["done", "ready", "todo", "todo"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_is_removed_during_its_exchange_leaves_no_secret() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    let key = Key::refresh_token(house.registry.id(), house.grant(mailbox).id);
    let held = house.demo.hold().await;
    let (pasting, pasted) = (engine.clone(), Secret::new(answer.as_str()));
    let exchange = tokio::spawn(async move { pasting.accept(&pasted).await });
    house.until("the code is sent", || house.demo.requests().authorization_code == 1).await;
    engine.remove_mailbox(mailbox).await.unwrap();
    drop(held);
    exchange.await.unwrap().unwrap_err();
    engine.forget_discarded_secrets().await.unwrap();
    assert_eq!(house.secrets.get(&key).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_is_removed_during_its_refresh_leaves_no_secret() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let key = Key::refresh_token(house.registry.id(), house.grant(mailbox).id);
    let (checking, held) = (engine.clone(), house.demo.hold().await);
    let checked = tokio::spawn(async move { check(&checking, mailbox).await });
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    engine.remove_mailbox(mailbox).await.unwrap();
    drop(held);
    // A job forgets what was removed; the refresh that is under way comes to its end all the same.
    assert_eq!(code_of(checked.await.unwrap()), "check.none");
    engine.settle().await;
    engine.forget_discarded_secrets().await.unwrap();
    assert_eq!(house.secrets.get(&key).await.unwrap(), None);
}

/// Whoever is killed then deletes nothing any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_comes_for_a_mailbox_that_is_gone_is_never_on_disk() {
    let house = House::sealed().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    let (checking, held) = (engine.clone(), house.demo.hold().await);
    let checked = tokio::spawn(async move { check(&checking, mailbox).await });
    house.until("the refresh is asked for", || house.demo.requests().refresh_token == 1).await;
    engine.remove_mailbox(mailbox).await.unwrap();
    engine.forget_discarded_secrets().await.unwrap();
    house.sql("CREATE TRIGGER killed BEFORE DELETE ON secrets BEGIN SELECT RAISE(ABORT, 'killed'); END");
    drop(held);
    assert_eq!(code_of(checked.await.unwrap()), "check.none");
    engine.settle().await;
    assert_eq!(house.registry.count_sealed_secrets(), Ok(0));
}

/// Another process removed it, and took the sign-in along.
#[tokio::test]
async fn the_sign_in_of_a_mailbox_that_is_gone_can_be_stopped() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    engine.begin_sign_in(mailbox).await.unwrap();
    house.registry.remove_mailbox(mailbox).unwrap();
    engine.cancel_errand(&mailkey::engine::Subject::Mailbox(mailbox)).await.unwrap();
}

#[tokio::test]
async fn removing_a_mailbox_closes_its_sign_in() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    engine.remove_mailbox(mailbox).await.unwrap();
    assert_eq!(code_of(engine.outcome(&errand.state).await), "signin.gone");
    house.demo.play(&errand.link).await.unwrap();
    assert_eq!(house.demo.requests().authorization_code, 0);
}

#[tokio::test]
async fn an_application_in_use_stays_and_one_that_is_not_goes_with_its_secret() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    assert_eq!(code_of(engine.remove_application(mailer_name()).await), "application.in_use");
    let secret = Secret::new("client-secret-of-the-mailer");
    engine.save_application(Some(mailer_name()), mailer(), Some(secret.clone())).await.unwrap();
    let key = Key::client_secret(house.registry.id(), "Mailer");
    assert_eq!(house.secrets.get(&key).await.unwrap(), Some(secret));
    engine.remove_mailbox(mailbox).await.unwrap();
    engine.remove_application(mailer_name()).await.unwrap();
    assert_eq!(house.secrets.get(&key).await.unwrap(), None);
}

/// Whoever is killed in between, or looks from another process, finds the old name or the new one,
/// each with the secret.
#[tokio::test]
async fn an_application_is_renamed_together_with_its_client_secret() {
    let house = House::new().await;
    let engine = house.engine();
    let secret = Secret::new("client-secret-of-the-mailer");
    let named = |name: &str, has_client_secret| Application {
        name: ApplicationName::parse(name).unwrap(),
        has_client_secret,
        ..mailer()
    };
    let key = |name: &str| Key::client_secret(house.registry.id(), name);
    engine.save_application(Some(mailer_name()), mailer(), Some(secret.clone())).await.unwrap();
    let mailbox = house.mailbox("billing");
    house.sql("CREATE TRIGGER fault BEFORE INSERT ON secrets BEGIN SELECT RAISE(ABORT, 'a fault'); END");
    let renamed = engine.save_application(Some(mailer_name()), named("Post", true), None).await;
    assert_eq!(code_of(renamed), "registry.write");
    assert_eq!(engine.credential(mailbox, Field::ClientSecret).await, Ok(secret.clone()));
    house.sql("DROP TRIGGER fault");
    engine.save_application(Some(mailer_name()), named("Post", true), None).await.unwrap();
    assert_eq!(engine.credential(mailbox, Field::ClientSecret).await, Ok(secret));
    let newer = Secret::new("another-client-secret");
    let post = Some(named("Post", true).name);
    engine.save_application(post, named("Courier", true), Some(newer.clone())).await.unwrap();
    assert_eq!(engine.credential(mailbox, Field::ClientSecret).await, Ok(newer));
    for old in ["Mailer", "Post"] {
        assert_eq!(house.secret(&key(old)).await, None, "{old}");
    }
    house.secrets.delete(&key("Courier")).await.unwrap();
    assert_eq!(code_of(engine.credential(mailbox, Field::ClientSecret).await), "client_secret.missing");
    assert_eq!(code_of(engine.prove(named("Courier", true).name).await), "client_secret.missing");
}

#[tokio::test]
async fn a_failed_addition_leaves_the_client_secret_of_the_one_that_there_is() {
    let house = House::new().await;
    let engine = house.engine();
    let key = Key::client_secret(house.registry.id(), "Mailer");
    house.secrets.put(&key, &Secret::new("the first one's")).await.unwrap();
    let added = engine.save_application(None, mailer(), Some(Secret::new("the second one's"))).await;
    assert_eq!(code_of(added), "application.exists");
    let kept = house.secrets.get(&key).await.unwrap();
    assert_eq!(kept, Some(Secret::new("the first one's")));
}

#[tokio::test]
async fn a_removal_that_fails_is_not_in_the_history() {
    let house = House::new().await;
    let mailbox = house.mailbox("billing");
    house.sql("CREATE TRIGGER kept BEFORE DELETE ON mailboxes BEGIN SELECT RAISE(ABORT, 'kept'); END");
    house.engine().remove_mailbox(mailbox).await.unwrap_err();
    assert_eq!(house.engine().history(None, 9).await.unwrap(), []);
    house.sql("DROP TRIGGER kept");
    house.engine().remove_mailbox(mailbox).await.unwrap();
    let [line] = house.engine().history(None, 9).await.unwrap().try_into().unwrap();
    assert_eq!((line.what, line.mailbox), (Happened::Removed, contoso("billing")));
}
