//! What one account gave one application: the refresh token and what is known of it.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::application::ApplicationName;
use super::step::Step;
use super::trouble::Trouble;

/// How many idle days before its end a refresh token counts as due.
pub const DUE_DAYS: i64 = 14;

const DUE: SignedDuration = SignedDuration::from_hours(24 * DUE_DAYS);

/// A grant's number in its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GrantId(pub i64);

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A grant. Its secret is in the secret store, never here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its number.
    pub id: GrantId,
    /// The application that it was given to.
    pub application: ApplicationName,
    /// The account that signs in, as the administrator wrote it.
    pub account: Address,
    /// The user name of whoever did sign in, if it is known.
    pub signed_in_as: Option<Arc<str>>,
    /// The refresh token's life so far.
    pub token: Token,
    /// The last attempt that failed without saying anything about the token itself, and the step it was for.
    pub trouble: Option<(Step, Trouble)>,
}

/// Who signed in. `issuer` and `subject` never change; the user name may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Microsoft: the tenant id (`tid`); elsewhere the issuer (`iss`).
    pub issuer: String,
    /// Microsoft: the object id (`oid`); elsewhere the subject (`sub`).
    pub subject: String,
    /// `preferred_username`, or `email`: for people, not for comparison between records.
    pub username: String,
}

/// The life of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// There is none.
    None,
    /// It is in the secret store.
    Held {
        /// When the person signed in for it.
        obtained_at: Timestamp,
        /// When it was last accepted by the provider.
        last_used_at: Timestamp,
    },
    /// The provider said that it is dead.
    Ended {
        /// When the person signed in for it.
        obtained_at: Timestamp,
        /// When it was last accepted by the provider.
        last_used_at: Timestamp,
        /// When its end was noticed.
        at: Timestamp,
        /// How it ended.
        end: TokenEnd,
        /// The provider's reason, and what next.
        trouble: Trouble,
    },
}

/// How a refresh token ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenEnd {
    /// It grew too old or lay idle too long.
    Expired,
    /// Somebody took it back: a password reset, an administrator, a policy.
    Revoked,
}

/// A token's state as the screen and `--json` name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// There is none.
    None,
    /// It works, as far as is known.
    Valid,
    /// Fewer than [`DUE_DAYS`] of its idle days are left.
    Due,
    /// It grew too old or lay idle too long.
    Expired,
    /// Somebody took it back.
    Revoked,
    /// It is held, but nothing says how long it lives.
    Unknown,
}

impl TokenState {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Valid => "valid",
            Self::Due => "due",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Unknown => "unknown",
        }
    }
}

impl Token {
    /// Its state at `now`, with the provider's limit on idle days. A held token whose idle days
    /// are over is `Expired`, though the provider has not been asked: an estimate.
    #[must_use]
    pub fn state(&self, idle_limit_days: Option<u32>, now: Timestamp) -> TokenState {
        match self {
            Self::None => TokenState::None,
            Self::Ended { end: TokenEnd::Expired, .. } => TokenState::Expired,
            Self::Ended { end: TokenEnd::Revoked, .. } => TokenState::Revoked,
            Self::Held { .. } => match self.idle_deadline(idle_limit_days) {
                None => TokenState::Unknown,
                Some(deadline) if deadline <= now => TokenState::Expired,
                Some(deadline) if deadline.duration_since(now) < DUE => TokenState::Due,
                Some(_) => TokenState::Valid,
            },
        }
    }

    /// When it dies if nobody uses it: an estimate from the provider's documented limit.
    #[must_use]
    pub fn idle_deadline(&self, idle_limit_days: Option<u32>) -> Option<Timestamp> {
        let Self::Held { last_used_at, .. } = self else {
            return None;
        };
        let limit = SignedDuration::from_hours(24 * i64::from(idle_limit_days?));
        last_used_at.checked_add(limit).ok()
    }

    /// The moment after which its state is another though nothing happens to it, if there is one.
    #[must_use]
    pub fn turns_after(&self, idle_limit_days: Option<u32>, now: Timestamp) -> Option<Timestamp> {
        let deadline = self.idle_deadline(idle_limit_days)?;
        let due = deadline.checked_sub(DUE).ok();
        [due, Some(deadline)].into_iter().flatten().find(|moment| *moment >= now)
    }

    /// When the person signed in for it.
    #[must_use]
    pub fn obtained_at(&self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Held { obtained_at, .. } | Self::Ended { obtained_at, .. } => Some(*obtained_at),
        }
    }

    /// When it was last accepted by the provider.
    #[must_use]
    pub fn last_used_at(&self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Held { last_used_at, .. } | Self::Ended { last_used_at, .. } => Some(*last_used_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(days_ago: i64, now: Timestamp) -> Token {
        let then = now - SignedDuration::from_hours(24 * days_ago);
        Token::Held { obtained_at: then, last_used_at: then }
    }

    #[test]
    fn a_held_token_grows_due_and_then_expires() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for (days, state) in [
            (0, TokenState::Valid),
            (76, TokenState::Valid),
            (77, TokenState::Due),
            (89, TokenState::Due),
            (90, TokenState::Expired),
        ] {
            assert_eq!(held(days, now).state(Some(90), now), state, "{days} days");
        }
        assert_eq!(held(400, now).state(None, now), TokenState::Unknown);
    }

    #[test]
    fn it_turns_when_its_state_changes_and_not_before() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let moment = SignedDuration::from_nanos(1);
        for days in [0, 75, 76, 80, 89] {
            let token = held(days, now);
            let turn = token.turns_after(Some(90), now).unwrap();
            let state = |at| token.state(Some(90), at);
            assert!(turn >= now && state(turn - moment) == state(now), "{days} days");
            assert_ne!(state(turn + moment), state(now), "{days} days");
        }
        assert_eq!(held(91, now).turns_after(Some(90), now), None);
        assert_eq!(held(1, now).turns_after(None, now), None);
    }
}
