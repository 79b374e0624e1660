//! What comes back, in every form and however often: it counts once, and only where it belongs.

use mailkey::domain::{Address, MailboxId, Secret};
use mailkey::engine::{Accepted, Event};
use mailkey::registry::Progress;
use tokio::sync::broadcast::Receiver;
use url::Url;

use crate::browser::{page, with_query};
use crate::house::{House, MEMORY, code_of, contoso, is_held, next, parameter};

fn text(url: &Url) -> Secret {
    Secret::new(url.as_str())
}

fn stored(mailbox: MailboxId, account: &str) -> Accepted {
    Accepted::Token { mailbox, account: contoso(account), place: MEMORY }
}

/// Which sign-ins a bare code may belong to.
async fn asked(events: &mut Receiver<Event>) -> Vec<(MailboxId, Address)> {
    let asked = |event| if let Event::WhichSignIn(asked) = event { Some(asked) } else { None };
    next(events, "the question which sign-in is meant", asked).await
}

#[tokio::test]
async fn a_pasted_address_is_taken_whatever_else_is_in_it() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    let (code, state) = (parameter(&answer, "code"), parameter(&answer, "state"));
    let pasted = format!(
        "  \"http://localhost/?session_state=0b1c-9&iss=https%3A%2F%2Flogin.example&state={state}\r\n&code={code}#\"\n"
    );
    let accepted = engine.accept(&Secret::new(pasted)).await;
    assert_eq!(accepted, Ok(stored(mailbox, "billing")));
    assert!(is_held(&house.grant(mailbox)));
}

#[tokio::test]
async fn a_bare_code_is_taken_by_the_only_open_sign_in() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    let code = Secret::new(parameter(&answer, "code"));
    assert_eq!(engine.accept(&code).await, Ok(stored(mailbox, "billing")));
    let again = engine.accept(&code).await;
    assert_eq!(code_of(again), "answer.no_sign_in");
}

#[tokio::test]
async fn a_bare_code_asks_which_of_two_is_meant() {
    let house = House::new().await;
    let engine = house.engine();
    let (billing, sales) = (house.mailbox("billing"), house.mailbox("sales"));
    let (_, answer) = house.answered_elsewhere(sales).await;
    house.begun_elsewhere(billing).await;
    engine.resume_errands().await.unwrap();
    let mut events = engine.events();
    let code = Secret::new(parameter(&answer, "code"));
    assert_eq!(code_of(engine.accept(&code).await), "answer.which");
    assert_eq!(asked(&mut events).await, [(billing, contoso("billing")), (sales, contoso("sales"))]);
    assert_eq!(engine.choose_errand(sales).await, Ok(stored(sales, "sales")));
    assert_eq!(code_of(engine.choose_errand(billing).await), "answer.no_sign_in");
    assert_eq!(house.demo.requests().authorization_code, 1);
}

/// A sign-in of another process is as open as one's own.
#[tokio::test]
async fn a_bare_code_may_belong_to_a_sign_in_that_another_process_began() {
    let house = House::new().await;
    let engine = house.engine();
    let (billing, sales) = (house.mailbox("billing"), house.mailbox("sales"));
    let own = engine.begin_sign_in(billing).await.unwrap();
    let (_, answer) = house.answered_elsewhere(sales).await;
    let mut events = engine.events();
    let code = Secret::new(parameter(&answer, "code"));
    assert_eq!(code_of(engine.accept(&code).await), "answer.which");
    assert_eq!(asked(&mut events).await, [(billing, contoso("billing")), (sales, contoso("sales"))]);
    assert_eq!(engine.choose_errand(sales).await, Ok(stored(sales, "sales")));
    assert_eq!(house.registry.sign_in(&own.state).unwrap().unwrap().progress, Progress::Open);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_answers_at_once_one_is_redeemed() {
    let house = House::new().await;
    let (engine, other) = (house.engine(), house.engine());
    let mailbox = house.mailbox("billing");
    let (errand, answer) = house.answered_elsewhere(mailbox).await;
    engine.resume_errands().await.unwrap();
    let pasted = text(&answer);
    let (first, second, third, shown) =
        tokio::join!(engine.accept(&pasted), engine.accept(&pasted), other.accept(&pasted), page(&answer));
    engine.outcome(&errand.state).await.unwrap();
    assert!(shown.contains("billing@contoso.example"), "{shown}");
    let taken = [&first, &second, &third].into_iter().filter(|outcome| outcome.is_ok());
    assert!(taken.count() <= 1);
    for refused in [first, second, third].into_iter().filter_map(Result::err) {
        assert_eq!(refused.code(), "answer.used");
    }
    assert_eq!(house.demo.requests().authorization_code, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_taken_is_redeemed_even_if_nobody_waits_for_it_any_more() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    let (pasting, held) = (engine.clone(), house.demo.hold().await);
    let paste = tokio::spawn(async move { pasting.accept(&text(&answer)).await });
    house.until("the code was sent", || house.demo.requests().authorization_code == 1).await;
    paste.abort();
    drop(held);
    engine.settle().await;
    assert!(is_held(&house.grant(mailbox)));
}

#[tokio::test]
async fn an_answer_that_is_pasted_twice_is_refused_and_harms_nothing() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let (_, answer) = house.answered_elsewhere(mailbox).await;
    engine.accept(&text(&answer)).await.unwrap();
    let token = house.refresh_token(mailbox).await;
    assert_eq!(code_of(engine.accept(&text(&answer)).await), "answer.used");
    assert_eq!(house.refresh_token(mailbox).await, token);
    assert_eq!(house.demo.requests().authorization_code, 1);
    assert_eq!(house.trouble(mailbox), "");
}

#[tokio::test]
async fn what_belongs_to_no_sign_in_burns_none() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.mailbox("billing");
    let errand = engine.begin_sign_in(mailbox).await.unwrap();
    let here = Url::parse(&parameter(&errand.link, "redirect_uri")).unwrap();
    let code = "1.AXoAtHisIsNoCodeOfOurs-".repeat(20);
    for query in [
        format!("code={code}"),
        format!("code={code}&state=somebody-elses"),
        "error=access_denied".to_owned(),
        "error=access_denied&state=somebody-elses".to_owned(),
        "admin_consent=True&state=somebody-elses".to_owned(),
    ] {
        let shown = page(&with_query(&here, &query)).await;
        assert!(shown.contains(" 200 ") && !shown.contains("has arrived"), "{query}: {shown}");
    }
    assert_eq!(house.demo.requests().authorization_code, 0);
    let foreign = format!("{here}?code={code}&state=somebody-elses");
    assert_eq!(code_of(engine.accept(&Secret::new(foreign)).await), "answer.unknown_state");
    assert_eq!(house.trouble(mailbox), "");
    house.demo.play(&errand.link).await.unwrap();
    engine.outcome(&errand.state).await.unwrap();
}

#[tokio::test]
async fn the_page_of_a_refused_sign_in_stays_a_refusal_when_asked_for_again() {
    let house = House::new().await;
    let engine = house.engine();
    let errand = engine.begin_sign_in(house.mailbox("billing")).await.unwrap();
    let answer = house.demo.decline(&errand.link).await.unwrap();
    engine.outcome(&errand.state).await.unwrap_err();
    let again = page(&answer).await;
    assert!(again.contains(" 200 ") && !again.contains("has arrived"), "{again}");
}

#[tokio::test]
async fn the_question_pasted_in_place_of_the_answer_is_explained() {
    let house = House::new().await;
    let engine = house.engine();
    let errand = engine.begin_sign_in(house.mailbox("billing")).await.unwrap();
    for (pasted, code) in [
        (errand.link.as_str(), "answer.sign_in_link"),
        ("https://login.microsoftonline.com/common/wrongplace", "answer.wrong_place"),
        ("good morning", "answer.none"),
    ] {
        assert_eq!(code_of(engine.accept(&Secret::new(pasted)).await), code, "{pasted}");
    }
    house.demo.play(&errand.link).await.unwrap();
    engine.outcome(&errand.state).await.unwrap();
}
