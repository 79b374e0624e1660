//! The four panes of the selected mailbox, or of the selection's sum.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Padding, Paragraph};

use super::parts::{Text, frame as border};
use super::steps;
use crate::domain::{Step, StepState};
use crate::engine::Work;
use crate::tui::model::{Focus, Model};
use crate::tui::theme::{Role, Theme};

/// Draws all four.
pub fn four(frame: &mut Frame, areas: [Rect; 4], model: &Model) {
    for (step, area) in Step::ALL.into_iter().zip(areas) {
        let theme = model.setting.theme;
        let state = state(model, step);
        let title = Line::from(Span::styled(format!(" {} {} ", step.number(), step.title()), theme.style(Role::Title)));
        let block =
            border(theme, model.focus == Focus::Pane(step)).title(title).title_top(word(model, &state).right_aligned());
        body(frame, area, model, step, block);
    }
}

/// Draws the one that is shown, with the others as tabs.
pub fn tabs(frame: &mut Frame, area: Rect, model: &Model) {
    let theme = model.setting.theme;
    let shown = model.shown_step();
    let mut tabs = Vec::new();
    for step in Step::ALL {
        let state = state(model, step);
        let role = if step == shown { Role::Cursor } else { Role::Text };
        tabs.push(Span::styled(format!(" {} {} ", step.number(), step.title()), theme.style(role)));
        tabs.push(Span::styled(format!("{} ", theme.step(&state)), theme.style(Theme::of_step(&state))));
    }
    let state = state(model, shown);
    let has_focus = matches!(model.focus, Focus::Pane(_));
    let block = border(theme, has_focus).title(Line::from(tabs)).title_top(word(model, &state).right_aligned());
    body(frame, area, model, shown, block);
}

fn body(frame: &mut Frame, area: Rect, model: &Model, step: Step, block: ratatui::widgets::Block<'static>) {
    let block = block.padding(Padding::horizontal(1));
    let mut text = Text::new(model.setting.theme, usize::from(block.inner(area).width));
    if model.list.selected_len() > 1 {
        steps::sum(&mut text, model, step);
    } else {
        steps::one(&mut text, model, step);
    }
    let room = usize::from(block.inner(area).height);
    if text.lines.len() > room && !matches!(model.focus, Focus::Pane(_)) {
        text.lines.truncate(room.saturating_sub(1));
        text.key(&step.number().to_string(), "shows the rest");
    }
    frame.render_widget(Paragraph::new(text.lines).block(block), area);
}

fn state(model: &Model, step: Step) -> StepState {
    model.steps().map_or(StepState::Todo, |steps| steps.get(step).clone())
}

/// Symbol and word, with a spinner while a job is at it.
fn word(model: &Model, state: &StepState) -> Line<'static> {
    let theme = model.setting.theme;
    if model.list.selected_len() > 1 || model.list.current().is_none() {
        return Line::default();
    }
    let work = model.list.current().and_then(|row| model.work(row.id, &row.application));
    if matches!((state, work), (StepState::Running, Some(Work::Asking { .. }))) {
        return Line::styled(format!(" {} your choice ", theme.pick("▲", "!")), theme.style(Role::Warn));
    }
    let symbol = match state {
        StepState::Running if !work.is_some_and(Work::needs_a_person) => {
            theme.spinner(model.now.as_millisecond() / 100)
        }
        _ => theme.step(state),
    };
    Line::from(Span::styled(format!(" {symbol} {} ", state.word()), theme.style(Theme::of_step(state))))
}
