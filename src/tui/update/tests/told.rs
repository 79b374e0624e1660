//! What the engine tells, and what came of the effects.

use std::sync::Arc;

use crate::domain::{Fleet, MailboxId, News, Secret, Token, Trouble};
use crate::engine::{Accepted, Copied, End, Errand, Event, KeepAlive, Kept, Listening, Phase, Progress, Subject, Work};
use crate::tui::fixture::{
    address, alex_for_billing, at, change_grant, crowd, demo_at, errand, fleet, held, is, name, now, pass, press,
    put_cursor_on, screen, showing, sign_in, tell, work,
};
use crate::tui::message::{Done, Effect, Message};
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::{Overlay, Question};
use crate::tui::update::update;

fn done(model: &mut Model, done: Done) -> Vec<Effect> {
    update(model, Message::Done(done))
}

fn renewed(model: &mut Model, fleet: Fleet) {
    tell(model, Event::Fleet(Arc::new(fleet)));
}

fn said(model: &Model) -> (Tone, &str) {
    let notice = model.notice.as_ref().expect("a notice");
    (notice.tone, notice.text.as_str())
}

fn trouble() -> Trouble {
    Trouble::new("network.timeout", "The server did not answer", "It is slow.", "Try again.")
}

/// So many of five checks are over, and so many of them went wrong.
fn checked(model: &mut Model, over: usize, failed: usize, phase: Phase) {
    let progress = Progress { phase, over, failed, ..Progress::beginning(5, now()) };
    tell(model, Event::Checks(Some(progress)));
}

fn asked_about(mailbox: MailboxId) -> Event {
    Event::WrongAccount {
        state: "a-state".to_owned(),
        mailbox,
        expected: address("billing@contoso.example"),
        username: "alex.wu@contoso.example".to_owned(),
    }
}

fn which(mailboxes: &[MailboxId]) -> Event {
    let named = |id: &MailboxId| (*id, address(&format!("mailbox-{}@contoso.example", id.0)));
    Event::WhichSignIn(mailboxes.iter().map(named).collect())
}

#[test]
fn a_new_picture_of_the_fleet_moves_neither_cursor_nor_selection() {
    let mut model = at(is::HR);
    press(&mut model, "space");
    put_cursor_on(&mut model, is::LEGAL);
    let mut fleet = fleet();
    fleet.mailboxes.retain(|mailbox| mailbox.id != is::AP);
    renewed(&mut model, fleet);
    assert_eq!(model.list.current().unwrap().id, is::LEGAL);
    assert_eq!(model.list.targets(), [is::HR]);
}

/// What the engine tells when these mailboxes and their grants are as in `fleet`.
fn news(fleet: &Fleet, ids: &[MailboxId]) -> Event {
    let mailboxes: Vec<_> = fleet.mailboxes.iter().filter(|mailbox| ids.contains(&mailbox.id)).cloned().collect();
    let grants = mailboxes.iter().map(|mailbox| fleet.grants[&mailbox.grant].clone()).collect();
    Event::News(Arc::new(News { mailboxes, grants }))
}

#[test]
fn news_of_some_mailboxes_make_the_same_screen_as_the_whole_fleet() {
    let mut changed = fleet();
    change_grant(&mut changed, is::AP, |grant| grant.token = Token::None);
    change_grant(&mut changed, is::ALERTS, |grant| grant.token = held(0, 0));
    for prepare in [&["*"][..], &["s"], &["s", "s", "G"], &["/", "v", "a", "l", "i", "d"]] {
        let [mut by_news, mut by_fleet] = [at(is::ALERTS), at(is::ALERTS)];
        for model in [&mut by_news, &mut by_fleet] {
            prepare.iter().for_each(|key| drop(press(model, key)));
        }
        tell(&mut by_news, news(&changed, &[is::AP, is::ALERTS]));
        renewed(&mut by_fleet, changed.clone());
        assert_eq!(screen(&by_news), screen(&by_fleet), "after {prepare:?}");
        assert_eq!(by_news.list.tally(), by_fleet.list.tally());
        assert_eq!(by_news.list.current().map(|row| row.id), by_fleet.list.current().map(|row| row.id));
    }
}

#[test]
fn news_of_a_mailbox_that_is_not_known_yet_wait_for_the_fleet() {
    let mut model = at(is::AP);
    let before = screen(&model);
    tell(&mut model, news(&crowd(30), &[MailboxId(30)]));
    assert_eq!(screen(&model), before);
}

#[test]
fn a_fleet_that_shrinks_below_the_window_is_shown_from_its_first_line() {
    let mut model = showing(crowd(500), (80, 24));
    press(&mut model, "G");
    renewed(&mut model, crowd(4));
    let height = model.layout().list_height();
    assert_eq!((model.list.offset(), model.list.window(height).count()), (0, 4));
}

#[test]
fn a_batch_counts_and_says_how_it_went() {
    let mut model = at(is::AP);
    press(&mut model, "R");
    checked(&mut model, 4, 1, Phase::Running);
    assert!(screen(&model).contains("Checking 4 of 5"));
    checked(&mut model, 5, 1, Phase::Over(End::Complete));
    assert!(model.batch.is_none());
    assert_eq!(said(&model), (Tone::Bad, "5 mailboxes were checked, 1 needs attention. 2 more have no token yet."));
}

#[test]
fn what_came_of_a_batch_stays_until_somebody_was_there() {
    let mut model = at(is::AP);
    press(&mut model, "R");
    checked(&mut model, 5, 1, Phase::Over(End::Complete));
    press(&mut model, "j");
    assert!(model.notice.is_some(), "it had just come");
    pass(&mut model, 3_600);
    assert!(screen(&model).contains("5 mailboxes were checked"));
    assert!(model.wakes_at().is_none_or(|moment| moment > model.now), "nothing is drawn meanwhile");
    press(&mut model, "j");
    assert!(model.notice.is_none());
}

#[test]
fn a_second_start_of_the_same_batch_joins_the_first() {
    let mut model = at(is::AP);
    let first = press(&mut model, "R");
    pass(&mut model, 3);
    assert_eq!(press(&mut model, "R"), first, "what was found since the first began is fresh enough");
    assert_ne!(press(&mut model, "r"), first, "but one alone is checked anew");
    checked(&mut model, 5, 0, Phase::Over(End::Complete));
    assert!(said(&model).1.ends_with("2 more have no token yet."), "{:?}", said(&model));
}

#[test]
fn the_end_of_a_batch_is_said_as_it_was() {
    let no_token = "2 more have no token yet.";
    for (over, failed, end, tone, text) in [
        (5, 0, End::Complete, Tone::Good, format!("5 mailboxes were checked, all is well. {no_token}")),
        (5, 3, End::Complete, Tone::Bad, format!("5 mailboxes were checked, 3 need attention. {no_token}")),
        (2, 0, End::Stopped, Tone::Good, format!("Stopped: 2 of 5 mailboxes were checked, all is well. {no_token}")),
        (0, 0, End::Stopped, Tone::Good, format!("Stopped: 0 of 5 mailboxes were checked. {no_token}")),
        (1, 0, End::Obstacle(trouble()), Tone::Bad, format!("{} (network.timeout)", trouble())),
    ] {
        let mut model = at(is::AP);
        press(&mut model, "R");
        checked(&mut model, over, failed, Phase::Over(end));
        assert_eq!(said(&model), (tone, text.as_str()));
    }
}

#[test]
fn a_batch_that_is_stopped_is_shown_until_it_has_ended() {
    let mut model = at(is::AP);
    press(&mut model, "R");
    checked(&mut model, 1, 0, Phase::Running);
    assert_eq!(press(&mut model, "esc"), [Effect::StopChecks]);
    assert!(screen(&model).contains("stopping"));
    assert_eq!(press(&mut model, "esc"), []);
    checked(&mut model, 2, 0, Phase::Stopping);
    assert!(screen(&model).contains("Checking 2 of 5"));
    checked(&mut model, 2, 0, Phase::Over(End::Stopped));
    assert!(model.batch.is_none());
}

#[test]
fn a_batch_that_somebody_else_began_is_shown_too() {
    let mut model = at(is::BILLING);
    checked(&mut model, 3, 0, Phase::Running);
    assert!(screen(&model).contains("Checking 3 of 5"));
    tell(&mut model, Event::Checks(None));
    assert!(!screen(&model).contains("Checking"));
}

#[test]
fn the_keep_alive_says_that_it_is_on_and_what_it_did() {
    let every = std::time::Duration::from_secs(6 * 3600);
    let next = now() + jiff::SignedDuration::from_hours(6);
    let kept = |outcome| Some(Kept { at: now(), outcome, next });
    for (last, said) in [
        (None, "Keep-alive is on: it looks for tokens that fall due."),
        (kept(Ok((0, 0))), "Keep-alive is on: nothing was due at 09:26. It looks again at 15:26."),
        (kept(Ok((3, 0))), "Keep-alive is on: 3 due refreshed at 09:26, all is well. It looks again at 15:26."),
        (kept(Ok((3, 1))), "Keep-alive is on: 3 due refreshed at 09:26, 1 failed. It looks again at 15:26."),
        (kept(Err(trouble())), "Keep-alive is on: at 09:26: The server did not answer. It looks again at 15:26."),
    ] {
        let mut model = at(is::AP);
        tell(&mut model, Event::KeepAlive(KeepAlive { every, last }));
        assert!(screen(&model).contains(said), "{said}");
    }
    assert!(!screen(&at(is::AP)).contains("Keep-alive"), "it is off");
}

#[test]
fn one_mailbox_is_told_as_one() {
    let mut model = at(is::AP);
    assert_eq!(press(&mut model, "r"), [Effect::Check(vec![is::AP], now())]);
    let over = Progress { phase: Phase::Over(End::Complete), over: 1, ..Progress::beginning(1, now()) };
    tell(&mut model, Event::Checks(Some(over)));
    assert_eq!(said(&model), (Tone::Good, "1 mailbox was checked, all is well."));
}

#[test]
fn nothing_is_checked_where_nobody_signed_in() {
    let mut model = at(is::BILLING);
    assert_eq!(press(&mut model, "r"), []);
    assert!(said(&model).1.contains("no token"));
}

#[test]
fn a_question_waits_while_something_is_typed() {
    let mut model = at(is::BILLING);
    press(&mut model, "n");
    tell(&mut model, asked_about(is::BILLING));
    assert!(matches!(model.overlay, Some(Overlay::Form(_))));
    let asking =
        Work::Asking { state: "a-state".to_owned(), username: "alex.wu@contoso.example".to_owned(), since: now() };
    work(&mut model, is::BILLING, asking);
    press(&mut model, "esc");
    assert!(matches!(model.overlay, Some(Overlay::Question(Question::WrongAccount(_), 0))), "asked at once");
    press(&mut model, "esc");
    assert!(model.overlay.is_none(), "decided later");
    assert_eq!(press(&mut model, "⏎"), [], "the pane asks again");
    assert!(
        matches!(&model.overlay, Some(Overlay::Question(Question::WrongAccount(asked), 0)) if *asked == alex_for_billing())
    );
}

#[test]
fn questions_wait_for_each_other_and_each_is_asked_once() {
    let mut model = at(is::AP);
    press(&mut model, "/");
    for mailbox in [is::BILLING, is::BILLING] {
        tell(&mut model, asked_about(mailbox));
    }
    tell(&mut model, which(&[is::BILLING, is::LEGAL]));
    tell(&mut model, which(&[is::LEGAL]));
    assert!(model.overlay.is_none(), "a filter is typed");
    press(&mut model, "⏎");
    assert!(matches!(&model.overlay, Some(Overlay::Question(Question::WrongAccount(_), 0))));
    press(&mut model, "esc");
    assert!(matches!(&model.overlay, Some(Overlay::Question(Question::WhichSignIn(asked), 0)) if asked.len() == 1));
    press(&mut model, "esc");
    assert!(model.overlay.is_none());
}

#[test]
fn a_code_that_nobody_claimed_can_be_reached_as_long_as_a_sign_in_waits_for_it() {
    let mut model = at(is::BILLING);
    sign_in(&mut model, is::BILLING);
    sign_in(&mut model, is::LEGAL);
    tell(&mut model, which(&[is::BILLING, is::LEGAL]));
    press(&mut model, "esc");
    assert!(screen(&model).contains("A code came"));
    assert_eq!(press(&mut model, "⏎"), []);
    assert_eq!(press(&mut model, "2"), [Effect::ChooseErrand(is::LEGAL)]);
    assert_eq!(press(&mut model, "⏎"), [Effect::OpenBrowser(Subject::Mailbox(is::BILLING))], "it was claimed");
    tell(&mut model, which(&[is::BILLING, is::LEGAL]));
    press(&mut model, "esc");
    for mailbox in [is::BILLING, is::LEGAL] {
        assert!(model.unclaimed_code.is_some());
        tell(&mut model, Event::Work(Subject::Mailbox(mailbox), None));
    }
    assert_eq!(model.unclaimed_code, None);
}

#[test]
fn a_question_about_a_mailbox_that_is_gone_is_not_asked() {
    let mut model = at(is::AP);
    press(&mut model, "?");
    tell(&mut model, asked_about(is::BILLING));
    let mut fleet = fleet();
    fleet.mailboxes.retain(|mailbox| mailbox.id != is::BILLING);
    renewed(&mut model, fleet);
    press(&mut model, "esc");
    assert!(model.overlay.is_none());
}

#[test]
fn a_question_is_asked_at_once_where_nothing_is_in_the_way() {
    let mut model = at(is::AP);
    tell(&mut model, asked_about(is::BILLING));
    assert!(
        matches!(&model.overlay, Some(Overlay::Question(Question::WrongAccount(asked), 0)) if *asked == alex_for_billing())
    );
    let mut model = at(is::AP);
    tell(&mut model, Event::WhichSignIn(vec![(is::BILLING, address("billing@contoso.example"))]));
    assert!(matches!(&model.overlay, Some(Overlay::Question(Question::WhichSignIn(asked), 0)) if asked.len() == 1));
}

#[test]
fn the_clipboard_is_spoken_of_only_while_a_sign_in_waits() {
    let mut model = at(is::BILLING);
    sign_in(&mut model, is::BILLING);
    tell(&mut model, Event::ClipboardWatch(Err(trouble())));
    assert!(screen(&model).contains("No clipboard here"));
    tell(&mut model, Event::Work(Subject::Mailbox(is::BILLING), None));
    assert_eq!(model.clipboard, None);
}

#[test]
fn what_was_copied_is_said_with_when_it_is_cleared() {
    let cleared_at = Some(now() + jiff::SignedDuration::from_secs(45));
    let not_cleared = Copied::Clipboard { cleared_at: None };
    for (what, copied, effects, text) in [
        ("Client id", Copied::Clipboard { cleared_at }, 0, "cleared in 45 s"),
        ("Client id", not_cleared.clone(), 0, "Client id was copied."),
        ("The PowerShell lines", not_cleared, 0, "The PowerShell lines were copied."),
        ("Client id", Copied::ForTerminal(Secret::new("text")), 1, "OSC 52"),
    ] {
        let mut model = at(is::AP);
        let what = what.to_owned();
        assert_eq!(done(&mut model, Done::Copied { what, copied, is_secret: true }).len(), effects);
        assert!(said(&model).1.contains(text), "{}", said(&model).1);
    }
}

#[test]
fn where_nobody_listens_the_answer_is_not_said_to_come_by_itself() {
    for (listening, text) in [
        (Listening::Here(49213), "by itself"),
        (Listening::Elsewhere(8400), "Copy the address"),
        (Listening::Nowhere, "Copy the address"),
    ] {
        let mut model = at(is::BILLING);
        let errand = Errand { listening, ..errand(is::BILLING) };
        done(&mut model, Done::Opened { errand, browser: Ok(()) });
        assert!(said(&model).1.contains(text), "{}", said(&model).1);
    }
}

#[test]
fn without_a_browser_the_link_is_copied_and_the_demo_offers_to_play() {
    let opened = |copied| Done::Opened { errand: errand(is::BILLING), browser: Err((trouble(), copied)) };
    let handed = || Ok(Copied::ForTerminal(Secret::new("https://login.example")));
    let mut model = demo_at(is::BILLING);
    let effects = done(&mut model, opened(handed()));
    assert_eq!(effects, [Effect::ToTerminal(Secret::new("https://login.example"))]);
    assert!(said(&model).1.contains("p plays the person"));
    let mut model = at(is::BILLING);
    done(&mut model, opened(handed()));
    assert!(!said(&model).1.contains("p plays"));
    done(&mut model, opened(Err(trouble())));
    assert_eq!(said(&model).0, Tone::Bad);
}

#[test]
fn a_link_that_was_not_surely_copied_is_shown_until_its_answer_comes() {
    let handed = || Ok(Copied::ForTerminal(Secret::new("https://login.example")));
    let copied = || Ok(Copied::Clipboard { cleared_at: None });
    let opened = |browser| Done::Opened { errand: errand(is::BILLING), browser };
    let linked = |copied| Done::LinkCopied { errand: errand(is::BILLING), copied };
    for (message, shown) in [
        (opened(Ok(())), false),
        (opened(Err((trouble(), copied()))), false),
        (opened(Err((trouble(), handed()))), true),
        (opened(Err((trouble(), Err(trouble())))), true),
        (linked(copied()), false),
        (linked(handed()), true),
        (linked(Err(trouble())), true),
        (Done::Link(errand(is::BILLING)), true),
    ] {
        let mut model = at(is::BILLING);
        sign_in(&mut model, is::BILLING);
        let case = format!("{message:?}");
        done(&mut model, message);
        assert_eq!(screen(&model).starts_with("https://login.example/authorize?state=a-state\n"), shown, "{case}");
        work(&mut model, is::BILLING, Work::Exchanging { since: now() });
        assert!(model.overlay.is_none(), "{case}");
    }
}

#[test]
fn every_outcome_is_said_in_its_tone() {
    let token =
        Accepted::Token { mailbox: is::BILLING, account: address("billing@contoso.example"), place: "the keyring" };
    let consent = Accepted::Consent(name("Mailer"));
    for (message, tone, text) in [
        (Message::Engine(Event::Accepted(token)), Tone::Good, "The refresh token is in the keyring"),
        (Message::Engine(Event::Accepted(consent)), Tone::Good, "Admin consent for Mailer"),
        (Message::Engine(Event::ClipboardCleared(true)), Tone::Plain, "The clipboard was cleared"),
        (Message::Done(Done::ClipboardEmpty), Tone::Plain, "no text on the clipboard"),
        (
            Message::Done(Done::Failed(trouble())),
            Tone::Bad,
            "The server did not answer. It is slow. Try again. (network.timeout)",
        ),
    ] {
        let mut model = at(is::AP);
        assert_eq!(update(&mut model, message), []);
        assert_eq!(said(&model).0, tone);
        assert!(said(&model).1.contains(text), "{}", said(&model).1);
    }
}
