//! The next thing that a mailbox needs: what `⏎` does, and what the screen says it does.

use super::model::Model;
use crate::domain::{Address, ApplicationName, Entry, MailboxId, Remedy, Step, Token, Trouble};
use crate::engine::{Subject, Work};

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
    /// Change the application.
    EditApplication,
    /// Open the browser: for a sign-in, or for a consent.
    OpenBrowser(Subject),
    /// Choose what becomes of another account's token.
    ChooseAccount,
    /// Choose to which of these sign-ins a code belongs.
    ChooseSignIn(Vec<(MailboxId, Address)>),
    /// Copy the PowerShell line.
    PowerShell(String),
    /// Open the page where the setting is.
    Page(String),
    /// Check it live.
    Check(MailboxId),
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
            Self::EditApplication => "edit the application",
            Self::OpenBrowser(Subject::Mailbox(_)) => "sign in",
            Self::OpenBrowser(Subject::Application(_)) => "admin consent",
            Self::ChooseAccount => "choose",
            Self::ChooseSignIn(_) => "say whose code it is",
            Self::PowerShell(_) => "copy the PowerShell line",
            Self::Page(_) => "open the page",
            Self::Check(_) => "check",
            Self::SignInAll => "sign in, one after the other",
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
    if model.queue.is_none() && model.list.selected_len() > 1 && model.list.sum().sign_ins > 0 {
        return Next::SignInAll;
    }
    if let Some(lines) = powershell_of_selection(model) {
        return Next::PowerShell(lines);
    }
    let (Some(row), Some(entry)) = (model.list.current(), model.entry()) else {
        return if fleet.mailboxes.is_empty() { Next::NewMailbox } else { Next::Wait };
    };
    if let Some(work) = model.work(row.id, &row.application) {
        return while_running(model, work, &entry);
    }
    match row.steps.trouble() {
        Some((step, trouble)) => remedy(step, trouble, &entry),
        None => match row.steps.first_open() {
            Some(step) => proceed(step, &entry),
            None => reading(&entry),
        },
    }
}

/// The PowerShell lines of all that are selected and wait for one.
fn powershell_of_selection(model: &Model) -> Option<String> {
    if model.list.selected_len() < 2 || model.list.sum().power_shell == 0 {
        return None;
    }
    let lines: Vec<&str> = model
        .list
        .selection()
        .filter_map(|row| match row.steps.trouble()?.1.remedy() {
            Remedy::PowerShell(line) => Some(line.as_str()),
            _ => None,
        })
        .collect();
    Some(lines.join("\n"))
}

/// Where all steps are done: what IMAP and POP lack, or a look whether all is still well.
fn reading(entry: &Entry<'_>) -> Next {
    let checks = &entry.mailbox.checks;
    let mut troubles = [&checks.imap, &checks.pop].into_iter().filter_map(|check| check.trouble());
    let lines: Vec<&str> = troubles
        .clone()
        .filter_map(|trouble| match trouble.remedy() {
            Remedy::PowerShell(line) => Some(line.as_str()),
            _ => None,
        })
        .collect();
    match troubles.next() {
        _ if !lines.is_empty() => Next::PowerShell(lines.join("\n")),
        Some(trouble) => remedy(Step::SmtpAuth, trouble, entry),
        None => Next::Check(entry.mailbox.id),
    }
}

fn while_running(model: &Model, work: &Work, entry: &Entry<'_>) -> Next {
    match (work, &model.unclaimed_code) {
        (Work::SigningIn(_), Some(asked)) if asked.iter().any(|(id, _)| *id == entry.mailbox.id) => {
            Next::ChooseSignIn(asked.clone())
        }
        (work, _) => while_at(work, entry),
    }
}

fn while_at(work: &Work, entry: &Entry<'_>) -> Next {
    match work {
        Work::SigningIn(_) => Next::OpenBrowser(Subject::Mailbox(entry.mailbox.id)),
        Work::Consenting(_) => Next::OpenBrowser(Subject::Application(entry.application.name.clone())),
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
