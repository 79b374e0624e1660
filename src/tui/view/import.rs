//! What an import would do, before it is done.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::parts::{cut, end_of, hints, say, window};
use crate::domain::import::{Plan, Problem};
use crate::tui::import::{Preview, Progress};
use crate::tui::keymap::{Binding, IMPORT, ImportAction};
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};

const WIDTH: u16 = 96;
/// The lines that a remark has: what is the matter, and why.
const REMARK: usize = 2;

/// Draws it.
pub fn draw(frame: &mut Frame, model: &Model, preview: &Preview) {
    let theme = model.setting.theme;
    let counts = counts(theme, &preview.plan);
    let remarks = REMARK * preview.remarks();
    let height = counts.len().saturating_add(remarks).saturating_add(7);
    let title = format!("Import from {}", end_of(theme, preview.form.origin(), 60));
    let inside = window(frame, model, &title, WIDTH, u16::try_from(height).unwrap_or(u16::MAX));
    let said = said(theme, preview);
    let counted = u16::try_from(counts.len()).unwrap_or(u16::MAX);
    let said_lines = u16::try_from(said.line_count(inside.width)).unwrap_or(u16::MAX);
    let [above, middle, below, keys] = Layout::vertical([
        Constraint::Length(counted),
        Constraint::Min(0),
        Constraint::Length(said_lines),
        Constraint::Length(1),
    ])
    .areas(inside);
    frame.render_widget(Paragraph::new(counts), above);
    let room = (usize::from(middle.height) / REMARK, usize::from(middle.width));
    frame.render_widget(Paragraph::new(self::remarks(theme, preview, room)), middle);
    frame.render_widget(said, below);
    let does = self::keys(preview);
    frame.render_widget(hints(theme, does.iter().map(|(key, does)| (*key, does.as_str()))), keys);
}

/// How many lines mean what.
fn counts(theme: Theme, plan: &Plan) -> Vec<Line<'static>> {
    let counted = [
        (plan.new.len(), "new", theme.pick("●", "*"), Role::Good),
        (plan.known, "known already", theme.pick("○", "."), Role::Faint),
        (plan.doubles.len(), "double: each counts once", theme.pick("○", "."), Role::Faint),
        (plan.different.len(), "known otherwise: left as they are", theme.pick("◔", "%"), Role::Warn),
        (plan.malformed.len(), "malformed", theme.pick("▲", "!"), Role::Bad),
    ];
    let is_shown = |(at, (count, ..)): &(usize, (usize, _, _, _))| *at == 0 || *count > 0;
    let counted = counted.into_iter().enumerate().filter(is_shown).map(|(_, (count, what, symbol, role))| {
        Line::from(vec![Span::styled(format!("{symbol} "), theme.style(role)), Span::raw(format!("{count:>6} {what}"))])
    });
    let mut lines: Vec<Line<'static>> = counted.collect();
    if !plan.unused_columns.is_empty() {
        let columns = plan.unused_columns.join(", ");
        lines.push(say(theme, Role::Faint, cut(theme, &format!("Columns that are not used: {columns}"), 90)));
    }
    lines.push(Line::default());
    lines
}

/// The remarks that there is room for; only they are made.
fn remarks(theme: Theme, preview: &Preview, (count, width): (usize, usize)) -> Vec<Line<'static>> {
    let Plan { malformed, different, doubles, .. } = &*preview.plan;
    let problems = malformed.iter().map(|it| (it, Role::Bad)).chain(different.iter().map(|it| (it, Role::Warn)));
    let problems = problems.map(|(it, role)| problem(theme, it, role, width));
    let doubles = doubles.iter().map(|it| {
        [say(theme, Role::Text, format!("Line {} says the same as line {}.", it.line, it.first)), Line::default()]
    });
    let top = preview.top.min(preview.remarks().saturating_sub(count));
    problems.chain(doubles).skip(top).take(count).flatten().collect()
}

fn problem(theme: Theme, Problem { line, trouble }: &Problem, role: Role, width: usize) -> [Line<'static>; REMARK] {
    let number = format!("Line {line}: ");
    let what = cut(theme, trouble.what(), width.saturating_sub(number.len()));
    let why = format!("  {} {}", trouble.why(), trouble.next());
    [
        Line::from(vec![Span::styled(number, theme.style(role)), Span::raw(what)]),
        say(theme, Role::Faint, cut(theme, &why, width)),
    ]
}

/// What is to be known before a key is pressed.
fn said(theme: Theme, preview: &Preview) -> Paragraph<'static> {
    let line = match &preview.progress {
        Progress::Importing => say(theme, Role::Busy, "Importing…"),
        Progress::Refused(trouble) => say(theme, Role::Bad, trouble.to_string()),
        Progress::Shown if preview.plan.malformed.is_empty() => Line::default(),
        Progress::Shown => say(theme, Role::Text, "It is all or nothing: mend the malformed lines, or leave them out."),
    };
    Paragraph::new(vec![Line::default(), line]).wrap(Wrap { trim: false })
}

/// The keys that do something now.
fn keys(preview: &Preview) -> Vec<(&'static str, String)> {
    let (new, is_whole) = (preview.plan.new.len(), preview.plan.malformed.is_empty());
    let shown = IMPORT.iter().filter_map(|binding: &Binding<ImportAction>| {
        let does = match binding.action {
            ImportAction::Import if !is_whole => return None,
            ImportAction::Import if new == 0 => "closes".to_owned(),
            ImportAction::Import => format!("imports {new}"),
            ImportAction::LeaveOut if is_whole || new == 0 => return None,
            ImportAction::LeaveOut => format!("imports {new} without them"),
            ImportAction::Back => binding.hint.to_owned(),
        };
        Some((binding.hint_key(), does))
    });
    let mut keys: Vec<(&'static str, String)> = shown.collect();
    if preview.remarks() > 1 {
        keys.push(("↑↓", "scroll".to_owned()));
    }
    keys
}
