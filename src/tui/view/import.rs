//! What an import would do, before it is done.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::parts::{cut, dialog_room, end_of, hints, say, window};
use crate::domain::import::{Different, Double, Problem};
use crate::domain::{NewMailbox, Trouble};
use crate::tui::import::{Preview, Progress, Remark};
use crate::tui::keymap::{Binding, IMPORT, ImportAction};
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};

const WIDTH: u16 = 96;

/// Draws it.
pub fn draw(frame: &mut Frame, model: &Model, preview: &Preview) {
    let theme = model.setting.theme;
    let counts = counts(theme, preview);
    let room = (dialog_room(frame, WIDTH), usize::from(frame.area().height));
    let shown = lines_of(theme, preview, 0, room).len();
    let height = counts.len().saturating_add(shown).saturating_add(7);
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
    let room = (usize::from(middle.width), usize::from(middle.height));
    frame.render_widget(Paragraph::new(remarks(theme, preview, room)), middle);
    frame.render_widget(said, below);
    let does = self::keys(preview);
    frame.render_widget(hints(theme, does.iter().map(|(key, does)| (*key, does.as_str()))), keys);
}

/// How many lines mean what.
fn counts(theme: Theme, preview: &Preview) -> Vec<Line<'static>> {
    let plan = &preview.plan;
    let different = match preview.different {
        Different::IsLeft => "known otherwise: left as they are",
        Different::IsChanged => "changed: with another application or account they have to be signed in for anew",
    };
    let counted = [
        (plan.new.len(), "new", theme.pick("●", "*"), Role::Good),
        (plan.known, "known already", theme.pick("○", "."), Role::Faint),
        (plan.doubles.len(), "double: each counts once", theme.pick("○", "."), Role::Faint),
        (plan.different.len(), different, theme.pick("◔", "%"), Role::Warn),
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

/// The remarks from the one that was scrolled to; the last ones, if fewer would fill the room.
fn remarks(theme: Theme, preview: &Preview, room: (usize, usize)) -> Vec<Line<'static>> {
    let (_, height) = room;
    let mut top = preview.top;
    let mut lines = lines_of(theme, preview, top, room);
    while top > 0 {
        let more = lines_of(theme, preview, top - 1, room);
        if lines.len() == height || more.len() > height {
            break;
        }
        (top, lines) = (top - 1, more);
    }
    lines.truncate(height);
    lines
}

/// The lines of the remarks from the one at `top`; only so many of them are made as there is room for.
fn lines_of(theme: Theme, preview: &Preview, top: usize, (width, height): (usize, usize)) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut remarks = preview.remarks_from(top);
    while lines.len() < height
        && let Some(remark) = remarks.next()
    {
        lines.extend(lines_of_one(theme, &remark, preview.different, width));
    }
    lines
}

fn lines_of_one(theme: Theme, remark: &Remark<'_>, becomes: Different, width: usize) -> Vec<Line<'static>> {
    match remark {
        Remark::Malformed(Problem { line, trouble }) => problem(theme, *line, trouble, Role::Bad, width),
        Remark::Different(it) => problem(theme, it.line, &it.trouble(becomes), Role::Warn, width),
        Remark::Double(Double { line, first }) => {
            vec![Line::raw(format!("Line {line} says the same as line {first}."))]
        }
        Remark::New(NewMailbox { address, application, account, .. }) => {
            let who = if account == address { "signs in itself".to_owned() } else { format!("{account} signs in") };
            let text = format!("{address}: {application}, {who}");
            vec![Line::from(vec![
                Span::styled("New: ", theme.style(Role::Good)),
                Span::raw(cut(theme, &text, width.saturating_sub(5))),
            ])]
        }
    }
}

/// All that there is to say of a line: whoever is to mend it has nowhere else to read.
fn problem(theme: Theme, line: usize, trouble: &Trouble, role: Role, width: usize) -> Vec<Line<'static>> {
    let number = format!("Line {line}: ");
    let what = cut(theme, trouble.what(), width.saturating_sub(number.len()));
    let rest = format!("{} {}", trouble.why(), trouble.next());
    let rest = textwrap::wrap(rest.trim(), width.saturating_sub(2).max(1));
    let first = Line::from(vec![Span::styled(number, theme.style(role)), Span::raw(what)]);
    let rest = rest.into_iter().map(|part| say(theme, Role::Faint, format!("  {part}")));
    std::iter::once(first).chain(rest).collect()
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

/// What would be done with those that are not malformed; `None`: nothing.
fn does(preview: &Preview) -> Option<String> {
    match (preview.plan.new.len(), preview.changes()) {
        (0, 0) => None,
        (new, 0) => Some(format!("imports {new}")),
        (0, changes) => Some(format!("changes {changes}")),
        (new, changes) => Some(format!("imports {new}, changes {changes}")),
    }
}

/// What the key does that turns what becomes of those that are there otherwise, if there are any.
fn change(preview: &Preview) -> Option<String> {
    match (preview.plan.different.len(), preview.different) {
        (0, _) => None,
        (count, Different::IsLeft) => Some(format!("changes {count} too")),
        (count, Different::IsChanged) => Some(format!("leaves {count} after all")),
    }
}

/// The keys that do something now.
fn keys(preview: &Preview) -> Vec<(&'static str, String)> {
    let (does, is_whole) = (does(preview), preview.plan.malformed.is_empty());
    let shown = IMPORT.iter().filter_map(|binding: &Binding<ImportAction>| {
        let does = match binding.action {
            ImportAction::Import if !is_whole => return None,
            ImportAction::Import => does.clone().unwrap_or_else(|| "closes".to_owned()),
            ImportAction::LeaveOut if is_whole => return None,
            ImportAction::LeaveOut => format!("{} without them", does.as_ref()?),
            ImportAction::Change => change(preview)?,
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
