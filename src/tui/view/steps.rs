//! What a pane says: where its step stands, what it waits for, what to do now.

use ratatui::text::Line;

use super::parts::{field, key, marked, say};
use crate::domain::{Check, Entry, Identity, MailServer, Standing, Step, StepState, Token, TokenState, Trouble};
use crate::engine::{Subject, Waiting, Work};
use crate::tui::model::Model;
use crate::tui::next::{Next, next};
use crate::tui::theme::{Role, Theme};
use crate::tui::time;

/// A step of the mailbox under the cursor.
pub fn one(model: &Model, step: Step) -> Vec<Line<'static>> {
    let (Some(entry), Some(steps)) = (model.entry(), model.steps()) else {
        return vec![];
    };
    let mut lines = match step {
        Step::Register => register(model, &entry),
        Step::Authorize => authorize(model, &entry),
        Step::Token => token(model, &entry),
        Step::SmtpAuth => smtp_auth(model, &entry),
    };
    match steps.get(step) {
        StepState::Stuck(trouble) => lines.extend(stuck(model, step, trouble)),
        StepState::Running => lines.extend(running(model, &entry)),
        StepState::Ready => lines.extend(ready(model, step)),
        StepState::Todo | StepState::Done => {}
    }
    lines
}

/// A step of all that are selected.
pub fn sum(model: &Model, step: Step) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let mut counts = [
        ("done", 0_usize),
        ("ready", 0),
        ("running", 0),
        ("stuck", 0),
        ("todo", 0),
    ];
    for row in model.list.selection() {
        let steps = row.steps_while(model.work(row.id, &row.application).map(Work::step));
        let word = steps.get(step).word();
        for (name, count) in &mut counts {
            *count += usize::from(*name == word);
        }
    }
    let mut lines = vec![say(
        theme,
        Role::Faint,
        format!("{} mailboxes selected", model.list.selected_len()),
    )];
    lines.extend(
        counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| field(theme, word, count.to_string())),
    );
    if step == Step::SmtpAuth {
        lines.push(key(theme, "r", "checks them all"));
    }
    lines
}

fn register(model: &Model, entry: &Entry<'_>) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let application = entry.application;
    let mut lines = vec![
        field(theme, "Application", application.name.to_string()),
        field(theme, "Client id", application.client_id.clone()),
    ];
    if !application.tenant.is_empty() {
        lines.push(field(theme, "Tenant", application.tenant.clone()));
    }
    lines.push(field(theme, "Redirect", application.redirect_uri.to_string()));
    lines.push(match &application.consent {
        Check::Ok { .. } => marked(theme, "Consent", theme.pick("●", "*"), Role::Good, "granted"),
        Check::Failed { .. } => marked(theme, "Consent", theme.pick("▲", "!"), Role::Bad, "refused"),
        Check::Unknown => field(theme, "Consent", "not known; a asks an administrator"),
    });
    if let Check::Ok { at } = application.proof {
        lines.push(field(
            theme,
            "Found",
            format!("{} ago", time::ago(at, model.now)).replace("now ago", "just now"),
        ));
    }
    lines
}

fn authorize(model: &Model, entry: &Entry<'_>) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let mut lines = vec![field(theme, "Sign in as", entry.grant.account.to_string())];
    if entry.grant.account != entry.mailbox.address {
        lines.push(say(
            theme,
            Role::Faint,
            format!("a delegate: one sign-in opens all mailboxes of {}", entry.grant.account),
        ));
    }
    if let Some(Identity { username, .. }) = &entry.grant.identity
        && let Some(at) = entry.grant.token.obtained_at()
    {
        lines.push(field(
            theme,
            "Signed in",
            format!("{username}, {}", time::day(at, &model.setting.zone)),
        ));
    }
    lines
}

fn token(model: &Model, entry: &Entry<'_>) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let token = &entry.grant.token;
    let state = token.state(entry.idle_limit_days(), model.now);
    let mut lines = vec![];
    if let (Some(obtained), Some(used)) = (token.obtained_at(), token.last_used_at()) {
        lines.push(marked(
            theme,
            "Refresh token",
            token_symbol(theme, state),
            Theme::of_token(state),
            state.word(),
        ));
        lines.push(field(theme, "Obtained", time::day(obtained, &model.setting.zone)));
        lines.push(field(
            theme,
            "Last used",
            format!("{} ago", time::ago(used, model.now)).replace("now ago", "just now"),
        ));
    }
    if let Some(deadline) = token.idle_deadline(entry.idle_limit_days()) {
        let days = deadline.duration_since(model.now).as_hours() / 24;
        lines.push(field(
            theme,
            "If idle until",
            format!(
                "{} it dies ({days} days, estimate)",
                time::day(deadline, &model.setting.zone)
            ),
        ));
    }
    if matches!(token, Token::Held { .. }) {
        lines.push(field(theme, "Kept in", model.setting.store));
        lines.push(key(theme, "c", "copies credentials"));
    }
    lines
}

fn smtp_auth(model: &Model, entry: &Entry<'_>) -> Vec<Line<'static>> {
    let Some(provider) = entry.provider else { return vec![] };
    let checks = &entry.mailbox.checks;
    let servers = [
        ("SMTP", Some(&provider.smtp), &checks.smtp),
        ("IMAP", provider.imap.as_ref(), &checks.imap),
        ("POP", provider.pop.as_ref(), &checks.pop),
    ];
    let shown = servers
        .into_iter()
        .filter_map(|(name, server, check)| Some((name, server?, check)));
    let mut lines: Vec<Line<'static>> = vec![];
    for (name, server, result) in shown {
        lines.push(check(model, name, server, result));
        if name != "SMTP"
            && let Some(trouble) = result.trouble()
        {
            lines.push(say(model.setting.theme, Role::Faint, trouble.what().to_owned()));
        }
    }
    lines
}

fn check(model: &Model, name: &str, server: &MailServer, check: &Check) -> Line<'static> {
    let theme = model.setting.theme;
    let ago = |at| format!("{} ago", time::ago(at, model.now)).replace("now ago", "just now");
    match check {
        Check::Unknown => marked(theme, name, theme.pick("○", "."), Role::Faint, format!("{server}")),
        Check::Ok { at } => marked(
            theme,
            name,
            theme.pick("●", "*"),
            Role::Good,
            format!("{server}  accepted {}", ago(*at)),
        ),
        Check::Failed { at, .. } => marked(
            theme,
            name,
            theme.pick("▲", "!"),
            Role::Bad,
            format!("{server}  refused {}", ago(*at)),
        ),
    }
}

/// What happened, why, and what next, with the key that does it.
fn stuck(model: &Model, step: Step, trouble: &Trouble) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let mut lines = vec![
        Line::default(),
        say(theme, Role::Bad, format!("{}.", trouble.what().trim_end_matches('.'))),
    ];
    if !trouble.why().is_empty() {
        lines.push(say(theme, Role::Text, trouble.why().to_owned()));
    }
    if !trouble.next().is_empty() {
        lines.push(say(theme, Role::Title, trouble.next().to_owned()));
    }
    if is_what_next_is_about(model, step) {
        lines.extend(what_next(model));
    }
    if step == Step::SmtpAuth && matches!(next(model), Next::PowerShell(_) | Next::Page(_)) {
        lines.push(key(theme, "r", "checks again"));
    }
    lines.push(say(theme, Role::Faint, trouble.code().to_owned()));
    lines
}

fn ready(model: &Model, step: Step) -> Vec<Line<'static>> {
    if !is_what_next_is_about(model, step) {
        return vec![];
    }
    let mut lines = vec![Line::default()];
    lines.extend(what_next(model));
    lines
}

/// Whether `⏎` acts on this step: on the first one that is in trouble, or else not done.
fn is_what_next_is_about(model: &Model, step: Step) -> bool {
    model
        .steps()
        .is_some_and(|steps| steps.trouble().map(|(stuck, _)| stuck).or(steps.first_open()) == Some(step))
}

fn what_next(model: &Model) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    match next(model) {
        Next::Wait => vec![],
        Next::OpenBrowser(Subject::Mailbox(_)) => vec![
            key(theme, "⏎", "opens the browser to sign in"),
            key(theme, "l", "copies the link instead"),
        ],
        Next::OpenBrowser(Subject::Application(_)) => vec![key(theme, "⏎", "opens the admin consent page")],
        Next::PowerShell(line) => vec![
            say(theme, Role::Text, line),
            key(theme, "⏎", "copies this PowerShell line"),
        ],
        other => vec![key(theme, "⏎", other.hint())],
    }
}

fn running(model: &Model, entry: &Entry<'_>) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let Some(work) = model.work(entry.mailbox.id, entry.application.name.as_str()) else {
        return vec![];
    };
    let elapsed = time::clock(model.now.duration_since(work.since()));
    let doing = match work {
        Work::SigningIn(waiting) | Work::Consenting(waiting) => return browser(model, waiting, &elapsed),
        Work::Asking { username, .. } => {
            return vec![
                Line::default(),
                say(
                    theme,
                    Role::Warn,
                    format!("{username} signed in, not {}.", entry.grant.account),
                ),
                say(theme, Role::Text, "Nothing is stored until you choose."),
                key(theme, "⏎", "chooses"),
            ];
        }
        Work::Proving { .. } => "Asking the provider",
        Work::Exchanging { .. } => "Exchanging the code",
        Work::Storing { .. } => "Waiting for the keyring",
        Work::Refreshing { .. } => "Refreshing the token",
        Work::CheckingSmtp { .. } => "Trying AUTH XOAUTH2",
    };
    vec![Line::default(), say(theme, Role::Busy, format!("{doing} {elapsed}"))]
}

fn browser(model: &Model, waiting: &Waiting, elapsed: &str) -> Vec<Line<'static>> {
    let theme = model.setting.theme;
    let left = time::clock(waiting.until.duration_since(model.now));
    let mut lines = vec![
        Line::default(),
        say(
            theme,
            Role::Busy,
            format!("Waiting for the browser {elapsed}, {left} left"),
        ),
    ];
    match waiting.redirect_uri.port() {
        Some(port) if waiting.listening => lines.push(say(theme, Role::Text, format!("Listening on localhost:{port}"))),
        Some(port) => lines.push(say(
            theme,
            Role::Text,
            format!("Another program listens on localhost:{port}"),
        )),
        None => lines.push(say(theme, Role::Text, "Copy the address that the browser ends on")),
    }
    lines.push(match &model.clipboard {
        Some(Err(_)) => say(theme, Role::Text, "No clipboard here: paste the address instead"),
        _ => say(theme, Role::Text, "Watching the clipboard"),
    });
    lines.push(key(theme, "⏎", "opens the browser again"));
    lines.push(key(theme, "l", "copies the link"));
    if model.setting.demo.is_some() {
        lines.push(key(theme, "p", "plays the person"));
    }
    lines.push(key(theme, "esc", "stops it"));
    lines
}

fn token_symbol(theme: Theme, state: TokenState) -> &'static str {
    match state {
        TokenState::Valid => theme.standing(Standing::Valid).0,
        TokenState::Due => theme.standing(Standing::Due).0,
        TokenState::Expired | TokenState::Revoked => theme.standing(Standing::Stuck).0,
        TokenState::None | TokenState::Unknown => theme.standing(Standing::Todo).0,
    }
}
