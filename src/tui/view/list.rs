//! The fleet. Only the rows of the window are made.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::parts::{cut, end_of, fit, frame as border};
use crate::domain::{StepState, TokenState};
use crate::engine::Work;
use crate::tui::columns::{CHECKED, Columns, MARKS, TOKEN};
use crate::tui::list::{Direction, Row};
use crate::tui::model::{Focus, Model};
use crate::tui::theme::{Role, Theme};
use crate::tui::time;

/// Draws it.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let theme = model.setting.theme;
    let has_focus = matches!(model.focus, Focus::List | Focus::Filter);
    let width = usize::from(area.width.saturating_sub(2));
    let place = place(model);
    let block = border(theme, has_focus)
        .title(title(model, width.saturating_sub(place.as_str().width())))
        .title_top(Line::from(place).right_aligned())
        .title_bottom(below(model, width));
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let columns = Columns::of(usize::from(inside.width), model.list.widest());
    let mut lines = vec![titles(columns, model)];
    let height = usize::from(inside.height.saturating_sub(1));
    lines.extend(model.list.window(height).map(|(row, at)| line(columns, model, row, at)));
    if model.list.shown_len() == 0 && !model.list.is_empty() {
        lines.push(Line::raw("  Nothing matches. esc shows all again."));
    }
    frame.render_widget(Paragraph::new(lines), inside);
}

/// The list's name, or, while it is filtered, its filter, of which the end stays in sight.
fn title(model: &Model, room: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let filter = model.list.filter();
    if filter.value().is_empty() && model.focus != Focus::Filter {
        return Line::styled(" Mailboxes ", theme.style(Role::Title));
    }
    let mut text = filter.value().to_owned();
    if model.focus == Focus::Filter {
        let cursor = text.char_indices().nth(filter.cursor()).map_or(text.len(), |(at, _)| at);
        text.insert_str(cursor, theme.pick("▏", "_"));
    }
    Line::styled(format!(" /{} ", end_of(theme, &text, room.saturating_sub(3))), theme.style(Role::Accent))
}

/// What the filter cannot make sense of, or what it can become.
fn below(model: &Model, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let room = width.saturating_sub(2);
    let (role, text) = match (model.list.complaint(), model.focus) {
        (Some(complaint), _) => (Role::Warn, complaint.to_owned()),
        (None, Focus::Filter) => (Role::Faint, model.list.hint()),
        (None, _) => return Line::default(),
    };
    // Not in the colour of the frame that it stands on.
    let plain = Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM);
    Line::styled(format!(" {} ", cut(theme, &text, room)), plain.patch(theme.style(role)))
}

fn place(model: &Model) -> String {
    let list = &model.list;
    if list.is_empty() {
        return String::new();
    }
    let selected = match list.selected_len() {
        0 => String::new(),
        count => format!("{count} selected · "),
    };
    let position = if list.shown_len() == 0 { 0 } else { list.position() + 1 };
    let order = match (list.is_ranked(), list.sort().direction) {
        (true, _) => "best match".to_owned(),
        (false, Direction::Forward) => list.sort().word().to_owned(),
        (false, Direction::Backward) => format!("{} reversed", list.sort().word()),
    };
    format!(" {selected}{position}/{} · {order} ", list.shown_len())
}

fn titles(columns: Columns, model: &Model) -> Line<'static> {
    let theme = model.setting.theme;
    let sorted = model.list.sort().column;
    let titles = columns.titles().into_iter().filter(|(.., wide)| *wide > 0).map(|(column, title, wide)| {
        let role = if column == sorted { Role::Title } else { Role::Faint };
        Span::styled(fit(theme, title, wide), theme.style(role))
    });
    [Span::raw(" ".repeat(MARKS))].into_iter().chain(titles).collect()
}

fn line(columns: Columns, model: &Model, row: &Row, is_current: bool) -> Line<'static> {
    let theme = model.setting.theme;
    let cursor = if is_current { theme.pick("▌", ">") } else { " " };
    let selected = if model.list.is_selected(row.id) { theme.pick("✓", "x") } else { " " };
    let mut parts = vec![
        Span::styled(format!("{cursor}{selected} "), theme.style(Role::Accent)),
        Span::styled(fit(theme, &row.address, columns.mailbox.saturating_sub(1)), name_style(theme, is_current)),
        Span::raw(" "),
    ];
    parts.extend(steps(model, row));
    parts.extend(token(model, row));
    parts.extend(checked(model, row, columns.checked));
    if columns.application > 0 {
        let application = fit(theme, &row.application, columns.application.saturating_sub(1));
        parts.push(Span::raw(application + " "));
    }
    if columns.account > 0 {
        let account = if row.account == row.address { "itself" } else { &row.account };
        parts.push(Span::styled(fit(theme, account, columns.account), theme.style(Role::Faint)));
    }
    Line::from(parts)
}

fn name_style(theme: Theme, is_current: bool) -> Style {
    theme.style(if is_current { Role::Title } else { Role::Text })
}

fn steps(model: &Model, row: &Row) -> Vec<Span<'static>> {
    let theme = model.setting.theme;
    let work = model.work(row.id, &row.application);
    let waits = work.is_some_and(Work::needs_a_person);
    let steps = row.steps_while(work.map(Work::step));
    let mut spans: Vec<Span<'static>> = steps
        .iter()
        .map(|(_, state)| match state {
            StepState::Running if !waits => {
                Span::styled(theme.spinner(model.now.as_millisecond() / 100), theme.style(Role::Busy))
            }
            _ => Span::styled(theme.step(state), theme.style(Theme::of_step(state))),
        })
        .collect();
    spans.push(Span::raw("  "));
    spans
}

/// When it was last tried, with a sign, and a word where there is room, if IMAP or POP refused, which
/// no step shows.
fn checked(model: &Model, row: &Row, width: usize) -> [Span<'static>; 2] {
    let theme = model.setting.theme;
    let text = row.checked.map_or(theme.pick("–", "-").to_owned(), |checked| time::ago(checked, model.now));
    let rest = width.saturating_sub(text.as_str().width());
    let refused = match row.reading_refused {
        "" => String::new(),
        _ if width == CHECKED => theme.pick(" ▲", " !").to_owned(),
        word => format!("{} {word}", theme.pick(" ▲", " !")),
    };
    [Span::raw(text), Span::styled(fit(theme, &refused, rest), theme.style(Role::Bad))]
}

/// Days left, or the word for a token without. What is due is said by a sign, so that its number
/// stays readable where yellow is not.
fn token(model: &Model, row: &Row) -> [Span<'static>; 2] {
    let theme = model.setting.theme;
    let days = row.deadline.map(|deadline| time::days_left(deadline, model.now));
    let (text, sign) = match (row.token, days) {
        (TokenState::None, _) => (theme.pick("–", "-").to_owned(), ""),
        (TokenState::Valid, Some(days)) => (format!("{days} d"), ""),
        (TokenState::Due, Some(days)) => (format!("{days} d "), theme.pick("◔", "%")),
        (state, _) => (state.word().to_owned(), ""),
    };
    let role = if row.token == TokenState::Due { Role::Title } else { Theme::of_token(row.token) };
    let rest = TOKEN.saturating_sub(text.as_str().width());
    [Span::styled(text, theme.style(role)), Span::styled(fit(theme, sign, rest), theme.style(Role::Warn))]
}
