//! The copy menu, and what it shows.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::parts::{dialog, dialog_room, hints, say, window};
use crate::domain::{MailboxId, Secret};
use crate::engine::Field;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::update::title;

const REVEAL: u16 = 100;

/// What to copy of a mailbox.
pub fn copy(frame: &mut Frame, model: &Model, mailbox: MailboxId, at: usize) {
    let theme = model.setting.theme;
    let address = model.entry_of(mailbox).map_or(String::new(), |entry| entry.mailbox.address.to_string());
    let fields = model.fields(mailbox);
    let mut lines: Vec<Line<'static>> =
        fields.iter().enumerate().map(|(place, field)| option(model, place, at, title(*field))).collect();
    lines.push(Line::default());
    let seconds = model.setting.clear_after.as_secs();
    let cleared = format!(
        "A secret is cleared from the clipboard after {seconds} s, but not from a terminal's (OSC 52, over SSH)."
    );
    lines.push(say(theme, Role::Faint, cleared));
    lines.push(hints(theme, [("⏎", "or its number copies"), ("s", "shows for 15 s"), ("esc", "closes")]));
    dialog(frame, model, &format!("Copy for {address}"), 60, lines);
}

/// A credential that somebody asked to see.
pub fn reveal(frame: &mut Frame, model: &Model, field: Field, secret: &Secret, until: Timestamp) {
    let theme = model.setting.theme;
    let left = until.duration_since(model.now).as_secs().max(0);
    let text = Paragraph::new(secret.expose()).wrap(Wrap { trim: false });
    let room = u16::try_from(dialog_room(frame, REVEAL)).unwrap_or(u16::MAX);
    // A frame, and the line that says when it goes.
    let height = u16::try_from(text.line_count(room)).unwrap_or(u16::MAX).saturating_add(3);
    let inside = window(frame, model, title(field), REVEAL, height);
    let [above, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(inside);
    let mut hint = format!("Gone in {left} s; any key closes.");
    if height > inside.height.saturating_add(2) {
        hint.push_str(" It goes on: copy it instead.");
    }
    frame.render_widget(text, above);
    frame.render_widget(say(theme, Role::Faint, hint), below);
}

/// A line of a menu.
pub fn option(model: &Model, place: usize, at: usize, text: &str) -> Line<'static> {
    let theme = model.setting.theme;
    let role = if place == at { Role::Cursor } else { Role::Text };
    let number = if place < 9 { format!(" {} ", place + 1) } else { "   ".to_owned() };
    Line::from(vec![
        Span::styled(number, theme.style(Role::Accent)),
        Span::styled(format!(" {text} "), theme.style(role)),
    ])
}
