//! Menus and questions.

use std::sync::Arc;

use crate::domain::{Application, MailboxId, Secret};
use crate::engine::{Choice, Event, Field};
use crate::tui::fixture::{address, alex_for_billing, at, errand, fleet, is, name, pass, press, screen, tell};
use crate::tui::message::{Done, Effect, Message, Saved};
use crate::tui::model::Model;
use crate::tui::overlay::{Confirmation, Overlay, Question, Way};
use crate::tui::update::update;

fn wrong_account() -> Overlay {
    Overlay::Question(Question::WrongAccount(alex_for_billing()), 0)
}

fn with(overlay: Overlay) -> Model {
    let mut model = at(is::BILLING);
    model.overlay = Some(overlay);
    model
}

/// Presses the keys one after the other, and gives what the last one wants done.
fn keys(model: &mut Model, keys: &[&str]) -> Vec<Effect> {
    keys.iter().map(|key| press(model, key)).last().unwrap_or_default()
}

#[test]
fn the_copy_menu_copies_or_shows_by_cursor_and_by_number() {
    let copy = |field| vec![Effect::Copy(is::BILLING, field)];
    let show = |field| vec![Effect::Reveal(is::BILLING, field)];
    for (pressed, wanted) in [
        (&["⏎"][..], copy(Field::ALL[0])),
        (&["c"], copy(Field::ALL[0])),
        (&["↓", "j", "tab", "⏎"], copy(Field::ALL[3])),
        (&["↓", "↓", "k", "↑", "↑", "⏎"], copy(Field::ALL[0])),
        (&["4"], copy(Field::ALL[3])),
        (&["8"], copy(Field::ALL[7])),
        (&["↓", "s"], show(Field::ALL[1])),
        (&["esc"], vec![]),
        (&["q"], vec![]),
    ] {
        let mut model = with(Overlay::CopyMenu(is::BILLING, 0));
        assert_eq!(keys(&mut model, pressed), wanted, "{pressed:?}");
        assert!(model.overlay.is_none(), "{pressed:?}");
    }
}

#[test]
fn the_cursor_of_a_menu_stops_at_its_ends() {
    let mut model = with(Overlay::CopyMenu(is::BILLING, 0));
    keys(&mut model, &["↓"; 40]);
    assert_eq!(press(&mut model, "⏎"), [Effect::Copy(is::BILLING, Field::ALL[7])]);
}

#[test]
fn removing_wants_a_yes() {
    let ids = vec![is::AP, is::HR];
    for (key, stays, wanted) in [
        ("y", false, vec![Effect::RemoveMailboxes(ids.clone())]),
        ("esc", false, vec![]),
        ("n", false, vec![]),
        ("q", false, vec![]),
        ("⏎", true, vec![]),
        ("d", true, vec![]),
        ("space", true, vec![]),
    ] {
        let mut model = with(Overlay::Confirm(Confirmation::RemoveMailboxes(ids.clone())));
        assert_eq!(press(&mut model, key), wanted, "{key}");
        assert_eq!(model.overlay.is_some(), stays, "{key}");
    }
}

#[test]
fn another_accounts_tokens_are_chosen_about_or_left() {
    let choose = |choice| vec![Effect::ChooseAccount("a-state".to_owned(), choice)];
    for (pressed, wanted) in [
        (&["⏎"][..], choose(Choice::SignInAgain)),
        (&["↓", "⏎"], choose(Choice::KeepAsDelegate)),
        (&["↓", "↓", "↓", "⏎"], choose(Choice::Discard)),
        (&["2"], choose(Choice::KeepAsDelegate)),
        (&["3"], choose(Choice::Discard)),
        (&["esc"], vec![]),
    ] {
        let mut model = with(wrong_account());
        assert_eq!(keys(&mut model, pressed), wanted, "{pressed:?}");
        assert!(model.overlay.is_none(), "{pressed:?}");
    }
}

#[test]
fn a_bare_code_is_given_to_the_sign_in_that_is_chosen() {
    let asked = vec![(is::BILLING, address("billing@contoso.example")), (is::LEGAL, address("legal@contoso.example"))];
    for (pressed, wanted) in [
        (&["⏎"][..], vec![Effect::ChooseErrand(is::BILLING)]),
        (&["↓", "⏎"], vec![Effect::ChooseErrand(is::LEGAL)]),
        (&["2"], vec![Effect::ChooseErrand(is::LEGAL)]),
        (&["esc"], vec![]),
    ] {
        let mut model = with(Overlay::Question(Question::WhichSignIn(asked.clone()), 0));
        assert_eq!(keys(&mut model, pressed), wanted, "{pressed:?}");
        assert!(model.overlay.is_none(), "{pressed:?}");
    }
    let mut model = with(Overlay::Question(Question::WhichSignIn(asked), 0));
    assert_eq!(press(&mut model, "7"), []);
    assert!(model.overlay.is_some(), "there is no seventh");
}

#[test]
fn a_page_goes_to_its_ends_and_no_other_key_closes_it() {
    for open in ["?", "w"] {
        let mut model = at(is::AP);
        press(&mut model, open);
        let top = screen(&model);
        press(&mut model, "G");
        let end = screen(&model);
        assert_ne!(top, end, "{open}");
        press(&mut model, "k");
        assert_ne!(screen(&model), end, "one line up from the end is seen at once");
        for key in ["End", "/", "z", "1"] {
            press(&mut model, key);
        }
        assert_eq!(screen(&model), end, "{open}");
        press(&mut model, "g");
        assert_eq!(screen(&model), top, "{open}");
        press(&mut model, "esc");
        assert!(model.overlay.is_none(), "{open}");
    }
}

#[test]
fn pages_scroll_and_close() {
    for page in ["?", "w"] {
        let mut model = at(is::AP);
        update(&mut model, Message::Resize(80, 16));
        press(&mut model, page);
        keys(&mut model, &["↓", "j", "PgDn", "space", "k", "↑", "PgUp"]);
        let top = match model.overlay {
            Some(Overlay::Help(top) | Overlay::Walkthrough(top)) => top,
            _ => panic!("{page} is closed"),
        };
        assert_eq!(top, 10);
        assert_eq!(press(&mut model, "q"), [], "closes the page, not the program");
        assert!(model.overlay.is_none());
    }
}

#[test]
fn a_secret_that_is_shown_is_gone_after_fifteen_seconds() {
    let mut model = at(is::AP);
    let secret = Secret::new("0.AXoA-refresh-token");
    update(&mut model, Message::Done(Done::Revealed(Field::RefreshToken, secret)));
    assert!(screen(&model).contains("0.AXoA-refresh-token"));
    pass(&mut model, 14);
    assert!(screen(&model).contains("Gone in 1 s"));
    pass(&mut model, 1);
    assert!(!screen(&model).contains("0.AXoA"));
}

#[test]
fn any_key_takes_a_shown_secret_away() {
    for key in ["esc", "⏎", "x", "q"] {
        let mut model = with(Overlay::Reveal(Field::AccessToken, Secret::new("eyJ0"), crate::tui::fixture::now()));
        assert_eq!(press(&mut model, key), []);
        assert!(model.overlay.is_none());
    }
}

#[test]
fn a_secret_that_comes_late_does_not_push_aside_what_is_typed() {
    let mut model = at(is::AP);
    press(&mut model, "n");
    update(&mut model, Message::Done(Done::Revealed(Field::AccessToken, Secret::new("eyJ0"))));
    assert!(matches!(model.overlay, Some(Overlay::Form(_))));
}

#[test]
fn what_is_asked_about_a_mailbox_goes_with_the_mailbox() {
    let open: [fn() -> Overlay; 4] = [
        || Overlay::CopyMenu(is::BILLING, 3),
        || Overlay::Confirm(Confirmation::RemoveMailboxes(vec![is::BILLING])),
        wrong_account,
        || Overlay::Question(Question::WhichSignIn(vec![(is::BILLING, address("billing@contoso.example"))]), 0),
    ];
    for overlay in open {
        let mut model = with(overlay());
        tell(&mut model, Event::Fleet(Arc::new(fleet())));
        assert!(model.overlay.is_some(), "{:?}", overlay());
        tell(&mut model, Event::Fleet(Arc::new(without(is::BILLING))));
        assert!(model.overlay.is_none(), "{:?}", overlay());
    }
}

#[test]
fn how_many_are_to_be_removed_is_said() {
    let mut model = at(is::AP);
    press(&mut model, "d");
    assert!(screen(&model).contains("Remove ap@contoso.example from mailkey?"));
    press(&mut model, "esc");
    press(&mut model, "*");
    press(&mut model, "d");
    assert!(screen(&model).contains("Remove 7 mailboxes from mailkey: "));
}

#[test]
fn of_several_to_remove_those_are_left_that_are_still_there() {
    let mut model = with(Overlay::Confirm(Confirmation::RemoveMailboxes(vec![is::AP, is::BILLING])));
    tell(&mut model, Event::Fleet(Arc::new(without(is::BILLING))));
    assert_eq!(press(&mut model, "y"), [Effect::RemoveMailboxes(vec![is::AP])]);
}

fn without(gone: MailboxId) -> crate::domain::Fleet {
    let mut fleet = fleet();
    fleet.mailboxes.retain(|mailbox| mailbox.id != gone);
    fleet
}

#[test]
fn who_is_signed_in_is_asked_before_signing_in_anew() {
    let ap = crate::engine::Subject::Mailbox(is::AP);
    for (key, way) in [("o", Way::Browser), ("l", Way::Clipboard), ("L", Way::Screen)] {
        let mut model = at(is::AP);
        assert_eq!(press(&mut model, key), [], "{key}");
        assert!(screen(&model).contains("ap@contoso.example is signed in. Sign in anew?"), "{key}");
        assert_eq!(press(&mut model, "y"), [way.effect(ap.clone())], "{key}");
        let mut model = at(is::BILLING);
        assert_eq!(press(&mut model, key).len(), 1, "nobody is signed in: {key}");
    }
}

#[test]
fn beside_a_link_it_can_be_copied_and_in_the_demo_the_person_played() {
    let mut model = with(Overlay::Link(errand(is::BILLING)));
    assert_eq!(press(&mut model, "l"), [Effect::CopyLink(errand(is::BILLING).subject)]);
    assert_eq!(press(&mut model, "p"), [], "only in the demo");
    assert_eq!(press(&mut model, "x"), []);
    assert!(model.overlay.is_some());
    press(&mut model, "esc");
    assert!(model.overlay.is_none());
    let mut model = crate::tui::fixture::demo_at(is::BILLING);
    model.overlay = Some(Overlay::Link(errand(is::BILLING)));
    assert_eq!(press(&mut model, "p"), [Effect::PlayPerson(errand(is::BILLING).link)]);
}

#[test]
fn the_applications_can_be_seen_to_without_a_mailbox() {
    let mailer = || crate::tui::fixture::name("Mailer");
    let mut empty = fleet();
    empty.mailboxes.clear();
    let open = || {
        let mut model = crate::tui::fixture::showing(empty.clone(), (120, 40));
        press(&mut model, "A");
        model
    };
    for key in ["⏎", "e", "N"] {
        let mut model = open();
        assert_eq!(press(&mut model, key), []);
        assert!(matches!(model.overlay, Some(Overlay::Form(_))), "{key}");
    }
    assert_eq!(press(&mut open(), "r"), [Effect::Prove(mailer())]);
    let consent = Effect::OpenBrowser(crate::engine::Subject::Application(mailer()));
    assert_eq!(press(&mut open(), "a"), [consent]);
    assert_eq!(keys(&mut open(), &["d", "y"]), [Effect::RemoveApplication(mailer())]);
    assert_eq!(keys(&mut open(), &["d", "esc"]), []);
}

#[test]
fn an_application_that_mailboxes_use_is_not_offered_for_removal() {
    let mut model = at(is::AP);
    keys(&mut model, &["A", "d"]);
    assert!(matches!(model.overlay, Some(Overlay::Applications(0))));
    assert!(screen(&model).contains("Mailer cannot be removed. 7 mailboxes use it"), "{}", screen(&model));
}

#[test]
fn what_was_opened_from_the_applications_leads_back_to_them() {
    let mut two = fleet();
    let printer = Application { name: name("Printer"), ..two.applications[&name("Mailer")].clone() };
    two.applications.insert(name("Printer"), printer);
    let open = |pressed: &[&str]| {
        let mut model = crate::tui::fixture::showing(two.clone(), (120, 40));
        keys(&mut model, &["A", "↓"]);
        keys(&mut model, pressed);
        model
    };
    let saved = |mut model: Model| {
        press(&mut model, "⏎");
        update(&mut model, Message::Done(Done::Saved(Saved::Application(name("Printer")))));
        model
    };
    for model in [open(&["e", "esc"]), open(&["N", "esc"]), open(&["d", "esc"]), open(&["d", "y"]), saved(open(&["e"]))]
    {
        assert!(matches!(model.overlay, Some(Overlay::Applications(1))), "{:?}", model.overlay);
    }
    let mut model = at(is::AP);
    keys(&mut model, &["N", "esc"]);
    assert!(model.overlay.is_none(), "it was opened from the dashboard");
}

#[test]
fn the_walkthroughs_script_and_redirect_uri_can_be_copied() {
    let mut model = at(is::AP);
    press(&mut model, "w");
    let [Effect::CopyText(_, script)] = &press(&mut model, "c")[..] else { panic!("no script") };
    assert!(script.starts_with("cat > access.json"), "{script}");
    assert!(script.contains("\n  --public-client-redirect-uris 'http://localhost'"), "{script}");
    assert!(script.lines().all(|line| !line.is_empty() && !line.starts_with('#')), "{script}");
    let copied = Effect::CopyText("The redirect URI".to_owned(), "http://localhost".to_owned());
    assert_eq!(press(&mut model, "u"), [copied]);
    assert!(matches!(model.overlay, Some(Overlay::Walkthrough(0))), "it stays open");
}

#[test]
fn a_client_secret_is_offered_where_there_is_one() {
    let mut model = with(Overlay::CopyMenu(is::BILLING, 0));
    assert!(!screen(&model).contains("Client secret"));
    let mut fleet = fleet();
    fleet.applications.values_mut().for_each(|application| application.has_client_secret = true);
    tell(&mut model, Event::Fleet(Arc::new(fleet)));
    assert!(screen(&model).contains("9  Client secret"));
    assert_eq!(press(&mut model, "9"), [Effect::Copy(is::BILLING, Field::ClientSecret)]);
}
