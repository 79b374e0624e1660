//! What becomes of pasted text: an answer, a line of a form, a filter.

use crate::domain::Secret;
use crate::tui::fixture::{at, crowd, errand, is, press, showing};
use crate::tui::form::Name;
use crate::tui::message::{Effect, Message};
use crate::tui::model::Model;
use crate::tui::overlay::Overlay;
use crate::tui::update::update;

const REDIRECT: &str = "http://localhost:49213/?code=0.AXoA-code&state=a-state";

fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    update(model, Message::Paste(Secret::new(text)))
}

#[test]
fn on_the_dashboard_a_paste_is_an_answer() {
    for focus in ["esc", "1", "4"] {
        let mut model = at(is::BILLING);
        press(&mut model, focus);
        assert_eq!(paste(&mut model, REDIRECT), [Effect::Accept(Secret::new(REDIRECT))]);
    }
    assert_eq!(paste(&mut at(is::BILLING), " \n\t"), [], "nothing is no answer");
}

#[test]
fn in_a_form_a_paste_is_typed_as_one_line() {
    let mut model = at(is::BILLING);
    press(&mut model, "e");
    press(&mut model, "tab");
    press(&mut model, "tab");
    assert_eq!(paste(&mut model, "  sales@contoso.example\u{1b}[31m\r\nsecond line"), []);
    let Some(Overlay::Form(form)) = &model.overlay else {
        panic!("the form is gone");
    };
    assert_eq!(form.text(Name::Account), "sales@contoso.example[31m");
}

#[test]
fn a_paste_into_a_choice_changes_nothing() {
    let mut model = at(is::BILLING);
    press(&mut model, "n");
    press(&mut model, "tab");
    assert_eq!(paste(&mut model, "Other"), []);
    assert!(matches!(&model.overlay, Some(Overlay::Form(form)) if form.text(Name::Application) == "Mailer"));
}

#[test]
fn beside_a_link_a_paste_is_an_answer() {
    let mut model = at(is::BILLING);
    model.overlay = Some(Overlay::Link(errand(is::BILLING)));
    assert_eq!(paste(&mut model, REDIRECT), [Effect::Accept(Secret::new(REDIRECT))]);
    assert!(model.overlay.is_some(), "until it is known to be one");
}

#[test]
fn over_a_menu_or_a_question_a_paste_answers_nothing() {
    for key in ["c", "d", "?"] {
        let mut model = at(is::BILLING);
        press(&mut model, key);
        assert_eq!(paste(&mut model, REDIRECT), [], "{key}");
        assert!(model.overlay.is_some());
    }
}

#[test]
fn a_pasted_filter_is_one_line_and_the_window_follows() {
    let mut model = showing(crowd(500), (120, 40));
    press(&mut model, "G");
    press(&mut model, "/");
    paste(&mut model, " \"person-0000\u{7}\u{202e}\"\n");
    assert_eq!(model.list.filter().value(), "\"person-0000\"");
    let height = model.layout().list_height();
    assert_eq!((model.list.shown_len(), model.list.window(height).count()), (9, 9));
}
