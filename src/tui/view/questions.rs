//! Questions over the dashboard.

use ratatui::Frame;
use ratatui::text::Line;

use super::menus::option;
use super::parts::{dialog, hints, say};
use crate::domain::{Address, ApplicationName, MailboxId, Token};
use crate::engine::Choice;
use crate::tui::model::Model;
use crate::tui::overlay::{AccountAnswer, Confirmation, Way, WrongAccount};
use crate::tui::theme::Role;
use crate::tui::update::stops_line;

const WIDTH: u16 = 78;
/// How many secrets are moved in a minute from a slow keyring: it takes up to 31 ms for a write (`facts` F).
const A_MINUTE: usize = 1_000;

/// Whether to do it.
pub fn confirm(frame: &mut Frame, model: &Model, confirmation: &Confirmation) {
    match confirmation {
        Confirmation::RemoveMailboxes(ids) => remove_mailboxes(frame, model, ids),
        Confirmation::RemoveApplication(name) => remove_application(frame, model, name),
        Confirmation::Seal(secrets) => seal(frame, model, *secrets),
        Confirmation::SignInAnew(mailbox, way) => sign_in_anew(frame, model, *mailbox, *way),
    }
}

fn yes_or_no(frame: &mut Frame, model: &Model, title: &str, (asked, why): (String, String), [yes, no]: [&str; 2]) {
    let theme = model.setting.theme;
    let lines = vec![
        say(theme, Role::Title, asked),
        say(theme, Role::Text, why),
        Line::default(),
        hints(theme, [("y", yes), ("esc", no)]),
    ];
    dialog(frame, model, title, WIDTH, lines);
}

fn remove_mailboxes(frame: &mut Frame, model: &Model, ids: &[MailboxId]) {
    let holds_token = ids.iter().filter_map(|id| model.entry_of(*id)).any(|entry| entry.grant.token != Token::None);
    let mut why = String::new();
    if holds_token {
        why = format!("A refresh token that no other mailbox uses is deleted from {}. ", model.store.title);
    }
    why.push_str("The mailbox itself and its mail stay as they are.");
    let named = named(ids.iter().map(|id| address(model, *id)));
    let asked = match ids.len() {
        1 => format!("Remove {named} from mailkey?"),
        several => format!("Remove {several} mailboxes from mailkey: {named}?"),
    };
    yes_or_no(frame, model, "Remove", (asked, why), ["removes", "keeps"]);
}

fn remove_application(frame: &mut Frame, model: &Model, name: &ApplicationName) {
    let why = "No mailbox uses it. The registration with its provider stays as it is.".to_owned();
    let asked = format!("Remove the application {name} from mailkey?");
    yes_or_no(frame, model, "Remove", (asked, why), ["removes", "keeps"]);
}

fn seal(frame: &mut Frame, model: &Model, secrets: usize) {
    let asked = format!("Move {secrets} secrets from the keyring to the registry, sealed under one key?");
    let lasts = match secrets.div_ceil(A_MINUTE) {
        1 => "up to a minute".to_owned(),
        minutes => format!("up to {minutes} minutes"),
    };
    let why = format!(
        "A keyring with so many entries is slow, and on some systems full. Only the one key stays in it, or under \
         your passphrase if there is one. It takes {lasts}, and all else goes on meanwhile. It can be interrupted \
         at any moment: nothing is lost, and the next start offers to go on."
    );
    yes_or_no(frame, model, "Seal the secrets", (asked, why), ["moves them", "leaves them"]);
}

fn sign_in_anew(frame: &mut Frame, model: &Model, mailbox: MailboxId, way: Way) {
    let asked = format!("{} is signed in. Sign in anew?", address(model, mailbox));
    let why = "The refresh token that is there stays good until the new one is stored.".to_owned();
    let yes = match way {
        Way::Browser => "opens the browser",
        Way::Clipboard => "copies a new link",
        Way::Screen => "shows a new link",
    };
    yes_or_no(frame, model, "Sign in anew", (asked, why), [yes, "leaves it"]);
}

/// What is to become of the tokens of another account.
pub fn wrong_account(frame: &mut Frame, model: &Model, asked: &WrongAccount, at: usize) {
    let theme = model.setting.theme;
    let expected = named(asked.sign_ins.iter().map(|sign_in| sign_in.expected.to_string()));
    let mailboxes = named(asked.sign_ins.iter().map(|sign_in| address(model, sign_in.mailbox)));
    let mut lines = vec![
        say(theme, Role::Warn, format!("{} signed in, not {expected}.", asked.username)),
        say(theme, Role::Text, format!("Nothing is stored yet for {mailboxes}.")),
        Line::default(),
    ];
    let answers = AccountAnswer::all(model.queue.is_some());
    let texts = answers.into_iter().map(|answer| account_answer(asked, answer));
    lines.extend(texts.enumerate().map(|(place, text)| option(model, place, at, &text)));
    let later = if stops_line(model, asked) { "decides later, and stops the line" } else { "decides later" };
    lines.extend([Line::default(), hints(theme, [("⏎", "or the number chooses"), ("esc", later)])]);
    dialog(frame, model, "Another account signed in", WIDTH, lines);
}

fn account_answer(asked: &WrongAccount, answer: AccountAnswer) -> String {
    let (expected, mailboxes, them) = match &asked.sign_ins[..] {
        [one] => (one.expected.to_string(), "this mailbox".to_owned(), "it".to_owned()),
        several => ("each of them".to_owned(), format!("all {}", several.len()), format!("all {}", several.len())),
    };
    match answer {
        AccountAnswer::Choose(Choice::SignInAgain) => format!("Sign in again as {expected} (in a private window)"),
        AccountAnswer::Choose(Choice::KeepAsDelegate) => {
            format!("Keep: {} is a delegate of {mailboxes}", asked.username)
        }
        AccountAnswer::Choose(Choice::Discard) => format!("Discard {them}"),
        AccountAnswer::StopLine => format!("Discard {them} and stop the line"),
    }
}

/// The first two names, and how many more there are.
fn named(mut names: impl ExactSizeIterator<Item = String>) -> String {
    let first: Vec<String> = names.by_ref().take(2).collect();
    let more = if names.len() > 0 { format!(" and {} more", names.len()) } else { String::new() };
    first.join(", ") + &more
}

/// Which sign-in a bare code belongs to.
pub fn which_sign_in(frame: &mut Frame, model: &Model, asked: &[(MailboxId, Address)], at: usize) {
    let theme = model.setting.theme;
    let mut lines =
        vec![say(theme, Role::Text, "A code alone does not say which sign-in it belongs to."), Line::default()];
    // The cursor stays in sight, however many sign-ins are open.
    let room = usize::from(model.size.1.saturating_sub(8)).max(1);
    let first = (at + 1).saturating_sub(room);
    let shown = asked.iter().enumerate().skip(first).take(room);
    lines.extend(shown.map(|(place, (_, address))| option(model, place, at, address.as_str())));
    lines.push(Line::default());
    lines.push(hints(theme, [("⏎", "or the number chooses"), ("esc", "decides later")]));
    dialog(frame, model, "Whose code is it?", WIDTH, lines);
}

fn address(model: &Model, mailbox: MailboxId) -> String {
    model.entry_of(mailbox).map_or(String::new(), |entry| entry.mailbox.address.to_string())
}
