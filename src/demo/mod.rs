//! An embedded tenant on loopback: an identity provider in Microsoft's layout, mail servers, and
//! sample mailboxes in every state. The newcomer's demo and the project's test server.
//!
//! It checks every parameter and refuses as Microsoft does. It shares no code with `oauth` and
//! `mail`: one misunderstanding must not pass on both sides.

mod admin;
mod authorize;
mod consent;
mod device;
mod discovery;
mod errors;
mod faults;
mod folder;
mod http;
mod imap;
mod issue;
mod markup;
mod pages;
mod params;
mod person;
mod pkce;
mod pop;
mod provider;
mod random;
mod redeem;
mod redirect;
mod refresh;
mod sample;
mod sasl;
mod scenario;
mod scopes;
mod seed;
mod servers;
mod signin;
mod signin_pages;
mod smtp;
mod state;
mod throttle;
mod tls;
mod token;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::OwnedRwLockWriteGuard;
use url::Url;

use crate::domain::{Address, Provider, Secret, Trouble};
use crate::registry::Registry;
use crate::secrets::Secrets;

pub use faults::{Fault, Requests};
use person::Person;
use scenario::{Scenario, SmtpAuth};
use servers::{MailPorts, Servers};
use state::Shared;
pub use throttle::{Service, Throttle};
use tls::Certificates;

/// A running tenant: an identity provider and mail servers on loopback. They stop when it is dropped.
#[derive(Debug)]
pub struct Demo {
    shared: Arc<Shared>,
    admin_url: Url,
    mail: MailPorts,
    ca_pem: String,
    _servers: Servers,
}

/// While it lives, nobody is answered at the token endpoint.
#[derive(Debug)]
#[must_use]
pub struct Held(#[expect(dead_code, reason = "held for its lock")] OwnedRwLockWriteGuard<()>);

/// How the servers are to behave.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long every token and mail answer takes.
    pub delay: Duration,
    /// Whether a used refresh token that comes back revokes its grant (Microsoft does not).
    pub strict: bool,
    /// How long access tokens live: 3,599 seconds at Microsoft.
    pub access_token_lifetime: Duration,
    /// How long a device should wait between polls.
    pub device_interval: Duration,
    /// Whether mail servers send an error challenge before they refuse, as Gmail does.
    pub error_challenge: bool,
    /// How many accounts `person-00001@contoso.example` and so on there are besides the sample ones.
    pub crowd: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            strict: false,
            access_token_lifetime: Duration::from_secs(3_599),
            device_interval: Duration::from_secs(5),
            error_challenge: false,
            crowd: 0,
        }
    }
}

impl Demo {
    /// Starts the servers on free ports of 127.0.0.1.
    ///
    /// # Errors
    /// `demo.start` if a port cannot be had.
    pub async fn start(options: Options) -> Result<Self, Trouble> {
        let scenario = Scenario::embedded(options.crowd)?;
        let certificates = Certificates::make()?;
        let (servers, shared, mail) = servers::start(scenario, options, certificates.acceptor).await?;
        let admin_url = Url::parse(&shared.base).map_err(|error| servers::cannot_listen(&error))?;
        Ok(Self { shared, admin_url, mail, ca_pem: certificates.ca_pem, _servers: servers })
    }

    /// The provider that it is, for an engine; `ca_pem` must be trusted for its mail servers.
    #[must_use]
    pub fn provider(&self) -> Provider {
        provider::provider(&self.shared.base, self.admin_url(), self.mail)
    }

    /// The certificate authority of its mail servers, in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The configuration file by which another process reaches it: a provider called `demo`. `ca.pem` is expected beside the file.
    #[must_use]
    pub fn config_toml(&self) -> String {
        provider::config_toml(&self.shared.base, self.mail)
    }

    /// The page on which the tenant's switches are.
    #[must_use]
    pub fn admin_url(&self) -> Url {
        self.admin_url.clone()
    }

    /// Fills an empty registry and store with the sample application and mailboxes, as of `now`.
    ///
    /// # Errors
    /// What registry and store say.
    pub async fn seed(&self, registry: &Registry, secrets: &Secrets, now: Timestamp) -> Result<(), Trouble> {
        seed::seed(&self.shared, registry, secrets, now).await
    }

    /// Plays the person in the browser: opens a sign-in or consent link, signs in as the account
    /// that the link hints at, consents, and follows the redirect to whoever listens. Gives the
    /// last address.
    ///
    /// # Errors
    /// `demo.person` with what stood in the way.
    pub async fn play(&self, link: &Url) -> Result<Url, Trouble> {
        Person::hinted().follow(&self.shared.base, link).await
    }

    /// The same, but another account signs in than the link hints at.
    ///
    /// # Errors
    /// `demo.person` with what stood in the way.
    pub async fn play_as(&self, link: &Url, account: &Address) -> Result<Url, Trouble> {
        Person::signing_in_as(account).follow(&self.shared.base, link).await
    }

    /// The same, but the person cancels on the first page that lets them.
    ///
    /// # Errors
    /// `demo.person` with what stood in the way.
    pub async fn decline(&self, link: &Url) -> Result<Url, Trouble> {
        Person::declining().follow(&self.shared.base, link).await
    }

    /// Plays the person who types a device's code at `/devicelogin` and signs in as `account`.
    ///
    /// # Errors
    /// `demo.person` with what stood in the way.
    pub async fn play_device(&self, user_code: &str, account: &Address) -> Result<(), Trouble> {
        let mut link = self.admin_url();
        link.set_path("/devicelogin");
        let person = Person::signing_in_as(account).with_user_code(user_code);
        person.follow(&self.shared.base, &link).await.map(|_| ())
    }
}

/// What an administrator does to the tenant, and what tests do.
impl Demo {
    /// Switches SMTP AUTH on or off for a mailbox, whatever the tenant says.
    pub fn set_smtp_auth(&self, mailbox: &Address, on: bool) {
        let setting = if on { SmtpAuth::On } else { SmtpAuth::Off };
        self.shared.world().set_smtp_auth(mailbox, setting);
    }

    /// Switches SMTP AUTH on or off for a tenant (by id or domain): for mailboxes without a setting of their own.
    pub fn set_tenant_smtp_auth(&self, tenant: &str, on: bool) {
        self.shared.world().set_tenant_smtp_auth(tenant, on);
    }

    /// Switches IMAP on or off for a mailbox.
    pub fn set_imap(&self, mailbox: &Address, on: bool) {
        self.shared.world().set_imap(mailbox, on);
    }

    /// Lets a Conditional Access policy block an account, or not.
    pub fn set_conditional_access(&self, account: &Address, blocks: bool) {
        self.shared.world().set_conditional_access(account, blocks);
    }

    /// Gives or takes back admin consent for the application with this client id.
    pub fn set_admin_consent(&self, client_id: &str, given: bool) {
        self.shared.world().set_admin_consent(client_id, given);
    }

    /// Revokes all sessions of an account: its refresh tokens are refused with AADSTS50173.
    pub fn revoke(&self, account: &Address) {
        self.shared.world().revoke(account);
    }

    /// Sets the servers' clock ahead.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.shared.world().advance(by);
    }

    /// Spoils the next answer of the token endpoint that has not been spoilt yet; several queue up.
    pub fn fault(&self, fault: Fault) {
        self.shared.world().faults.push_back(fault);
    }

    /// Has the token endpoint answer nobody until what it gives is dropped. Requests are counted
    /// when they come, and faults are theirs in that order.
    pub async fn hold(&self) -> Held {
        Held(Arc::clone(&self.shared.gate).write_owned().await)
    }

    /// How often the token endpoint was asked.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.shared.world().requests
    }

    /// Has a service ask for pauses when it is asked too much, or no more.
    pub fn throttle(&self, service: Service, throttle: Option<Throttle>) {
        self.shared.world().door(service).throttle(throttle);
    }

    /// How many requests, or connections, a service turned away so far.
    #[must_use]
    pub fn turned_away(&self, service: Service) -> usize {
        self.shared.world().door(service).turned_away()
    }

    /// A refresh token for an account of the tenant, as if it had signed in just now.
    ///
    /// # Errors
    /// `demo.account` if there is no such account, or no application for it.
    pub fn issue(&self, account: &Address) -> Result<Secret, Trouble> {
        let mut world = self.shared.world();
        let now = world.now();
        seed::issue(&mut world, account, now, now)
    }

    /// The addresses of the crowd (see [`Options::crowd`]).
    ///
    /// # Errors
    /// None in practice: they are well-formed.
    pub fn crowd(&self) -> Result<Vec<Address>, Trouble> {
        (1..=self.shared.options.crowd).map(scenario::crowd_address).collect()
    }
}
