//! Menus and questions over the dashboard.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::parts::{key, say, window};
use crate::domain::{Address, MailboxId, Secret, Token};
use crate::engine::Field;
use crate::tui::model::{Model, WrongAccount};
use crate::tui::theme::Role;
use crate::tui::update::title;

/// What to copy of a mailbox.
pub fn copy(frame: &mut Frame, model: &Model, mailbox: MailboxId, at: usize) {
    let theme = model.setting.theme;
    let address = model.entry_of(mailbox).map_or(String::new(), |entry| entry.mailbox.address.to_string());
    let inside = window(frame, model, &format!("Copy for {address}"), 60, 15);
    let mut lines: Vec<Line<'static>> =
        Field::ALL.iter().enumerate().map(|(place, field)| option(model, place, at, title(*field))).collect();
    lines.push(Line::default());
    let seconds = format!("A secret is cleared from the clipboard after {} s.", model.setting.clear_after.as_secs());
    lines.push(say(theme, Role::Faint, seconds));
    lines.push(keys(model, &[("⏎", "or its number copies"), ("s", "shows for 15 s"), ("esc", "closes")]));
    frame.render_widget(Paragraph::new(lines), inside);
}

/// A credential that somebody asked to see.
pub fn reveal(frame: &mut Frame, model: &Model, field: Field, secret: &Secret, until: Timestamp) {
    let theme = model.setting.theme;
    let left = until.duration_since(model.now).as_secs().max(0);
    let inside = window(frame, model, title(field), 100, 24);
    let [above, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(inside);
    let text = Paragraph::new(secret.expose()).wrap(Wrap { trim: false });
    let mut hint = format!("Gone in {left} s; any key closes.");
    if text.line_count(above.width) > usize::from(above.height) {
        hint.push_str(" It goes on: copy it instead.");
    }
    frame.render_widget(text, above);
    frame.render_widget(say(theme, Role::Faint, hint), below);
}

/// Whether to remove mailboxes.
pub fn remove(frame: &mut Frame, model: &Model, ids: &[MailboxId]) {
    let theme = model.setting.theme;
    let inside = window(frame, model, "Remove", 76, 11);
    let what = match ids {
        [one] => model.entry_of(*one).map_or(String::new(), |entry| entry.mailbox.address.to_string()),
        many => {
            let names: Vec<String> = many
                .iter()
                .take(2)
                .filter_map(|id| model.entry_of(*id))
                .map(|entry| entry.mailbox.address.to_string())
                .collect();
            let rest = many.len().saturating_sub(names.len());
            let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            format!("{}{more}", names.join(", "))
        }
    };
    let holds_token = ids.iter().filter_map(|id| model.entry_of(*id)).any(|entry| entry.grant.token != Token::None);
    let mut lines = vec![say(theme, Role::Title, format!("Remove {what} from mailkey?")), Line::default()];
    if holds_token {
        lines.push(say(theme, Role::Text, format!("A refresh token that no other mailbox uses is deleted from {}. The mailbox itself and its mail stay as they are.", model.setting.store)));
    } else {
        lines.push(say(theme, Role::Text, "The mailbox itself and its mail stay as they are."));
    }
    lines.push(Line::default());
    lines.push(keys(model, &[("y", "removes"), ("esc", "keeps")]));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), inside);
}

/// What is to become of the tokens of another account.
pub fn wrong_account(frame: &mut Frame, model: &Model, asked: &WrongAccount) {
    let theme = model.setting.theme;
    let inside = window(frame, model, "Another account signed in", 76, 13);
    let mailbox =
        model.entry_of(asked.mailbox).map_or(asked.expected.to_string(), |entry| entry.mailbox.address.to_string());
    let mut lines = vec![
        say(theme, Role::Warn, format!("{} signed in, not {}.", asked.username, asked.expected)),
        say(theme, Role::Text, "Nothing is stored yet."),
        Line::default(),
        option(model, 0, asked.at, &format!("Sign in again as {} (in a private window)", asked.expected)),
        option(model, 1, asked.at, &format!("Keep: {} is a delegate of {mailbox}", asked.username)),
        option(model, 2, asked.at, "Discard it"),
        Line::default(),
    ];
    lines.push(keys(model, &[("⏎", "or the number chooses"), ("esc", "decides later")]));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), inside);
}

/// Which sign-in a bare code belongs to.
pub fn which_sign_in(frame: &mut Frame, model: &Model, asked: &[(MailboxId, Address)], at: usize) {
    let theme = model.setting.theme;
    let height = u16::try_from(asked.len()).unwrap_or(u16::MAX).saturating_add(7);
    let inside = window(frame, model, "Whose code is it?", 66, height);
    let mut lines =
        vec![say(theme, Role::Text, "A code alone does not say which sign-in it belongs to."), Line::default()];
    lines.extend(asked.iter().enumerate().map(|(place, (_, address))| option(model, place, at, address.as_str())));
    lines.push(Line::default());
    lines.push(keys(model, &[("⏎", "chooses"), ("esc", "forgets the code")]));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), inside);
}

fn option(model: &Model, place: usize, at: usize, text: &str) -> Line<'static> {
    let theme = model.setting.theme;
    let role = if place == at { Role::Cursor } else { Role::Text };
    let number = if place < 9 { format!(" {} ", place + 1) } else { "   ".to_owned() };
    Line::from(vec![
        Span::styled(number, theme.style(Role::Accent)),
        Span::styled(format!(" {text} "), theme.style(role)),
    ])
}

fn keys(model: &Model, hints: &[(&str, &str)]) -> Line<'static> {
    let theme = model.setting.theme;
    let mut line = Line::default();
    for (name, does) in hints {
        line.spans.extend(key(theme, name, format!("{does}   ")).spans);
    }
    line
}
