//! Pages to read: all keys, and how to register an application.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::parts::{key_name, say, window};
use crate::domain::redirect_uri;
use crate::tui::keymap::DASHBOARD;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::update::is_possible;

const WALKTHROUGH: &str = include_str!("../../../assets/portal.md");

/// All keys; those that do nothing now are faint.
pub fn help(frame: &mut Frame, model: &Model, top: u16) {
    let theme = model.setting.theme;
    let mut lines: Vec<Line<'static>> = DASHBOARD
        .iter()
        .map(|binding| {
            let keys: Vec<String> = binding.keys.iter().map(|key| key_name(theme, key)).collect();
            let role = if is_possible(model, binding.action) { Role::Text } else { Role::Faint };
            Line::from(vec![
                Span::styled(format!("{:<10}", keys.join(" ")), theme.style(Role::Accent)),
                Span::styled(binding.help, theme.style(role)),
            ])
        })
        .collect();
    lines.push(Line::default());
    lines.push(say(
        theme,
        Role::Text,
        "Pasting a redirect address or a code anywhere answers the sign-in that it belongs to.",
    ));
    lines.push(say(theme, Role::Text, "The mouse selects, focuses and scrolls."));
    let signs = [
        ("todo", "○", "."),
        ("ready", "◇", ">"),
        ("running", "◐", "~"),
        ("done", "●", "*"),
        ("stuck", "▲", "!"),
        ("due", "◔", "%"),
    ];
    let legend: Vec<String> =
        signs.into_iter().map(|(word, unicode, ascii)| format!("{} {word}", theme.pick(unicode, ascii))).collect();
    lines.push(say(theme, Role::Text, legend.join("   ")));
    page(frame, model, "Keys", lines, top);
}

/// How to register an application.
pub fn walkthrough(frame: &mut Frame, model: &Model, top: u16) {
    let theme = model.setting.theme;
    let entry = model.entry();
    let redirect = entry.map_or(redirect_uri::DEFAULT.to_owned(), |entry| entry.application.redirect_uri.to_string());
    let portal = entry.and_then(|entry| entry.provider).and_then(|provider| provider.portal.as_ref());
    let portal = portal.map_or("https://portal.azure.com".to_owned(), ToString::to_string);
    let text = WALKTHROUGH.replace("{redirect_uri}", &redirect).replace("{portal}", &portal);
    let lines = text
        .lines()
        .map(|line| match line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")) {
            Some(title) => say(theme, Role::Title, title.to_owned()),
            None => Line::raw(line.replace("**", "").replace('`', "")),
        })
        .collect();
    page(frame, model, "How to register an application", lines, top);
}

fn page(frame: &mut Frame, model: &Model, title: &str, lines: Vec<Line<'static>>, top: u16) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(4);
    let inside = window(frame, model, title, 92, height);
    let [page, way_out] = Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(inside);
    let text = Paragraph::new(lines).wrap(Wrap { trim: false });
    let most = u16::try_from(text.line_count(page.width)).unwrap_or(u16::MAX).saturating_sub(page.height);
    frame.render_widget(text.scroll((top.min(most), 0)), page);
    let hint = say(model.setting.theme, Role::Faint, "↑↓ scrolls, any other key closes");
    frame.render_widget(hint, way_out);
}
