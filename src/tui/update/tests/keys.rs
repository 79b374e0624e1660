//! Every key of the table, where it can do something and where it cannot.

use std::collections::HashSet;

use crate::domain::{Application, MailboxId, Step};
use crate::engine::{Event, Subject, Work};
use crate::tui::fixture::{
    at, blank, demo_at, fleet, is, name, nothing, now, press, put_cursor_on, screen, showing, sign_in, tell, type_in,
    waiting, work,
};
use crate::tui::form::Purpose;
use crate::tui::keymap::{Action, DASHBOARD};
use crate::tui::list::Direction;
use crate::tui::message::Effect;
use crate::tui::model::{Focus, Model};
use crate::tui::overlay::Overlay;
use crate::tui::update::is_possible;

/// What of a model a key can change.
fn state(model: &Model) -> String {
    let list = &model.list;
    let selected: Vec<MailboxId> = list.selection().map(|row| row.id).collect();
    format!(
        "{:?} at {} of {} {} selected {selected:?} overlay {:?} batch {}",
        model.focus,
        list.position(),
        list.shown_len(),
        list.sort().word(),
        model.overlay,
        model.batch.is_some()
    )
}

fn without_mailboxes() -> Model {
    let mut fleet = fleet();
    fleet.mailboxes.clear();
    showing(fleet, (120, 40))
}

#[test]
fn a_filter_that_is_not_understood_leaves_the_keys_nothing_to_act_on() {
    let mut model = showing(fleet(), (120, 40));
    press(&mut model, "/");
    type_in(&mut model, "stat:stuck");
    press(&mut model, "⏎");
    let seen = screen(&model);
    assert!(seen.contains("There is no “stat:” to ask for. There are state:"), "{seen}");
    assert!(seen.contains("esc shows all again"), "{seen}");
    for key in ["*", "⏎", "R", "d"] {
        assert_eq!(press(&mut model, key), [], "{key}");
        assert!(model.list.selected_len() == 0 && model.overlay.is_none(), "{key}");
    }
}

#[test]
fn every_key_of_the_table_is_a_key() {
    for binding in DASHBOARD {
        for key in binding.keys {
            assert_eq!(crate::tui::keymap::name(&crate::tui::fixture::key(key)), *key);
        }
    }
}

#[test]
fn a_key_that_wants_something_done_says_what() {
    let billing = Subject::Mailbox(is::BILLING);
    let mailer = Subject::Application(name("Mailer"));
    let model = at(is::AP);
    let (with_token, _) = model.list.by_token(model.list.shown_ids());
    for (key, wanted) in [
        ("⏎", Effect::OpenBrowser(billing.clone())),
        ("o", Effect::OpenBrowser(billing.clone())),
        ("l", Effect::CopyLink(billing.clone())),
        ("L", Effect::ShowLink(billing)),
        ("v", Effect::AcceptClipboard),
        ("p", Effect::PlayPerson(waiting().link)),
        ("R", Effect::Check(with_token, now())),
        ("a", Effect::OpenBrowser(mailer)),
        ("q", Effect::Quit),
        ("ctrl-c", Effect::Quit),
        ("ctrl-z", Effect::Suspend),
    ] {
        let mut model = demo_at(is::BILLING);
        sign_in(&mut model, is::BILLING);
        assert_eq!(press(&mut model, key), [wanted], "{key}");
        assert!(model.overlay.is_none(), "{key}");
    }
}

#[test]
fn a_key_that_opens_something_opens_it() {
    for (key, wanted) in [
        ("c", "CopyMenu(MailboxId(2), 0)"),
        ("w", "Walkthrough(0)"),
        ("?", "Help(0)"),
        ("d", "Confirm(RemoveMailboxes([MailboxId(2)]))"),
        ("A", "Applications(0)"),
        ("n", "Form(Form { purpose: NewMailbox"),
        ("N", "Form(Form { purpose: NewApplication"),
        ("i", "Form(Form { purpose: Import(None)"),
        ("e", "Form(Form { purpose: EditMailbox(MailboxId(2))"),
    ] {
        let mut model = at(is::BILLING);
        assert_eq!(press(&mut model, key), [], "{key}");
        let overlay = format!("{:?}", model.overlay.unwrap());
        assert!(overlay.starts_with(wanted), "{key}: {overlay}");
    }
}

#[test]
fn keys_that_move() {
    // Of seven mailboxes, by address; a page is as high as the window.
    for (key, from, to) in [
        ("↓", is::AP, is::BILLING),
        ("j", is::AP, is::BILLING),
        ("↑", is::BILLING, is::AP),
        ("k", is::AP, is::AP),
        ("PgDn", is::AP, is::SUPPORT),
        ("PgUp", is::SUPPORT, is::AP),
        ("g", is::HR, is::AP),
        ("Home", is::HR, is::AP),
        ("G", is::HR, is::SUPPORT),
        ("End", is::HR, is::SUPPORT),
    ] {
        let mut model = at(from);
        assert_eq!(press(&mut model, key), []);
        assert_eq!(model.list.current().unwrap().id, to, "{key}");
    }
}

#[test]
fn keys_that_focus_and_arrange() {
    for (key, step) in [("1", Step::Register), ("2", Step::Authorize), ("3", Step::Token), ("4", Step::SmtpAuth)] {
        let mut model = at(is::AP);
        press(&mut model, key);
        assert_eq!(model.focus, Focus::Pane(step, 0));
        press(&mut model, "esc");
        assert_eq!(model.focus, Focus::List);
    }
    let mut model = at(is::AP);
    press(&mut model, "s");
    assert_eq!(model.list.sort().word(), "by state");
    press(&mut model, "S");
    assert_eq!(model.list.sort().direction, Direction::Backward);
    assert_eq!(model.list.current().unwrap().id, is::AP, "the cursor stays with its mailbox");
    press(&mut model, "*");
    assert_eq!(model.list.selected_len(), 7);
    press(&mut model, "*");
    assert_eq!(model.list.selected_len(), 0);
}

#[test]
fn keys_that_select_several() {
    let mut model = at(is::BILLING);
    press(&mut model, "shift-↓");
    press(&mut model, "shift-↓");
    press(&mut model, "shift-↑");
    assert_eq!(model.list.targets(), [is::BILLING, is::HR]);
    press(&mut model, "esc");
    press(&mut model, "V");
    press(&mut model, "G");
    press(&mut model, "↑");
    press(&mut model, "V");
    assert_eq!(model.list.selected_len(), 4, "from hr to legal");
}

#[test]
fn the_counts_are_filters_on_a_key_and_esc_shows_all() {
    let mut model = at(is::AP);
    for (filter, first) in [("state:stuck", is::HR), ("state:due", is::SUPPORT), ("state:todo", is::BILLING)] {
        press(&mut model, "f");
        assert_eq!(model.list.filter().value(), filter);
        assert_eq!(model.list.shown_ids()[0], first);
    }
    press(&mut model, "esc");
    assert_eq!((model.list.filter().value(), model.list.shown_len()), ("", 7));
}

#[test]
fn the_filter_says_what_can_follow_what_is_wrong_and_completes() {
    let mut model = at(is::AP);
    press(&mut model, "/");
    assert!(screen(&model).contains("state: step: app: account: token: due: note: trouble:"), "{}", screen(&model));
    type_in(&mut model, "st");
    assert!(screen(&model).contains("state:  step:"));
    press(&mut model, "tab");
    type_in(&mut model, "x");
    press(&mut model, "⏎");
    assert_eq!(model.list.filter().value(), "state:x");
    let screen = screen(&model);
    assert!(screen.contains("state: takes stuck, due") && screen.contains("not “x”"), "{screen}");
    assert_eq!(model.list.shown_len(), 0, "nobody asked for any of them");
}

#[test]
fn space_selects_and_goes_on() {
    let mut model = at(is::AP);
    press(&mut model, "space");
    press(&mut model, "space");
    assert_eq!(model.list.targets(), [is::AP, is::BILLING]);
    assert_eq!(model.list.current().unwrap().id, is::HR);
    let asked = press(&mut model, "r");
    assert_eq!(asked, [Effect::Check(vec![is::AP], now())], "nobody signed in for the other");
}

#[test]
fn a_key_that_is_impossible_does_nothing() {
    let mut never = HashSet::new();
    let states = [blank((120, 40)), showing(nothing(), (120, 40)), without_mailboxes(), at(is::AP)];
    for (place, mut model) in states.into_iter().enumerate() {
        for binding in DASHBOARD.iter().filter(|binding| binding.action != Action::Back) {
            if is_possible(&model, binding.action) {
                continue;
            }
            never.insert(binding.action);
            let before = state(&model);
            assert_eq!(press(&mut model, binding.keys[0]), [], "{:?} in state {place}", binding.action);
            assert_eq!(state(&model), before, "{:?} in state {place}", binding.action);
        }
    }
    for always in [Action::Help, Action::Quit, Action::Suspend, Action::Walkthrough, Action::NewApplication] {
        assert!(!never.contains(&always), "{always:?}");
    }
    assert_eq!(never.len(), DASHBOARD.len() - 6, "Back is the sixth that is always possible");
}

#[test]
fn where_it_is_not_plain_to_see_a_key_says_why_it_does_nothing() {
    for (mut model, key, said) in [
        (showing(nothing(), (120, 40)), "n", "needs an application first"),
        (at(is::AP), "v", "No sign-in is open"),
        (demo_at(is::AP), "p", "No sign-in is open"),
    ] {
        press(&mut model, key);
        let notice = model.notice.expect(key).text;
        assert!(notice.contains(said), "{notice}");
    }
}

#[test]
fn the_next_step_opens_what_is_missing() {
    let mut model = showing(nothing(), (120, 40));
    press(&mut model, "⏎");
    assert!(matches!(&model.overlay, Some(Overlay::Form(form)) if form.purpose == Purpose::NewApplication));
    let mut model = without_mailboxes();
    press(&mut model, "⏎");
    assert!(matches!(&model.overlay, Some(Overlay::Form(form)) if form.purpose == Purpose::NewMailbox));
}

#[test]
fn an_application_can_be_edited_before_it_has_a_mailbox() {
    let mut model = without_mailboxes();
    press(&mut model, "e");
    assert!(matches!(&model.overlay, Some(Overlay::Form(form)) if matches!(form.purpose, Purpose::EditApplication(_))));
}

#[test]
fn in_pane_1_edit_means_the_application() {
    let mut model = at(is::AP);
    press(&mut model, "1");
    press(&mut model, "e");
    assert!(matches!(&model.overlay, Some(Overlay::Form(form)) if matches!(form.purpose, Purpose::EditApplication(_))));
}

#[test]
fn the_next_step_copies_the_powershell_line_of_a_stuck_mailbox() {
    let effects = press(&mut at(is::HR), "⏎");
    assert!(matches!(&effects[..], [Effect::CopyText(_, line)] if line.starts_with("Set-CASMailbox")));
}

#[test]
fn while_a_consent_is_open_browser_and_link_mean_it() {
    let mut model = at(is::LEGAL);
    let mailer = Subject::Application(name("Mailer"));
    model.works.insert(mailer.clone(), Work::Consenting(waiting()));
    assert_eq!(press(&mut model, "o"), [Effect::OpenBrowser(mailer.clone())]);
    assert_eq!(press(&mut model, "l"), [Effect::CopyLink(mailer.clone())]);
    assert_eq!(press(&mut model, "esc"), [Effect::Cancel(mailer)]);
}

/// No cursor comes to an application without mailboxes.
#[test]
fn esc_stops_a_consent_that_belongs_to_no_mailbox() {
    let mut other = fleet();
    let printer = Application { name: name("Printer"), ..other.applications[&name("Mailer")].clone() };
    other.applications.insert(name("Printer"), printer);
    for mut model in [showing(other, (120, 40)), without_mailboxes()] {
        let nobodys = model.applications().last().unwrap().name.clone();
        let subject = Subject::Application(nobodys);
        tell(&mut model, Event::Work(subject.clone(), Some(Work::Consenting(waiting()))));
        assert!(screen(&model).contains("esc stop the consent"), "{}", screen(&model));
        assert_eq!(press(&mut model, "esc"), [Effect::Cancel(subject)]);
        assert!(screen(&model).contains("The consent was stopped."));
    }
}

#[test]
fn esc_goes_back_one_thing_at_a_time() {
    let mut model = at(is::AP);
    press(&mut model, "/");
    type_in(&mut model, "contoso");
    press(&mut model, "⏎");
    press(&mut model, "*");
    press(&mut model, "R");
    put_cursor_on(&mut model, is::BILLING);
    sign_in(&mut model, is::BILLING);
    press(&mut model, "2");
    assert_eq!(press(&mut model, "esc"), [], "out of the pane");
    assert_eq!(press(&mut model, "esc"), [Effect::StopChecks]);
    let cancel = Effect::Cancel(Subject::Mailbox(is::BILLING));
    assert_eq!(press(&mut model, "esc"), [cancel]);
    tell(&mut model, Event::Work(Subject::Mailbox(is::BILLING), None));
    assert_eq!(model.list.selected_len(), 7);
    press(&mut model, "esc");
    assert_eq!((model.list.selected_len(), model.list.filter().value()), (0, "contoso"));
    press(&mut model, "esc");
    assert_eq!(model.list.filter().value(), "");
    press(&mut model, "esc");
    assert!(model.notice.is_none());
}

#[test]
fn what_esc_does_is_said_before_it_is_pressed() {
    let mut model = at(is::AP);
    assert!(!is_possible(&model, Action::Back) && !screen(&model).contains(" esc "), "nothing to go back from");
    press(&mut model, "*");
    press(&mut model, "R");
    sign_in(&mut model, is::AP);
    press(&mut model, "2");
    for hint in ["back", "stop the check", "stop the sign-in", "select none", "clear the notice"] {
        for size in [(60, 16), (80, 24), (120, 40)] {
            model.size = size;
            assert!(screen(&model).contains(&format!(" esc {hint} ")), "{hint} at {size:?}\n{}", screen(&model));
        }
        press(&mut model, "esc");
        if hint == "stop the sign-in" {
            tell(&mut model, Event::Work(Subject::Mailbox(is::AP), None));
        }
    }
    assert!(!is_possible(&model, Action::Back));
}

#[test]
fn in_an_enlarged_pane_that_goes_on_the_arrows_scroll_it() {
    let mut model = at(is::HR);
    model.size = (60, 16);
    press(&mut model, "4");
    let last = crate::tui::view::hidden_lines(&model);
    assert!(last > 2);
    let after = [("↓", 1), ("j", 2), ("k", 1), ("PgUp", 0), ("G", last), ("PgDn", last), ("↑", last - 1), ("g", 0)];
    for (key, top) in after {
        press(&mut model, key);
        assert_eq!(model.focus, Focus::Pane(Step::SmtpAuth, top), "{key}");
    }
    assert_eq!(model.list.current().unwrap().id, is::HR);
    model.size = (120, 40);
    press(&mut model, "↓");
    assert_ne!(model.list.current().unwrap().id, is::HR, "what has room is no obstacle");
}

#[test]
fn esc_does_not_stop_what_waits_for_nobody() {
    let mut model = at(is::BILLING);
    work(&mut model, is::BILLING, Work::Exchanging { since: now() });
    assert_eq!(press(&mut model, "esc"), []);
}

#[test]
fn the_filter_takes_every_letter_until_it_is_kept_or_cleared() {
    let mut model = at(is::HR);
    press(&mut model, "/");
    type_in(&mut model, "qdR? ");
    assert_eq!((model.focus, model.list.filter().value()), (Focus::Filter, "qdR? "));
    for _ in 0..5 {
        press(&mut model, "backspace");
    }
    type_in(&mut model, "a");
    press(&mut model, "↓");
    press(&mut model, "⏎");
    assert_eq!((model.focus, model.list.filter().value()), (Focus::List, "a"));
    press(&mut model, "/");
    press(&mut model, "esc");
    assert_eq!((model.focus, model.list.filter().value()), (Focus::List, ""));
}

#[test]
fn ctrl_c_quits_and_ctrl_z_suspends_from_everywhere() {
    let mut places = vec![blank((20, 5)), showing(nothing(), (120, 40))];
    for keys in [&["/"][..], &["?"], &["n"], &["c"], &["d"], &["3"]] {
        let mut model = at(is::AP);
        keys.iter().for_each(|key| {
            press(&mut model, key);
        });
        places.push(model);
    }
    for mut model in places {
        let before = state(&model);
        assert_eq!(press(&mut model, "ctrl-z"), [Effect::Suspend], "{before}");
        assert_eq!(press(&mut model, "ctrl-c"), [Effect::Quit], "{before}");
        assert_eq!(state(&model), before);
    }
}

#[test]
fn ctrl_z_says_why_it_waits_for_a_token_that_is_on_its_way() {
    let mut model = at(is::AP);
    press(&mut model, "ctrl-z");
    assert!(model.notice.is_none());
    work(&mut model, is::AP, Work::Refreshing { since: now() });
    press(&mut model, "ctrl-z");
    assert!(model.notice.unwrap().text.contains("no token is on its way"));
}
