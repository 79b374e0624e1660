//! The sample registry: what a program would have recorded, had it been used on this tenant for months.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::issue::{Grant as Given, object_id};
use super::provider::ID;
use super::sample;
use super::scenario::{Account, Policy, Registration, Sample, SampleToken, Scenario};
use super::scopes::Scopes;
use super::state::{Shared, World};
use crate::domain::{
    Address, Application, Check, Grant, Identity, Mailbox, RedirectUri, Secret, Step, TokenEnd, Trouble,
};
use crate::registry::{Event, Happened, Protocol, Registry};
use crate::secrets::{Key, Secrets};

const SCOPES: &str = "offline_access openid profile email https://outlook.office.com/IMAP.AccessAsUser.All \
                      https://outlook.office.com/POP.AccessAsUser.All https://outlook.office.com/SMTP.Send";

/// Fills an empty registry and store.
///
/// # Errors
/// What registry and store say.
pub(super) async fn seed(
    shared: &Shared,
    registry: &Registry,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<(), Trouble> {
    let scenario = shared.world().scenario.clone();
    for registration in &scenario.registrations {
        registry.add_application(&application(registration, now)?)?;
    }
    let seeder = Seeder { shared, registry, secrets, scenario: &scenario, now };
    let mut grants = HashSet::new();
    for account in scenario.accounts.values() {
        let Some(sample) = &account.sample else { continue };
        let (mailbox, grant) = seeder.add(account, sample)?;
        if grants.insert(grant.id) {
            seeder.fill_grant(&grant, sample).await?;
        }
        seeder.record_checks(account, sample, &mailbox)?;
    }
    seeder.tell_history()
}

/// A refresh token for an account, as if it had signed in at `issued_at`.
///
/// # Errors
/// `demo.account` if there is no such account, or no application for it.
pub(super) fn issue(
    world: &mut World,
    account: &Address,
    issued_at: Timestamp,
    last_used_at: Timestamp,
) -> Result<Secret, Trouble> {
    let unknown = || {
        let what = format!("{account} is no account of the demo tenant");
        Trouble::new("demo.account", what, "", "Choose one of the tenant’s accounts.")
    };
    let tenant = world.tenant_of(account).ok_or_else(unknown)?;
    let registration = registration_for(&world.scenario, account).ok_or_else(unknown)?;
    world.account(account).ok_or_else(unknown)?;
    let scopes = Scopes::parse(SCOPES, ID).map_err(|refusal| sample::unexpected(&refusal.message))?;
    let (tenant_id, client_id) = (tenant.id.clone(), registration.client_id.clone());
    let given = Given {
        account: account.clone(),
        tenant_id,
        client_id: client_id.clone(),
        scopes: scopes.clone(),
        nonce: None,
        ended: false,
    };
    world.consents.insert((account.clone(), client_id), scopes);
    Ok(Secret::new(world.issue_grant(given, issued_at, last_used_at)))
}

fn registration_for<'a>(scenario: &'a Scenario, account: &Address) -> Option<&'a Registration> {
    let tenant = scenario.tenants.iter().find(|tenant| tenant.is_called(account.domain()))?;
    scenario.registrations.iter().find(|known| tenant.is_called(&known.tenant))
}

fn application(registration: &Registration, now: Timestamp) -> Result<Application, Trouble> {
    let redirect_uri = registration.redirect_uris.first().map_or("", String::as_str);
    let consent = if registration.admin_consent {
        Check::Ok { at: ago(now, SignedDuration::from_hours(24 * 33)) }
    } else {
        Check::Unknown
    };
    Ok(Application {
        name: registration.name.clone(),
        provider: ID.to_owned(),
        tenant: registration.tenant.clone(),
        client_id: registration.client_id.clone(),
        redirect_uri: RedirectUri::parse(redirect_uri)?,
        scopes: Vec::new(),
        has_client_secret: false,
        proof: Check::Ok { at: ago(now, SignedDuration::from_mins(26)) },
        consent,
    })
}

fn ago(now: Timestamp, duration: SignedDuration) -> Timestamp {
    now.saturating_sub(duration).unwrap_or(Timestamp::MIN)
}

/// What a sample's moments are, before some `now`.
struct Moments {
    signed_in: Timestamp,
    used: Timestamp,
    checked: Timestamp,
}

impl Moments {
    fn of(sample: &Sample, now: Timestamp) -> Self {
        Self {
            signed_in: ago(now, SignedDuration::from_hours(24 * sample.signed_in_days_ago)),
            used: ago(now, SignedDuration::from_hours(sample.used_hours_ago)),
            checked: ago(now, SignedDuration::from_mins(sample.checked_minutes_ago)),
        }
    }
}

struct Seeder<'a> {
    shared: &'a Shared,
    registry: &'a Registry,
    secrets: &'a Secrets,
    scenario: &'a Scenario,
    now: Timestamp,
}

impl Seeder<'_> {
    fn add(&self, account: &Account, sample: &Sample) -> Result<(Mailbox, Grant), Trouble> {
        let registration = registration_for(self.scenario, &account.address)
            .ok_or_else(|| sample::unexpected("A sample mailbox has no application."))?;
        let signs_in = sample.account.as_ref().unwrap_or(&account.address);
        let mailbox = self.registry.add_mailbox(&account.address, &registration.name, signs_in)?;
        let grant = self.registry.grant(mailbox.grant)?;
        Ok((mailbox, grant))
    }

    async fn fill_grant(&self, grant: &Grant, sample: &Sample) -> Result<(), Trouble> {
        if sample.token == SampleToken::None {
            return self.record_refused_sign_in(grant);
        }
        let secret = self.issue(&grant.account, sample)?;
        let key = Key::refresh_token(self.registry.id(), grant.id);
        self.secrets.put(&key, &secret).await?;
        let at = Moments::of(sample, self.now);
        let identity = self.identity(&grant.account);
        self.registry.record_sign_in(grant.id, identity.as_ref(), at.signed_in)?;
        self.registry.record_use(grant.id, at.used)?;
        self.record_end(grant, sample, &at)
    }

    /// The server's clock may differ from the registry's `now`: each gets its own moments.
    fn issue(&self, account: &Address, sample: &Sample) -> Result<Secret, Trouble> {
        let mut world = self.shared.world();
        let server_now = world.now();
        let at = Moments::of(sample, server_now);
        let secret = issue(&mut world, account, at.signed_in, at.used)?;
        if sample.token == SampleToken::Revoked {
            world.valid_from.insert(account.clone(), at.checked);
        }
        Ok(secret)
    }

    fn identity(&self, account: &Address) -> Option<Identity> {
        let mut tenants = self.scenario.tenants.iter();
        let tenant = tenants.find(|tenant| tenant.is_called(account.domain()))?;
        Some(Identity {
            issuer: tenant.id.as_str().into(),
            subject: object_id(account),
            username: account.as_str().into(),
        })
    }

    fn record_end(&self, grant: &Grant, sample: &Sample, at: &Moments) -> Result<(), Trouble> {
        match sample.token {
            SampleToken::Expired => {
                let trouble = sample::expired(at.signed_in);
                self.registry.record_end(grant.id, TokenEnd::Expired, &trouble, at.checked)
            }
            SampleToken::Revoked => {
                let trouble = sample::revoked(at.signed_in, at.checked);
                self.registry.record_end(grant.id, TokenEnd::Revoked, &trouble, at.checked)
            }
            SampleToken::None | SampleToken::Held => match self.policy(&grant.account) {
                Policy::ConditionalAccess => {
                    let trouble = sample::conditional_access();
                    self.registry.record_trouble(grant.id, Some((Step::Token, &trouble)))
                }
                Policy::None | Policy::AdminApproval => Ok(()),
            },
        }
    }

    fn record_refused_sign_in(&self, grant: &Grant) -> Result<(), Trouble> {
        if self.policy(&grant.account) != Policy::AdminApproval {
            return Ok(());
        }
        let trouble = sample::admin_approval();
        self.registry.record_trouble(grant.id, Some((Step::Authorize, &trouble)))
    }

    fn policy(&self, account: &Address) -> Policy {
        self.scenario.accounts.get(account).map_or(Policy::None, |account| account.policy)
    }

    fn record_checks(&self, account: &Account, sample: &Sample, mailbox: &Mailbox) -> Result<(), Trouble> {
        if sample.token == SampleToken::None {
            return Ok(());
        }
        let at = match (sample.token, account.policy) {
            // The last time that a token could be had for it.
            (SampleToken::Expired | SampleToken::Revoked, _) | (_, Policy::ConditionalAccess) => {
                Moments::of(sample, self.now).used
            }
            _ => Moments::of(sample, self.now).checked,
        };
        let smtp = Check::of(sample::smtp_verdict(self.scenario, account), at);
        let imap = Check::of(sample::imap_verdict(account), at);
        self.registry.record_check(mailbox.id, Protocol::Smtp, &smtp)?;
        self.registry.record_check(mailbox.id, Protocol::Imap, &imap)?;
        self.registry.record_check(mailbox.id, Protocol::Pop, &Check::Ok { at })
    }

    /// Oldest first, as it would have been written.
    fn tell_history(&self) -> Result<(), Trouble> {
        let mut events: Vec<Event> = self.scenario.accounts.values().flat_map(|account| self.events(account)).collect();
        events.sort_by_key(|event| event.at);
        events.iter().try_for_each(|event| self.registry.note(event))
    }

    fn events(&self, account: &Account) -> Vec<Event> {
        let Some(sample) = &account.sample else {
            return Vec::new();
        };
        let at = Moments::of(sample, self.now);
        let who = sample.account.as_ref().unwrap_or(&account.address);
        let event = |at, what: Happened, detail: String| Event {
            at,
            mailbox: account.address.clone(),
            what,
            detail,
            command: "dashboard".to_owned(),
        };
        let first = match sample.token {
            SampleToken::None => ago(self.now, SignedDuration::from_mins(90)),
            _ => ago(at.signed_in, SignedDuration::from_mins(4)),
        };
        let mut events = vec![event(first, Happened::Added, format!("account {who}"))];
        if sample.token != SampleToken::None {
            events.push(event(at.signed_in, Happened::SignedIn, format!("as {who}")));
            events.push(event(at.used, Happened::Refreshed, String::new()));
        }
        let refusal = match (sample.token, account.policy) {
            (SampleToken::Expired, _) => Some((at.checked, "aadsts.700082")),
            (SampleToken::Revoked, _) => Some((at.checked, "aadsts.50173")),
            (_, Policy::ConditionalAccess) => Some((at.checked, "aadsts.53003")),
            (_, Policy::AdminApproval) => Some((ago(self.now, SignedDuration::from_mins(80)), "aadsts.90094")),
            _ => None,
        };
        events.extend(refusal.map(|(at, code)| event(at, Happened::Refused, code.to_owned())));
        events
    }
}
