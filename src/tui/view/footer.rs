//! The last lines: what was said, what runs, and the keys that do something now.

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;
use unicode_width::UnicodeWidthStr;

use super::parts::{cut, hints_of, key_name};
use super::{pen, progress};
use crate::engine::KeepAlive;
use crate::tui::back::back;
use crate::tui::keymap::{Action, Binding, DASHBOARD, FILTER};
use crate::tui::model::{DemoNote, Focus, Model, Tone};
use crate::tui::next::{BROWSER_AGAIN, CHECK_ALL, LINK_AGAIN, Next, POWER_SHELL_OF_ALL, next};
use crate::tui::theme::{Role, Theme};
use crate::tui::time;
use crate::tui::update::{is_possible, lines_of_selection};

/// The most lines that a notice takes.
const MOST: usize = 6;

/// Draws them: what was said above what runs, and the keys last.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let width = usize::from(area.width);
    let running = progress::lines(model, width, area.height > 2);
    let area = grown(frame, area, model, running.len());
    let room = usize::from(area.height.saturating_sub(1));
    let mut lines = notice(model, width, room.saturating_sub(running.len()));
    if lines.is_empty() && running.is_empty() {
        lines.push(idle(model, width));
    }
    lines.extend(running);
    lines.resize(room, Line::default());
    lines.push(keys(model, width));
    pen::lines(frame.buffer_mut(), area, &lines);
}

/// A long notice takes lines from what is above it, for as long as it is there: its end says what to
/// do next.
fn grown(frame: &mut Frame, area: Rect, model: &Model, running: usize) -> Rect {
    let wide = usize::from(area.width).saturating_sub(4).max(1);
    let said = model.notice.as_ref().map_or(0, |notice| textwrap::wrap(&notice.text, wide).len());
    let needed = u16::try_from(said.min(MOST) + running + 1).unwrap_or(u16::MAX);
    let more = needed.saturating_sub(area.height).min(area.y);
    let area = Rect { y: area.y - more, height: area.height + more, ..area };
    if more > 0 {
        frame.render_widget(Clear, area);
    }
    area
}

/// A notice on as many lines as there are; the last one is cut.
fn notice(model: &Model, width: usize, room: usize) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let Some(notice) = &model.notice else { return vec![] };
    let (symbol, role) = match notice.tone {
        Tone::Good => (theme.pick("●", "*"), Role::Good),
        Tone::Plain => (theme.pick("·", "-"), Role::Accent),
        Tone::Bad => (theme.pick("▲", "!"), Role::Bad),
    };
    let text = notice.text.replace('⏎', &key_name(theme, "⏎"));
    let wide = width.saturating_sub(4).max(1);
    let mut parts: Vec<String> = textwrap::wrap(&text, wide).into_iter().map(std::borrow::Cow::into_owned).collect();
    if parts.len() > room {
        let rest = parts.split_off(room.saturating_sub(1)).join(" ");
        parts.push(cut(theme, &rest, wide));
    }
    let mut mark = format!(" {symbol} ");
    let lines = parts.into_iter().map(|part| {
        let mark = std::mem::replace(&mut mark, "   ".to_owned());
        Line::from(vec![Span::styled(mark, theme.style(role)), Span::raw(part)])
    });
    lines.collect()
}

/// What stands there while nothing runs and nothing was said.
fn idle(model: &Model, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let text = match (&model.setting.demo, &model.keep_alive) {
        (Some(demo), _) => of_demo(demo, width),
        (None, Some(keep_alive)) => of_keep_alive(keep_alive, &model.setting.zone),
        (None, None) => return Line::default(),
    };
    Line::styled(cut(theme, &text, width), theme.style(Role::Faint))
}

fn of_keep_alive(keep_alive: &KeepAlive, zone: &TimeZone) -> String {
    let Some(last) = &keep_alive.last else {
        return " Keep-alive is on: it looks for tokens that fall due.".to_owned();
    };
    let (at, next) = (time::time(last.at, zone), time::time(last.next, zone));
    let did = match &last.outcome {
        Ok((0, _)) => format!("nothing was due at {at}"),
        Ok((due, 0)) => format!("{due} due refreshed at {at}, all is well"),
        Ok((due, failed)) => format!("{due} due refreshed at {at}, {failed} failed"),
        Err(trouble) => format!("at {at}: {}", trouble.what()),
    };
    format!(" Keep-alive is on: {did}. It looks again at {next}.")
}

fn of_demo(demo: &DemoNote, width: usize) -> String {
    let mut text = " A demo: nothing of yours is touched.".to_owned();
    let admin = format!(" Its admin page: {}", demo.admin_page);
    // Half an address is of no use.
    if text.width() + admin.width() <= width {
        text.push_str(&admin);
    }
    text
}

/// As many keys as there is room for, the most important first; the way back and help always.
fn keys(model: &Model, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    if model.overlay.is_some() {
        return Line::default();
    }
    if model.focus == Focus::Filter {
        return spaced(theme, hints_of(FILTER));
    }
    let possible = || DASHBOARD.iter().filter(|binding| is_possible(model, binding.action));
    let wide = |binding: &Binding| key_name(theme, binding.hint_key()).width() + hint(model, binding).width() + 3;
    let always = |binding: &Binding| matches!(binding.action, Action::Back | Action::Help | Action::Quit);
    let mut room = width.saturating_sub(possible().filter(|binding| always(binding)).map(wide).sum());
    let mut shown: Vec<(&str, &str)> = Vec::new();
    for binding in possible() {
        let (key, hint) = (binding.hint_key(), hint(model, binding));
        // Two keys may come to the same: one of them is enough.
        let is_new = !hint.is_empty() && shown.iter().all(|(_, known)| *known != hint);
        let takes = if always(binding) { 0 } else { wide(binding) };
        if is_new && takes <= room {
            room -= takes;
            shown.push((key, hint));
        }
    }
    spaced(theme, shown)
}

fn hint(model: &Model, binding: &Binding) -> &'static str {
    match binding.action {
        Action::Next => next(model).hint(),
        Action::Back => back(model).map_or("", |back| back.hint()),
        Action::Browser if matches!(next(model), Next::BrowserAgain(_)) => BROWSER_AGAIN,
        Action::Browser if matches!(next(model), Next::LinkAgain(_)) => LINK_AGAIN,
        Action::CopyMenu if lines_of_selection(model) > 0 => POWER_SHELL_OF_ALL,
        Action::Check if model.list.selected_len() > 0 => CHECK_ALL,
        Action::Remove if model.list.selected_len() > 0 => "remove the selection",
        _ => binding.hint,
    }
}

fn spaced<'a>(theme: Theme, hints: impl IntoIterator<Item = (&'a str, &'a str)>) -> Line<'static> {
    let pair = |(key, hint)| {
        [Span::styled(format!(" {} ", key_name(theme, key)), theme.style(Role::Accent)), Span::raw(format!("{hint} "))]
    };
    Line::from_iter(hints.into_iter().flat_map(pair))
}
