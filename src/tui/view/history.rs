//! What happened to a mailbox, or to all: a page.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::parts::{hints, hints_of, room, say};
use super::texts::{CLOSE, SCROLL, WIDTH, page};
use crate::engine::{Happened, HistoryLine};
use crate::tui::history::{History, Lines, MOST};
use crate::tui::keymap::HISTORY;
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};
use crate::tui::time;

/// How wide day and time stand before what happened.
const WHEN: usize = 18;

/// Draws it.
pub fn draw(frame: &mut Frame, model: &Model, history: &History) {
    let theme = model.setting.theme;
    let title = match &history.of {
        Some(mailbox) => format!("History of {mailbox}"),
        None => "History of all mailboxes".to_owned(),
    };
    let other = hints_of(HISTORY).filter(|_| history.has_other());
    let other = other.map(|(key, hint)| (key, if history.of.is_some() { hint } else { "this mailbox" }));
    let keys = hints(theme, [CLOSE].into_iter().chain(other).chain([SCROLL]));
    page(frame, model, &title, history_lines(model, history), history.top, keys);
}

/// Its lines.
#[must_use]
pub fn history_lines(model: &Model, history: &History) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let width = room(model.size.0, WIDTH);
    match &history.lines {
        Lines::Awaited => vec![say(theme, Role::Faint, "Reading…")],
        Lines::Failed(trouble) => vec![say(theme, Role::Bad, trouble.to_string())],
        Lines::Read(lines) if lines.is_empty() => vec![say(theme, Role::Faint, "Nothing has happened yet.")],
        Lines::Read(lines) => {
            let mut text: Vec<Line<'static>> =
                lines.iter().flat_map(|line| entry(model, line, history.of.is_none(), width)).collect();
            if lines.len() >= MOST {
                let more = format!("These are the newest {MOST}: `mailkey history --most` has more.");
                text.push(say(theme, Role::Faint, more));
            }
            text
        }
    }
}

/// When, with a sign, and what happened: as many lines as it takes.
fn entry(model: &Model, line: &HistoryLine, names_mailbox: bool, width: usize) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let (symbol, role) = mark(theme, &line.what);
    let whose = if names_mailbox { format!("{} ", line.mailbox) } else { String::new() };
    let said = format!("{whose}{}, {}", in_words(&line.what, &line.detail), by(&line.command));
    let mut before = vec![
        Span::styled(format!("{:<WHEN$}", when(line.at, model)), theme.style(Role::Faint)),
        Span::styled(format!("{symbol} "), theme.style(role)),
    ];
    let parts = textwrap::wrap(&said, width.saturating_sub(WHEN + 2).max(1));
    let lines = parts.into_iter().map(|part| {
        let mut spans = std::mem::replace(&mut before, vec![Span::raw(" ".repeat(WHEN + 2))]);
        spans.push(Span::raw(part.into_owned()));
        Line::from(spans)
    });
    lines.collect()
}

fn when(at: Timestamp, model: &Model) -> String {
    let zone = &model.setting.zone;
    format!("{} {}", time::day(at, zone), time::time(at, zone))
}

fn mark(theme: Theme, what: &Happened) -> (&'static str, Role) {
    match what {
        Happened::SignedIn | Happened::Refreshed => (theme.pick("●", "*"), Role::Good),
        Happened::Refused | Happened::CheckFailed => (theme.pick("▲", "!"), Role::Bad),
        _ => (theme.pick("·", "-"), Role::Accent),
    }
}

/// As people say it: `signed in as maria@contoso.com`, `refused: aadsts.50173`.
fn in_words(what: &Happened, detail: &str) -> String {
    let (verb, joint) = match what {
        Happened::SignedIn => ("signed in", " "),
        Happened::Refreshed => ("token refreshed", ": "),
        Happened::CheckFailed => ("check failed", ": "),
        Happened::Changed => ("changed", ": "),
        Happened::Copied | Happened::Shown => return joined(what.word(), ": ", &detail.replace('-', " ")),
        Happened::Added => ("added", ", "),
        other => return joined(&other.word().replace('_', " "), ": ", detail),
    };
    joined(verb, joint, detail)
}

fn joined(verb: &str, joint: &str, detail: &str) -> String {
    if detail.is_empty() { verb.to_owned() } else { format!("{verb}{joint}{detail}") }
}

fn by(command: &str) -> String {
    match command {
        "dashboard" => "on the dashboard".to_owned(),
        command => format!("by mailkey {command}"),
    }
}
