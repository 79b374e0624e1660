//! What a POP server says, and what it means (Exchange Online's texts, and the codes of RFC 2449
//! and RFC 3206).

use super::{Offer, Ruling};

/// The first that fits counts.
pub const RULINGS: &[Ruling] = &[
    Ruling {
        says: &["request is throttled", "suggested backoff time"],
        code: "pop.throttled",
        what: "The server asks to be left alone for a while",
        why: "Too many requests came for this mailbox or this tenant.",
        next: "Check again when the time is over that it asks for.",
        offer: Offer::Pause,
    },
    Ruling {
        says: &["unknown user name or bad password"],
        code: REFUSED.code,
        what: REFUSED.what,
        why: REFUSED.why,
        next: "Run the PowerShell line, check the application's scopes and the account's permissions, and give it \
               up to an hour. Then check again.",
        offer: Offer::SetCasMailbox("-PopEnabled $true"),
    },
    Ruling {
        says: &["[sys/temp]", "[in-use]", "[login-delay]", "try again later", "temporar"],
        code: TEMPORARY.code,
        what: TEMPORARY.what,
        why: TEMPORARY.why,
        next: TEMPORARY.next,
        offer: Offer::Retry,
    },
];

/// The token is not taken.
pub const REFUSED: Ruling = Ruling {
    says: &[],
    code: "pop.refused",
    what: "The POP server does not take the token for {mailbox}",
    why: "Usually it was given to another account, the delegate has no FullAccess, POP is switched off for the \
          mailbox, or the application has no POP scope.",
    next: "Check the application's scopes and the account's permissions, then sign in again.",
    offer: Offer::SignIn,
};

/// Not now.
pub const TEMPORARY: Ruling = Ruling {
    says: &[],
    code: "pop.temporary",
    what: "The POP server cannot do it at the moment",
    why: "It calls the fault a temporary one, or the mailbox is in use.",
    next: "Check again in a minute.",
    offer: Offer::Retry,
};

/// No TLS.
pub const NO_STARTTLS: Ruling = Ruling {
    says: &[],
    code: "pop.no_starttls",
    what: "The POP server offers no TLS, so no token was sent",
    why: "It refused STLS.",
    next: "Use pops, usually on port 995.",
    offer: Offer::Nothing,
};

/// It said no before it was given the token.
pub const NO_XOAUTH2: Ruling = Ruling {
    says: &[],
    code: "pop.no_xoauth2",
    what: "The POP server takes no tokens",
    why: "It refused the mechanism XOAUTH2 before it was given the token.",
    next: "Check that the provider's pop server is the right one.",
    offer: Offer::Nothing,
};
