//! What Microsoft's `suberror` says beside an `invalid_grant`: mostly that the token is good and a
//! policy or the person stands in the way.
//!
//! Microsoft publishes no full list; these are the values that MSAL acts upon.

use crate::domain::{Remedy, Step, TokenEnd};

/// One value and its meaning.
pub(super) struct Suberror {
    name: &'static str,
    pub(super) what: &'static str,
    pub(super) why: &'static str,
    pub(super) next: &'static str,
    pub(super) step: Step,
    /// Without one the token is good, whatever else is said.
    pub(super) ends: Option<TokenEnd>,
    /// What the screen can offer on a key.
    pub(super) remedy: Remedy,
}

/// The meaning of `name`, if it is known.
pub(super) fn read(name: &str) -> Option<&'static Suberror> {
    KNOWN.iter().find(|known| known.name == name)
}

const KNOWN: &[Suberror] = &[
    Suberror {
        name: "basic_action",
        what: "The provider wants to see the person",
        why: "A policy asks for something that a sign-in in the browser can settle.",
        next: "Sign in again in the browser.",
        ..POLICY
    },
    Suberror {
        name: "additional_action",
        what: "A policy asks for more than a sign-in",
        why: "Something outside the sign-in has to be done first, such as bringing the device into line.",
        next: "Sign in again in the browser, and follow what the page says.",
        ..POLICY
    },
    Suberror {
        name: "message_only",
        what: "A policy blocks the account at the moment",
        why: "It cannot be settled by signing in; the sign-in page says why.",
        next: "Sign in again in the browser to read the message, or look at the sign-in log in Entra.",
        ..POLICY
    },
    Suberror {
        name: "consent_required",
        what: "Nobody consented to what the application asks for",
        why: "A consent is missing or was taken back.",
        next: "Have an administrator open the admin consent link, then sign in again.",
        step: Step::Register,
        remedy: Remedy::AdminConsent,
        ..POLICY
    },
    Suberror {
        name: "user_password_expired",
        what: "The account's password has expired",
        why: "It has to be changed before anybody can sign in.",
        next: "Change the password, then sign in again.",
        ..POLICY
    },
    Suberror {
        name: "protection_policy_required",
        what: "A policy wants a managed application",
        why: "An Intune app protection policy covers this account, and no such policy can apply here.",
        next: "Exclude the account or the application from the policy, then sign in again.",
        ..POLICY
    },
    Suberror {
        name: "device_authentication_failed",
        what: "A policy wants a known device",
        why: "This device could not prove itself.",
        next: "Sign in on a managed device, or exclude the account from the policy.",
        ..POLICY
    },
    Suberror {
        name: "bad_token",
        what: "The provider does not accept the refresh token",
        why: "It was revoked, or it is damaged.",
        next: "Sign in again.",
        step: Step::Token,
        ends: Some(TokenEnd::Revoked),
        ..POLICY
    },
    Suberror {
        name: "token_expired",
        what: "The refresh token has expired",
        why: "It grew too old, or it lay unused for too long.",
        next: "Sign in again.",
        step: Step::Token,
        ends: Some(TokenEnd::Expired),
        ..POLICY
    },
    Suberror {
        name: "client_mismatch",
        what: "The refresh token belongs to another application",
        why: "It was given to another client id.",
        next: "Put the application's client id right, or sign in again with this application.",
        step: Step::Register,
        remedy: Remedy::EditApplication,
        ..POLICY
    },
];

/// What is common to all that speak of a policy.
const POLICY: Suberror =
    Suberror { name: "", what: "", why: "", next: "", step: Step::Authorize, ends: None, remedy: Remedy::SignIn };
