//! What a pane says: where its step stands, what it waits for, what to do now.

use super::parts::Text;
use crate::domain::{Check, Entry, MailServer, Remedy, Standing, Step, StepState, Token, TokenState, Trouble};
use crate::engine::{Listening, Subject, Waiting, Work};
use crate::tui::model::Model;
use crate::tui::next::{Next, next};
use crate::tui::theme::{Role, Theme};
use crate::tui::time;

/// A step of the mailbox under the cursor.
pub fn one(text: &mut Text, model: &Model, step: Step) {
    let (Some(entry), Some(steps)) = (model.entry(), model.steps()) else {
        return;
    };
    // What is to be done stands above what is known.
    match steps.get(step) {
        StepState::Stuck(trouble) => stuck(text, model, step, trouble),
        StepState::Running => running(text, model, &entry),
        StepState::Ready if is_next(model, step) => what_next(text, model),
        StepState::Todo if matches!(step, Step::Token | Step::SmtpAuth) => {
            text.say(Role::Faint, "Follows by itself when somebody has signed in.");
        }
        StepState::Ready | StepState::Todo | StepState::Done => {}
    }
    if !text.lines.is_empty() {
        text.gap();
    }
    match step {
        Step::Register => register(text, model, &entry),
        Step::Authorize => authorize(text, model, &entry),
        Step::Token => token(text, model, &entry),
        Step::SmtpAuth => smtp_auth(text, model, &entry),
    }
}

fn register(text: &mut Text, model: &Model, entry: &Entry<'_>) {
    let theme = model.setting.theme;
    let application = entry.application;
    text.field("Application", application.name.as_str());
    text.field("Client id", shortened(&application.client_id, text.room(), theme));
    if !application.tenant.is_empty() {
        text.field("Tenant", shortened(&application.tenant, text.room(), theme));
    }
    text.field("Redirect", application.redirect_uri.as_str());
    let subject = Subject::Application(application.name.clone());
    match &application.consent {
        _ if matches!(model.works.get(&subject), Some(Work::Consenting(_))) => {
            text.marked("Consent", theme.pick("◐", "~"), Role::Busy, "waiting");
        }
        Check::Ok { .. } => text.marked("Consent", theme.pick("●", "*"), Role::Good, "admin granted"),
        Check::Failed { .. } => {
            text.marked("Consent", theme.pick("▲", "!"), Role::Bad, "admin refused");
            text.key("a", "asks for it again");
        }
        Check::Unknown => {
            text.marked("Consent", theme.pick("○", "."), Role::Faint, "not asked for");
            text.key("a", "asks for admin consent");
        }
    }
    if let Check::Ok { at } = application.proof {
        text.field("Checked", ago(at, model));
    }
}

fn authorize(text: &mut Text, model: &Model, entry: &Entry<'_>) {
    text.field("Sign in as", entry.grant.account.as_str());
    if entry.grant.account != entry.mailbox.address {
        text.say(Role::Faint, "A delegate: one sign-in opens all of its mailboxes.");
    }
    if let Some(username) = &entry.grant.signed_in_as
        && let Some(at) = entry.grant.token.obtained_at()
    {
        let by = if username.to_lowercase() == entry.grant.account.folded() {
            String::new()
        } else {
            format!(" as {username}")
        };
        text.field("Signed in", format!("{}{by}", time::day(at, &model.setting.zone)));
    }
}

fn token(text: &mut Text, model: &Model, entry: &Entry<'_>) {
    let theme = model.setting.theme;
    let token = &entry.grant.token;
    let state = token.state(entry.idle_limit_days(), model.now);
    if let (Some(obtained), Some(used)) = (token.obtained_at(), token.last_used_at()) {
        text.marked("Refresh", token_symbol(theme, state), of_token_mark(state), state.word());
        text.field("Obtained", time::day(obtained, &model.setting.zone));
        text.field("Last used", ago(used, model));
    }
    if let Token::Ended { at, .. } = token {
        text.field("Ended", format!("noticed {}, {}", time::day(*at, &model.setting.zone), ago(*at, model)));
    }
    idle_limit(text, model, entry);
    if matches!(token, Token::Held { .. }) {
        text.field("Kept in", model.store.title);
        if state == TokenState::Due {
            text.key("r", "uses it, and its idle days begin anew");
        }
        text.key("c", "copies credentials");
    }
}

/// How many of its idle days a token has left, and when it dies; or when it did.
fn idle_limit(text: &mut Text, model: &Model, entry: &Entry<'_>) {
    let limit = entry.idle_limit_days();
    let (Some(limit), Some(deadline)) = (limit, entry.grant.token.idle_deadline(limit)) else { return };
    let day = time::day(deadline, &model.setting.zone);
    match time::days_left(deadline, model.now) {
        0 => text.field("Ran out", format!("about {day}, after {limit} idle days")),
        days => {
            text.field("Days left", format!("{days} of {limit} if idle"));
            text.field("Until", format!("about {day}"));
        }
    }
}

fn smtp_auth(text: &mut Text, model: &Model, entry: &Entry<'_>) {
    let Some(provider) = entry.provider else { return };
    let checks = &entry.mailbox.checks;
    if is_signed_in(model) {
        // No step shows these.
        reading_refused(text, model, "IMAP", &checks.imap);
        reading_refused(text, model, "POP", &checks.pop);
    }
    let servers = [
        ("SMTP", Some(&provider.smtp), &checks.smtp),
        ("IMAP", provider.imap.as_ref(), &checks.imap),
        ("POP", provider.pop.as_ref(), &checks.pop),
    ];
    for (name, server, result) in servers.into_iter().filter_map(|(name, server, check)| Some((name, server?, check))) {
        check(text, model, name, server, result);
    }
    if !entry.mailbox.note.is_empty() {
        text.field("Note", entry.mailbox.note.as_str());
    }
}

fn reading_refused(text: &mut Text, model: &Model, name: &str, check: &Check) {
    let Some(trouble) = check.trouble() else { return };
    text.say(Role::Bad, format!("{name} failed: {}.", trouble.what().trim_end_matches('.')));
    let is_next = model.steps().is_some_and(|steps| steps.trouble().is_some_and(|(_, first)| first == trouble));
    if is_next {
        what_next(text, model);
        if !matches!(next(model), Next::Check(_)) {
            text.key("r", "checks again");
        }
    }
    text.say(Role::Text, trouble.why());
    text.say(Role::Title, trouble.next());
    if let Remedy::PowerShell(line) = trouble.remedy() {
        text.say(Role::Text, line);
    }
    text.say(Role::Faint, trouble.code());
    text.gap();
}

fn is_signed_in(model: &Model) -> bool {
    model.steps().is_some_and(|steps| *steps.get(Step::Token) == StepState::Done)
}

fn check(text: &mut Text, model: &Model, name: &str, server: &MailServer, check: &Check) {
    let theme = model.setting.theme;
    let is_stale = !is_signed_in(model);
    let (symbol, role, found) = match check {
        Check::Ok { at } | Check::Failed { at, .. } if is_stale => {
            (theme.pick("○", "."), Role::Faint, format!("last tried {}", ago(*at, model)))
        }
        Check::Unknown => (theme.pick("○", "."), Role::Faint, "not tried yet".to_owned()),
        Check::Ok { at } => (theme.pick("●", "*"), Role::Good, format!("accepted {}", ago(*at, model))),
        Check::Failed { at, .. } => (theme.pick("▲", "!"), Role::Bad, format!("refused {}", ago(*at, model))),
    };
    text.item(symbol, role, format!("{name:<5}{found}"));
    text.say(Role::Faint, format!("  {server}"));
}

/// What happened, the keys that do something about it, why, and what next.
fn stuck(text: &mut Text, model: &Model, step: Step, trouble: &Trouble) {
    text.say(Role::Bad, format!("{}.", trouble.what().trim_end_matches('.')));
    if is_next(model, step) {
        what_next(text, model);
    }
    if step == Step::SmtpAuth && matches!(next(model), Next::PowerShell(_) | Next::Page(_)) {
        text.key("r", "checks again");
    }
    text.say(Role::Text, trouble.why());
    text.say(Role::Title, trouble.next());
    if let Next::PowerShell(line) = next(model)
        && is_next(model, step)
    {
        text.say(Role::Text, line);
    }
    text.say(Role::Faint, trouble.code());
}

/// Whether `⏎` acts on this step: on the first one that is in trouble, or else not done.
fn is_next(model: &Model, step: Step) -> bool {
    model.steps().is_some_and(|steps| steps.trouble().map(|(stuck, _)| stuck).or(steps.first_open()) == Some(step))
}

fn what_next(text: &mut Text, model: &Model) {
    match next(model) {
        Next::Wait => {}
        Next::OpenBrowser(Subject::Mailbox(_)) => {
            text.key("⏎", "opens the browser to sign in");
            text.key("l", "copies the link, L shows it");
        }
        Next::OpenBrowser(Subject::Application(_)) => text.key("⏎", "opens the admin consent page"),
        Next::PowerShell(_) => text.key("⏎", "copies the PowerShell line"),
        other => text.key("⏎", other.hint()),
    }
}

fn running(text: &mut Text, model: &Model, entry: &Entry<'_>) {
    let Some(work) = model.work(entry.mailbox.id, &entry.application.name) else {
        return;
    };
    let elapsed = time::clock(model.now.duration_since(work.since()));
    let doing = match work {
        Work::SigningIn(waiting) | Work::Consenting(waiting) => return browser(text, model, waiting, &elapsed),
        Work::Asking { username, .. } => {
            text.say(Role::Warn, format!("{username} signed in, not {}.", entry.grant.account));
            text.say(Role::Text, "Nothing is stored until you choose.");
            return text.key("⏎", "chooses");
        }
        Work::Proving { .. } => "Asking the provider",
        Work::Exchanging { .. } => "Exchanging the code",
        Work::Storing { .. } => "Waiting for the keyring",
        Work::Refreshing { .. } => "Refreshing the token",
        Work::CheckingSmtp { .. } => "Trying AUTH XOAUTH2",
    };
    text.say(Role::Busy, format!("{doing} {elapsed}"));
}

fn browser(text: &mut Text, model: &Model, waiting: &Waiting, elapsed: &str) {
    let left = time::clock(waiting.until.duration_since(model.now));
    let again = if model.has_browser { "opens the browser again" } else { "shows the link again" };
    if matches!(next(model), Next::ChooseSignIn(_)) {
        text.say(Role::Warn, "A code came that does not say whose it is.");
        text.key("⏎", "says whose code it is");
        text.key("o", again);
    } else {
        ways_of_the_answer(text, model, waiting, &format!("Waiting for the browser {elapsed}, {left} left"));
        text.key("⏎", again);
    }
    text.key("esc", "stops it");
    text.key("l", "copies the link, L shows it");
    if model.setting.demo.is_some() {
        text.key("p", "plays the person");
    }
}

fn ways_of_the_answer(text: &mut Text, model: &Model, waiting: &Waiting, waits: &str) {
    text.say(Role::Busy, waits);
    match waiting.listening {
        Listening::Here(port) => text.say(Role::Text, format!("Listening on localhost:{port}")),
        Listening::Elsewhere(port) => text.say(
            Role::Warn,
            format!("Another program has localhost:{port}. If it does not take the answer, copy the address that the browser ends on"),
        ),
        Listening::Nowhere if waiting.redirect_uri.as_str().ends_with("/nativeclient") => {
            text.say(Role::Warn, "Copy the address at once: this page throws the code away after a second or two. http://localhost as redirect URI needs no haste.");
        }
        Listening::Nowhere => text.say(Role::Text, "Copy the address that the browser ends on"),
    }
    match &model.clipboard {
        Some(Err(_)) => text.say(Role::Text, "No clipboard here: paste the address instead"),
        _ => text.say(Role::Text, "Watching the clipboard"),
    }
}

/// An id that does not fit is known by its beginning.
fn shortened(id: &str, room: usize, theme: Theme) -> String {
    match id.split_once('-') {
        Some((beginning, _)) if id.len() == 36 && room < 36 => format!("{beginning}-{}", theme.pick("…", "...")),
        _ => id.to_owned(),
    }
}

fn ago(moment: jiff::Timestamp, model: &Model) -> String {
    match time::ago(moment, model.now).as_str() {
        "now" => "just now".to_owned(),
        ago => format!("{ago} ago"),
    }
}

fn of_token_mark(state: TokenState) -> Role {
    if state == TokenState::Valid { Role::Good } else { Theme::of_token(state) }
}

fn token_symbol(theme: Theme, state: TokenState) -> &'static str {
    match state {
        TokenState::Valid => theme.standing(Standing::Valid).0,
        TokenState::Due => theme.standing(Standing::Due).0,
        TokenState::Expired | TokenState::Revoked => theme.standing(Standing::Stuck).0,
        TokenState::None | TokenState::Unknown => theme.standing(Standing::Todo).0,
    }
}
