//! The troubles that the sample registry starts with, worded as the program words its own.

use jiff::Timestamp;

use super::scenario::{Account, Scenario, SmtpAuth};
use crate::domain::{Address, Remedy, Trouble};

/// AADSTS700082.
pub(super) fn expired(issued_at: Timestamp) -> Trouble {
    Trouble::new(
        "aadsts.700082",
        "The refresh token has expired",
        format!("It lay unused for more than 90 days. It was issued on {}.", day(issued_at)),
        "Sign in again, and have it checked regularly.",
    )
    .with(Remedy::SignIn)
}

/// AADSTS50173.
pub(super) fn revoked(issued_at: Timestamp, valid_from: Timestamp) -> Trouble {
    Trouble::new(
        "aadsts.50173",
        "The refresh token was revoked",
        format!(
            "The password was changed or reset, or an administrator revoked the sessions. It was issued on {}; only \
             tokens from {} on are valid.",
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
        "Conditional Access blocks the sign-in",
        "A policy of the tenant forbids tokens under these circumstances.",
        "Find the sign-in in the Entra sign-in log; it names the policy. Exclude the account or the application from it.",
    )
    .with(Remedy::Page("https://entra.microsoft.com".to_owned()))
}

/// AADSTS90094.
pub(super) fn admin_approval() -> Trouble {
    Trouble::new(
        "aadsts.90094",
        "An administrator has to consent first",
        "People may not allow IMAP and POP access themselves in most tenants.",
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
        SmtpAuth::Off => Err(smtp_off_for_mailbox(&account.address)),
        SmtpAuth::Inherit if !tenant_allows => Err(smtp_off_for_tenant(&account.address)),
        SmtpAuth::On | SmtpAuth::Inherit => Ok(()),
    }
}

fn smtp_off_for_tenant(mailbox: &Address) -> Trouble {
    Trouble::new(
        "smtp.auth_disabled.tenant",
        format!("SMTP AUTH is switched off for the organisation, and {mailbox} follows it"),
        "The organisation need not change: the mailbox's own setting overrides it.",
        how_to_enable_smtp(mailbox),
    )
    .with(set_cas_mailbox(mailbox, "-SmtpClientAuthenticationDisabled $false"))
}

fn smtp_off_for_mailbox(mailbox: &Address) -> Trouble {
    Trouble::new(
        "smtp.auth_disabled.mailbox",
        format!("SMTP AUTH is switched off for {mailbox}"),
        "The mailbox has a setting of its own, whatever the organisation's is.",
        how_to_enable_smtp(mailbox),
    )
    .with(set_cas_mailbox(mailbox, "-SmtpClientAuthenticationDisabled $false"))
}

fn how_to_enable_smtp(mailbox: &Address) -> String {
    format!(
        "Run the PowerShell line, or open Users › Active users › {mailbox} › Mail › Manage email apps in \
         admin.microsoft.com and tick Authenticated SMTP. It can take an hour; then check again."
    )
}

/// What the IMAP server says to this mailbox.
pub(super) fn imap_verdict(account: &Account) -> Result<(), Trouble> {
    if account.imap {
        return Ok(());
    }
    Err(Trouble::new(
        "imap.not_connected",
        format!("The token is good, but IMAP does not open {}", account.address),
        "IMAP is switched off for the mailbox, the mailbox is new, or the account has no FullAccess to it.",
        "Run the PowerShell line, check the permissions, and give it up to an hour. Then check again.",
    )
    .with(set_cas_mailbox(&account.address, "-ImapEnabled $true")))
}

/// The scenario is at odds with itself.
pub(super) fn unexpected(why: &str) -> Trouble {
    Trouble::new("demo.scenario", "The demo’s scenario cannot be played", why, "Mend assets/demo/scenario.toml.")
}

/// In PowerShell's single quotes only the quote itself is doubled.
fn set_cas_mailbox(mailbox: &Address, parameters: &str) -> Remedy {
    let quoted = mailbox.as_str().replace('\'', "''");
    Remedy::PowerShell(format!("Set-CASMailbox -Identity '{quoted}' {parameters}"))
}

fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}
