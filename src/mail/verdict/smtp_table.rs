//! What a submission server says, and what it means (Microsoft's texts as administrators report
//! them; learn.microsoft.com, “Authenticated client SMTP submission” and “Fix issues with printers,
//! scanners, and LOB applications”).

use super::{Offer, Ruling};

const ENTRA: &str = "https://entra.microsoft.com";
const ENABLE: Offer = Offer::SetCasMailbox("-SmtpClientAuthenticationDisabled $false");
const HOW_TO_ENABLE: &str = "Run the PowerShell line, or open Users › Active users › {mailbox} › Mail › Manage email \
                             apps in admin.microsoft.com and tick Authenticated SMTP. It can take an hour; then \
                             check again.";

/// The first that fits counts.
pub const RULINGS: &[Ruling] = &[
    Ruling {
        says: &["smtpclientauthentication is disabled for the tenant"],
        code: "smtp.auth_disabled.tenant",
        what: "SMTP AUTH is switched off for the organisation, and {mailbox} follows it",
        why: "The organisation need not change: the mailbox's own setting overrides it.",
        next: HOW_TO_ENABLE,
        offer: ENABLE,
    },
    Ruling {
        says: &["smtpclientauthentication is disabled for the mailbox"],
        code: "smtp.auth_disabled.mailbox",
        what: "SMTP AUTH is switched off for {mailbox}",
        why: "The mailbox has a setting of its own, whatever the organisation's is.",
        next: HOW_TO_ENABLE,
        offer: ENABLE,
    },
    Ruling {
        says: &["security defaults"],
        code: "smtp.security_defaults",
        what: "The organisation's security defaults block SMTP AUTH",
        why: "Security defaults switch SMTP AUTH off for the whole tenant.",
        next: "In the Entra admin centre, Entra ID › Overview › Properties › Manage security defaults, replace them \
               by Conditional Access policies; then check again.",
        offer: Offer::Page(ENTRA),
    },
    Ruling {
        says: &["did not meet the criteria to be authenticated"],
        code: "smtp.conditional_access",
        what: "A Conditional Access policy blocks SMTP for this account",
        why: "The token is good, but a policy forbids its use here.",
        next: "In the Entra admin centre, look the sign-in up under Entra ID › Sign-in logs; its Conditional Access \
               tab names the policy. Exclude the account from it, then check again.",
        offer: Offer::Page(ENTRA),
    },
    Ruling {
        says: &["basic authentication is disabled"],
        code: "smtp.basic_disabled",
        what: "The server took the sign-in for one with a password",
        why: "An authentication policy blocks that for SMTP, and it may block SMTP as a whole.",
        next: "Check the account's authentication policy (Get-AuthenticationPolicy, AllowBasicAuthSmtp), then check again.",
        offer: Offer::Nothing,
    },
    Ruling {
        says: &["user credentials were incorrect"],
        code: "smtp.credentials",
        what: "The server does not know these credentials",
        why: "It treats the token like a wrong password: it is not for this mailbox, or no token for Exchange Online.",
        next: "Sign in again as the account that owns the mailbox or has FullAccess to it.",
        offer: Offer::SignIn,
    },
    Ruling {
        says: &["account locked", "account is locked"],
        code: "smtp.account_locked",
        what: "The account is locked",
        why: "Too many wrong passwords, from anywhere, lock an account for a while (smart lockout).",
        next: "Wait, find out who keeps trying under Entra ID › Sign-in logs, then check again.",
        offer: Offer::Page(ENTRA),
    },
    Ruling {
        says: &["organization configuration does"],
        code: "smtp.organization",
        what: "The organisation's settings do not allow this sign-in",
        why: "An authentication policy or a setting of Exchange Online forbids it.",
        next: "Check the authentication policies (Get-AuthenticationPolicy) and SMTP AUTH of the organisation, then check again.",
        offer: Offer::Nothing,
    },
    Ruling {
        says: &["5.7.30", "basic authentication is not supported"],
        code: "smtp.basic_retired",
        what: "Sign-ins with a password have been retired on this server",
        why: "The server took the sign-in for one with a password.",
        next: "Check that the provider's smtp server is the right one, then check again.",
        offer: Offer::Nothing,
    },
    Ruling {
        says: &["5.7.57", "client not authenticated", "client was not authenticated"],
        code: "smtp.not_authenticated",
        what: "The server wants a sign-in first",
        why: "It does not count this connection as signed in.",
        next: "Check that the provider's smtp server is its submission server, usually port 587.",
        offer: Offer::Nothing,
    },
    Ruling {
        says: &["mailbox logon failure", "mapiexceptionlogonfailed"],
        code: "smtp.mailbox_logon",
        what: "The token is good, but the mailbox of {mailbox} did not open",
        why: "The account has no FullAccess to it, or that is too new: it takes an hour or two.",
        next: "Give the account FullAccess and SendAs in the Exchange admin centre, wait, then check again.",
        offer: Offer::Retry,
    },
    Ruling {
        says: &["sendasdenied", "5.7.60", "permissions to send as"],
        code: "smtp.send_as",
        what: "The account may not send as {mailbox}",
        why: "It signed in, but has no SendAs permission for this address.",
        next: "Give it SendAs in the Exchange admin centre, under the mailbox's delegation; then check again.",
        offer: Offer::Page("https://admin.exchange.microsoft.com"),
    },
    Ruling {
        says: &["5.1.8", "bad outbound sender"],
        code: "smtp.blocked_sender",
        what: "{mailbox} is blocked from sending",
        why: "Microsoft took it for a source of spam.",
        next: "In the Defender portal, Email & collaboration › Review › Restricted entities, unblock it. Then check again.",
        offer: Offer::Page("https://security.microsoft.com/restrictedentities"),
    },
    Ruling {
        says: &["concurrent connections limit", "sender thread limit", "concurrent_sending"],
        code: "smtp.concurrent",
        what: "Too many connections are open for {mailbox}",
        why: "Exchange Online allows three at a time for each mailbox.",
        next: "Check again in a minute, or stop the program that sends right now.",
        offer: Offer::Pause,
    },
    Ruling {
        // Gmail: support.google.com/a/answer/3726730.
        says: &["too many login attempts"],
        code: BUSY.code,
        what: BUSY.what,
        why: BUSY.why,
        next: BUSY.next,
        offer: Offer::Pause,
    },
    Ruling {
        says: &["submissionquotaexceeded"],
        code: "smtp.quota",
        what: "{mailbox} has sent as much as it may",
        why: "A mailbox may reach 10,000 recipients a day.",
        next: "Check again tomorrow.",
        offer: Offer::Retry,
    },
    Ruling {
        says: &["5.7.4 ", "unrecognized authentication type"],
        code: NO_XOAUTH2.code,
        what: NO_XOAUTH2.what,
        why: NO_XOAUTH2.why,
        next: NO_XOAUTH2.next,
        offer: Offer::Nothing,
    },
];

/// Any other 5yz.
pub const REFUSED: Ruling = Ruling {
    says: &[],
    code: "smtp.refused",
    what: "The server does not take the token for {mailbox}",
    why: "Usually it was given to another account, the delegate has no FullAccess to the mailbox, or the token is \
          not for Exchange Online (another scope).",
    next: "Sign in again as the right account, and check its permissions. New ones take up to an hour.",
    offer: Offer::SignIn,
};

/// Any other 421: the server closes the connection (RFC 5321 section 4.2.3).
pub const BUSY: Ruling = Ruling {
    says: &[],
    code: "smtp.throttled",
    what: "The server takes no more connections at the moment",
    why: "Too many came in a short time, or it is about to restart.",
    next: "Check again in a minute.",
    offer: Offer::Pause,
};

/// Any other 4yz.
pub const TEMPORARY: Ruling = Ruling {
    says: &[],
    code: "smtp.temporary",
    what: "The server cannot do it at the moment",
    why: "It calls the fault a temporary one.",
    next: "Check again in a minute.",
    offer: Offer::Retry,
};

/// A reply that says neither yes nor no.
pub const UNEXPECTED: Ruling = Ruling {
    says: &[],
    code: "smtp.unexpected",
    what: "The server answered something else than it was asked",
    why: "Its reply says neither yes nor no.",
    next: "Check that the provider's smtp server is the right one.",
    offer: Offer::Nothing,
};

/// TLS is not among what it offers.
pub const NO_STARTTLS: Ruling = Ruling {
    says: &[],
    code: "smtp.no_starttls",
    what: "The server offers no TLS, so no token was sent",
    why: "STARTTLS is not among what it offers; something on the way may have taken it out.",
    next: "Check host and port of the provider's smtp server (587, or smtps on 465), and the network.",
    offer: Offer::Nothing,
};

/// XOAUTH2 is not among what it offers.
pub const NO_XOAUTH2: Ruling = Ruling {
    says: &[],
    code: "smtp.no_xoauth2",
    what: "The server takes no tokens",
    why: "XOAUTH2 is not among the mechanisms that it offers.",
    next: "Check that the provider's smtp server is its submission server, usually port 587.",
    offer: Offer::Nothing,
};
