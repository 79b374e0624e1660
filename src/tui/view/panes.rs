//! The four panes of the selected mailbox, or of the selection's sum.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Padding};

use super::parts::{Text, frame as border, key};
use super::{pen, steps, sum};
use crate::domain::{Step, StepState};
use crate::engine::Work;
use crate::tui::layout::{Layout, Panes, tab};
use crate::tui::model::{Focus, Model};
use crate::tui::theme::{Role, Theme};

/// Draws all four.
pub fn four(frame: &mut Frame, areas: [Rect; 4], model: &Model) {
    for (step, area) in Step::ALL.into_iter().zip(areas) {
        let theme = model.setting.theme;
        let state = state(model, step);
        let title = Line::from(Span::styled(format!(" {} {} ", step.number(), step.title()), theme.style(Role::Title)));
        let block = border(theme, false).title(title).title_top(word(model, step, &state).right_aligned());
        body(frame, area, model, step, block);
    }
}

/// Draws the one that is shown, with the others as tabs.
pub fn tabs(frame: &mut Frame, area: Rect, model: &Model) {
    let theme = model.setting.theme;
    let shown = model.shown_step();
    let mut tabs = Vec::new();
    for step in Step::ALL {
        let (symbol, of_symbol) = mark(model, step);
        let role = if step == shown { Role::Cursor } else { Role::Text };
        tabs.push(Span::styled(tab(step, shown, area.width), theme.style(role)));
        tabs.push(Span::styled(format!("{symbol} "), theme.style(of_symbol)));
    }
    let state = state(model, shown);
    let has_focus = matches!(model.focus, Focus::Pane(..));
    let block = border(theme, has_focus).title(Line::from(tabs)).title_top(word(model, shown, &state).right_aligned());
    body(frame, area, model, shown, block);
}

/// How many lines of the pane that has the focus its window has no room for.
#[must_use]
pub fn hidden_lines(model: &Model) -> u16 {
    match (model.focus, model.layout()) {
        (Focus::Pane(step, _), Layout::Roomy { panes: Panes::One(area), .. }) => {
            let inside = padded(Block::bordered()).inner(area);
            let lines = text(model, step, inside.width).len();
            u16::try_from(lines).unwrap_or(u16::MAX).saturating_sub(inside.height)
        }
        _ => 0,
    }
}

fn padded(block: Block<'static>) -> Block<'static> {
    block.padding(Padding::horizontal(1))
}

fn text(model: &Model, step: Step, width: u16) -> Vec<Line<'static>> {
    let mut text = Text::new(model.setting.theme, usize::from(width));
    if model.list.selected_len() > 1 {
        sum::sum(&mut text, model, step);
    } else {
        steps::one(&mut text, model, step);
    }
    text.lines
}

/// A text that is too long goes on where the pane has the focus, and says how to see the rest elsewhere.
fn body(frame: &mut Frame, area: Rect, model: &Model, step: Step, block: Block<'static>) {
    let theme = model.setting.theme;
    let mut block = padded(block);
    let inside = block.inner(area);
    let mut lines = text(model, step, inside.width);
    let room = usize::from(inside.height);
    let hidden = u16::try_from(lines.len().saturating_sub(room)).unwrap_or(u16::MAX);
    let mut top = 0;
    if let Focus::Pane(_, wanted) = model.focus {
        top = wanted.min(hidden);
        block = block.title_bottom(more(theme, top, hidden).right_aligned());
    } else if hidden > 0 {
        lines.truncate(room.saturating_sub(1));
        lines.push(key(theme, &step.number().to_string(), "shows the rest"));
    }
    frame.render_widget(block, area);
    pen::lines(frame.buffer_mut(), inside, lines.get(usize::from(top)..).unwrap_or_default());
}

/// That there is more above or below, and the keys that go there.
fn more(theme: Theme, top: u16, hidden: u16) -> Line<'static> {
    let text = match (top, hidden) {
        (_, 0) => return Line::default(),
        (0, _) => " ↓ more ",
        (top, hidden) if top == hidden => " ↑ more ",
        _ => " ↑↓ more ",
    };
    Line::styled(text, theme.style(Role::Accent))
}

fn state(model: &Model, step: Step) -> StepState {
    model.steps().map_or(StepState::Todo, |steps| steps.get(step).clone())
}

/// The symbol of a tab, and its colour.
fn mark(model: &Model, step: Step) -> (&'static str, Role) {
    if model.list.selected_len() > 1 {
        return sum::mark(model, step);
    }
    let state = state(model, step);
    (model.setting.theme.step(&state), Theme::of_step(&state))
}

/// Symbol and word, with a spinner while a job is at it.
fn word(model: &Model, step: Step, state: &StepState) -> Line<'static> {
    let theme = model.setting.theme;
    if model.list.current().is_none() {
        return Line::default();
    }
    if model.list.selected_len() > 1 {
        let text = format!(" {} selected ", model.list.selected_len());
        return Line::styled(text, theme.style(Role::Title));
    }
    let work = model.list.current().and_then(|row| model.work(row.id, &row.application));
    if matches!((state, work), (StepState::Running, Some(Work::Asking { .. }))) {
        return Line::styled(format!(" {} your choice ", theme.pick("▲", "!")), theme.style(Role::Warn));
    }
    if let (Step::SmtpAuth, StepState::Done, Some(refused)) = (step, state, reading_refused(model)) {
        return Line::styled(format!(" {} {refused} ", theme.pick("▲", "!")), theme.style(Role::Bad));
    }
    let symbol = match state {
        StepState::Running if !work.is_some_and(Work::needs_a_person) => {
            theme.spinner(model.now.as_millisecond() / 100)
        }
        _ => theme.step(state),
    };
    Line::from(Span::styled(format!(" {symbol} {} ", state.word()), theme.style(Theme::of_step(state))))
}

/// Which of IMAP and POP refused, where the submission server did not.
fn reading_refused(model: &Model) -> Option<&'static str> {
    let row = model.list.current().filter(|row| row.steps.trouble().is_some())?;
    Some(match row.reading_refused {
        "" => return None,
        "both" => "IMAP and POP",
        word => word,
    })
}
