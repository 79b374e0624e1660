//! Keys that are about all that are selected.

use crate::domain::{Check, Fleet, MailboxId, Remedy, Trouble};
use crate::tui::fixture::{at, crowd, is, minutes_ago, now, press, screen, showing, sign_in};
use crate::tui::message::Effect;
use crate::tui::model::Model;

/// Two mailboxes that wait for lines of their own, two for the same one, and one for none.
fn waiting_for_lines() -> Fleet {
    let mut fleet = crowd(5);
    for (mailbox, line) in fleet.mailboxes.iter_mut().zip(["one", "both", "two", "both"]) {
        let trouble = Trouble::new("smtp.auth_disabled", "", "", "").with(Remedy::PowerShell(line.to_owned()));
        mailbox.checks.smtp = Check::Failed { at: minutes_ago(1), trouble };
    }
    fleet
}

fn selected(fleet: Fleet) -> Model {
    let mut model = showing(fleet, (120, 40));
    press(&mut model, "*");
    model
}

#[test]
fn the_lines_that_several_wait_for_are_copied_at_once_and_each_once() {
    let mut model = selected(waiting_for_lines());
    let wanted = Effect::CopyText("The PowerShell lines".to_owned(), "one\nboth\ntwo".to_owned());
    for key in ["c", "⏎"] {
        assert_eq!(press(&mut model, key), std::slice::from_ref(&wanted), "{key}");
        assert!(model.overlay.is_none());
    }
    press(&mut model, "esc");
    assert_eq!(press(&mut model, "c"), [], "of one mailbox, its credentials");
    assert!(model.overlay.is_some());
}

#[test]
fn where_nothing_else_is_to_be_done_for_several_they_are_checked() {
    let mut model = selected(crowd(3));
    assert_eq!(press(&mut model, "⏎"), [Effect::Check((1..=3).map(MailboxId).collect(), now())]);
}

#[test]
fn a_sign_in_that_waits_says_once_that_the_browser_opens_again() {
    let mut model = at(is::BILLING);
    assert!(screen(&model).contains("⏎ sign in  "));
    sign_in(&mut model, is::BILLING);
    let screen = screen(&model);
    let footer = screen.lines().last().unwrap();
    assert!(footer.contains("⏎ browser again") && !footer.contains(" o "), "{footer}");
}
