//! The move of the secrets into the registry: offered, agreed to, and what came of it.

use crate::domain::{StoreKind, Trouble};
use crate::engine::{Event, LeftBehind, MoveProgress, Moved};
use crate::tui::fixture::{at, is, press, screen, tell};
use crate::tui::message::{Done, Effect, Message};
use crate::tui::model::Model;
use crate::tui::store::Sealing;
use crate::tui::update::update;

fn done(model: &mut Model, done: Done) {
    assert_eq!(update(model, Message::Done(done)), []);
}

fn offered() -> Model {
    let mut model = at(is::AP);
    done(&mut model, Done::WorthSealing(1_204));
    model
}

fn moving() -> Model {
    let mut model = offered();
    assert_eq!(press(&mut model, "M"), []);
    assert_eq!(press(&mut model, "y"), [Effect::SealSecrets]);
    model
}

fn over(model: &mut Model, outcome: Result<Moved, Trouble>) {
    done(model, Done::Sealed { outcome, title: "the registry, sealed" });
}

#[test]
fn it_is_offered_and_done_only_after_a_yes() {
    let mut model = offered();
    assert!(screen(&model).contains("1204 secrets are many for a keyring: M moves them"));
    press(&mut model, "M");
    let asked = screen(&model);
    assert!(asked.contains("Move 1204 secrets") && asked.contains("2 minutes"), "{asked}");
    assert_eq!(press(&mut model, "n"), []);
    assert_eq!(model.store.sealing, Sealing::Offered(1_204));
}

#[test]
fn nothing_is_moved_beside_a_check_or_where_there_is_no_need() {
    let mut model = at(is::AP);
    press(&mut model, "M");
    assert!(model.overlay.is_none() && screen(&model).contains("There is no need to move the secrets"));
    let mut model = offered();
    press(&mut model, "R");
    press(&mut model, "M");
    assert!(model.overlay.is_none() && screen(&model).contains("move the secrets when it is through"));
}

#[test]
fn it_says_how_far_it_is_and_what_it_came_to() {
    let mut model = moving();
    tell(&mut model, Event::StoreMoving(MoveProgress { to: StoreKind::Sealed, done: 300, of: 1_204, left: 0 }));
    assert!(screen(&model).contains("Sealing secrets 300 of 1204 ━"));
    press(&mut model, "M");
    assert!(screen(&model).contains("The secrets are being moved already."));
    over(&mut model, Ok(Moved { secrets: 1_204, left: vec![], untried: 0 }));
    assert_eq!((model.store.sealing, model.store.title), (Sealing::Needless, "the registry, sealed"));
    assert!(screen(&model).contains("1204 secrets were moved"));
}

#[test]
fn what_could_not_be_moved_is_offered_again() {
    let trouble = || Trouble::new("keyring.locked", "The keyring is locked", "", "Unlock it.");
    let mut model = moving();
    let left = vec![LeftBehind { owner: "ap@contoso.example".to_owned(), trouble: trouble() }];
    over(&mut model, Ok(Moved { secrets: 1_203, left, untried: 0 }));
    assert_eq!(model.store.sealing, Sealing::Offered(1));
    assert!(screen(&model).contains("1203 secrets were moved, 1 not. ap@contoso.example: The keyring is locked."));
    let mut model = moving();
    over(&mut model, Err(trouble()));
    assert_eq!(model.store.sealing, Sealing::Offered(1_204));
    assert!(screen(&model).contains("(keyring.locked)"));
}

#[test]
fn it_is_stopped_after_the_secret_on_its_way_and_offered_again() {
    let mut model = moving();
    let progress = |done| Event::StoreMoving(MoveProgress { to: StoreKind::Sealed, done, of: 1_204, left: 0 });
    tell(&mut model, progress(300));
    assert!(screen(&model).contains("esc stop the move"));
    assert_eq!(press(&mut model, "esc"), [Effect::StopSealing]);
    tell(&mut model, progress(301));
    let shown = screen(&model);
    assert!(shown.contains("Sealing secrets 301 of 1204 ━") && shown.contains("stopping"), "{shown}");
    assert!(!shown.contains("stop the move"), "{shown}");
    assert_eq!(press(&mut model, "esc"), []);
    over(&mut model, Ok(Moved { secrets: 301, left: vec![], untried: 903 }));
    assert_eq!(model.store.sealing, Sealing::Offered(903));
    assert!(screen(&model).contains("Stopped: 301 secrets were moved, 903 not yet. M goes on."));
}
