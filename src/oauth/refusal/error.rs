//! What an `error` of RFC 6749, OpenID Connect or RFC 8628 means when nothing more is said.

use crate::domain::{Remedy, Step};

/// One value, or a few that come to the same, and the meaning.
pub(super) struct Meaning {
    errors: &'static [&'static str],
    pub(super) what: &'static str,
    pub(super) next: &'static str,
    pub(super) step: Step,
    pub(super) remedy: Remedy,
}

/// The server has more to do than it can (RFC 6749 section 4.1.2.1; Microsoft says it of tokens too).
pub(super) const TOO_BUSY: &str = "temporarily_unavailable";

/// The meaning of `error`; an unknown one is a refusal like any other.
pub(super) fn meaning(error: &str) -> &'static Meaning {
    KNOWN.iter().find(|known| known.errors.contains(&error)).unwrap_or(&UNKNOWN)
}

const KNOWN: &[Meaning] = &[
    Meaning {
        errors: &["access_denied", "authorization_declined"],
        what: "The sign-in was refused",
        next: "Sign in again, and accept. If an administrator has to consent first, open the admin consent link.",
        step: Step::Authorize,
        remedy: Remedy::SignIn,
    },
    Meaning {
        errors: &["invalid_grant", "bad_verification_code"],
        what: "The provider does not accept the code or refresh token",
        next: "Sign in again.",
        step: Step::Token,
        remedy: Remedy::SignIn,
    },
    Meaning {
        errors: &["expired_token"],
        what: "The code has expired",
        next: "Sign in again.",
        step: Step::Authorize,
        remedy: Remedy::SignIn,
    },
    Meaning {
        errors: &["interaction_required", "login_required"],
        what: "The provider wants to see the person",
        next: "Sign in again in the browser.",
        step: Step::Authorize,
        remedy: Remedy::SignIn,
    },
    Meaning {
        errors: &["consent_required"],
        what: "Nobody consented to what the application asks for",
        next: "Have an administrator open the admin consent link, then sign in again.",
        step: Step::Register,
        remedy: Remedy::AdminConsent,
    },
    Meaning {
        errors: &["invalid_client", "unauthorized_client"],
        what: "The provider does not accept the application",
        next: "Check client id, client secret and tenant, and that the application may use this kind of sign-in.",
        step: Step::Register,
        remedy: Remedy::EditApplication,
    },
    Meaning {
        errors: &["invalid_scope"],
        what: "The provider does not accept the scopes",
        next: "Correct the application's scopes.",
        step: Step::Register,
        remedy: Remedy::EditApplication,
    },
    Meaning {
        errors: &["invalid_resource"],
        what: "The provider does not know the resource that the scopes name",
        next: "Correct the application's scopes, and check that the tenant has the service.",
        step: Step::Register,
        remedy: Remedy::EditApplication,
    },
    Meaning {
        errors: &["invalid_tenant"],
        what: "There is no such tenant",
        next: "Check the tenant id or domain.",
        step: Step::Register,
        remedy: Remedy::EditApplication,
    },
    Meaning {
        errors: &["server_error", TOO_BUSY],
        what: "The provider cannot answer at the moment",
        next: "Wait a moment, then try again.",
        step: Step::Token,
        remedy: Remedy::Retry { not_before: None },
    },
];

const UNKNOWN: Meaning = Meaning {
    errors: &[],
    what: "The provider refused the request",
    next: "Check tenant, client id, redirect URI and scopes, then try again.",
    // Who says something unheard of has not said that the application is wrong.
    step: Step::Authorize,
    remedy: Remedy::EditApplication,
};
