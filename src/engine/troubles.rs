//! The engine's own troubles: what it says when a sign-in or a token comes to nothing.

use std::fmt::Display;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{ApplicationName, Pause, Remedy, Trouble};

pub(super) fn wrong_account(username: &str) -> Trouble {
    Trouble::new(
        "signin.wrong_account",
        format!("{username} signed in, and its token was not kept"),
        "The browser was signed in with another account than this mailbox's.",
        "Open the link in a private window and sign in again.",
    )
    .with(Remedy::SignIn)
}

pub(super) fn no_address(username: &str) -> Trouble {
    Trouble::new(
        "signin.no_address",
        format!("“{username}” is not a mail address"),
        "A delegate's token is kept under the account's address, and the provider gave another kind of name.",
        "Sign in with an account that is called by its address.",
    )
}

pub(super) fn no_refresh_token() -> Trouble {
    Trouble::new(
        "token.no_refresh_token",
        "The provider gave no refresh token",
        "It gives one only for the scope offline_access (Google: access_type=offline).",
        "Mend the application's scopes, then sign in again.",
    )
    .with(Remedy::EditApplication)
}

pub(super) fn wrong_place() -> Trouble {
    Trouble::new(
        "answer.wrong_place",
        "That page has thrown the code away",
        "Microsoft's nativeclient page moves on to “wrongplace” after a moment, and the code leaves the address bar.",
        "Register http://localhost as redirect URI under “Mobile and desktop applications” and use that, then sign in again.",
    )
    .with(Remedy::EditApplication)
}

pub(super) fn no_open_sign_in() -> Trouble {
    Trouble::new(
        "answer.no_sign_in",
        "No sign-in is open that this code could belong to",
        "A code can be used only by the sign-in that asked for it.",
        "Begin a sign-in, then answer it.",
    )
}

pub(super) fn unknown_state() -> Trouble {
    Trouble::new(
        "answer.unknown_state",
        "This answer belongs to no sign-in that was begun here",
        "Its state is not one of ours: it may be from another program, or from long ago.",
        "Begin the sign-in again and use the link that it gives.",
    )
}

pub(super) fn too_late() -> Trouble {
    Trouble::new(
        "signin.expired",
        "This answer came too late",
        "An authorization code lives ten minutes.",
        "Begin the sign-in again.",
    )
    .with(Remedy::SignIn)
}

pub(super) fn crossed() -> Trouble {
    Trouble::new(
        "answer.crossed",
        "The answer is of another kind than the question",
        "A sign-in was answered by a consent, or the other way round.",
        "Begin again.",
    )
}

pub(super) fn nothing_held() -> Trouble {
    Trouble::new(
        "signin.nothing_held",
        "There are no tokens waiting for a choice",
        "They are held in memory only, and this program was started again since.",
        "Sign in again.",
    )
    .with(Remedy::SignIn)
}

pub(super) fn none() -> Trouble {
    Trouble::new(
        "token.none",
        "There is no refresh token for this mailbox",
        "Nobody has signed in for it yet.",
        "Sign in: ⏎ on the dashboard, or `mailkey signin ADDRESS`.",
    )
    .with(Remedy::SignIn)
}

pub(super) fn missing() -> Trouble {
    Trouble::new(
        "token.missing",
        "The refresh token is not in the secret store any more",
        "The registry knows of it, but somebody removed it from the store.",
        "Sign in again.",
    )
    .with(Remedy::SignIn)
}

pub(super) fn no_client_secret_there(application: &ApplicationName) -> Trouble {
    Trouble::new(
        "client_secret.missing",
        format!("The client secret of {application} is not in the secret store any more"),
        "The registry knows of it, but it was given up, or somebody removed it from the store.",
        "Enter it again: on the dashboard A, then e.",
    )
    .with(Remedy::EditApplication)
}

pub(super) fn busy() -> Trouble {
    Trouble::new(
        "grant.busy",
        "Another process is refreshing this token and does not come to an end",
        "Only one process refreshes a token at a time.",
        "Try again in a minute.",
    )
    .with(Remedy::Retry { not_before: None })
}

/// A host that asks for a pause was not asked.
pub(super) fn throttled(host: &impl Display, until: Timestamp) -> Trouble {
    Trouble::new(
        "server.throttled",
        format!("{host} asks for a pause"),
        "Too many requests came in a short time, so it was not asked again yet.",
        "Try again when the pause is over.",
    )
    .with(Remedy::Retry { not_before: Some(until) })
}

/// Nobody was asked, since the job was stopped before.
pub(super) fn stopped() -> Trouble {
    Trouble::new("check.stopped", "The check was stopped", "", "Check again.").with(Remedy::Retry { not_before: None })
}

/// Whether it is the one of [`stopped`].
pub(super) fn is_stopped(trouble: &Trouble) -> bool {
    trouble.code() == "check.stopped"
}

/// Whether the mailbox, or its grant, is not in the registry any more.
pub(super) fn is_gone(trouble: &Trouble) -> bool {
    matches!(trouble.code(), "mailbox.unknown" | "grant.unknown")
}

/// A trouble that can be retried says when, if the server did.
pub(super) fn with_moment(trouble: &Trouble, pause: Option<Pause>, now: Timestamp) -> Trouble {
    let length = pause.and_then(Pause::length).and_then(|length| SignedDuration::try_from(length).ok());
    match length {
        Some(length) => trouble.clone().with(Remedy::Retry { not_before: Some(now + length) }),
        None => trouble.clone(),
    }
}

pub(super) fn ending() -> Trouble {
    Trouble::new("internal.ending", "The program is about to end", "No refresh begins any more.", "Start it again.")
}

pub(super) fn over(minutes: i64) -> Trouble {
    Trouble::new(
        "signin.expired",
        format!("Nobody answered the sign-in within {minutes} minutes"),
        "Its code lives no longer, so the sign-in was closed.",
        "Begin again.",
    )
    .with(Remedy::SignIn)
}

pub(super) fn lost_with_its_answer() -> Trouble {
    Trouble::new(
        "signin.lost",
        "The answer came, and the process that took it ended before it was done",
        "An authorization code works once, and this one may be used up. If the token came, it is kept.",
        "Begin again, if the mailbox has no token.",
    )
    .with(Remedy::SignIn)
}
