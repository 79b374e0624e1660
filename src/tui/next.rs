//! The next thing that a mailbox needs: what `⏎` does, and what the screen says it does.

use std::collections::HashSet;

use super::list::Row;
use super::model::Model;
use crate::domain::{Address, ApplicationName, Entry, MailboxId, Remedy, Step, Token, Trouble};
use crate::engine::{Subject, Work};

/// What `⏎` and `o` do while a sign-in waits for its answer.
pub const BROWSER_AGAIN: &str = "browser again";
/// The same where no browser can be opened.
pub const LINK_AGAIN: &str = "link again";
/// What `⏎` and `r` do for several.
pub const CHECK_ALL: &str = "check the selection";
/// What `⏎` and `c` do for several.
pub const POWER_SHELL_OF_ALL: &str = "copy the PowerShell lines";

/// The next thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing but waiting.
    Wait,
    /// Describe the first application.
    NewApplication,
    /// Add the first mailbox.
    NewMailbox,
    /// Ask the provider whether it knows the application.
    Prove(ApplicationName),
    /// The same, and then sign in.
    ProveAndSignIn(ApplicationName),
    /// Change the application.
    EditApplication,
    /// Open the browser: for a sign-in, or for a consent.
    OpenBrowser(Subject),
    /// Choose what becomes of another account's token.
    ChooseAccount,
    /// Choose to which of these sign-ins a code belongs.
    ChooseSignIn(Vec<(MailboxId, Address)>),
    /// Open the browser again for a sign-in or a consent that waits for its answer.
    BrowserAgain(Subject),
    /// The same where no browser can be opened: hand its link out again.
    LinkAgain(Subject),
    /// Copy the PowerShell line.
    PowerShell(String),
    /// Copy the PowerShell lines of all that are selected and wait for one.
    PowerShellOfAll,
    /// Open the page where the setting is.
    Page(String),
    /// Check it live.
    Check(MailboxId),
    /// Check all that are selected.
    CheckAll,
    /// Sign in for all that are selected and need it, one after the other.
    SignInAll,
}

impl Next {
    /// A few words for the key's hint.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::NewApplication => "new application",
            Self::NewMailbox => "new mailbox",
            Self::Prove(_) => "check the application",
            Self::ProveAndSignIn(_) => "check the application, sign in",
            Self::EditApplication => "edit the application",
            Self::OpenBrowser(Subject::Mailbox(_)) => "sign in",
            Self::OpenBrowser(Subject::Application(_)) => "admin consent",
            Self::BrowserAgain(_) => BROWSER_AGAIN,
            Self::LinkAgain(_) => LINK_AGAIN,
            Self::ChooseAccount => "choose",
            Self::ChooseSignIn(_) => "say whose code it is",
            Self::PowerShell(_) => "copy the PowerShell line",
            Self::PowerShellOfAll => POWER_SHELL_OF_ALL,
            Self::Page(_) => "open the page",
            Self::Check(_) => "check",
            Self::CheckAll => CHECK_ALL,
            Self::SignInAll => "sign in one by one",
        }
    }
}

/// The next thing for the mailbox under the cursor.
#[must_use]
pub fn next(model: &Model) -> Next {
    let Some(fleet) = &model.fleet else { return Next::Wait };
    if fleet.applications.is_empty() {
        return Next::NewApplication;
    }
    if let Some(next) = next_of_selection(model) {
        return next;
    }
    let (Some(row), Some(entry)) = (model.list.current(), model.entry()) else {
        return if fleet.mailboxes.is_empty() { Next::NewMailbox } else { Next::Wait };
    };
    if let Some(work) = model.work(row.id, &row.application) {
        return while_running(model, work, &entry);
    }
    match row.steps.trouble() {
        Some((_, trouble)) if matches!(trouble.remedy(), Remedy::PowerShell(_)) => {
            Next::PowerShell(row.power_shell().collect::<Vec<&str>>().join("\n"))
        }
        Some((step, trouble)) => remedy(step, trouble, &entry),
        None => match row.steps.first_open() {
            Some(Step::Register) if row.needs_sign_in() && model.queue.is_none() => {
                Next::ProveAndSignIn(row.application.clone())
            }
            Some(step) => proceed(step, &entry),
            None => Next::Check(entry.mailbox.id),
        },
    }
}

/// The next thing for several, as far as it is one for all of them.
fn next_of_selection(model: &Model) -> Option<Next> {
    if model.list.selected_len() < 2 {
        return None;
    }
    let sum = model.list.sum();
    if model.queue.is_none() && sum.sign_ins > 0 {
        return Some(Next::SignInAll);
    }
    if sum.power_shell > 0 {
        return Some(Next::PowerShellOfAll);
    }
    (sum.with_token > 0).then_some(Next::CheckAll)
}

/// The PowerShell lines of all that are selected and wait for one; a line that several wait for once.
#[must_use]
pub fn power_shell_of_selection(model: &Model) -> String {
    let lines = model.list.selection().flat_map(Row::power_shell);
    let mut known = HashSet::new();
    lines.filter(|line| known.insert(*line)).collect::<Vec<&str>>().join("\n")
}

fn while_running(model: &Model, work: &Work, entry: &Entry<'_>) -> Next {
    match (work, &model.unclaimed_code) {
        (Work::SigningIn(_), Some(asked)) if asked.iter().any(|(id, _)| *id == entry.mailbox.id) => {
            Next::ChooseSignIn(asked.clone())
        }
        (work, _) => while_at(model, work, entry),
    }
}

fn while_at(model: &Model, work: &Work, entry: &Entry<'_>) -> Next {
    let again = if model.has_browser { Next::BrowserAgain } else { Next::LinkAgain };
    match work {
        Work::SigningIn(_) => again(Subject::Mailbox(entry.mailbox.id)),
        Work::Consenting(_) => again(Subject::Application(entry.application.name.clone())),
        Work::Asking { .. } => Next::ChooseAccount,
        _ => Next::Wait,
    }
}

fn remedy(step: Step, trouble: &Trouble, entry: &Entry<'_>) -> Next {
    match trouble.remedy() {
        Remedy::None | Remedy::Retry { .. } => proceed(step, entry),
        Remedy::SignIn | Remedy::ChooseAccount => Next::OpenBrowser(Subject::Mailbox(entry.mailbox.id)),
        Remedy::AdminConsent => Next::OpenBrowser(Subject::Application(entry.application.name.clone())),
        Remedy::PowerShell(line) => Next::PowerShell(line.clone()),
        Remedy::EditApplication => Next::EditApplication,
        Remedy::Page(page) => Next::Page(page.clone()),
    }
}

fn proceed(step: Step, entry: &Entry<'_>) -> Next {
    let signed_in = matches!(entry.grant.token, Token::Held { .. });
    match step {
        Step::Register => Next::Prove(entry.application.name.clone()),
        Step::Token | Step::SmtpAuth if signed_in => Next::Check(entry.mailbox.id),
        Step::Authorize | Step::Token | Step::SmtpAuth => Next::OpenBrowser(Subject::Mailbox(entry.mailbox.id)),
    }
}

#[cfg(test)]
mod tests;
