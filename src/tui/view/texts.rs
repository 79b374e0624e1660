//! Pages to read: all keys, and how to register an application.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::parts::{cut, hints, hints_of, key_name, room, say, window};
use crate::tui::back::back;
use crate::tui::keymap::{self, Action, Section, WALKTHROUGH};
use crate::tui::list::query;
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};
use crate::tui::update::is_possible;
use crate::tui::walkthrough;

/// The columns of a page, where there is room.
pub const WIDTH: u16 = 96;
/// A frame, and the line of keys below the one for what was said: the page may cover the footer.
const FRAME_AND_KEYS: u16 = 4;
/// How wide the keys stand before what they do.
const KEYS: usize = 14;
/// The key that closes a page.
pub const CLOSE: (&str, &str) = ("esc", "closes");
/// The keys that scroll it.
pub const SCROLL: (&str, &str) = ("↑↓", "scroll");

/// All keys; those that do nothing now are faint.
pub fn help(frame: &mut Frame, model: &Model, top: u16) {
    page(frame, model, "Keys", help_lines(model), top, hints(model.setting.theme, [CLOSE, SCROLL]));
}

/// Their lines.
#[must_use]
pub fn help_lines(model: &Model) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let width = room(model.size.0, WIDTH);
    let mut lines = Vec::new();
    for section in keymap::sections().into_iter().chain([query::section()]) {
        lines.extend(of_section(model, &section, width));
        lines.push(Line::default());
    }
    for sentence in [
        "Pasting a redirect address or a code anywhere answers the sign-in that it belongs to.",
        "A click goes to a mailbox or a pane; with shift, or dragged, it selects; on a title it sorts, on a count it filters.",
        &legend(theme),
    ] {
        lines.extend(wrapped(sentence, width));
    }
    lines
}

fn of_section(model: &Model, section: &Section, width: usize) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let mut lines = vec![say(theme, Role::Title, section.title)];
    for (keys, help, action) in &section.lines {
        let role = if action.is_some_and(|action| !is_possible(model, action)) { Role::Faint } else { Role::Text };
        let keys: Vec<String> = keys.split(' ').map(|key| key_name(theme, key)).collect();
        let mut keys = keys.join(" ");
        let help = match (action, back(model)) {
            (Some(Action::Back), Some(back)) => format!("{help}. Now: {}", back.hint()),
            _ => (*help).to_owned(),
        };
        for part in textwrap::wrap(&help, width.saturating_sub(KEYS).max(1)) {
            let before = std::mem::take(&mut keys);
            let gap = " ".repeat(KEYS.saturating_sub(before.width()));
            lines.push(Line::from(vec![
                Span::styled(before + &gap, theme.style(Role::Accent)),
                Span::styled(part.into_owned(), theme.style(role)),
            ]));
        }
    }
    lines
}

fn legend(theme: Theme) -> String {
    let signs = [
        ("todo", "○", "."),
        ("ready", "◇", ">"),
        ("running", "◐", "~"),
        ("done", "●", "*"),
        ("stuck", "▲", "!"),
        ("due", "◔", "%"),
    ];
    let legend = signs.map(|(word, unicode, ascii)| format!("{} {word}", theme.pick(unicode, ascii)));
    legend.join("   ")
}

/// How to register an application.
pub fn walkthrough(frame: &mut Frame, model: &Model, top: u16) {
    let keys = hints(model.setting.theme, [CLOSE].into_iter().chain(hints_of(WALKTHROUGH)).chain([SCROLL]));
    page(frame, model, "How to register an application", walkthrough_lines(model), top, keys);
}

/// Its lines.
#[must_use]
pub fn walkthrough_lines(model: &Model) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let width = room(model.size.0, WIDTH);
    let text = walkthrough::text(model);
    let lines = text.lines().flat_map(|line| match line.strip_prefix("# ") {
        Some(title) => vec![say(theme, Role::Title, title.to_owned())],
        None => wrapped(&line.replace("**", "").replace('`', ""), width),
    });
    lines.collect()
}

/// A paragraph; what goes on stands below the text of its number or its indent.
fn wrapped(text: &str, width: usize) -> Vec<Line<'static>> {
    let beginning = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').len();
    let indent = " ".repeat(beginning);
    let options = textwrap::Options::new(width.max(1)).subsequent_indent(&indent);
    textwrap::wrap(text, options).into_iter().map(|line| Line::raw(line.into_owned())).collect()
}

/// A page that is as long as it wants, from the line `top` on.
pub fn page(frame: &mut Frame, model: &Model, title: &str, lines: Vec<Line<'static>>, top: u16, keys: Line<'static>) {
    let last = last_top(model, &lines);
    let inside = window(frame, model, title, WIDTH, count(&lines).saturating_add(FRAME_AND_KEYS));
    let [page, said, way_out] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(1), Constraint::Length(1)]).areas(inside);
    frame.render_widget(Paragraph::new(lines).scroll((top.min(last), 0)), page);
    if let Some(notice) = &model.notice {
        let theme = model.setting.theme;
        frame.render_widget(say(theme, Role::Good, cut(theme, &notice.text, usize::from(said.width))), said);
    }
    frame.render_widget(keys, way_out);
}

/// The last of the lines that can be at the top of a page.
#[must_use]
pub fn last_top(model: &Model, lines: &[Line<'static>]) -> u16 {
    let room = model.size.1.saturating_sub(2).saturating_sub(FRAME_AND_KEYS);
    count(lines).saturating_sub(room)
}

fn count(lines: &[Line<'static>]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}
