//! The last lines: what was said, what runs, and the keys that do something now.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::parts::{cut, hints_of, key_name};
use crate::engine::{Phase, Progress};
use crate::tui::back::back;
use crate::tui::keymap::{Action, Binding, DASHBOARD, FILTER};
use crate::tui::model::{Batch, Focus, Model, Tone};
use crate::tui::next::next;
use crate::tui::queue::Queue;
use crate::tui::theme::{Role, Theme};
use crate::tui::update::is_possible;

/// The most lines that a notice takes.
const MOST: u16 = 6;

/// Draws them: what was said above what runs, and the keys last.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let width = usize::from(area.width);
    let area = grown(frame, area, model);
    let room = usize::from(area.height.saturating_sub(1));
    let running = running(model, width);
    let mut lines = notice(model, width, room.saturating_sub(running.len()));
    if lines.is_empty() && running.is_empty() {
        lines.push(demo(model, width));
    }
    lines.extend(running);
    lines.resize(room, Line::default());
    lines.push(keys(model, width));
    frame.render_widget(Paragraph::new(lines), area);
}

/// A long notice takes lines from what is above it, for as long as it is there: its end says what to
/// do next.
fn grown(frame: &mut Frame, area: Rect, model: &Model) -> Rect {
    let wide = usize::from(area.width).saturating_sub(4).max(1);
    let said = model.notice.as_ref().map_or(0, |notice| textwrap::wrap(&notice.text, wide).len());
    let said = u16::try_from(said).unwrap_or(u16::MAX).min(MOST);
    let needed = said + u16::from(model.batch.is_some()) + u16::from(model.queue.is_some()) + 1;
    let more = needed.saturating_sub(area.height).min(area.y);
    let area = Rect { y: area.y - more, height: area.height + more, ..area };
    frame.render_widget(Clear, area);
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

fn demo(model: &Model, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let Some(demo) = &model.setting.demo else {
        return Line::default();
    };
    let mut text = " A demo: nothing of yours is touched.".to_owned();
    let admin = format!(" Its admin page: {}", demo.admin_page);
    // Half an address is of no use.
    if text.width() + admin.width() <= width {
        text.push_str(&admin);
    }
    Line::styled(cut(theme, &text, width), theme.style(Role::Faint))
}

/// A line for each thing that runs.
fn running(model: &Model, width: usize) -> Vec<Line<'static>> {
    let sign_ins = model.queue.as_ref().map(|queue| sign_ins(model, queue, width));
    let checks = model.batch.as_ref().map(|batch| progress(model, batch, width));
    sign_ins.into_iter().chain(checks).collect()
}

/// `Signing in 12 of 40 ━━━━──────── 1 waiting, 27 left, 2 failed`.
fn sign_ins(model: &Model, queue: &Queue, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let count = queue.count();
    let over = count.done + count.failed;
    let text = format!("Signing in {over} of {} ", count.all());
    let mut after = format!(" {} waiting, {} left", count.waiting, count.left);
    if count.failed > 0 {
        after.push_str(&format!(", {} failed", count.failed));
    }
    if queue.at_once() > 1 {
        after.push_str(&format!(", {} at once", queue.at_once()));
    }
    let room = width.saturating_sub(text.width() + after.width() + 4).min(30);
    let full = (room * over).checked_div(count.all()).unwrap_or(room);
    Line::from(vec![
        Span::styled(theme.pick(" ▸ ", " > "), theme.style(Role::Busy)),
        Span::raw(text + &theme.pick("━", "#").repeat(full)),
        Span::styled(theme.pick("─", ".").repeat(room - full), theme.style(Role::Faint)),
        Span::raw(after),
    ])
}

fn progress(model: &Model, batch: &Batch, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let Progress { phase, over, all, failed, ends_at, .. } = &batch.progress;
    let text = format!("Checking {over} of {all} ");
    let mut after = String::new();
    if let Some(ends_at) = ends_at {
        after = format!(" {} s left", ends_at.duration_since(model.now).as_secs().max(1));
    }
    if *failed > 0 {
        after.push_str(&format!(", {failed} need attention"));
    }
    if *phase == Phase::Stopping {
        after.push_str("; ends what is under way");
    }
    let room = width.saturating_sub(text.width() + after.width() + 4).min(30);
    let full = (room * over).checked_div(*all).unwrap_or(room);
    Line::from(vec![
        Span::styled(format!(" {} ", theme.spinner(model.now.as_millisecond() / 100)), theme.style(Role::Busy)),
        Span::raw(text + &theme.pick("━", "#").repeat(full)),
        Span::styled(theme.pick("─", ".").repeat(room - full), theme.style(Role::Faint)),
        Span::raw(after),
    ])
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
        Action::Check if model.list.selected_len() > 0 => "check the selection",
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
