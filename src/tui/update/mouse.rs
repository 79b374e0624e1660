//! The mouse: a click goes there, with shift, with ctrl or dragged it selects, the wheel scrolls.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use tui_input::Input;

use super::actions::focus;
use crate::domain::{Step, Weeks};
use crate::tui::columns::Columns;
use crate::tui::counts;
use crate::tui::layout::{Layout, Panes, Spot, tab};
use crate::tui::message::Effect;
use crate::tui::model::{Focus, Model};
use crate::tui::overlay::Overlay;
use crate::tui::weeks::{InFrame, bar_width};

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
        MouseEventKind::Down(MouseButton::Left) => click(model, event),
        MouseEventKind::Drag(MouseButton::Left) => drag(model, event),
        _ => {}
    }
    vec![]
}

fn scroll_overlay(overlay: &mut Overlay, kind: MouseEventKind) {
    let lines = match kind {
        MouseEventKind::ScrollDown => 3,
        MouseEventKind::ScrollUp => -3,
        _ => return,
    };
    match overlay {
        Overlay::Help(top) | Overlay::Walkthrough(top) => *top = top.saturating_add_signed(lines),
        Overlay::History(history) => history.top = history.top.saturating_add_signed(lines),
        Overlay::Import(preview) => preview.scroll(isize::from(lines)),
        _ => {}
    }
}

fn click(model: &mut Model, event: MouseEvent) {
    let layout = model.layout();
    match layout.at(event.column, event.row) {
        Spot::Line(line) => {
            let at = model.list.offset() + line;
            if at < model.list.shown_len() {
                click_line(model, at, event.modifiers);
            }
            focus(model, Focus::List);
        }
        Spot::List => {
            focus(model, Focus::List);
        }
        Spot::Titles(column) => sort_by(model, usize::from(column)),
        Spot::Header(column) => filter_by(model, column),
        Spot::Below(column) => filter_by_week_below(model, column),
        Spot::Weeks(column) => filter_by_week(model, column),
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

fn click_line(model: &mut Model, at: usize, modifiers: KeyModifiers) {
    let height = model.layout().list_height();
    if modifiers.contains(KeyModifiers::SHIFT) {
        model.list.stretch_to(at, height);
        return;
    }
    model.list.move_to(at, height);
    if modifiers.contains(KeyModifiers::CONTROL) {
        model.list.toggle();
    }
}

/// Selects what is dragged over. A drag that has not left its line selects nothing yet.
fn drag(model: &mut Model, event: MouseEvent) {
    let layout = model.layout();
    if let Spot::Line(line) = layout.at(event.column, event.row) {
        let at = model.list.offset() + line;
        if at < model.list.shown_len() && at != model.list.position() {
            model.list.stretch_to(at, layout.list_height());
        }
    }
}

fn sort_by(model: &mut Model, place: usize) {
    let Layout::Roomy { list, .. } = model.layout() else { return };
    let columns = Columns::of(usize::from(list.width.saturating_sub(2)), model.list.widest());
    if let Some(column) = columns.at(place) {
        model.list.sort_by(model.list.sort().by(column));
        model.list.keep_in_window(model.layout().list_height());
    }
}

/// A count shows those that it counts; the count of all, all.
fn filter_by(model: &mut Model, column: u16) {
    match counts::at(model, column).map(|count| count.standing) {
        _ if model.list.is_empty() => return,
        Some(Some(standing)) => model.list.toggle_standing(standing),
        Some(None) => model.list.set_filter(Input::default()),
        None => return,
    }
    model.list.keep_in_window(model.layout().list_height());
}

/// A week in the frame below the list; beside it the frame is the list's.
fn filter_by_week_below(model: &mut Model, column: u16) {
    let Layout::Roomy { list, .. } = model.layout() else { return };
    let picture = InFrame::of(model, usize::from(list.width.saturating_sub(2)));
    match picture.and_then(|picture| picture.week_at(model.list.weeks(), usize::from(column))) {
        Some(week) => show_due(model, week),
        None => {
            focus(model, Focus::List);
        }
    }
}

fn filter_by_week(model: &mut Model, column: u16) {
    let Some(area) = model.layout().weeks() else { return };
    let wide = bar_width(model.list.weeks(), usize::from(area.width.saturating_sub(4)));
    let week = usize::from(column).checked_div(wide);
    if let Some(week) = week.filter(|week| *week < model.list.weeks().counts().len()) {
        show_due(model, week);
    }
}

fn show_due(model: &mut Model, week: usize) {
    model.list.toggle_due(Weeks::days(week));
    model.list.keep_in_window(model.layout().list_height());
}

/// Which tab is at a column of the tab line. The first begins after a corner.
fn tab_at(model: &Model, column: u16) -> Option<Step> {
    let Layout::Roomy { panes: Panes::One(area), .. } = model.layout() else { return None };
    let mut end = 1;
    Step::ALL.into_iter().find(|step| {
        // A symbol and a blank follow the text.
        end += tab(*step, model.shown_step(), area.width).len() + 2;
        usize::from(column) < end
    })
}
