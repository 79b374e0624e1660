//! Menus and questions.

use std::sync::Arc;

use crate::domain::{MailboxId, Secret};
use crate::engine::{Choice, Event, Field};
use crate::tui::fixture::{address, at, fleet, is, pass, press, screen, tell};
use crate::tui::message::{Done, Effect, Message};
use crate::tui::model::{Model, Overlay, WrongAccount};
use crate::tui::update::update;

fn wrong_account() -> Overlay {
    Overlay::WrongAccount(WrongAccount {
        state: "a-state".to_owned(),
        mailbox: is::BILLING,
        expected: address("billing@contoso.example"),
        username: "alex.wu@contoso.example".to_owned(),
        at: 0,
    })
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
        (&["9"], copy(Field::ALL[8])),
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
    assert_eq!(press(&mut model, "⏎"), [Effect::Copy(is::BILLING, Field::ALL[8])]);
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
        let mut model = with(Overlay::Remove(ids.clone()));
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
        let mut model = with(Overlay::WhichSignIn(asked.clone(), 0));
        assert_eq!(keys(&mut model, pressed), wanted, "{pressed:?}");
        assert!(model.overlay.is_none(), "{pressed:?}");
    }
    let mut model = with(Overlay::WhichSignIn(asked, 0));
    assert_eq!(press(&mut model, "7"), []);
    assert!(model.overlay.is_some(), "there is no seventh");
}

#[test]
fn pages_scroll_and_close() {
    for page in ["?", "w"] {
        let mut model = at(is::AP);
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
        || Overlay::Remove(vec![is::BILLING]),
        wrong_account,
        || Overlay::WhichSignIn(vec![(is::BILLING, address("billing@contoso.example"))], 0),
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
fn of_several_to_remove_those_are_left_that_are_still_there() {
    let mut model = with(Overlay::Remove(vec![is::AP, is::BILLING]));
    tell(&mut model, Event::Fleet(Arc::new(without(is::BILLING))));
    assert_eq!(press(&mut model, "y"), [Effect::RemoveMailboxes(vec![is::AP])]);
}

fn without(gone: MailboxId) -> crate::domain::Fleet {
    let mut fleet = fleet();
    fleet.mailboxes.retain(|mailbox| mailbox.id != gone);
    fleet
}
