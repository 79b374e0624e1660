//! The applications, each with what is known of it.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::parts::{Text, dialog, dialog_room, fit, hints, hints_of};
use crate::domain::{Application, Check};
use crate::engine::{Subject, Work};
use crate::tui::keymap::APPLICATIONS;
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};

const WIDTH: u16 = 96;
const MAILBOXES: usize = 10;
const STATE: usize = 13;
/// What is not a line of the list: frame, titles, gaps, details, keys.
const REST: u16 = 14;

/// Draws them over the dashboard, with the cursor on line `at`.
pub fn draw(frame: &mut Frame, model: &Model, at: usize) {
    let theme = model.setting.theme;
    let applications = model.applications();
    let at = at.min(applications.len().saturating_sub(1));
    let mut text = Text::new(theme, dialog_room(frame, WIDTH));
    let name = text.width().saturating_sub(MAILBOXES + 2 * STATE + 1);
    let titles = [("APPLICATION", name), ("MAILBOXES", MAILBOXES), ("CHECK", STATE), ("CONSENT", STATE)];
    let titles: String = titles.into_iter().map(|(title, width)| fit(theme, title, width)).collect();
    text.lines.push(Line::styled(format!(" {titles}"), theme.style(Role::Faint)));
    let lines = usize::from(frame.area().height.saturating_sub(REST)).max(1);
    let first = (at + 1).saturating_sub(lines);
    for (place, application) in applications.iter().enumerate().skip(first).take(lines) {
        text.lines.push(line(model, application, name, place == at));
    }
    if let Some(application) = applications.get(at) {
        text.gap();
        details(&mut text, model, application);
    }
    text.gap();
    let keys = hints_of(APPLICATIONS).chain([("esc", "close")]);
    text.lines.push(hints(theme, keys));
    dialog(frame, model, "Applications", WIDTH, text.lines);
}

fn line(model: &Model, application: &Application, name: usize, is_current: bool) -> Line<'static> {
    let theme = model.setting.theme;
    let count = model.list.mailboxes_of(&application.name);
    let cursor = if is_current { theme.pick("▌", ">") } else { " " };
    let mut spans = vec![
        Span::styled(cursor, theme.style(Role::Accent)),
        Span::styled(
            fit(theme, application.name.as_str(), name.saturating_sub(1)) + " ",
            theme.style(if is_current { Role::Title } else { Role::Text }),
        ),
        Span::raw(fit(theme, &count.to_string(), MAILBOXES)),
    ];
    let work = model.works.get(&Subject::Application(application.name.clone()));
    spans.extend(match work {
        Some(Work::Proving { .. }) => {
            marked(theme, theme.spinner(model.now.as_millisecond() / 100), Role::Busy, "asking")
        }
        _ => state(theme, &application.proof, ["known", "refused", "not checked"]),
    });
    spans.extend(match work {
        Some(Work::Consenting(_)) => marked(theme, theme.pick("◐", "~"), Role::Busy, "waiting"),
        _ => state(theme, &application.consent, ["granted", "refused", "not asked"]),
    });
    Line::from(spans)
}

fn state(theme: Theme, check: &Check, [ok, failed, unknown]: [&'static str; 3]) -> [Span<'static>; 2] {
    match check {
        Check::Ok { .. } => marked(theme, theme.pick("●", "*"), Role::Good, ok),
        Check::Failed { .. } => marked(theme, theme.pick("▲", "!"), Role::Bad, failed),
        Check::Unknown => marked(theme, theme.pick("○", "."), Role::Faint, unknown),
    }
}

fn marked(theme: Theme, symbol: &'static str, role: Role, word: &'static str) -> [Span<'static>; 2] {
    [Span::styled(format!("{symbol} "), theme.style(role)), Span::raw(fit(theme, word, STATE - 2))]
}

fn details(text: &mut Text, model: &Model, application: &Application) {
    let provider = model.fleet.as_ref().and_then(|fleet| fleet.providers.get(&application.provider));
    text.field("Provider", provider.map_or(application.provider.as_str(), |provider| provider.title.as_str()));
    if !application.tenant.is_empty() {
        text.field("Tenant", &application.tenant);
    }
    text.field("Client id", &application.client_id);
    text.field("Redirect", application.redirect_uri.as_str());
    if let Some(trouble) = application.proof.trouble().or(application.consent.trouble()) {
        text.say(Role::Bad, trouble.to_string());
    }
}
