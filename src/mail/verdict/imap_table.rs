//! What an IMAP server says, and what it means (Exchange Online's texts, and the codes of RFC 5530).

use super::{Offer, Ruling};

/// The first that fits counts.
pub const RULINGS: &[Ruling] = &[
    Ruling {
        says: &["request is throttled", "suggested backoff time", "too many simultaneous connections"],
        code: "imap.throttled",
        what: "The server asks to be left alone for a while",
        why: "Too many requests came for this mailbox or this tenant.",
        next: "Check again when the time is over that it asks for.",
        offer: Offer::Pause,
    },
    Ruling {
        says: &["authenticated but not connected"],
        code: "imap.not_connected",
        what: "The token is good, but IMAP does not open {mailbox}",
        why: "IMAP is switched off for the mailbox, the mailbox is new, or the account has no FullAccess to it.",
        next: "Run the PowerShell line, check the permissions, and give it up to an hour. Then check again.",
        offer: Offer::SetCasMailbox("-ImapEnabled $true"),
    },
    Ruling {
        says: &["[unavailable]", "[inuse]", "[limit]", "[serverbug]", "try again later", "temporar"],
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
    code: "imap.refused",
    what: "The IMAP server does not take the token for {mailbox}",
    why: "Usually it was given to another account, the delegate has no FullAccess, IMAP is switched off for the \
          mailbox, or the application has no IMAP scope.",
    next: "Check the application's scopes and the account's permissions, then sign in again.",
    offer: Offer::SignIn,
};

/// The inbox does not open.
pub const NO_INBOX: Ruling = Ruling {
    says: &[],
    code: "imap.no_inbox",
    what: "The token is good, but the inbox of {mailbox} does not open",
    why: "The account may have no permission to it, or the server has a fault.",
    next: "Check the account's permissions to the mailbox, then check again.",
    offer: Offer::Retry,
};

/// Not now.
pub const TEMPORARY: Ruling = Ruling {
    says: &[],
    code: "imap.temporary",
    what: "The IMAP server cannot do it at the moment",
    why: "It calls the fault a temporary one, or hung up at once.",
    next: "Check again in a minute.",
    offer: Offer::Retry,
};

/// No TLS.
pub const NO_STARTTLS: Ruling = Ruling {
    says: &[],
    code: "imap.no_starttls",
    what: "The IMAP server offers no TLS, so no token was sent",
    why: "It refused STARTTLS.",
    next: "Use imaps, usually on port 993.",
    offer: Offer::Nothing,
};

/// It said no before it was given the token.
pub const NO_XOAUTH2: Ruling = Ruling {
    says: &[],
    code: "imap.no_xoauth2",
    what: "The IMAP server takes no tokens",
    why: "It refused the mechanism XOAUTH2 before it was given the token.",
    next: "Check that the provider's imap server is the right one.",
    offer: Offer::Nothing,
};
