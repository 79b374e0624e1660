//! Whatever the order in which messages come, late, double, or for mailboxes that are gone: a step is
//! shown running only while the engine has a job at it, and done only if the one before it is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::collection::{hash_set, vec};
use proptest::prelude::*;

use crate::domain::{Check, Checks, Fleet, GrantId, MailboxId, News, Step, StepState, Steps, Token, TokenEnd, Trouble};
use crate::engine::{Accepted, Event, Subject, Work};
use crate::tui::fixture::{add, address, application, blank, days_ago, held, key, minutes_ago, nothing, now, waiting};
use crate::tui::message::{Done, Message};
use crate::tui::model::Model;
use crate::tui::update::update;

const MAILBOXES: i64 = 5;

proptest! {
    #[test]
    fn no_order_of_messages_shows_what_is_not(happenings in vec(happening(), 0..60)) {
        let mut model = blank((120, 40));
        let mut told = HashMap::new();
        for happening in &happenings {
            let message = happening.message(&mut told);
            update(&mut model, message);
            sees_what_was_told(&model, &told)?;
        }
        crate::tui::fixture::screen(&model);
    }

    /// The same for all that can be recorded, one by one.
    #[test]
    fn nothing_that_is_recorded_makes_a_step_done_before_the_one_it_needs(state in state()) {
        let fleet = fleet(&[(1, state)]);
        let entry = fleet.entry(&fleet.mailboxes[0]).unwrap();
        are_in_order(&Steps::of(&entry, entry.token_state(now())))?;
    }
}

/// One thing that happens.
#[derive(Debug, Clone)]
enum Happening {
    /// The engine tells that a job for a mailbox, or for its application, has come so far or is over.
    Work(i64, Option<Job>),
    OfApplication(Option<Job>),
    /// The registry as it is now: some mailboxes, in some states.
    Fleet(Vec<(i64, State)>),
    News(i64, State),
    Accepted(i64),
    NotBegun(i64),
    Key(&'static str),
    Later(i64),
}

/// What a job does.
#[derive(Debug, Clone, Copy)]
enum Job {
    Proving,
    SigningIn,
    Exchanging,
    Storing,
    Refreshing,
    Asking,
    CheckingSmtp,
}

/// What is recorded of a mailbox: all that its steps depend on.
#[derive(Debug, Clone)]
struct State {
    proof: Recorded,
    token: u8,
    trouble: Option<Step>,
    smtp: Recorded,
}

#[derive(Debug, Clone, Copy)]
enum Recorded {
    Never,
    Well,
    Failed,
}

fn happening() -> impl Strategy<Value = Happening> {
    let mailbox = 1..=MAILBOXES;
    let keys =
        ["⏎", "*", "space", "esc", "x", "+", "-", "j", "k", "g", "G", "r", "R", "d", "y", "n", "s", "/", "o", "l"];
    let fleet = hash_set(1..=MAILBOXES, 0..=5).prop_flat_map(|there| {
        let there: Vec<i64> = there.into_iter().collect();
        vec(state(), there.len()).prop_map(move |states| there.iter().copied().zip(states).collect())
    });
    prop_oneof![
        6 => (mailbox.clone(), proptest::option::of(job())).prop_map(|(mailbox, job)| Happening::Work(mailbox, job)),
        1 => proptest::option::of(job()).prop_map(Happening::OfApplication),
        2 => fleet.prop_map(Happening::Fleet),
        2 => (mailbox.clone(), state()).prop_map(|(mailbox, state)| Happening::News(mailbox, state)),
        1 => mailbox.clone().prop_map(Happening::Accepted),
        1 => mailbox.prop_map(Happening::NotBegun),
        4 => proptest::sample::select(keys.to_vec()).prop_map(Happening::Key),
        1 => (0_i64..600).prop_map(Happening::Later),
    ]
}

fn job() -> impl Strategy<Value = Job> {
    use Job::{Asking, CheckingSmtp, Exchanging, Proving, Refreshing, SigningIn, Storing};
    proptest::sample::select(vec![Proving, SigningIn, Exchanging, Storing, Refreshing, Asking, CheckingSmtp])
}

fn state() -> impl Strategy<Value = State> {
    let recorded = || proptest::sample::select(vec![Recorded::Never, Recorded::Well, Recorded::Failed]);
    let trouble = proptest::option::of(proptest::sample::select(vec![Step::Authorize, Step::Token]));
    (recorded(), 0..4_u8, trouble, recorded()).prop_map(|(proof, token, trouble, smtp)| State {
        proof,
        token,
        trouble,
        smtp,
    })
}

impl Happening {
    /// The message for it; `told` is what the engine has said is at work.
    fn message(&self, told: &mut HashMap<Subject, Step>) -> Message {
        let event = match self {
            Self::Work(mailbox, job) => tell(told, Subject::Mailbox(MailboxId(*mailbox)), *job),
            Self::OfApplication(job) => {
                tell(told, Subject::Application(application("Mailer", "contoso.example").name), *job)
            }
            Self::Fleet(there) => Event::Fleet(Arc::new(fleet(there))),
            Self::News(mailbox, state) => Event::News(Arc::new(news(*mailbox, state))),
            Self::Accepted(mailbox) => Event::Accepted(Accepted::Token {
                mailbox: MailboxId(*mailbox),
                account: address("a@contoso.example"),
                place: "the keyring",
            }),
            Self::NotBegun(mailbox) => {
                return Message::Done(Done::NotBegun(Subject::Mailbox(MailboxId(*mailbox)), trouble()));
            }
            Self::Key(name) => return Message::Key(key(name)),
            Self::Later(seconds) => return Message::Time(now() + jiff::SignedDuration::from_secs(*seconds)),
        };
        Message::Engine(event)
    }
}

fn tell(told: &mut HashMap<Subject, Step>, subject: Subject, job: Option<Job>) -> Event {
    let work = job.map(Job::work);
    match &work {
        Some(work) => told.insert(subject.clone(), work.step()),
        None => told.remove(&subject),
    };
    Event::Work(subject, work)
}

impl Job {
    fn work(self) -> Work {
        let since = now();
        match self {
            Self::Proving => Work::Proving { since },
            Self::SigningIn => Work::SigningIn(waiting()),
            Self::Exchanging => Work::Exchanging { since },
            Self::Storing => Work::Storing { since },
            Self::Refreshing => Work::Refreshing { since },
            Self::Asking => Work::Asking { state: "a-state".to_owned(), username: "alex".to_owned(), since },
            Self::CheckingSmtp => Work::CheckingSmtp { since },
        }
    }
}

fn fleet(there: &[(i64, State)]) -> Fleet {
    let mut fleet = nothing();
    for (number, state) in there {
        put(&mut fleet, *number, state);
    }
    fleet
}

fn news(number: i64, state: &State) -> News {
    let Fleet { mailboxes, grants, .. } = fleet(&[(number, state.clone())]);
    News { mailboxes, grants: grants.into_values().collect() }
}

fn put(fleet: &mut Fleet, number: i64, state: &State) {
    let mut mailer = application("Mailer", "contoso.example");
    mailer.proof = state.proof.check();
    let checks = Checks { smtp: state.smtp.check(), ..Checks::default() };
    let id = add(fleet, &mailer, &format!("person-{number}@contoso.example"), state.token(), checks);
    let mut grant = fleet.grants.swap_remove(&GrantId(id.0)).unwrap();
    grant.id = GrantId(number);
    grant.trouble = state.trouble.map(|step| (step, trouble()));
    fleet.grants.insert(grant.id, grant);
    for mailbox in fleet.mailboxes.iter_mut().filter(|mailbox| mailbox.id == id) {
        (mailbox.id, mailbox.grant) = (MailboxId(number), GrantId(number));
    }
}

impl State {
    fn token(&self) -> Token {
        match self.token {
            0 => Token::None,
            1 => held(9, 1),
            2 => held(200, 100),
            _ => Token::Ended {
                obtained_at: days_ago(9),
                last_used_at: days_ago(2),
                at: days_ago(1),
                end: TokenEnd::Revoked,
                trouble: trouble(),
            },
        }
    }
}

impl Recorded {
    fn check(self) -> Check {
        match self {
            Self::Never => Check::Unknown,
            Self::Well => Check::Ok { at: minutes_ago(5) },
            Self::Failed => Check::Failed { at: minutes_ago(5), trouble: trouble() },
        }
    }
}

fn trouble() -> Trouble {
    Trouble::new("a.trouble", "Something went wrong", "", "Try again.")
}

/// The screen's steps against what the engine said.
fn sees_what_was_told(model: &Model, told: &HashMap<Subject, Step>) -> Result<(), TestCaseError> {
    let mailboxes = model.fleet.iter().flat_map(|fleet| &fleet.mailboxes);
    let there: HashSet<MailboxId> = mailboxes.map(|mailbox| mailbox.id).collect();
    for id in there {
        let Some(row) = model.list.find(id) else { return Err(TestCaseError::fail(format!("{id:?} has no row"))) };
        let of_mailbox = told.get(&Subject::Mailbox(id));
        let at_work = of_mailbox.or_else(|| told.get(&Subject::Application(row.application.clone())));
        let steps = row.steps_while(model.work(id, &row.application).map(Work::step));
        let running: Vec<Step> =
            steps.iter().filter(|(_, state)| **state == StepState::Running).map(|(step, _)| step).collect();
        prop_assert_eq!(running, at_work.copied().into_iter().collect::<Vec<_>>());
        are_in_order(&row.steps)?;
    }
    Ok(())
}

fn are_in_order(steps: &Steps) -> Result<(), TestCaseError> {
    for pair in Step::ALL.windows(2) {
        let (before, after) = (steps.get(pair[0]), steps.get(pair[1]));
        prop_assert!(
            *after != StepState::Done || *before == StepState::Done,
            "{:?} before {:?}: {:?}",
            pair[1],
            pair[0],
            steps
        );
    }
    Ok(())
}
