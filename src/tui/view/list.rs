//! The fleet. Only the rows of the window are made.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Padding, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use super::parts::{cut, end_of, fit, frame as border, say};
use super::pen::{self, Pen};
use super::weeks;
use crate::domain::{Step, StepState, TokenState};
use crate::engine::Work;
use crate::tui::columns::{CHECKED, Columns, MARKS, STEPS, TOKEN};
use crate::tui::list::{Direction, Row};
use crate::tui::model::{Focus, Model};
use crate::tui::theme::{Role, Theme};
use crate::tui::time;
use crate::tui::weeks::InFrame;

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
    let height = usize::from(inside.height.saturating_sub(1));
    pen::lines(frame.buffer_mut(), inside, &[titles(columns, model)]);
    for ((row, is_current), y) in model.list.window(height).zip(inside.y + 1..) {
        let mut pen = Pen { theme, buffer: frame.buffer_mut(), x: inside.x, y, end: inside.right() };
        line(&mut pen, columns, model, row, is_current);
    }
    if model.list.shown_len() == 0 && !model.list.is_empty() && height > 0 {
        let below = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
        frame.render_widget(nothing_shown(model).wrap(Wrap { trim: true }), below);
    }
}

/// Why, and the way back.
fn nothing_shown(model: &Model) -> Paragraph<'static> {
    let theme = model.setting.theme;
    let (role, why) = match model.list.complaint() {
        Some(complaint) => (Role::Warn, complaint),
        None => (Role::Text, "Nothing matches."),
    };
    let block = Block::new().padding(Padding::horizontal(2));
    Paragraph::new(say(theme, role, format!("{why} esc shows all again."))).block(block)
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

/// What the filter that is typed can become; else what is due when.
fn below(model: &Model, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    if model.focus != Focus::Filter {
        return due(model, width);
    }
    let hint = cut(theme, &model.list.hint(), width.saturating_sub(1));
    Line::styled(format!(" {hint} "), on_frame().patch(theme.style(Role::Faint)))
}

/// How many fall due in which week, if there is room to say it.
fn due(model: &Model, width: usize) -> Line<'static> {
    let Some(InFrame { before, after }) = InFrame::of(model, width) else {
        return Line::default();
    };
    let bars = weeks::bars(model.setting.theme, model.list.weeks(), (1, 1));
    let bars = bars.into_iter().flat_map(|line| line.spans);
    Line::from_iter([Span::raw(before)].into_iter().chain(bars).chain([Span::raw(after)])).style(on_frame())
}

/// Not in the colour of the frame that it stands on.
fn on_frame() -> Style {
    Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM)
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

fn line(pen: &mut Pen<'_>, columns: Columns, model: &Model, row: &Row, is_current: bool) {
    let theme = model.setting.theme;
    let accent = theme.style(Role::Accent);
    pen.mark_if(is_current, theme.pick("▌", ">"), accent);
    pen.mark_if(model.list.is_selected(row.id), theme.pick("✓", "x"), accent);
    pen.skip(MARKS - 2);
    let name = theme.style(if is_current { Role::Title } else { Role::Text });
    pen.cell(row.address.as_str(), columns.mailbox, name);
    steps(pen, model, row);
    token(pen, model, row);
    checked(pen, model, row, columns.checked);
    pen.cell(row.application.as_str(), columns.application, Style::new());
    let account = if row.account == row.address { "itself" } else { row.account.as_str() };
    pen.write(account, columns.account, theme.style(Role::Faint));
}

fn steps(pen: &mut Pen<'_>, model: &Model, row: &Row) {
    let theme = model.setting.theme;
    let work = model.work(row.id, &row.application);
    let (running, waits) = (work.map(Work::step), work.is_some_and(Work::needs_a_person));
    for step in Step::ALL {
        match row.step_while(step, running) {
            StepState::Running if !waits => {
                pen.mark(theme.spinner(model.now.as_millisecond() / 100), theme.style(Role::Busy));
            }
            state => pen.mark(theme.step(state), theme.style(Theme::of_step(state))),
        }
    }
    pen.skip(STEPS - Step::ALL.len());
}

/// When it was last tried, with a sign, and a word where there is room, if IMAP or POP refused, which
/// no step shows.
fn checked(pen: &mut Pen<'_>, model: &Model, row: &Row, width: usize) {
    let theme = model.setting.theme;
    let text = row.checked.map_or(theme.pick("–", "-").to_owned(), |checked| time::ago(checked, model.now));
    let wide = text.as_str().width();
    pen.write(&text, wide, Style::new());
    let refused = match row.reading_refused {
        "" => String::new(),
        _ if width == CHECKED => theme.pick(" ▲", " !").to_owned(),
        word => format!("{} {word}", theme.pick(" ▲", " !")),
    };
    pen.write(&refused, width.saturating_sub(wide), theme.style(Role::Bad));
}

/// Days left, or the word for a token without. What is due is said by a sign, so that its number
/// stays readable where yellow is not.
fn token(pen: &mut Pen<'_>, model: &Model, row: &Row) {
    let theme = model.setting.theme;
    let days = row.deadline.map(|deadline| time::days_left(deadline, model.now));
    let (text, sign) = match (row.token, days) {
        (TokenState::None, _) => (theme.pick("–", "-").to_owned(), ""),
        (TokenState::Valid, Some(days)) => (format!("{days} d"), ""),
        (TokenState::Due, Some(days)) => (format!("{days} d "), theme.pick("◔", "%")),
        (state, _) => (state.word().to_owned(), ""),
    };
    let role = if row.token == TokenState::Due { Role::Title } else { Theme::of_token(row.token) };
    let wide = text.as_str().width();
    pen.write(&text, wide, theme.style(role));
    pen.write(sign, TOKEN.saturating_sub(wide), theme.style(Role::Warn));
}
