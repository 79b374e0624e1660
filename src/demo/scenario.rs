//! What the demo tenant looks like when it starts: `assets/demo/scenario.toml`, read into types.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::{Address, ApplicationName, Trouble};

const SCENARIO: &str = include_str!("../../assets/demo/scenario.toml");

/// Tenants, app registrations and accounts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub tenants: Vec<Tenant>,
    pub registrations: Vec<Registration>,
    #[serde(deserialize_with = "by_address")]
    pub accounts: BTreeMap<Address, Account>,
}

/// A directory with its organization-wide switch.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tenant {
    /// A GUID.
    pub id: String,
    pub title: String,
    /// The first is its main one.
    pub domains: Vec<String>,
    /// `Set-TransportConfig -SmtpClientAuthenticationDisabled`, the other way round.
    pub smtp_auth: bool,
}

/// An app registration: single-tenant, public client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    pub name: ApplicationName,
    /// A domain of its tenant.
    pub tenant: String,
    pub client_id: String,
    pub redirect_uris: Vec<String>,
    /// Whether an administrator has consented for everybody.
    #[serde(default)]
    pub admin_consent: bool,
}

/// An account and its mailbox.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub address: Address,
    pub name: String,
    #[serde(default)]
    pub role: Role,
    /// Who may open its mailbox besides itself.
    #[serde(default)]
    pub delegates: Vec<Address>,
    #[serde(default)]
    pub policy: Policy,
    #[serde(default)]
    pub smtp_auth: SmtpAuth,
    #[serde(default = "yes")]
    pub imap: bool,
    #[serde(default = "yes")]
    pub pop: bool,
    pub sample: Option<Sample>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    #[default]
    User,
    Administrator,
    /// A shared mailbox: its account is blocked from signing in.
    Shared,
}

/// What a tenant's policies do with an account's sign-ins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Policy {
    #[default]
    None,
    ConditionalAccess,
    /// It may not consent to mail scopes by itself.
    AdminApproval,
}

/// `Set-CASMailbox -SmtpClientAuthenticationDisabled`: `$null`, `$false` and `$true`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SmtpAuth {
    #[default]
    Inherit,
    On,
    Off,
}

/// What the sample registry knows of a mailbox.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    /// Who signs in for it, if not itself.
    pub account: Option<Address>,
    pub token: SampleToken,
    #[serde(default)]
    pub signed_in_days_ago: i64,
    #[serde(default)]
    pub used_hours_ago: i64,
    #[serde(default)]
    pub checked_minutes_ago: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SampleToken {
    None,
    Held,
    Expired,
    Revoked,
}

impl Scenario {
    /// The one that comes with the program, with `crowd` further accounts in its first tenant.
    ///
    /// # Errors
    /// `demo.scenario` if the file was changed and does not read any more.
    pub fn embedded(crowd: usize) -> Result<Self, Trouble> {
        let mut scenario: Self = toml::from_str(SCENARIO).map_err(|error| unreadable(&error.to_string()))?;
        for number in 1..=crowd {
            let account = Account::plain(crowd_address(number)?, format!("Person {number}"));
            scenario.accounts.insert(account.address.clone(), account);
        }
        Ok(scenario)
    }
}

/// The address of the `number`th account of the crowd, counted from 1.
pub(super) fn crowd_address(number: usize) -> Result<Address, Trouble> {
    Address::parse(&format!("person-{number:05}@contoso.example"))
}

fn unreadable(why: &str) -> Trouble {
    Trouble::new("demo.scenario", "The demo's scenario cannot be read", why, "Mend assets/demo/scenario.toml.")
}

impl Account {
    fn plain(address: Address, name: String) -> Self {
        Self {
            address,
            name,
            role: Role::User,
            delegates: Vec::new(),
            policy: Policy::None,
            smtp_auth: SmtpAuth::Inherit,
            imap: true,
            pop: true,
            sample: None,
        }
    }
}

fn yes() -> bool {
    true
}

fn by_address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Address, Account>, D::Error> {
    let accounts = Vec::<Account>::deserialize(deserializer)?;
    Ok(accounts.into_iter().map(|account| (account.address.clone(), account)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_scenario_that_is_named_exists() {
        let scenario = Scenario::embedded(2).unwrap();
        let domains: Vec<&String> = scenario.tenants.iter().flat_map(|tenant| &tenant.domains).collect();
        for account in scenario.accounts.values() {
            assert!(domains.iter().any(|domain| *domain == account.address.domain()));
            let sample_account = account.sample.iter().filter_map(|sample| sample.account.as_ref());
            for named in account.delegates.iter().chain(sample_account) {
                assert!(scenario.accounts.contains_key(named), "{named}");
            }
        }
        for registration in &scenario.registrations {
            assert!(domains.contains(&&registration.tenant));
        }
        assert!(scenario.accounts.contains_key(&crowd_address(2).unwrap()));
    }
}
