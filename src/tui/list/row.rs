//! One line of the list, with all that it is drawn, sorted and filtered by.

use jiff::Timestamp;

use crate::domain::{Address, ApplicationName, Entry, MailboxId, Remedy, Standing, Step, StepState, Steps, TokenState};

/// One mailbox, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which.
    pub id: MailboxId,
    /// Its address.
    pub address: Address,
    /// The application's name.
    pub application: ApplicationName,
    /// The account that signs in.
    pub account: Address,
    /// What the administrator wrote beside it.
    pub note: String,
    /// How far it is.
    pub steps: Steps,
    /// Its token's state.
    pub token: TokenState,
    /// When the token dies if nobody uses it.
    pub deadline: Option<Timestamp>,
    /// When it was last tried at the submission server; `None` also if its token does not work, since
    /// a check ends there.
    pub checked: Option<Timestamp>,
    /// Which of IMAP and POP refused when they were last tried, in a word; empty: neither.
    pub reading_refused: &'static str,
    /// Where it stands.
    pub standing: Standing,
}

impl Row {
    /// The row of a mailbox.
    #[must_use]
    pub fn of(entry: &Entry<'_>, now: Timestamp) -> Self {
        let token = entry.token_state(now);
        let steps = Steps::of(entry, token);
        let checks = &entry.mailbox.checks;
        Self {
            id: entry.mailbox.id,
            address: entry.mailbox.address.clone(),
            application: entry.application.name.clone(),
            account: entry.grant.account.clone(),
            note: entry.mailbox.note.as_str().to_owned(),
            token,
            deadline: entry.grant.token.idle_deadline(entry.idle_limit_days()),
            checked: checks.smtp.at().filter(|_| !matches!(steps.get(Step::Token), StepState::Stuck(_))),
            reading_refused: match (checks.imap.trouble(), checks.pop.trouble()) {
                (None, None) => "",
                (Some(_), None) => "IMAP",
                (None, Some(_)) => "POP",
                (Some(_), Some(_)) => "both",
            },
            standing: Standing::of(&steps, token),
            steps,
        }
    }

    /// The state of each of its steps, while a job may be at one.
    #[must_use]
    pub fn steps_while(&self, running: Option<Step>) -> Steps {
        match running {
            Some(step) => self.steps.clone().running(step),
            None => self.steps.clone(),
        }
    }

    /// The state of one of its steps, while a job may be at one.
    #[must_use]
    pub fn step_while(&self, step: Step, running: Option<Step>) -> &StepState {
        if running == Some(step) { &StepState::Running } else { self.steps.get(step) }
    }

    /// Whether somebody has to sign in for it next.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        let without_token = matches!(self.token, TokenState::None | TokenState::Expired | TokenState::Revoked);
        match self.steps.trouble() {
            Some((step, trouble)) => match trouble.remedy() {
                Remedy::SignIn | Remedy::ChooseAccount => true,
                Remedy::None | Remedy::Retry { .. } => without_token && step != Step::Register,
                _ => false,
            },
            // Whether its application is known is asked on the way.
            None => without_token,
        }
    }

    /// The PowerShell lines that mend it.
    pub fn power_shell(&self) -> impl Iterator<Item = &str> {
        self.steps.troubles().filter_map(|(_, trouble)| match trouble.remedy() {
            Remedy::PowerShell(line) => Some(line.as_str()),
            _ => None,
        })
    }

    /// The code of what went wrong; empty if nothing did.
    #[must_use]
    pub fn trouble(&self) -> &str {
        self.steps.trouble().map_or("", |(_, trouble)| trouble.code())
    }

    /// The step that it is at: the one in trouble, or else the first that is not done.
    #[must_use]
    pub fn step(&self) -> Option<Step> {
        self.steps.trouble().map(|(step, _)| step).or(self.steps.first_open())
    }
}

/// The word that the header uses for a standing.
#[must_use]
pub fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "valid",
        Standing::Due => "due",
        Standing::Stuck => "stuck",
        Standing::Todo => "to do",
    }
}
