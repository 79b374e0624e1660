//! Whole screens, kept as text. A wanted change of wording is accepted with `cargo insta accept`.

use insta::assert_snapshot;

use crate::domain::{Check, Remedy, Trouble};
use crate::engine::{Event, Happened, HistoryLine, Work};
use crate::tui::fixture::{
    add, address, all_well, application, at, demo_at, errand, fleet, held, is, minutes_ago, nothing, now, press,
    screen, showing, sign_in, tell, type_in, work,
};
use crate::tui::message::{Done, Message};
use crate::tui::model::Model;
use crate::tui::overlay::{Confirmation, Overlay};
use crate::tui::update::update;

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
fn a_mailbox_that_imap_does_not_open() {
    assert_snapshot!(screen(&imap_off((120, 40))));
}

#[test]
fn an_enlarged_pane_that_goes_on() {
    let mut model = imap_off((60, 16));
    press(&mut model, "4");
    press(&mut model, "↓");
    press(&mut model, "↓");
    assert_snapshot!(screen(&model));
}

fn imap_off(size: (u16, u16)) -> Model {
    let mut fleet = fleet();
    let trouble = Trouble::new(
        "imap.not_connected",
        "The token is good, but IMAP does not open ap@contoso.example",
        "IMAP is switched off for the mailbox, the mailbox is new, or the account has no FullAccess to it.",
        "Run the PowerShell line, check the permissions, and give it up to an hour. Then check again.",
    );
    let line = "Set-CASMailbox -Identity 'ap@contoso.example' -ImapEnabled $true".to_owned();
    let ap = fleet.mailboxes.iter_mut().find(|mailbox| mailbox.id == is::AP).unwrap();
    ap.checks.imap = Check::Failed { at: minutes_ago(2), trouble: trouble.with(Remedy::PowerShell(line)) };
    showing(fleet, size)
}

#[test]
fn a_link_to_be_selected() {
    let mut model = sized(demo_at(is::BILLING), (60, 16));
    let mut errand = errand(is::BILLING);
    errand.link.query_pairs_mut().append_pair("scope", &"https://outlook.office.com/SMTP.Send ".repeat(4));
    model.overlay = Some(Overlay::Link(errand));
    assert_snapshot!(screen(&model));
}

#[test]
fn the_applications() {
    let mut fleet = fleet();
    add(&mut fleet, &application("Fabrikam ERP", "fabrikam.example"), "erp@fabrikam.example", held(2, 1), all_well(1));
    let mut model = showing(fleet, (80, 24));
    press(&mut model, "A");
    press(&mut model, "↓");
    assert_snapshot!(screen(&model));
}

#[test]
fn a_sign_in_anew_is_asked_about() {
    let mut model = sized(at(is::AP), (80, 24));
    press(&mut model, "l");
    assert_snapshot!(screen(&model));
}

#[test]
fn the_walkthrough() {
    let mut model = at(is::AP);
    press(&mut model, "w");
    assert_snapshot!(screen(&model));
}

#[test]
fn a_check_of_the_fleet_beside_what_was_said() {
    let mut model = demo_at(is::AP);
    press(&mut model, "R");
    model.say(crate::tui::model::Tone::Good, "The link was copied.");
    assert_snapshot!(screen(&model));
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

#[test]
fn what_an_import_would_do() {
    let mut model = at(is::AP);
    model.overlay = Some(Overlay::Import(Box::new(super::preview())));
    assert_snapshot!(screen(&model));
}

#[test]
fn a_fleet_whose_weeks_have_room() {
    assert_snapshot!(screen(&sized(at(is::SUPPORT), (200, 60))));
}

fn all_selected(size: (u16, u16)) -> Model {
    let mut model = at(is::HR);
    press(&mut model, "*");
    work(&mut model, is::AP, Work::Refreshing { since: now() });
    sized(model, size)
}

#[test]
fn the_sum_of_a_selection() {
    assert_snapshot!(screen(&all_selected((120, 40))));
}

#[test]
fn the_sum_of_a_selection_in_an_enlarged_pane() {
    let mut model = all_selected((80, 24));
    press(&mut model, "3");
    assert_snapshot!(screen(&model));
}

#[test]
fn the_sum_of_a_selection_in_a_small_window() {
    assert_snapshot!(screen(&all_selected((60, 16))));
}

#[test]
fn a_token_that_was_revoked() {
    let mut model = sized(at(is::ALERTS), (80, 24));
    press(&mut model, "3");
    assert_snapshot!(screen(&model));
}

/// A line of each kind, half an hour apart.
fn lines(mailbox: &str) -> Vec<HistoryLine> {
    let kinds = [
        (Happened::Copied, "refresh-token", "get"),
        (Happened::CheckFailed, "smtp.auth_disabled.mailbox", "check"),
        (Happened::Refused, "aadsts.50173", "token"),
        (Happened::Refreshed, "", "dashboard"),
        (Happened::SignedIn, "as maria.lopez@contoso.example", "signin"),
        (Happened::Changed, "account to maria.lopez@contoso.example, note", "dashboard"),
        (Happened::Other("kept_alive".to_owned()), "", "dashboard"),
        (Happened::Added, "", "import"),
    ];
    let line = |(number, (what, detail, command)): (i64, (Happened, &str, &str))| HistoryLine {
        at: minutes_ago(30 * number),
        mailbox: address(mailbox),
        what,
        detail: detail.to_owned(),
        command: command.to_owned(),
    };
    (0..).zip(kinds).map(line).collect()
}

fn history(of: Option<&str>, size: (u16, u16)) -> Model {
    let mut model = sized(at(is::INFO), size);
    press(&mut model, "H");
    if of.is_none() {
        press(&mut model, "tab");
    }
    let of = of.map(address);
    update(&mut model, Message::Done(Done::HistoryRead { of, lines: Ok(lines("info@contoso.example")) }));
    model
}

#[test]
fn the_history_of_a_mailbox() {
    assert_snapshot!(screen(&history(Some("info@contoso.example"), (120, 40))));
}

#[test]
fn the_history_of_all_in_a_small_window() {
    assert_snapshot!(screen(&history(None, (60, 16))));
}

#[test]
fn the_secrets_of_a_large_fleet_are_to_be_sealed() {
    let mut model = sized(at(is::AP), (80, 24));
    model.overlay = Some(Overlay::Confirm(Confirmation::Seal(1_204)));
    assert_snapshot!(screen(&model));
}
