//! Keys while the history is read.

use crossterm::event::KeyEvent;

use super::overlays::{Then, scroll};
use crate::domain::{Address, Trouble};
use crate::engine::HistoryLine;
use crate::tui::history::History;
use crate::tui::keymap::{HISTORY, HistoryAction, find};
use crate::tui::message::Effect;
use crate::tui::model::Model;
use crate::tui::overlay::Overlay;
use crate::tui::view::{history_lines, last_top};

/// Opens the history of the mailbox under the cursor; where there is none, that of all.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let (history, effect) = History::of(model.list.current().map(|row| row.address.clone()));
    model.overlay = Some(Overlay::History(history));
    vec![effect]
}

/// Takes a key.
pub fn key(model: &Model, history: &mut History, key: &KeyEvent) -> (Then, Vec<Effect>) {
    match find(HISTORY, key) {
        Some(HistoryAction::Turn) => (Then::Stay, history.turn().into_iter().collect()),
        None => {
            let last = last_top(model, &history_lines(model, history));
            (scroll(&mut history.top, last, key), vec![])
        }
    }
}

/// Takes what was read, if somebody still waits for it.
pub fn read(model: &mut Model, of: &Option<Address>, lines: Result<Vec<HistoryLine>, Trouble>) {
    if let Some(Overlay::History(history)) = &mut model.overlay {
        history.take(of, lines);
    }
}
