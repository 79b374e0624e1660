//! A form over the dashboard.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::parts::{cut, dialog_room, hints, say, window};
use crate::tui::form::{Field, Form, Status, Value};
use crate::tui::keymap::{Binding, FORM, FormAction};
use crate::tui::model::Model;
use crate::tui::theme::Role;

const LABEL: u16 = 15;
const WIDTH: u16 = 92;
/// A gap, what is said of the line, a gap, and the keys: the form does not jump from line to line.
const NOTES: u16 = 4;

/// Draws it.
pub fn draw(frame: &mut Frame, model: &Model, form: &Form) {
    let count = u16::try_from(form.fields.len()).unwrap_or(0);
    let notes = Paragraph::new(notes(model, form)).wrap(Wrap { trim: false });
    let room = u16::try_from(dialog_room(frame, WIDTH)).unwrap_or(u16::MAX);
    let below = u16::try_from(notes.line_count(room)).unwrap_or(u16::MAX).max(NOTES);
    let inside = window(frame, model, form.title(), WIDTH, count.saturating_add(below).saturating_add(2));
    for (place, field) in form.fields.iter().enumerate() {
        let line = u16::try_from(place).unwrap_or(u16::MAX);
        if line < inside.height {
            draw_field(frame, Rect::new(inside.x, inside.y + line, inside.width, 1), model, field, place == form.at);
        }
    }
    let below =
        Rect::new(inside.x, inside.y + count.min(inside.height), inside.width, inside.height.saturating_sub(count));
    frame.render_widget(notes, below);
}

fn draw_field(frame: &mut Frame, area: Rect, model: &Model, field: &Field, is_current: bool) {
    let theme = model.setting.theme;
    let room = usize::from(area.width.saturating_sub(LABEL + 2)).max(1);
    let label_role = if is_current { Role::Accent } else { Role::Faint };
    let mark = if is_current { theme.pick("▌", ">") } else { " " };
    let mut line = vec![Span::styled(format!("{mark}{:<14}", field.label), theme.style(label_role))];
    match &field.value {
        Value::Choice(options, at) => {
            let title = options.get(*at).map_or("", |(_, title)| title);
            let (left, right) = (theme.pick("‹", "<"), theme.pick("›", ">"));
            line.push(Span::raw(cut(theme, &format!("{left} {title} {right}"), room)));
        }
        Value::Text(input) | Value::Hidden(input) => {
            let scroll = input.visual_scroll(room);
            let hidden = matches!(field.value, Value::Hidden(_));
            let shown: String =
                input.value().chars().skip(scroll).take(room).map(|c| if hidden { '*' } else { c }).collect();
            line.push(match input.value() {
                "" => Span::styled(field.placeholder, theme.style(Role::Faint)),
                _ => Span::raw(shown),
            });
            if is_current {
                let column = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
                frame.set_cursor_position(Position::new(area.x + LABEL + column, area.y));
            }
        }
    }
    frame.render_widget(Paragraph::new(Line::from(line)), area);
}

fn notes(model: &Model, form: &Form) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let hint = model.fleet.as_ref().map_or("".into(), |fleet| form.hint(fleet));
    let mut lines = vec![Line::default()];
    match &form.status {
        Status::Open => lines.push(say(theme, Role::Faint, hint.into_owned())),
        Status::Sent => lines.push(say(theme, Role::Busy, form.sending())),
        Status::LookingForTenant => lines.push(say(theme, Role::Busy, "Looking for the tenant…")),
        Status::FoundTenant(region) => {
            let region = region.as_ref().map(|region| format!(" ({region})")).unwrap_or_default();
            lines.push(say(theme, Role::Good, format!("The tenant was found{region}.")));
        }
        Status::Wrong(trouble) => {
            lines.push(say(theme, Role::Bad, format!("{}.", trouble.what())));
            lines.push(say(theme, Role::Text, format!("{} {}", trouble.why(), trouble.next()).trim().to_owned()));
        }
    }
    lines.push(Line::default());
    let shown = FORM.iter().filter(|binding| !binding.hint.is_empty());
    let does = |binding: &Binding<FormAction>| match binding.action {
        FormAction::Save => form.sends(),
        _ => binding.hint,
    };
    lines.push(hints(theme, shown.map(|binding| (binding.hint_key(), does(binding)))));
    lines
}
