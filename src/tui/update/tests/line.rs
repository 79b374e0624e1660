//! The assembly line: what is opened when, what stops it, and what is said of it.

use crate::domain::{Application, Check, Fleet, GrantId, MailboxId, Secret, Trouble};
use crate::engine::{Accepted, Choice, Copied, Event, Subject, Work};
use crate::tui::fixture::{address, errand, name, now, press, screen, showing, tell, waiting, without_tokens};
use crate::tui::message::{Done, Effect, Message};
use crate::tui::model::{Model, Tone};
use crate::tui::update::update;

fn id(number: i64) -> MailboxId {
    MailboxId(number)
}

fn opens(numbers: &[i64]) -> Vec<Effect> {
    numbers.iter().map(|number| Effect::OpenBrowser(Subject::Mailbox(id(*number)))).collect()
}

fn hear(model: &mut Model, mailbox: i64, work: Option<Work>) -> Vec<Effect> {
    update(model, Message::Engine(Event::Work(Subject::Mailbox(id(mailbox)), work)))
}

fn asks(model: &mut Model, mailbox: i64) -> Vec<Effect> {
    hear(model, mailbox, Some(Work::SigningIn(waiting())))
}

/// The right account signed in.
fn answered(model: &mut Model, mailbox: i64) -> Vec<Effect> {
    hear(model, mailbox, Some(Work::Storing { since: now() }))
}

/// Alex signed in.
fn answered_by_alex(model: &mut Model, mailbox: i64) {
    assert_eq!(hear(model, mailbox, Some(Work::Exchanging { since: now() })), []);
    let (state, username) = (format!("state-{mailbox}"), "alex@contoso.example".to_owned());
    let asking = Work::Asking { state: state.clone(), username: username.clone(), since: now() };
    assert_eq!(hear(model, mailbox, Some(asking)), [], "an open question counts as an open sign-in");
    let expected = address(&format!("person-{mailbox:05}@contoso.example"));
    tell(model, Event::WrongAccount { state, mailbox: id(mailbox), expected, username });
}

fn chosen(mailboxes: &[i64], choice: Choice) -> Vec<Effect> {
    mailboxes.iter().map(|mailbox| Effect::ChooseAccount(format!("state-{mailbox}"), choice)).collect()
}

fn accepted(model: &mut Model, mailbox: i64) -> Vec<Effect> {
    let account = address(&format!("person-{mailbox:05}@contoso.example"));
    let effects = update(
        model,
        Message::Engine(Event::Accepted(Accepted::Token { mailbox: id(mailbox), account, place: "the keyring" })),
    );
    assert_eq!(effects, []);
    hear(model, mailbox, None)
}

fn said(model: &Model) -> (Tone, &str) {
    let notice = model.notice.as_ref().expect("a notice");
    (notice.tone, &notice.text)
}

/// A line of so many mailboxes; the first sign-in is open.
fn line(mailboxes: i64) -> Model {
    let mut model = showing(without_tokens(mailboxes), (120, 40));
    assert_eq!(press(&mut model, "*"), []);
    assert!(screen(&model).contains("sign in one by one"));
    assert_eq!(press(&mut model, "⏎"), opens(&[1]));
    asks(&mut model, 1);
    model
}

#[test]
fn besides_signing_in_nobody_does_anything() {
    let mut model = line(3);
    assert!(screen(&model).contains("Signing in 0 of 3"));
    assert_eq!(answered(&mut model, 1), opens(&[2]));
    assert_eq!(model.list.current().map(|row| row.id), Some(id(2)), "the panes show whose turn it is");
    asks(&mut model, 2);
    assert_eq!(accepted(&mut model, 1), []);
    assert!(screen(&model).contains("Signing in 1 of 3"));
    assert_eq!(answered(&mut model, 2), opens(&[3]));
    asks(&mut model, 3);
    accepted(&mut model, 2);
    answered(&mut model, 3);
    accepted(&mut model, 3);
    assert_eq!(said(&model), (Tone::Good, "The line is through: 3 signed in."));
    assert!(model.queue.is_none());
}

/// The fleet with its application's proof like this.
fn with_proof(mailboxes: i64, proof: Check) -> Fleet {
    let mut fleet = without_tokens(mailboxes);
    fleet.applications.values_mut().for_each(|application| application.proof = proof.clone());
    fleet
}

#[test]
fn an_application_is_checked_on_the_way() {
    for (keys, mailboxes) in [(&["*", "⏎"][..], 3), (&["⏎"], 1)] {
        let mut model = showing(with_proof(3, Check::Unknown), (120, 40));
        let effects: Vec<Effect> = keys.iter().flat_map(|key| press(&mut model, key)).collect();
        assert_eq!(effects, [Effect::Prove(name("Mailer"))], "{keys:?}");
        assert!(screen(&model).contains(&format!("Signing in 0 of {mailboxes}")), "{}", screen(&model));
        let proved = with_proof(3, Check::Ok { at: now() });
        assert_eq!(update(&mut model, Message::Engine(Event::Fleet(proved.into()))), opens(&[1]), "{keys:?}");
    }
}

#[test]
fn nobody_signs_in_to_an_application_that_is_not_right() {
    let mut model = showing(with_proof(3, Check::Unknown), (120, 40));
    press(&mut model, "*");
    assert!(screen(&model).contains("signs in for 3, one after"), "{}", screen(&model));
    press(&mut model, "⏎");
    let unknown = Trouble::new("aadsts.700016", "The tenant does not know the client", "", "Mend its id.");
    let refused = with_proof(3, Check::Failed { at: now(), trouble: unknown });
    tell(&mut model, Event::Fleet(refused.into()));
    assert!(model.queue.is_none());
    assert!(said(&model).1.contains("aadsts.700016"));
}

/// Four mailboxes, of which the second and the third belong to a printer's application with this proof.
fn with_printer(proof: Check) -> Fleet {
    let mut fleet = without_tokens(4);
    let printer = Application { name: name("Printer"), proof, ..fleet.applications[&name("Mailer")].clone() };
    fleet.applications.insert(printer.name.clone(), printer);
    for number in [2, 3] {
        fleet.grants[&GrantId(number)].application = name("Printer");
    }
    fleet
}

#[test]
fn an_application_that_is_not_right_holds_up_nobody_of_another() {
    let mut model = showing(with_printer(Check::Unknown), (120, 40));
    press(&mut model, "*");
    let begun = [vec![Effect::Prove(name("Printer"))], opens(&[1])].concat();
    assert_eq!(press(&mut model, "⏎"), begun);
    asks(&mut model, 1);
    let unknown = Trouble::new("aadsts.700016", "The tenant does not know the client", "", "Mend its id.");
    tell(&mut model, Event::Fleet(with_printer(Check::Failed { at: now(), trouble: unknown }).into()));
    assert_eq!(answered(&mut model, 1), opens(&[4]));
    assert!(said(&model).1.contains("aadsts.700016"));
    assert!(screen(&model).contains("2 failed"), "{}", screen(&model));
    accepted(&mut model, 1);
    answered(&mut model, 4);
    accepted(&mut model, 4);
    assert_eq!(said(&model), (Tone::Bad, "The line is through: 2 signed in, 2 failed."));
}

#[test]
fn one_that_fails_holds_nobody_up() {
    let mut model = line(2);
    assert_eq!(hear(&mut model, 1, None), opens(&[2]), "refused, or run out");
    answered(&mut model, 2);
    accepted(&mut model, 2);
    assert_eq!(said(&model), (Tone::Bad, "The line is through: 1 signed in, 1 failed."));
}

#[test]
fn a_question_is_waited_for() {
    let mut model = line(2);
    answered_by_alex(&mut model, 1);
    assert!(screen(&model).contains("person-00001@contoso.example"));
    assert_eq!(press(&mut model, "2"), chosen(&[1], Choice::KeepAsDelegate));
    assert_eq!(answered(&mut model, 1), opens(&[2]), "it was answered: the tokens are kept");
}

#[test]
fn one_answer_does_for_all_that_the_same_account_signed_in_for() {
    let mut model = line(5);
    press(&mut model, "+");
    press(&mut model, "+");
    (1..=3).for_each(|mailbox| answered_by_alex(&mut model, mailbox));
    let seen = screen(&model);
    assert!(seen.contains("person-00002@contoso.example and 1 more."), "{seen}");
    assert!(seen.contains("alex@contoso.example is a delegate of all 3"), "{seen}");
    assert_eq!(press(&mut model, "esc"), []);
    assert_eq!(press(&mut model, "⏎"), [], "its pane asks about all of them again");
    assert_eq!(press(&mut model, "3"), chosen(&[1, 2, 3], Choice::Discard));
    assert!(model.queue.is_some());
}

#[test]
fn a_question_stops_the_line_if_it_is_told_to() {
    let mut model = line(3);
    answered_by_alex(&mut model, 1);
    assert!(screen(&model).contains("Discard it and stop the line"));
    assert_eq!(press(&mut model, "4"), chosen(&[1], Choice::Discard));
    assert!(model.queue.is_none());
    assert_eq!(hear(&mut model, 1, None), [], "nothing further is opened");
}

#[test]
fn putting_a_second_question_aside_stops_the_line() {
    let mut model = line(4);
    press(&mut model, "+");
    answered_by_alex(&mut model, 1);
    press(&mut model, "esc");
    assert!(model.queue.is_some() && model.overlay.is_none(), "decided later");
    answered_by_alex(&mut model, 2);
    assert!(screen(&model).contains("esc decides later, and stops the line"));
    press(&mut model, "esc");
    assert!(model.queue.is_none());
    assert!(said(&model).1.starts_with("The line was stopped"));
    let mut model = line(2);
    answered_by_alex(&mut model, 1);
    press(&mut model, "esc");
    press(&mut model, "esc");
    assert!(model.queue.is_none(), "on the dashboard it does as ever");
}

#[test]
fn skipping_one_that_is_asked_about_discards_what_came() {
    let mut model = line(2);
    answered_by_alex(&mut model, 1);
    press(&mut model, "esc");
    assert_eq!(press(&mut model, "x"), [chosen(&[1], Choice::Discard), opens(&[2])].concat());
}

#[test]
fn several_are_open_at_once_if_asked() {
    let mut model = line(4);
    assert_eq!(press(&mut model, "+"), opens(&[2]));
    assert!(screen(&model).contains("2 waiting, 2 left, 2 at once"), "{}", screen(&model));
    asks(&mut model, 2);
    assert_eq!(answered(&mut model, 2), opens(&[3]), "in any order");
    assert_eq!(press(&mut model, "-"), []);
    assert_eq!(answered(&mut model, 1), [], "one is open still, and one is what was asked for");
}

#[test]
fn one_that_is_skipped_comes_back_last() {
    let mut model = line(3);
    let effects = press(&mut model, "x");
    assert_eq!(effects, [vec![Effect::Cancel(Subject::Mailbox(id(1)))], opens(&[2])].concat());
    assert_eq!(hear(&mut model, 1, None), [], "its end is no failure");
    for (mailbox, next) in [(2, 3), (3, 1)] {
        assert_eq!(answered(&mut model, mailbox), opens(&[next]));
    }
    assert_eq!(press(&mut model, "x"), [], "nobody else is left");
}

#[test]
fn where_links_are_shown_the_line_goes_on_beside_them() {
    let mut model = line(3);
    let (none, copied) = (Trouble::new("browser.none", "", "", ""), Copied::ForTerminal(Secret::new("https://")));
    let browser = Err((none, Ok(copied)));
    update(&mut model, Message::Done(Done::Opened { errand: errand(id(1)), browser }));
    let seen = screen(&model);
    assert!(seen.contains("Signing in 0 of 3") && seen.contains("x skips"), "{seen}");
    assert!(seen.contains("select it above") && !seen.contains("L shows"), "{seen}");
    assert_eq!(press(&mut model, "x"), [vec![Effect::Cancel(Subject::Mailbox(id(1)))], opens(&[2])].concat());
    asks(&mut model, 2);
    assert!(screen(&model).contains("⏎ shows the link again"), "no browser can be opened here: {}", screen(&model));
}

#[test]
fn stopping_keeps_what_is_done_and_what_is_open() {
    let mut model = line(5);
    answered(&mut model, 1);
    accepted(&mut model, 1);
    assert_eq!(press(&mut model, "esc"), []);
    let text = "The line was stopped: 1 signed in, 4 left. What is open can still be answered.";
    assert_eq!(said(&model), (Tone::Plain, text));
    assert_eq!(answered(&mut model, 2), [], "a late answer opens nothing");
    accepted(&mut model, 2);
    assert!(model.queue.is_none());
}

#[test]
fn a_mailbox_that_is_removed_meanwhile_is_not_waited_for() {
    let mut model = line(3);
    let mut fleet = without_tokens(3);
    fleet.mailboxes.remove(0);
    let effects = update(&mut model, Message::Engine(Event::Fleet(fleet.into())));
    assert_eq!(effects, opens(&[2]));
    assert_eq!(hear(&mut model, 1, None), []);
    assert!(screen(&model).contains("Signing in 0 of 2"));
}

#[test]
fn what_stands_in_the_way_of_one_stands_in_the_way_of_all() {
    let mut model = line(3);
    let locked = Trouble::new("keyring.locked", "The keyring is locked", "", "Unlock it.");
    let done = Done::NotBegun(Subject::Mailbox(id(1)), locked);
    assert_eq!(update(&mut model, Message::Done(done)), []);
    assert!(model.queue.is_none());
    assert!(said(&model).1.contains("keyring.locked"));
}

#[test]
fn a_thousand_are_through_in_a_thousand_answers() {
    let mut model = line(1_000);
    tell(&mut model, Event::ClipboardWatch(Ok(())));
    for mailbox in 1..=1_000 {
        let next = if mailbox < 1_000 { opens(&[mailbox + 1]) } else { vec![] };
        assert_eq!(answered(&mut model, mailbox), next);
        accepted(&mut model, mailbox);
    }
    assert_eq!(said(&model), (Tone::Good, "The line is through: 1000 signed in."));
}
