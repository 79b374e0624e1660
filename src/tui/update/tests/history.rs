//! The history: asked for, turned over, and late answers.

use crate::domain::{Address, Trouble};
use crate::engine::{Happened, HistoryLine};
use crate::tui::fixture::{address, at, is, minutes_ago, nothing, press, screen, showing};
use crate::tui::message::{Done, Effect, Message};
use crate::tui::model::Model;
use crate::tui::update::update;

fn line(mailbox: &str) -> HistoryLine {
    let (what, detail) = (Happened::SignedIn, format!("as {mailbox}"));
    HistoryLine { at: minutes_ago(3), mailbox: address(mailbox), what, detail, command: "signin".to_owned() }
}

fn read(model: &mut Model, of: Option<Address>, lines: Result<Vec<HistoryLine>, Trouble>) {
    assert_eq!(update(model, Message::Done(Done::HistoryRead { of, lines })), []);
}

#[test]
fn it_is_read_in_the_background_of_one_mailbox_and_then_of_all() {
    let mut model = at(is::HR);
    let hr = Some(address("hr@contoso.example"));
    assert_eq!(press(&mut model, "H"), [Effect::ReadHistory(hr.clone())]);
    assert!(screen(&model).contains("Reading…"));
    read(&mut model, hr.clone(), Ok(vec![line("hr@contoso.example")]));
    assert!(screen(&model).contains("● signed in as hr@contoso.example, by mailkey signin"));
    assert_eq!(press(&mut model, "tab"), [Effect::ReadHistory(None)]);
    read(&mut model, hr.clone(), Ok(vec![line("hr@contoso.example")]));
    assert!(screen(&model).contains("Reading…"), "what comes late is another one's");
    read(&mut model, None, Ok(vec![line("ap@contoso.example")]));
    assert!(screen(&model).contains("ap@contoso.example signed in as ap@contoso.example"));
    assert_eq!(press(&mut model, "tab"), [Effect::ReadHistory(hr.clone())]);
    press(&mut model, "esc");
    read(&mut model, hr, Ok(vec![]));
    assert!(model.overlay.is_none(), "nobody waits for it any more");
}

#[test]
fn it_says_that_nothing_has_happened_and_why_it_cannot_be_read() {
    let mut model = showing(nothing(), (80, 24));
    assert_eq!(press(&mut model, "H"), [Effect::ReadHistory(None)]);
    assert_eq!(press(&mut model, "tab"), [], "there is no mailbox to turn to");
    read(&mut model, None, Ok(vec![]));
    assert!(screen(&model).contains("Nothing has happened yet."));
    read(&mut model, None, Err(Trouble::new("registry.busy", "The registry is busy", "", "")));
    assert!(screen(&model).contains("The registry is busy."));
}
