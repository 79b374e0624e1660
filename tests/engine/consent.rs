//! Error redirects, and the consent that an administrator gives.

use mailkey::domain::{Check, Remedy, Secret, Step};
use mailkey::engine::Accepted;

use crate::house::{House, PATIENCE, code_of, contoso, mailer_name};

#[tokio::test]
async fn the_same_error_is_a_persons_or_the_tenants() {
    let house = House::new().await;
    let engine = house.engine();
    let billing = house.mailbox("billing");
    let errand = engine.begin_sign_in(billing).await.unwrap();
    house.demo.decline(&errand.link).await.unwrap();
    assert_eq!(code_of(engine.outcome(&errand.state).await), "aadsts.65004");
    assert_eq!(house.trouble(billing), "aadsts.65004");
    let steps = house.steps(billing);
    assert_eq!(*steps.trouble().unwrap().1.remedy(), Remedy::SignIn);

    let legal = house.mailbox("legal");
    let errand = engine.begin_sign_in(legal).await.unwrap();
    house.demo.play(&errand.link).await.unwrap();
    assert_eq!(code_of(engine.outcome(&errand.state).await), "aadsts.90094");
    assert_eq!(house.trouble(legal), "aadsts.90094");
    let steps = house.steps(legal);
    let (step, trouble) = steps.trouble().unwrap();
    assert_eq!((step, trouble.remedy().clone()), (Step::Authorize, Remedy::AdminConsent));
    assert_eq!(house.demo.requests().authorization_code, 0);
}

#[tokio::test]
async fn an_administrators_consent_clears_the_way() {
    let house = House::new().await;
    let engine = house.engine();
    let legal = house.mailbox("legal");
    let errand = engine.begin_sign_in(legal).await.unwrap();
    house.demo.play(&errand.link).await.unwrap();
    engine.outcome(&errand.state).await.unwrap_err();

    let consent = engine.begin_consent(mailer_name()).await.unwrap();
    house.demo.play_as(&consent.link, &contoso("admin")).await.unwrap();
    engine.outcome(&consent.state).await.unwrap();
    assert_eq!(house.trouble(legal), "");
    assert!(house.registry.application(&mailer_name()).unwrap().consent.is_ok());

    house.sign_in(&engine, legal).await;
    assert_eq!(house.words(legal), ["done"; 4]);
}

#[tokio::test]
async fn a_consent_that_is_pasted_counts_as_well() {
    let house = House::new().await;
    let engine = house.engine();
    let consent = engine.begin_consent(mailer_name()).await.unwrap();
    let tenant = "5f0c9a41-7d3e-4b52-9c86-1e2a70d4b8f3";
    let state = &consent.state;
    let pasted = format!("http://localhost/?admin_consent=True&tenant={tenant}&state={state}");
    let accepted = engine.accept(&Secret::new(pasted)).await;
    assert_eq!(accepted, Ok(Accepted::Consent(mailer_name())));
}

#[tokio::test]
async fn an_administrator_who_declines_is_the_applications_trouble() {
    let house = House::new().await;
    let engine = house.engine();
    let consent = engine.begin_consent(mailer_name()).await.unwrap();
    house.demo.decline(&consent.link).await.unwrap();
    let code = code_of(engine.outcome(&consent.state).await);
    let consent = house.registry.application(&mailer_name()).unwrap().consent;
    assert_eq!(consent.trouble().unwrap().code(), code);
}

#[tokio::test]
async fn a_consent_that_is_answered_by_a_code_ends() {
    let house = House::new().await;
    let engine = house.engine();
    let consent = engine.begin_consent(mailer_name()).await.unwrap();
    let pasted = format!("http://localhost/?code=1.AXoAtHisIsNoCodeOfOurs-&state={}", consent.state);
    assert_eq!(code_of(engine.accept(&Secret::new(pasted)).await), "answer.crossed");
    let outcome = tokio::time::timeout(PATIENCE, engine.outcome(&consent.state)).await;
    assert_eq!(code_of(outcome.expect("it waits on")), "answer.crossed");
    assert_eq!(house.registry.application(&mailer_name()).unwrap().consent, Check::Unknown);
}
