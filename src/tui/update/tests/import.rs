//! Importing on the dashboard: the form, the preview, and what comes too late.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::import::{Defaults, Different, Malformed, Plan, Wish, plan};
use crate::domain::{MailboxId, Secret, Trouble};
use crate::engine::{Event, Imported, List};
use crate::tui::fixture::{address, at, fleet, is, name, press, screen, type_in};
use crate::tui::form::Status;
use crate::tui::import::Progress;
use crate::tui::message::{Done, Effect, Message};
use crate::tui::model::Model;
use crate::tui::overlay::Overlay;
use crate::tui::update::update;

const LIST: &str = "new@contoso.example\nap@contoso.example\nnobody\n";

fn asking() -> Model {
    let mut model = at(is::AP);
    assert_eq!(press(&mut model, "i"), []);
    model
}

fn defaults() -> Defaults {
    Defaults { application: name("Mailer"), account: None }
}

fn paste(model: &mut Model, text: &str) {
    assert_eq!(update(model, Message::Paste(Secret::new(text))), []);
}

fn planned(text: &str) -> Result<Arc<Plan>, Trouble> {
    plan(text.as_bytes(), &defaults(), &fleet()).map(Arc::new)
}

/// The dashboard with the preview of this list.
fn previewing(text: &str) -> Model {
    let mut model = asking();
    paste(&mut model, text);
    let asked = press(&mut model, "⏎").remove(0);
    assert_eq!(asked, Effect::PlanImport(List::Text(Secret::new(text.trim())), defaults()));
    assert_eq!(update(&mut model, Message::Done(Done::Planned { asked, plan: planned(text) })), []);
    assert!(matches!(model.overlay, Some(Overlay::Import(_))), "{:?}", model.overlay);
    model
}

fn progress(model: &Model) -> &Progress {
    match &model.overlay {
        Some(Overlay::Import(preview)) => &preview.progress,
        other => panic!("no preview but {other:?}"),
    }
}

#[test]
fn the_list_is_a_files_the_clipboards_or_what_is_pasted() {
    let path = |text: &str| List::File(PathBuf::from(text));
    let pasted = |text: &str| List::Text(Secret::new(text));
    for (typed, paste_it, list) in [
        ("", "", List::Clipboard),
        (" list.csv ", "", path("list.csv")),
        ("", "'/home/me/our list.csv'", path("/home/me/our list.csv")),
        ("", "C:\\Users\\me@contoso\\list.csv\r\n", path("C:\\Users\\me@contoso\\list.csv")),
        ("", "a@contoso.example\r\nb@contoso.example\r\n", pasted("a@contoso.example\r\nb@contoso.example")),
        ("", "a@contoso.example", pasted("a@contoso.example")),
    ] {
        let mut model = asking();
        type_in(&mut model, typed);
        if !paste_it.is_empty() {
            paste(&mut model, paste_it);
        }
        assert_eq!(press(&mut model, "⏎"), [Effect::PlanImport(list, defaults())], "{typed}{paste_it}");
        assert_eq!(press(&mut model, "⏎"), [], "it is being read");
    }
    let mut model = asking();
    paste(&mut model, "a@contoso.example\rb@contoso.example\r\r");
    assert!(screen(&model).contains("2 lines were pasted"), "{}", screen(&model));
    type_in(&mut model, "list.csv");
    press(&mut model, "tab");
    press(&mut model, "tab");
    type_in(&mut model, "maria@contoso.example");
    let asked = press(&mut model, "⏎");
    let account = Some(address("maria@contoso.example"));
    assert_eq!(
        asked,
        [Effect::PlanImport(path("list.csv"), Defaults { account, ..defaults() })],
        "what is typed counts"
    );
}

#[test]
fn a_list_that_cannot_be_read_is_said_in_the_form() {
    let mut model = asking();
    let asked = press(&mut model, "⏎").remove(0);
    update(&mut model, Message::Done(Done::Planned { asked, plan: planned("") }));
    let Some(Overlay::Form(form)) = &model.overlay else { panic!("no form") };
    assert!(matches!(&form.status, Status::Wrong(trouble) if trouble.code() == "import.empty"));
}

#[test]
fn what_comes_for_another_form_is_dropped() {
    let mut model = asking();
    let asked = press(&mut model, "⏎").remove(0);
    press(&mut model, "esc");
    update(&mut model, Message::Done(Done::Planned { asked, plan: planned(LIST) }));
    assert!(model.overlay.is_none());
    let mut model = asking();
    let late = press(&mut model, "⏎").remove(0);
    press(&mut model, "esc");
    press(&mut model, "i");
    type_in(&mut model, "other.csv");
    press(&mut model, "⏎");
    update(&mut model, Message::Done(Done::Planned { asked: late, plan: planned(LIST) }));
    assert!(matches!(&model.overlay, Some(Overlay::Form(form)) if form.status == Status::Sent));
}

#[test]
fn malformed_lines_stop_all_unless_they_are_left_out() {
    let mut model = previewing(LIST);
    let screen = screen(&model);
    for said in ["1 new", "1 known already", "1 malformed", "Line 3: “nobody” is not a mail address", "There is no @"]
    {
        assert!(screen.contains(said), "{said}\n{screen}");
    }
    assert_eq!(press(&mut model, "⏎"), []);
    assert!(matches!(progress(&model), Progress::Refused(trouble) if trouble.code() == "import.malformed"));
    let wish = Wish { malformed: Malformed::IsLeftOut, different: Different::IsLeft };
    let wanted = Effect::Import(planned(LIST).unwrap(), wish);
    assert_eq!(press(&mut model, "s"), [wanted]);
    assert_eq!(press(&mut model, "s"), [], "it is being imported");
    assert_eq!(press(&mut model, "esc"), []);
    assert_eq!(*progress(&model), Progress::Importing, "what is being imported cannot be left");
    update(&mut model, Message::Done(Done::Imported(Ok(Imported { added: 1, changed: 0 }))));
    assert!(model.overlay.is_none());
    assert!(model.notice.is_some_and(|notice| notice.text.starts_with("1 mailbox was imported")));
}

#[test]
fn what_was_imported_is_selected_whichever_is_told_first() {
    let mut with_both = crate::tui::fixture::fleet();
    for (number, new) in [(91, "new@contoso.example"), (92, "other@contoso.example")] {
        let mut mailbox = with_both.mailboxes[0].clone();
        (mailbox.id, mailbox.address) = (MailboxId(number), address(new));
        with_both.mailboxes.push(mailbox);
    }
    with_both.mailboxes.sort_by_key(|mailbox| mailbox.address.folded());
    for fleet_comes_first in [true, false] {
        let mut model = previewing("new@contoso.example\nother@contoso.example");
        press(&mut model, "⏎");
        let fleet = || Message::Engine(Event::Fleet(with_both.clone().into()));
        let done = || Message::Done(Done::Imported(Ok(Imported { added: 2, changed: 0 })));
        let told = if fleet_comes_first { [fleet(), done()] } else { [done(), fleet()] };
        told.into_iter().for_each(|message| assert_eq!(update(&mut model, message), []));
        assert_eq!(model.list.targets(), [MailboxId(91), MailboxId(92)], "{fleet_comes_first}");
    }
}

#[test]
fn from_the_preview_it_goes_back_to_the_form_as_it_was() {
    let mut model = previewing("new@contoso.example\nother@contoso.example");
    press(&mut model, "esc");
    let Some(Overlay::Form(form)) = &model.overlay else { panic!("no form") };
    assert_eq!((&form.status, form.origin()), (&Status::Open, "the pasted list"));
    assert!(matches!(press(&mut model, "⏎")[..], [Effect::PlanImport(List::Text(_), _)]));
}

#[test]
fn what_changed_meanwhile_is_said_in_the_preview() {
    let mut model = previewing("new@contoso.example\nother@contoso.example");
    assert!(matches!(press(&mut model, "⏎")[..], [Effect::Import(_, Wish { malformed: Malformed::StopsAll, .. })]));
    let exists = Trouble::new("mailbox.exists", "It is there", "", "Look again.");
    update(&mut model, Message::Done(Done::Imported(Err(exists.clone()))));
    assert_eq!(*progress(&model), Progress::Refused(exists));
}

#[test]
fn a_list_without_anything_new_is_closed() {
    let mut model = previewing("ap@contoso.example\nhr@contoso.example");
    assert!(screen(&model).contains("⏎ closes"), "{}", screen(&model));
    assert_eq!(press(&mut model, "⏎"), []);
    assert!(model.overlay.is_none());
}

#[test]
fn what_is_there_otherwise_is_changed_only_when_that_is_asked_for() {
    let mut model = previewing("address,note\nnew@contoso.example,\nap@contoso.example,third floor\n");
    assert!(screen(&model).contains("1 known otherwise: left as they are"), "{}", screen(&model));
    assert!(screen(&model).contains("New: new@contoso.example: Mailer, signs in itself"), "{}", screen(&model));
    press(&mut model, "c");
    let shown = screen(&model);
    for said in [
        "1 changed",
        "ap@contoso.example is to be changed",
        "Its note is empty, in the list “third floor”",
        "imports 1, changes 1",
    ] {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
    press(&mut model, "c");
    assert!(screen(&model).contains("left as they are"), "{}", screen(&model));
    press(&mut model, "c");
    let effects = press(&mut model, "⏎");
    let [Effect::Import(_, wish)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(wish.different, Different::IsChanged);
    update(&mut model, Message::Done(Done::Imported(Ok(Imported { added: 1, changed: 1 }))));
    assert!(model.notice.is_some_and(|notice| notice.text.ends_with("1 mailbox was changed.")));
}

/// Thousands of remarks scroll, and only those in sight are made.
#[test]
fn many_remarks_are_scrolled_to_their_end() {
    let list: String = (0..5_000).map(|number| format!("nobody-{number}\n")).collect();
    let mut model = previewing(&format!("a@contoso.example\n{list}"));
    assert!(screen(&model).contains("nobody-0") && screen(&model).contains("5000 malformed"));
    press(&mut model, "↓");
    assert!(!screen(&model).contains("nobody-0”"), "{}", screen(&model));
    for _ in 0..1_100 {
        press(&mut model, "PgDn");
    }
    assert!(screen(&model).contains("nobody-4999”"), "{}", screen(&model));
    for _ in 0..5 {
        press(&mut model, "PgUp");
    }
    assert!(!screen(&model).contains("nobody-4999”"), "{}", screen(&model));
}
