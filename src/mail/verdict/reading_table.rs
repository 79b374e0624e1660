//! What an IMAP or POP server says, and what it means (Exchange Online's texts, and the codes of
//! RFC 5530, RFC 2449 and RFC 3206). The blanks in braces are filled with [`IMAP`] or [`POP`].

use super::{Blanks, Offer, Ruling};

/// IMAP's words.
pub const IMAP: Blanks = &[
    ("{family}", "imap"),
    ("{protocol}", "IMAP"),
    ("{setting}", "-ImapEnabled"),
    ("{starttls}", "STARTTLS"),
    ("{implicit}", "imaps, usually on port 993"),
];

/// POP's words.
pub const POP: Blanks = &[
    ("{family}", "pop"),
    ("{protocol}", "POP"),
    ("{setting}", "-PopEnabled"),
    ("{starttls}", "STLS"),
    ("{implicit}", "pops, usually on port 995"),
];

const ENABLE: Offer = Offer::SetCasMailbox("{setting} $true");

/// The first that fits counts.
pub const RULINGS: &[Ruling] = &[
    Ruling {
        says: &["request is throttled", "suggested backoff time", "too many simultaneous connections"],
        code: "{family}.throttled",
        what: "The server asks to be left alone for a while",
        why: "Too many requests came for this mailbox or this tenant.",
        next: "Check again when the time is over that it asks for.",
        offer: Offer::Pause,
    },
    Ruling {
        says: &["authenticated but not connected"],
        code: "{family}.not_connected",
        what: "The token is good, but {protocol} does not open {mailbox}",
        why: "{protocol} is switched off for the mailbox, the mailbox is new, or the account has no FullAccess to it.",
        next: "Run the PowerShell line, check the permissions, and give it up to an hour. Then check again.",
        offer: ENABLE,
    },
    // POP says this of a mailbox for which it is switched off.
    Ruling {
        says: &["unknown user name or bad password"],
        next: "Run the PowerShell line, check the application's scopes and the account's permissions, and give it \
               up to an hour. Then check again.",
        offer: ENABLE,
        ..REFUSED
    },
    Ruling {
        says: &[
            "[unavailable]",
            "[inuse]",
            "[limit]",
            "[serverbug]",
            "[sys/temp]",
            "[in-use]",
            "[login-delay]",
            "try again later",
            "temporar",
        ],
        ..TEMPORARY
    },
];

/// The token is not taken.
pub const REFUSED: Ruling = Ruling {
    says: &[],
    code: "{family}.refused",
    what: "The {protocol} server does not take the token for {mailbox}",
    why: "Usually it was given to another account, the delegate has no FullAccess, {protocol} is switched off for \
          the mailbox, or the application has no {protocol} scope.",
    next: "Check the application's scopes and the account's permissions, then sign in again.",
    offer: Offer::SignIn,
};

/// The inbox does not open.
pub const NO_INBOX: Ruling = Ruling {
    says: &[],
    code: "{family}.no_inbox",
    what: "The token is good, but the inbox of {mailbox} does not open",
    why: "The account may have no permission to it, or the server has a fault.",
    next: "Check the account's permissions to the mailbox, then check again.",
    offer: Offer::Retry,
};

/// Not now.
pub const TEMPORARY: Ruling = Ruling {
    says: &[],
    code: "{family}.temporary",
    what: "The {protocol} server cannot do it at the moment",
    why: "It calls the fault a temporary one, the mailbox is in use, or it hung up at once.",
    next: "Check again in a minute.",
    offer: Offer::Retry,
};

/// No TLS.
pub const NO_STARTTLS: Ruling = Ruling {
    says: &[],
    code: "{family}.no_starttls",
    what: "The {protocol} server offers no TLS, so no token was sent",
    why: "It refused {starttls}.",
    next: "Use {implicit}.",
    offer: Offer::Nothing,
};

/// It said no before it was given the token.
pub const NO_XOAUTH2: Ruling = Ruling {
    says: &[],
    code: "{family}.no_xoauth2",
    what: "The {protocol} server takes no tokens",
    why: "It refused the mechanism XOAUTH2 before it was given the token.",
    next: "Check that the provider's {protocol} server is the right one.",
    offer: Offer::Nothing,
};
