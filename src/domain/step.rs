//! The four steps, and the one function that says how far a mailbox is.

use serde::{Deserialize, Serialize};

use super::application::Application;
use super::check::Check;
use super::fleet::Entry;
use super::grant::{Grant, Token, TokenState};
use super::trouble::{Remedy, Trouble};

/// One of the four things that a mailbox needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 1: the application is known to its provider.
    Register,
    /// 2: a person signs in, and an authorization code comes back.
    Authorize,
    /// 3: the code is exchanged, and the refresh token is in the secret store.
    Token,
    /// 4: the submission server takes the token for this mailbox.
    SmtpAuth,
}

impl Step {
    /// All four, in their order.
    pub const ALL: [Self; 4] = [Self::Register, Self::Authorize, Self::Token, Self::SmtpAuth];

    /// 1 to 4.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The title of its pane.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Register => "Register",
            Self::Authorize => "Authorize",
            Self::Token => "Token",
            Self::SmtpAuth => "SMTP AUTH",
        }
    }
}

/// How far one step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// It waits for an earlier step.
    Todo,
    /// It can be done now.
    Ready,
    /// A job is at it.
    Running,
    /// It is done.
    Done,
    /// It went wrong.
    Stuck(Trouble),
}

impl StepState {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Stuck(_) => "stuck",
        }
    }
}

/// The four steps of one mailbox. A step is `Done` only if the one before it is.
///
/// That IMAP or POP refuses the token is no step, but trouble like that of a step: it comes last, and
/// belongs to step 4. Whoever needs neither leaves their scopes out of the application, and they are
/// not tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    states: [StepState; 4],
    /// What IMAP and POP say to the token that the mailbox has.
    reading: Vec<Trouble>,
}

impl Steps {
    /// How far a mailbox is, from what is recorded of it and of what it depends on, while its token is
    /// in the state `state`.
    #[must_use]
    pub fn of(entry: &Entry<'_>, state: TokenState) -> Self {
        let Entry { application, grant, mailbox, .. } = entry;
        let register = register(application);
        let token = token(grant, &register, state);
        let authorize = authorize(grant, &register, &token);
        let smtp_auth = match (&token, &mailbox.checks.smtp) {
            (StepState::Done, Check::Ok { .. }) => StepState::Done,
            (StepState::Done, Check::Failed { trouble, .. }) => StepState::Stuck(trouble.clone()),
            (StepState::Done, Check::Unknown) => StepState::Ready,
            _ => StepState::Todo,
        };
        let reading = match token {
            StepState::Done => mailbox.checks.reading().cloned().collect(),
            _ => vec![],
        };
        Self { states: [register, authorize, token, smtp_auth], reading }
    }

    /// The same steps while a job is at `step`. The others stay as they were found.
    #[must_use]
    pub fn running(mut self, step: Step) -> Self {
        self.states[step as usize] = StepState::Running;
        self
    }

    /// The state of one step.
    #[must_use]
    pub fn get(&self, step: Step) -> &StepState {
        &self.states[step as usize]
    }

    /// All four, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Step, &StepState)> {
        Step::ALL.into_iter().zip(&self.states)
    }

    /// The first trouble, and its step.
    #[must_use]
    pub fn trouble(&self) -> Option<(Step, &Trouble)> {
        self.troubles().next()
    }

    /// What is wrong with the steps, each with its step, then with IMAP and POP.
    pub fn troubles(&self) -> impl Iterator<Item = (Step, &Trouble)> {
        let stuck = self.iter().filter_map(|(step, state)| match state {
            StepState::Stuck(trouble) => Some((step, trouble)),
            _ => None,
        });
        stuck.chain(self.reading.iter().map(|trouble| (Step::SmtpAuth, trouble)))
    }

    /// The first step that is not done.
    #[must_use]
    pub fn first_open(&self) -> Option<Step> {
        self.iter().find(|(_, state)| **state != StepState::Done).map(|(step, _)| step)
    }
}

fn register(application: &Application) -> StepState {
    // A consent that an administrator refused stops nobody who has a token: whoever needs it is told
    // so by the sign-in.
    match &application.proof {
        Check::Failed { trouble, .. } => StepState::Stuck(trouble.clone()),
        Check::Ok { .. } => StepState::Done,
        Check::Unknown => StepState::Ready,
    }
}

fn authorize(grant: &Grant, register: &StepState, token: &StepState) -> StepState {
    match (&grant.trouble, token) {
        (Some((Step::Authorize, trouble)), _) => StepState::Stuck(trouble.clone()),
        (_, StepState::Done) => StepState::Done,
        (Some((Step::Token, _)), StepState::Stuck(_))
            if matches!(grant.token, Token::Held { .. }) && *register == StepState::Done =>
        {
            StepState::Done
        }
        _ if matches!(register, StepState::Stuck(_)) => StepState::Todo,
        _ => StepState::Ready,
    }
}

fn token(grant: &Grant, register: &StepState, state: TokenState) -> StepState {
    match (&grant.token, &grant.trouble) {
        (Token::Ended { trouble, .. }, _) => StepState::Stuck(trouble.clone()),
        (_, Some((Step::Token, trouble))) => StepState::Stuck(trouble.clone()),
        (Token::None, _) => StepState::Todo,
        (Token::Held { .. }, _) if state == TokenState::Expired => StepState::Stuck(idle_too_long()),
        (Token::Held { .. }, Some((Step::Authorize, _))) => StepState::Todo,
        (Token::Held { .. }, _) if *register == StepState::Done => StepState::Done,
        (Token::Held { .. }, _) => StepState::Todo,
    }
}

fn idle_too_long() -> Trouble {
    Trouble::new(
        "token.idle_too_long",
        "The refresh token lay idle for longer than its provider allows",
        "This is an estimate from the day of its last use.",
        "Sign in again, or check it to be sure.",
    )
    .with(Remedy::SignIn)
}
