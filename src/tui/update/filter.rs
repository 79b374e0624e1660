//! Keys while the filter is typed.

use crossterm::event::{Event, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::actions::{act, focus};
use crate::domain::text::is_unprintable;
use crate::tui::keymap::{Action, FILTER, FilterAction, find};
use crate::tui::message::Effect;
use crate::tui::model::{Focus, Model};

/// The longest filter that is pasted, in characters.
const LONGEST: usize = 254;

/// Takes a key.
pub fn key(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    match find(FILTER, key) {
        Some(FilterAction::Keep) => return focus(model, Focus::List),
        Some(FilterAction::Clear) => {
            set(model, Input::default());
            return focus(model, Focus::List);
        }
        Some(FilterAction::Up) => return act(model, Action::Up),
        Some(FilterAction::Down) => return act(model, Action::Down),
        Some(FilterAction::Complete) => model.list.complete(),
        None => {
            let mut filter = model.list.filter().clone();
            filter.handle_event(&Event::Key(*key));
            model.list.set_filter(filter);
        }
    }
    model.list.keep_in_window(model.layout().list_height());
    vec![]
}

/// Puts a pasted line in the filter's place.
pub fn paste(model: &mut Model, text: &str) {
    let line: String = text.trim().chars().filter(|c| !is_unprintable(*c)).take(LONGEST).collect();
    set(model, Input::new(line));
}

/// Filters by something else.
pub fn set(model: &mut Model, filter: Input) {
    model.list.set_filter(filter);
    model.list.keep_in_window(model.layout().list_height());
}
