//! The mouse: a click selects, the wheel scrolls.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::actions::focus;
use crate::domain::Step;
use crate::tui::layout::{Spot, tab};
use crate::tui::message::Effect;
use crate::tui::model::{Focus, Model};
use crate::tui::overlay::Overlay;

/// Lines that one turn of the wheel moves.
const WHEEL: isize = 3;

/// Takes an event of the mouse.
pub fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    if let Some(overlay) = &mut model.overlay {
        scroll_overlay(overlay, event.kind);
        return vec![];
    }
    let height = model.layout().list_height();
    match event.kind {
        MouseEventKind::ScrollDown => model.list.move_by(WHEEL, height),
        MouseEventKind::ScrollUp => model.list.move_by(-WHEEL, height),
        MouseEventKind::Down(MouseButton::Left) => click(model, event.column, event.row),
        _ => {}
    }
    vec![]
}

fn scroll_overlay(overlay: &mut Overlay, kind: MouseEventKind) {
    let (Overlay::Help(top) | Overlay::Walkthrough(top)) = overlay else {
        return;
    };
    match kind {
        MouseEventKind::ScrollDown => *top = top.saturating_add(3),
        MouseEventKind::ScrollUp => *top = top.saturating_sub(3),
        _ => {}
    }
}

fn click(model: &mut Model, column: u16, row: u16) {
    let layout = model.layout();
    match layout.at(column, row) {
        Spot::Line(line) => {
            let at = model.list.offset() + line;
            if at < model.list.shown_len() {
                model.list.move_to(at, layout.list_height());
            }
            focus(model, Focus::List);
        }
        Spot::List => {
            focus(model, Focus::List);
        }
        Spot::Pane(step) => {
            focus(model, Focus::Pane(step, 0));
        }
        Spot::Tab(at) => {
            if let Some(step) = tab_at(model, at) {
                focus(model, Focus::Pane(step, 0));
            }
        }
        Spot::Nothing => {}
    }
}

/// Which tab is at a column of the tab line. The first begins after a corner.
fn tab_at(model: &Model, column: u16) -> Option<Step> {
    let mut end = 1;
    Step::ALL.into_iter().find(|step| {
        // A symbol and a blank follow the text.
        end += tab(*step, model.shown_step(), model.size.0).len() + 2;
        usize::from(column) < end
    })
}
