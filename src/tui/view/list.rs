//! The fleet. Only the rows of the window are made.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::parts::{fit, frame as border};
use crate::domain::{StepState, TokenState};
use crate::engine::Work;
use crate::tui::list::Row;
use crate::tui::model::{Focus, Model};
use crate::tui::theme::{Role, Theme};
use crate::tui::time;

const STEPS: usize = 6;
const TOKEN: usize = 8;
const CHECKED: usize = 8;
/// Where there is room: the word for what of IMAP and POP refused.
const REFUSED: usize = 6;
const MARKS: usize = 3;

/// Draws it.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let theme = model.setting.theme;
    let has_focus = matches!(model.focus, Focus::List | Focus::Filter);
    let block = border(theme, has_focus).title(title(model)).title_top(Line::from(place(model)).right_aligned());
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let columns = Columns::of(usize::from(inside.width), model.list.widest());
    let mut lines = vec![columns.titles(theme)];
    lines.extend(
        model.list.window(usize::from(inside.height.saturating_sub(1))).map(|(row, at)| columns.row(model, row, at)),
    );
    if model.list.shown_len() == 0 && !model.list.is_empty() {
        lines.push(Line::raw("  Nothing matches. esc shows all again."));
    }
    frame.render_widget(Paragraph::new(lines), inside);
}

fn title(model: &Model) -> Line<'static> {
    let theme = model.setting.theme;
    let filter = model.list.filter.value();
    let mut parts = vec![Span::styled(" Mailboxes ", theme.style(Role::Title))];
    if model.focus == Focus::Filter {
        parts.push(Span::styled(format!(" /{filter}"), theme.style(Role::Accent)));
        parts.push(Span::styled(theme.pick("▏", "_"), theme.style(Role::Accent)));
        parts.push(Span::raw(" "));
    } else if !filter.is_empty() {
        parts.push(Span::styled(format!(" /{filter} "), theme.style(Role::Accent)));
    }
    Line::from(parts)
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
    let text = format!(" {selected}{position}/{} · {} ", list.shown_len(), list.sort().word());
    text.replace('·', model.setting.theme.pick("·", "-"))
}

/// How wide each column is; 0: not shown.
struct Columns {
    mailbox: usize,
    checked: usize,
    application: usize,
    account: usize,
}

impl Columns {
    /// The addresses get what they need; application and account what is left, if it is enough.
    fn of(width: usize, widest: usize) -> Self {
        // The last column keeps off the frame.
        let rest = width.saturating_sub(MARKS + STEPS + TOKEN + CHECKED + 1);
        let left = rest.saturating_sub(widest + 1);
        let word = if left >= REFUSED { REFUSED } else { 0 };
        let left = left - word;
        let application = if left >= 12 { left.min(16) } else { 0 };
        let account = if left >= application + 16 { (left - application).min(40) } else { 0 };
        Self { mailbox: rest - word - application - account, checked: CHECKED + word, application, account }
    }

    fn titles(&self, theme: Theme) -> Line<'static> {
        let mut text = " ".repeat(MARKS);
        text.push_str(&fit(theme, "MAILBOX", self.mailbox));
        text.push_str(&fit(theme, "1234", STEPS));
        text.push_str(&fit(theme, "TOKEN", TOKEN));
        text.push_str(&fit(theme, "CHECKED", self.checked));
        if self.application > 0 {
            text.push_str(&fit(theme, "APPLICATION", self.application));
        }
        if self.account > 0 {
            text.push_str(&fit(theme, "ACCOUNT", self.account));
        }
        Line::styled(text, theme.style(Role::Faint))
    }

    fn row(&self, model: &Model, row: &Row, is_current: bool) -> Line<'static> {
        let theme = model.setting.theme;
        let cursor = if is_current { theme.pick("▌", ">") } else { " " };
        let selected = if model.list.is_selected(row.id) { theme.pick("✓", "x") } else { " " };
        let mut parts = vec![
            Span::styled(format!("{cursor}{selected} "), theme.style(Role::Accent)),
            Span::styled(fit(theme, &row.address, self.mailbox.saturating_sub(1)), name_style(theme, is_current)),
            Span::raw(" "),
        ];
        parts.extend(steps(model, row));
        parts.extend(token(model, row));
        parts.extend(checked(model, row, self.checked));
        if self.application > 0 {
            let application = fit(theme, &row.application, self.application.saturating_sub(1));
            parts.push(Span::raw(application + " "));
        }
        if self.account > 0 {
            let account = if row.account == row.address { "itself" } else { &row.account };
            parts.push(Span::styled(fit(theme, account, self.account), theme.style(Role::Faint)));
        }
        Line::from(parts)
    }
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
