//! How to begin, where there is no mailbox yet.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Padding, Paragraph, Wrap};

use super::parts::{frame as border, key, say};
use crate::domain::{Application, Check};
use crate::engine::{Subject, Work};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::time;

/// Whether there is nothing to show yet.
#[must_use]
pub fn is_due(model: &Model) -> bool {
    model.list.is_empty()
}

/// Draws it.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let theme = model.setting.theme;
    let block = border(theme, true).padding(Padding::new(3, 3, 1, 1));
    let Some(fleet) = &model.fleet else {
        return frame.render_widget(Paragraph::new("Reading the registry…").block(block), area);
    };
    let mut lines =
        vec![say(theme, Role::Title, "Welcome. Two things, and the first mailbox can sign in:"), Line::default()];
    lines.push(say(theme, Role::Ready, "1. Your app registration"));
    if fleet.applications.is_empty() {
        lines.push(key(theme, "N", "describes the application that you registered with Microsoft or Google"));
        lines.push(key(theme, "w", "shows how to register one, click by click"));
    } else {
        for application in fleet.applications.values() {
            lines.push(say(
                theme,
                Role::Text,
                format!("Application {} ({})", application.name, state(model, application)),
            ));
        }
        lines.push(key(theme, "A", "shows, changes and removes applications"));
    }
    lines.push(Line::default());
    lines.push(say(theme, Role::Ready, "2. Your mailboxes"));
    lines.push(key(theme, "n", "adds a mailbox; ⏎ then signs it in".replace('⏎', theme.pick("⏎", "enter"))));
    lines.push(key(theme, "i", "imports many, from a file or the clipboard"));
    lines.push(Line::default());
    let place = model.store.title;
    lines.push(say(theme, Role::Faint, format!("Tokens are to be kept in {place}. {}", in_the_demo(model))));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(block), area);
}

fn in_the_demo(model: &Model) -> &'static str {
    match model.setting.demo {
        Some(_) => "Nothing of yours is touched.",
        None => "`mailkey demo` shows it all on a tenant of its own.",
    }
}

fn state(model: &Model, application: &Application) -> String {
    let subject = Subject::Application(application.name.clone());
    match (model.works.get(&subject), &application.proof) {
        (Some(Work::Proving { since }), _) => {
            format!("asking the provider {}", time::clock(model.now.duration_since(*since)))
        }
        (_, Check::Ok { .. }) => "known to its provider".to_owned(),
        (_, Check::Failed { trouble, .. }) => trouble.to_string(),
        (_, Check::Unknown) => "not checked yet".to_owned(),
    }
}
