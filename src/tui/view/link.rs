//! The link of an errand, alone from column 0, so that the terminal's own selection copies it whole.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Wrap};

use super::parts::{hints, hints_of, say};
use super::progress::sign_ins;
use crate::engine::{Errand, Subject};
use crate::tui::keymap::{Action, LINK, LinkAction};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::update::is_possible;

/// Draws it over everything.
pub fn draw(frame: &mut Frame, model: &Model, errand: &Errand) {
    let all = frame.area();
    frame.render_widget(Clear, all);
    let link = torn(errand.link.as_str(), usize::from(all.width));
    let height = u16::try_from(link.len()).unwrap_or(u16::MAX);
    let parts = [Constraint::Length(height), Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)];
    let [above, _, below, last] = Layout::vertical(parts).areas(all);
    frame.render_widget(Paragraph::new(link), above);
    frame.render_widget(Paragraph::new(notes(model, errand)).wrap(Wrap { trim: false }), below);
    let keys = LINK.iter().filter(|key| match key.action {
        LinkAction::PlayPerson => model.setting.demo.is_some(),
        LinkAction::Skip => is_possible(model, Action::Skip),
        LinkAction::Copy | LinkAction::Close => true,
    });
    frame.render_widget(hints(model.setting.theme, hints_of(keys)), last);
}

/// As many columns a line as there are: a link has only ASCII.
fn torn(link: &str, width: usize) -> Vec<Line<'static>> {
    let characters: Vec<char> = link.chars().collect();
    characters.chunks(width.max(1)).map(|line| Line::raw(line.iter().collect::<String>())).collect()
}

fn notes(model: &Model, errand: &Errand) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let what = match &errand.subject {
        Subject::Mailbox(id) => {
            let account = model.entry_of(*id).map_or(String::new(), |entry| format!(" as {}", entry.grant.account));
            format!("This link signs in{account}.")
        }
        Subject::Application(name) => format!("With this link an administrator consents to {name}."),
    };
    let mut lines = vec![
        say(theme, Role::Title, what),
        say(
            theme,
            Role::Text,
            "Select it with the mouse; most terminals want Shift held down (on a Mac Option or fn).",
        ),
        say(theme, Role::Text, "Open it in a browser, then paste here the address that the browser lands on."),
    ];
    if let Some(queue) = &model.queue {
        lines.extend([Line::default(), sign_ins(theme, queue, usize::from(model.size.0))]);
    }
    if let Some(notice) = &model.notice {
        lines.extend([Line::default(), say(theme, Role::Faint, notice.text.clone())]);
    }
    lines
}
