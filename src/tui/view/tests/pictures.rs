//! Whole screens, kept as text. A wanted change of wording is accepted with `cargo insta accept`.

use insta::assert_snapshot;

use crate::domain::{Check, Remedy, Trouble};
use crate::engine::{Event, Work};
use crate::tui::fixture::{
    at, demo_at, fleet, is, minutes_ago, nothing, now, press, screen, showing, sign_in, tell, type_in, work,
};
use crate::tui::model::Model;

fn sized(mut model: Model, size: (u16, u16)) -> Model {
    model.size = size;
    model
}

#[test]
fn an_empty_registry_says_how_to_begin() {
    assert_snapshot!(screen(&showing(nothing(), (80, 24))));
}

#[test]
fn a_fleet_with_a_mailbox_that_is_done() {
    assert_snapshot!(screen(&demo_at(is::AP)));
}

#[test]
fn a_mailbox_that_is_ready_to_sign_in() {
    assert_snapshot!(screen(&sized(at(is::BILLING), (80, 24))));
}

#[test]
fn a_mailbox_that_waits_for_the_browser() {
    let mut model = demo_at(is::BILLING);
    sign_in(&mut model, is::BILLING);
    tell(&mut model, Event::ClipboardWatch(Ok(())));
    assert_snapshot!(screen(&model));
}

#[test]
fn a_mailbox_whose_code_is_exchanged() {
    let mut model = sized(at(is::BILLING), (80, 24));
    work(&mut model, is::BILLING, Work::Exchanging { since: now() });
    assert_snapshot!(screen(&model));
}

#[test]
fn a_mailbox_whose_smtp_auth_is_off() {
    assert_snapshot!(screen(&at(is::HR)));
}

#[test]
fn a_mailbox_whose_smtp_auth_is_off_in_a_small_window() {
    assert_snapshot!(screen(&sized(at(is::HR), (80, 24))));
}

#[test]
fn an_application_that_its_provider_does_not_know() {
    let mut fleet = fleet();
    let trouble = Trouble::new(
        "aadsts.700016",
        "The tenant does not know the application",
        "The client id is wrong, or the application is in another tenant.",
        "Compare the client id with the portal.",
    );
    for application in fleet.applications.values_mut() {
        application.proof =
            Check::Failed { at: minutes_ago(3), trouble: trouble.clone().with(Remedy::EditApplication) };
    }
    assert_snapshot!(screen(&showing(fleet, (120, 40))));
}

#[test]
fn the_help() {
    let mut model = at(is::AP);
    press(&mut model, "?");
    assert_snapshot!(screen(&model));
}

#[test]
fn a_form_with_something_wrong() {
    let mut model = sized(at(is::AP), (80, 24));
    press(&mut model, "n");
    type_in(&mut model, "billing");
    press(&mut model, "⏎");
    assert_snapshot!(screen(&model));
}

#[test]
fn the_copy_menu() {
    let mut model = sized(at(is::AP), (80, 24));
    press(&mut model, "c");
    assert_snapshot!(screen(&model));
}
