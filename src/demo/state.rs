//! Everything that the demo tenant remembers, behind one lock, and the questions that all rooms of
//! the demo ask it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::RwLock;

use super::Options;
use super::device::Device;
use super::errors::Refusal;
use super::faults::{Fault, Requests};
use super::issue::{AccessToken, Code, Grant, RefreshToken};
use super::random;
use super::scenario::{Account, Registration, Scenario, Tenant};
use super::scopes::Scopes;
use super::signin::Errand;
use super::throttle::{Door, Service};
use crate::domain::Address;

/// What all connections share.
pub(super) struct Shared {
    world: Mutex<World>,
    pub options: Options,
    /// `http://localhost:PORT`, without a slash at the end.
    pub base: String,
    /// Must come with every click on the admin page, so that no other page can click there.
    pub admin_token: String,
    /// Everybody passes it before the token endpoint answers.
    pub gate: Arc<RwLock<()>>,
}

/// The tenant at this moment.
pub(super) struct World {
    pub scenario: Scenario,
    /// How far the demo's clock is ahead.
    ahead: SignedDuration,
    /// Pages that are open in a browser, by their token.
    pub errands: HashMap<String, Errand>,
    pub codes: HashMap<String, Code>,
    pub devices: HashMap<String, Device>,
    /// What was consented to, by account and client id.
    pub consents: HashMap<(Address, String), Scopes>,
    pub grants: Vec<Grant>,
    pub refresh_tokens: HashMap<String, RefreshToken>,
    pub access_tokens: HashMap<String, AccessToken>,
    /// Refresh tokens from before this moment are worth nothing (`TokensValidFrom`).
    pub valid_from: HashMap<Address, Timestamp>,
    pub faults: VecDeque<Fault>,
    pub requests: Requests,
    doors: HashMap<Service, Door>,
}

impl Shared {
    pub fn new(scenario: Scenario, options: Options, base: String) -> Self {
        let (world, admin_token) = (Mutex::new(World::new(scenario)), random::opaque::<16>());
        Self { world, options, base, admin_token, gate: Arc::default() }
    }

    /// The tenant, for a moment; never held while waiting.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("base", &self.base).finish_non_exhaustive()
    }
}

impl World {
    fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            ahead: SignedDuration::ZERO,
            errands: HashMap::new(),
            codes: HashMap::new(),
            devices: HashMap::new(),
            consents: HashMap::new(),
            grants: Vec::new(),
            refresh_tokens: HashMap::new(),
            access_tokens: HashMap::new(),
            valid_from: HashMap::new(),
            faults: VecDeque::new(),
            requests: Requests::default(),
            doors: HashMap::new(),
        }
    }

    /// The demo's clock.
    pub fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(self.ahead).unwrap_or(Timestamp::MAX)
    }

    /// Sets the demo's clock ahead.
    pub fn advance(&mut self, by: SignedDuration) {
        self.ahead = self.ahead.saturating_add(by);
    }

    /// Where requests to a service come in.
    pub fn door(&mut self, service: Service) -> &mut Door {
        self.doors.entry(service).or_default()
    }

    /// The tenant that a path names, by id or domain.
    ///
    /// # Errors
    /// AADSTS50194, 9002331, 90002 or 900023.
    pub fn tenant(&self, name: &str) -> Result<&Tenant, Refusal> {
        let found = self.scenario.tenants.iter().find(|tenant| tenant.is_called(name));
        found.ok_or_else(|| no_such_tenant(name))
    }

    /// The tenant that an address belongs to.
    pub fn tenant_of(&self, address: &Address) -> Option<&Tenant> {
        let tenants = &self.scenario.tenants;
        tenants.iter().find(|tenant| tenant.is_called(address.domain()))
    }

    /// The app registration of `tenant` with this client id.
    ///
    /// # Errors
    /// AADSTS700016.
    pub fn registration(&self, tenant: &Tenant, client_id: &str) -> Result<&Registration, Refusal> {
        let mut registrations = self.scenario.registrations.iter();
        registrations
            .find(|known| tenant.is_called(&known.tenant) && known.client_id.eq_ignore_ascii_case(client_id))
            .ok_or_else(|| unknown_application(tenant, client_id))
    }

    /// The account at this address.
    pub fn account(&self, address: &Address) -> Option<&Account> {
        self.scenario.accounts.get(address)
    }

    /// The accounts of a tenant.
    pub fn accounts_of<'a>(&'a self, tenant: &'a Tenant) -> impl Iterator<Item = &'a Account> {
        let accounts = self.scenario.accounts.values();
        accounts.filter(|account| tenant.is_called(account.address.domain()))
    }
}

impl Tenant {
    /// Whether `name` is its id or one of its domains.
    pub fn is_called(&self, name: &str) -> bool {
        self.id.eq_ignore_ascii_case(name) || self.domains.iter().any(|domain| domain.eq_ignore_ascii_case(name))
    }

    /// The first of its domains.
    pub fn main_domain(&self) -> &str {
        self.domains.first().map_or(self.id.as_str(), String::as_str)
    }
}

fn no_such_tenant(name: &str) -> Refusal {
    match name {
        "common" | "organizations" => Refusal::new(
            "invalid_request",
            50_194,
            format!(
                "The application is not configured as a multi-tenant application. Usage of the /{name} endpoint is \
                 not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure \
                 the application to be multi-tenant."
            ),
        ),
        "consumers" => Refusal::new(
            "invalid_request",
            9_002_331,
            "The application is configured for use by Azure Active Directory users only. Please do not use the \
             /consumers endpoint to serve this request.",
        ),
        name if is_domain_or_guid(name) => Refusal::new(
            "invalid_request",
            90_002,
            format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into \
                 the correct cloud. Check with your subscription administrator, this may happen if there are no \
                 active subscriptions for the tenant."
            ),
        ),
        name => Refusal::new(
            "invalid_request",
            900_023,
            format!("Specified tenant identifier '{name}' is neither a valid DNS name, nor a valid external domain."),
        ),
    }
}

fn is_domain_or_guid(name: &str) -> bool {
    let is_guid = name.len() == 36 && name.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let is_domain = name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty() && label.len() <= 63 && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
    is_guid || is_domain
}

fn unknown_application(tenant: &Tenant, client_id: &str) -> Refusal {
    Refusal::new(
        "unauthorized_client",
        700_016,
        format!(
            "Application with identifier '{client_id}' was not found in the directory '{}'. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in \
             the tenant. You may have sent your authentication request to the wrong tenant.",
            tenant.title
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_are_found_by_id_and_domain_and_refused_by_number() {
        let world = World::new(Scenario::embedded(0).unwrap());
        let contoso = world.tenant("CONTOSO.example").unwrap();
        assert_eq!(world.tenant(&contoso.id).unwrap().id, contoso.id);
        for (name, code) in [
            ("common", 50_194),
            ("consumers", 9_002_331),
            ("nowhere.example", 90_002),
            ("00000000-0000-4000-8000-000000000000", 90_002),
            ("no tenant", 900_023),
            ("a..b", 900_023),
        ] {
            assert_eq!(world.tenant(name).unwrap_err().code, code, "{name}");
        }
        let other = &world.scenario.registrations[1].client_id;
        assert_eq!(world.registration(contoso, other).unwrap_err().code, 700_016);
    }
}
