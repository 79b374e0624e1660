//! Servers that ask for a pause: it is kept, by all requests to that host and by no other, and what
//! was refused is asked again.

use std::time::{Duration, Instant};

use mailkey::demo::{Demo, Fault, Options, Service, Throttle};
use mailkey::domain::{Application, ApplicationName, MailboxId, Remedy};
use mailkey::engine::{End, Event, Phase};
use mailkey::secrets::Key;

use crate::house::{House, code_of, contoso, mailer, next};

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);
/// No test lasts that long, however slow its machine.
const FOR_EVER: Duration = Duration::from_secs(600);

#[tokio::test]
async fn a_refresh_that_is_put_off_is_sent_again() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    // Longer than the first pause where the server does not say how long.
    let asked_for = 2 * SECOND;
    for (fault, least) in [(Fault::Throttled { retry_after: asked_for }, asked_for), (Fault::Status(503), SECOND / 2)] {
        house.later(TWO_HOURS);
        let (begin, asked) = (Instant::now(), house.demo.requests().refresh_token);
        house.demo.fault(fault.clone());
        engine.access_token(mailbox).await.unwrap();
        assert_eq!(house.demo.requests().refresh_token - asked, 2, "{fault:?}");
        assert!(begin.elapsed() >= least, "{fault:?} {:?}", begin.elapsed());
        assert_eq!(house.trouble(mailbox), "", "{fault:?}");
    }
}

#[tokio::test]
async fn a_person_is_not_kept_waiting_for_long_and_told_when() {
    let house = House::new().await;
    let engine = house.engine();
    let mailbox = house.signed_in(&engine, "billing").await;
    house.later(TWO_HOURS);
    house.demo.fault(Fault::Throttled { retry_after: FOR_EVER });
    let begin = house.now();
    assert_eq!(code_of(engine.access_token(mailbox).await), "server.throttled");
    let asked = house.demo.requests().refresh_token;
    let trouble = engine.access_token(mailbox).await.unwrap_err();
    assert_eq!(house.demo.requests().refresh_token, asked, "it is not asked again");
    let Remedy::Retry { not_before: Some(moment) } = trouble.remedy() else { panic!("{trouble:?}") };
    // Nobody comes back at the very moment.
    let (earliest, latest) = (begin + FOR_EVER, house.now() + FOR_EVER + 5 * SECOND);
    assert!(trouble.what().contains("asks for a pause") && (earliest..=latest).contains(moment), "{trouble} {moment}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_throttles_gets_no_storm_and_no_mailbox_fails() {
    let house = House::with(Options { crowd: 60, delay: SECOND / 20, ..Options::default() }).await;
    let engine = house.engine();
    let ids = house.crowd().await;
    house.demo.throttle(Service::Token, Some(Throttle { most: 25, within: FOR_EVER, pause: SECOND }));
    let sum = engine.check_many(ids, engine.now()).over().await.unwrap();
    assert_eq!((sum.progress.over, sum.progress.failed), (60, 0), "{:?}", sum.failures);
    // Twice there were too many. At most those under way then were refused; in the pauses nobody came.
    let turned_away = house.demo.turned_away(Service::Token);
    assert!((2..=2 * house.settings.parallel).contains(&turned_away), "{turned_away}");
    assert_eq!(house.demo.requests().refresh_token, 60 + turned_away);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_servers_that_throttle_are_asked_again_too() {
    let house = House::with(Options { crowd: 20, ..Options::default() }).await;
    let engine = house.engine();
    let ids = house.crowd().await;
    for service in [Service::Smtp, Service::Imap] {
        house.demo.throttle(service, Some(Throttle { most: 10, within: FOR_EVER, pause: SECOND / 4 }));
    }
    let sum = engine.check_many(ids.clone(), engine.now()).over().await.unwrap();
    assert_eq!((sum.progress.over, sum.progress.failed), (20, 0), "{:?}", sum.failures);
    for service in [Service::Smtp, Service::Imap] {
        let turned_away = house.demo.turned_away(service);
        assert!((1..=house.settings.parallel).contains(&turned_away), "{service:?}: {turned_away}");
    }
    assert!(ids.into_iter().all(|id| house.registry.mailbox(id).unwrap().checks.smtp.is_ok()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_is_told_and_ends_when_the_job_is_stopped() {
    let house = House::with(Options { crowd: 20, ..Options::default() }).await;
    let engine = house.engine();
    let ids = house.crowd().await;
    house.demo.throttle(Service::Token, Some(Throttle { most: 5, within: FOR_EVER, pause: FOR_EVER }));
    let mut events = engine.events();
    let checks = engine.check_many(ids.iter().copied(), engine.now());
    let pause = |event| match event {
        Event::Checks(Some(progress)) => progress.pauses.first().cloned(),
        _ => None,
    };
    let pause = next(&mut events, "the pause", pause).await;
    assert!(pause.host.starts_with("localhost:"), "{pause:?}");
    engine.stop_checks();
    let sum = checks.over().await.unwrap();
    assert!(house.now() < pause.until, "it was waited for");
    assert_eq!(sum.progress.phase, Phase::Over(End::Stopped));
    assert_eq!((sum.progress.over, sum.progress.failed), (5, 0), "{:?}", sum.failures);
    let untouched = ids.into_iter().filter(|id| house.trouble(*id).is_empty());
    assert_eq!(untouched.count(), 20, "to be put off is no trouble of a mailbox");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_slow_or_asks_for_a_pause_holds_up_no_other() {
    let mut house = House::with(Options { crowd: 20, delay: 3 * SECOND, ..Options::default() }).await;
    let quick = Demo::start(Options { crowd: 20, ..Options::default() }).await.unwrap();
    let mut providers = (*house.settings.providers).clone();
    let ca_file = Some(house.folder.path().join("quick.pem"));
    std::fs::write(house.folder.path().join("quick.pem"), quick.ca_pem()).unwrap();
    let provider = mailkey::domain::Provider { id: "quick".to_owned(), ca_file, ..quick.provider() };
    providers.insert("quick".to_owned(), provider);
    house.settings.providers = providers.into();
    house.settings.parallel = 8;
    let slow_ids = house.crowd().await;
    let name = ApplicationName::parse("Quick").unwrap();
    let application = Application { name: name.clone(), provider: "quick".to_owned(), ..mailer() };
    house.registry.add_application(&application).unwrap();
    let mut quick_ids = Vec::new();
    for local in ["billing", "ap", "hr", "support"] {
        let address = contoso(local);
        let mailbox = house.registry.add_mailbox(&address, &name, &address).unwrap();
        let key = Key::refresh_token(house.registry.id(), mailbox.grant);
        house.secrets.put(&key, &quick.issue(&address).unwrap()).await.unwrap();
        house.registry.record_sign_in(mailbox.grant, None, house.now()).unwrap();
        quick_ids.push(mailbox.id);
    }
    let engine = house.engine();
    let _checks = engine.check_many(slow_ids.iter().chain(&quick_ids).copied(), engine.now());
    let is_checked = |id: &MailboxId| house.registry.mailbox(*id).unwrap().checks.smtp.at().is_some();
    house.until("the quick ones are checked", || quick_ids.iter().all(is_checked)).await;
    // Eight at once and six seconds each: behind them it would be a quarter of a minute.
    let slow = slow_ids.iter().filter(|id| is_checked(id)).count();
    assert!(slow < slow_ids.len(), "the quick ones came last");
    engine.stop_checks();
}
