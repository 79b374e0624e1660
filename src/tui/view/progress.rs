//! What runs for many mailboxes at once: how far it is, what holds it up, what went wrong last.

use jiff::SignedDuration;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::parts::cut;
use crate::engine::{Failure, HostPause, Phase, Progress};
use crate::tui::model::Model;
use crate::tui::queue::Queue;
use crate::tui::store::Sealing;
use crate::tui::theme::{Role, Theme};
use crate::tui::time;

/// The widest bar.
const BAR: usize = 30;
/// What is said of a job that ends what is under way.
const STOPPING: &str = "stopping";

/// Its lines, the most important last; where there is little room, without what went wrong.
pub fn lines(model: &Model, width: usize, is_roomy: bool) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let mut lines: Vec<Line<'static>> = model.queue.iter().map(|queue| sign_ins(theme, queue, width)).collect();
    lines.extend(sealing(model, width));
    if let Some(batch) = &model.batch {
        let Progress { failures, pauses, .. } = &batch.progress;
        let failure = failures.last().filter(|_| is_roomy);
        lines.extend(failure.map(|failure| failed(theme, failure, width)));
        lines.extend(pause(model, pauses, width));
        lines.push(checks(model, &batch.progress, width));
    }
    lines
}

/// `Signing in 12 of 40 ━━━━──────── 1 waiting, 27 left, 2 failed`.
pub fn sign_ins(theme: Theme, queue: &Queue, width: usize) -> Line<'static> {
    let count = queue.count();
    let mut after = vec![format!("{} waiting", count.waiting), format!("{} left", count.left)];
    if count.failed > 0 {
        after.push(format!("{} failed", count.failed));
    }
    if queue.at_once() > 1 {
        after.push(format!("{} at once", queue.at_once()));
    }
    let done = Done { what: "Signing in", over: count.done + count.failed, all: count.all() };
    done.line(theme, theme.pick(" ▸ ", " > ").to_owned(), &after, width)
}

/// `Sealing secrets 300 of 1204 ━━━━────────`.
fn sealing(model: &Model, width: usize) -> Option<Line<'static>> {
    let (over, all, after) = match model.store.sealing {
        Sealing::Needless | Sealing::Offered(_) => return None,
        Sealing::Running { done, of } => (done, of, None),
        Sealing::Stopping { done, of } => (done, of, Some(STOPPING.to_owned())),
    };
    let what = Done { what: "Sealing secrets", over, all };
    Some(what.line(model.setting.theme, spinner(model), after.as_slice(), width))
}

/// `Checking 42 of 128 ━━━━──────── 3.5 a second, 24 s left, 1 failed`.
fn checks(model: &Model, progress: &Progress, width: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let Progress { phase, over, all, failed, rate, ends_at, pauses, .. } = progress;
    let mut after = Vec::new();
    if *phase == Phase::Stopping {
        after.push(STOPPING.to_owned());
    } else {
        // Whoever waits has no speed.
        let is_paused = pauses.iter().any(|pause| pause.until > model.now);
        after.extend(rate.filter(|_| !is_paused).map(speed));
        after.extend(ends_at.map(|moment| format!("{} left", left(moment.duration_since(model.now)))));
    }
    if *failed > 0 {
        after.push(format!("{failed} failed"));
    }
    Done { what: "Checking", over: *over, all: *all }.line(theme, spinner(model), &after, width)
}

fn spinner(model: &Model) -> String {
    format!(" {} ", model.setting.theme.spinner(model.now.as_millisecond() / 100))
}

/// `login.microsoftonline.com asks for a pause until 14:05:12`.
fn pause(model: &Model, pauses: &[HostPause], width: usize) -> Option<Line<'static>> {
    let theme = model.setting.theme;
    let longest = pauses.iter().max_by_key(|pause| pause.until)?;
    let until = time::exact(longest.until, &model.setting.zone);
    let who = match pauses.len() {
        1 => format!("{} asks", longest.host),
        many => format!("{} and {} more ask", longest.host, many - 1),
    };
    let text = format!("{who} for a pause until {until}");
    Some(marked(theme, theme.pick("◔", "~"), Role::Warn, &text, width))
}

/// `hr@contoso.com: SMTP AUTH is switched off for the mailbox`.
fn failed(theme: Theme, failure: &Failure, width: usize) -> Line<'static> {
    let text = format!("{}: {}", failure.address, failure.trouble.what());
    marked(theme, theme.pick("▲", "!"), Role::Bad, &text, width)
}

fn marked(theme: Theme, mark: &str, role: Role, text: &str, width: usize) -> Line<'static> {
    let text = cut(theme, text, width.saturating_sub(4));
    Line::from(vec![Span::styled(format!(" {mark} "), theme.style(role)), Span::raw(text)])
}

/// So much of something.
struct Done {
    what: &'static str,
    over: usize,
    all: usize,
}

impl Done {
    /// The counts, a bar, and what is to be said after it as far as it fits.
    fn line(&self, theme: Theme, mark: String, after: &[String], width: usize) -> Line<'static> {
        let Self { what, over, all } = self;
        let text = format!("{what} {over} of {all} ");
        let after = format!(" {}", after.join(", "));
        let room = width.saturating_sub(text.width() + after.width() + 4).min(BAR);
        let full = (room * over).checked_div(*all).unwrap_or(room).min(room);
        Line::from(vec![
            Span::styled(mark, theme.style(Role::Busy)),
            Span::raw(text + &theme.pick("━", "#").repeat(full)),
            Span::styled(theme.pick("─", ".").repeat(room - full), theme.style(Role::Faint)),
            Span::raw(after),
        ])
    }
}

/// Mailboxes a second, in a unit that makes a number of it.
fn speed(rate: f64) -> String {
    match rate {
        10.0.. => format!("{rate:.0} a second"),
        1.0.. => format!("{rate:.1} a second"),
        _ => format!("{:.0} a minute", rate * 60.0),
    }
}

/// A span that grows shorter, in a unit that is worth looking at.
fn left(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(1);
    match seconds {
        ..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h", (seconds + 1_800) / 3_600),
    }
}
