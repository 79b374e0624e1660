//! Anything in any order, over the tenant: sign-ins that begin, are answered, answered late or
//! twice, stopped; tokens that are refreshed and checked; mailboxes that go in the midst of it. In
//! the end nothing is at work, what began has ended, and no secret is left without its grant.

use std::collections::HashMap;
use std::time::Duration;

use mailkey::demo::{Fault, Options};
use mailkey::domain::{GrantId, MailboxId, Secret, StoreKind};
use mailkey::engine::{Engine, Event, Subject};
use mailkey::secrets::Key;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::task::JoinSet;

use crate::dice::Dice;
use crate::house::{House, check};

const LOCALS: [&str; 4] = ["billing", "sales", "ap", "hr"];
const STEPS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_in_whatever_order_nothing_is_left_at_work() {
    let mut dice = Dice::of("anything");
    let mut exchanged = 0;
    for store in [StoreKind::Keyring, StoreKind::Sealed].repeat(3) {
        let mut world = World::new(store).await;
        for _ in 0..STEPS {
            world.happen(&mut dice).await;
        }
        exchanged += world.house.demo.requests().authorization_code;
        world.end().await;
    }
    assert!(exchanged > 6, "hardly anybody signed in: {exchanged}");
}

struct World {
    house: House,
    engine: Engine,
    events: Receiver<Event>,
    watch: tokio::task::JoinHandle<()>,
    jobs: JoinSet<()>,
    /// Answers that came, and may come again.
    answers: Vec<Secret>,
    at_work: HashMap<Subject, &'static str>,
}

impl World {
    async fn new(store: StoreKind) -> Self {
        let delay = Duration::from_millis(15);
        let mut house = House::with(Options { delay, strict: true, ..Options::default() }).await;
        house.settings.store = store;
        let engine = house.engine();
        let (events, watching) = (engine.events(), engine.clone());
        let watch = tokio::spawn(async move { watching.watch().await });
        Self { house, engine, events, watch, jobs: JoinSet::new(), answers: vec![], at_work: HashMap::new() }
    }

    /// One thing; what takes long goes on beside the next.
    async fn happen(&mut self, dice: &mut Dice) {
        let mailbox = self.mailbox(dice.pick(&LOCALS));
        let engine = self.engine.clone();
        match dice.throw(12) {
            0..=2 => self.sign_in(mailbox, dice).await,
            3 => self.answer_again(dice),
            4 => drop(engine.begin_sign_in(mailbox).await),
            5 => engine.cancel_errand(&Subject::Mailbox(mailbox)).await.unwrap(),
            6 => self.remove(mailbox),
            7 => self.go_on(async move { drop(engine.access_token(mailbox).await) }),
            8 => self.go_on(async move { drop(check(&engine, mailbox).await) }),
            9 => self.house.later(Duration::from_secs(2 * 60 * 60)),
            10 => {
                self.house.demo.fault(dice.pick(&[&Fault::TruncatedJson, &Fault::Html, &Fault::NoRefreshToken]).clone())
            }
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        self.hear();
    }

    /// A mailbox, added if it is not there.
    fn mailbox(&self, local: &str) -> MailboxId {
        let address = crate::house::contoso(local);
        self.house.registry.mailbox_at(&address).map_or_else(|_| self.house.mailbox(local), |mailbox| mailbox.id)
    }

    /// A sign-in is begun, and answered by the browser or by paste.
    async fn sign_in(&mut self, mailbox: MailboxId, dice: &mut Dice) {
        // A mailbox can be removed meanwhile.
        let Ok(errand) = self.engine.begin_sign_in(mailbox).await else { return };
        let Ok(answer) = self.house.demo.play(&in_fragment(&errand.link)).await else { return };
        let answer = Secret::new(answer.as_str().replace('#', "?"));
        self.answers.push(answer.clone());
        if dice.throw(3) > 0 {
            self.accept(answer);
        }
    }

    fn answer_again(&mut self, dice: &mut Dice) {
        if !self.answers.is_empty() {
            let answer = self.answers[dice.throw(self.answers.len())].clone();
            self.accept(answer);
        }
    }

    fn accept(&mut self, answer: Secret) {
        let engine = self.engine.clone();
        self.go_on(async move { drop(engine.accept(&answer).await) });
    }

    fn remove(&mut self, mailbox: MailboxId) {
        let engine = self.engine.clone();
        self.go_on(async move { drop(engine.remove_mailbox(mailbox).await) });
    }

    fn go_on(&mut self, job: impl Future<Output = ()> + Send + 'static) {
        self.jobs.spawn(job);
    }

    /// Keeps up with what is told to be at work, as a screen does.
    fn hear(&mut self) {
        loop {
            match self.events.try_recv() {
                Ok(Event::Work(subject, Some(work))) => drop(self.at_work.insert(subject, work.step().title())),
                Ok(Event::Work(subject, None)) => drop(self.at_work.remove(&subject)),
                Ok(_) => {}
                Err(TryRecvError::Empty) => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Stops what waits for a person, lets everything else come to its end, and looks what is left.
    async fn end(mut self) {
        while self.jobs.join_next().await.is_some_and(|job| job.is_ok()) {}
        for local in LOCALS {
            let mailbox = self.mailbox(local);
            self.engine.cancel_errand(&Subject::Mailbox(mailbox)).await.unwrap();
        }
        let deadline = std::time::Instant::now() + crate::house::PATIENCE;
        while !self.at_work.is_empty() {
            assert!(std::time::Instant::now() < deadline, "still at work: {:?}", self.at_work);
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.hear();
        }
        self.engine.settle().await;
        self.watch.abort();
        self.engine.forget_discarded_secrets().await.unwrap();
        let held: Vec<GrantId> = self.secrets_held().await;
        let fleet = self.engine.fleet().await.unwrap();
        let used: Vec<GrantId> = fleet.mailboxes.iter().map(|mailbox| mailbox.grant).collect();
        assert!(held.iter().all(|grant| used.contains(grant)), "{held:?} have secrets, {used:?} are used");
        assert_eq!(self.house.registry.discarded(), Ok(vec![]));
    }

    /// The grants that there are secrets for, in either store.
    async fn secrets_held(&self) -> Vec<GrantId> {
        let mut held = Vec::new();
        for number in 1..=(STEPS * 2) as i64 {
            let key = Key::refresh_token(self.house.registry.id(), GrantId(number));
            if self.house.secret(&key).await.is_some() {
                held.push(GrantId(number));
            }
        }
        held
    }
}

/// The link of a sign-in whose answer the listener does not see.
fn in_fragment(link: &url::Url) -> url::Url {
    let pairs: Vec<(String, String)> = link.query_pairs().into_owned().collect();
    let mut link = link.clone();
    let others = pairs.iter().filter(|(name, _)| name != "response_mode");
    link.query_pairs_mut().clear().extend_pairs(others).append_pair("response_mode", "fragment");
    link
}
