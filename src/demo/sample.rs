//! The troubles that the sample registry starts with, worded as the program words its own.

use jiff::Timestamp;

use super::scenario::{Account, Scenario, SmtpAuth};
use crate::domain::{Address, Remedy, Trouble};

/// AADSTS700082.
pub(super) fn expired(issued_at: Timestamp) -> Trouble {
    Trouble::new(
        "aadsts.700082",
        "The refresh token has expired because nobody used it for 90 days",
        format!("It was issued on {}.", day(issued_at)),
        "Sign in again.",
    )
    .with(Remedy::SignIn)
}

/// AADSTS50173.
pub(super) fn revoked(issued_at: Timestamp, valid_from: Timestamp) -> Trouble {
    Trouble::new(
        "aadsts.50173",
        "The refresh token was revoked",
        format!(
            "It was issued on {}; the account’s sessions were revoked or its password changed on {}.",
            day(issued_at),
            day(valid_from)
        ),
        "Sign in again.",
    )
    .with(Remedy::SignIn)
}

/// AADSTS53003.
pub(super) fn conditional_access() -> Trouble {
    Trouble::new(
        "aadsts.53003",
        "A Conditional Access policy blocks this account",
        "The policy does not allow tokens to be issued for it.",
        "Have an administrator exclude the account or the application from the policy (the sign-in log names it), \
         then check again.",
    )
    .with(Remedy::Retry { not_before: None })
}

/// AADSTS90094.
pub(super) fn admin_approval() -> Trouble {
    Trouble::new(
        "aadsts.90094",
        "The application needs an administrator’s consent",
        "The tenant does not let its users consent to IMAP and POP by themselves.",
        "Have an administrator open the admin consent link, then sign in again.",
    )
    .with(Remedy::AdminConsent)
}

/// What the submission server says to this mailbox.
pub(super) fn smtp_verdict(scenario: &Scenario, account: &Account) -> Result<(), Trouble> {
    let mut tenants = scenario.tenants.iter();
    let tenant = tenants.find(|tenant| tenant.is_called(account.address.domain()));
    let tenant_allows = tenant.is_some_and(|tenant| tenant.smtp_auth);
    match account.smtp_auth {
        SmtpAuth::Off => Err(smtp_auth_disabled("mailbox", &account.address)),
        SmtpAuth::Inherit if !tenant_allows => Err(smtp_auth_disabled("tenant", &account.address)),
        SmtpAuth::On | SmtpAuth::Inherit => Ok(()),
    }
}

/// What the IMAP server says to this mailbox.
pub(super) fn imap_verdict(account: &Account) -> Result<(), Trouble> {
    if account.imap {
        return Ok(());
    }
    Err(Trouble::new(
        "imap.not_connected",
        "The token was accepted, but the mailbox cannot be opened over IMAP",
        "IMAP is switched off for the mailbox, or the mailbox is new.",
        "Switch IMAP on for the mailbox, then check again.",
    )
    .with(Remedy::PowerShell(format!(
        "Set-CASMailbox -Identity {} -ImapEnabled $true",
        quoted(&account.address)
    ))))
}

/// The scenario is at odds with itself.
pub(super) fn unexpected(why: &str) -> Trouble {
    Trouble::new(
        "demo.scenario",
        "The demo’s scenario cannot be played",
        why,
        "Mend assets/demo/scenario.toml.",
    )
}

fn smtp_auth_disabled(what: &str, mailbox: &Address) -> Trouble {
    Trouble::new(
        format!("smtp.auth_disabled.{what}"),
        format!("SMTP AUTH is switched off for the {what}"),
        "The token itself was accepted.",
        "Switch SMTP AUTH on for this mailbox, wait a few minutes, and check again.",
    )
    .with(Remedy::PowerShell(format!(
        "Set-CASMailbox -Identity {} -SmtpClientAuthenticationDisabled $false",
        quoted(mailbox)
    )))
}

/// In PowerShell's single quotes, in which only the quote itself is doubled.
fn quoted(address: &Address) -> String {
    format!("'{}'", address.as_str().replace('\'', "''"))
}

fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}
