//! The administrator's page: every mailbox with its switches.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::pages::{Page, escape, template};
use super::params::Params;
use super::redirect::found;
use super::scenario::{Account, Policy, Registration, Role, SmtpAuth, Tenant};
use super::signin::too_late;
use super::signin_pages::error_page;
use super::state::{Shared, World};
use super::throttle::{Service, Throttle};
use super::token::form;
use crate::domain::Address;

/// What the page's switch sets.
const ON_THE_PAGE: Throttle = Throttle { most: 3, within: Duration::from_secs(1), pause: Duration::from_secs(10) };

impl World {
    /// `Set-CASMailbox -SmtpClientAuthenticationDisabled`, the other way round.
    pub fn set_smtp_auth(&mut self, mailbox: &Address, setting: SmtpAuth) {
        self.change(mailbox, |account| account.smtp_auth = setting);
    }

    /// `Set-TransportConfig -SmtpClientAuthenticationDisabled`, the other way round.
    pub fn set_tenant_smtp_auth(&mut self, tenant: &str, on: bool) {
        let mut tenants = self.scenario.tenants.iter_mut();
        if let Some(tenant) = tenants.find(|known| known.is_called(tenant)) {
            tenant.smtp_auth = on;
        }
    }

    /// `Set-CASMailbox -ImapEnabled`.
    pub fn set_imap(&mut self, mailbox: &Address, on: bool) {
        self.change(mailbox, |account| account.imap = on);
    }

    /// Includes an account in a Conditional Access policy that blocks it, or excludes it.
    pub fn set_conditional_access(&mut self, account: &Address, blocks: bool) {
        let policy = if blocks { Policy::ConditionalAccess } else { Policy::None };
        self.change(account, |account| account.policy = policy);
    }

    /// An administrator's consent for everybody.
    pub fn set_admin_consent(&mut self, client_id: &str, given: bool) {
        let mut registrations = self.scenario.registrations.iter_mut();
        if let Some(registration) = registrations.find(|known| known.client_id == client_id) {
            registration.admin_consent = given;
        }
    }

    /// Revokes all sessions of an account: its refresh tokens until now are worth nothing.
    pub fn revoke(&mut self, account: &Address) {
        let now = self.now();
        self.valid_from.insert(account.clone(), now);
    }

    fn change(&mut self, address: &Address, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.scenario.accounts.get_mut(address) {
            change(account);
        }
    }
}

/// `GET /`.
pub(super) async fn page(State(shared): State<Arc<Shared>>) -> Response {
    let mut world = shared.world();
    let token = &shared.admin_token;
    let tenants = world.scenario.tenants.iter();
    let sections: String = tenants.map(|tenant| section(&world, tenant, token)).collect();
    let sections = sections + &services(&mut world, token);
    Page::new("admin", "Demo admin centre", template::ADMIN).html("tenants", sections).respond(200)
}

/// `POST /`: a switch was pressed.
pub(super) async fn clicked(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let params = form(&headers, &body).unwrap_or_default();
    if params.get("session") != Some(shared.admin_token.as_str()) {
        return error_page(&shared, &too_late());
    }
    press(&mut shared.world(), &params);
    let row = params.get("subject").unwrap_or_default();
    let row: String = url::form_urlencoded::byte_serialize(row.as_bytes()).collect();
    found(&format!("/#{row}"))
}

fn press(world: &mut World, params: &Params) {
    let subject = params.get("subject").unwrap_or_default();
    let on = params.get("to") == Some("on");
    match (params.get("switch").unwrap_or_default(), Address::parse(subject)) {
        ("tenant_smtp", _) => world.set_tenant_smtp_auth(subject, on),
        ("admin_consent", _) => world.set_admin_consent(subject, on),
        ("throttle", _) => world.door(Service::Token).throttle(on.then_some(ON_THE_PAGE)),
        ("smtp", Ok(mailbox)) => world.set_smtp_auth(&mailbox, setting(params)),
        ("imap", Ok(mailbox)) => world.set_imap(&mailbox, on),
        ("conditional_access", Ok(account)) => world.set_conditional_access(&account, on),
        ("revoke", Ok(account)) => world.revoke(&account),
        _ => {}
    }
}

fn setting(params: &Params) -> SmtpAuth {
    match params.get("to") {
        Some("on") => SmtpAuth::On,
        Some("off") => SmtpAuth::Off,
        _ => SmtpAuth::Inherit,
    }
}

fn section(world: &World, tenant: &Tenant, token: &str) -> String {
    let accounts = world.accounts_of(tenant);
    let rows: String = accounts.take(200).map(|account| row(world, tenant, account, token)).collect();
    let mut registrations = world.scenario.registrations.iter();
    let applications: String = registrations
        .by_ref()
        .filter(|known| tenant.is_called(&known.tenant))
        .map(|known| application(known, token))
        .collect();
    let smtp = toggle(token, "tenant_smtp", &tenant.id, tenant.smtp_auth, "SMTP AUTH for the organization");
    format!(
        "<section><header><h2>{title} <small>{domain}</small></h2><dl class=\"switches\">\
         <div><dt>SMTP AUTH for the organization</dt><dd>{smtp}</dd></div>{applications}</dl></header>\
         <div class=\"scroll\"><table><thead><tr><th>Mailbox</th><th>SMTP AUTH</th><th>IMAP</th><th>Conditional Access</th><th>Sessions</th></tr></thead>\
         <tbody>{rows}</tbody></table></div></section>\n",
        title = escape(&tenant.title),
        domain = escape(tenant.main_domain()),
    )
}

/// So that somebody can see what the dashboard does then.
fn services(world: &mut World, token: &str) -> String {
    let is_throttled = world.door(Service::Token).is_throttled();
    let Throttle { most, within, pause } = ON_THE_PAGE;
    let label = format!(
        "The token endpoint takes {most} requests in {} s, then asks for a pause of {} s",
        within.as_secs(),
        pause.as_secs()
    );
    let throttle = toggle(token, "throttle", "", is_throttled, &label);
    format!(
        "<section><header><h2>Servers</h2><dl class=\"switches\"><div><dt>{label}</dt><dd>{throttle}</dd></div></dl>\
         </header></section>\n"
    )
}

fn application(registration: &Registration, token: &str) -> String {
    let name = escape(registration.name.as_str());
    let label = format!("Admin consent for {}", registration.name);
    let consent = toggle(token, "admin_consent", &registration.client_id, registration.admin_consent, &label);
    format!("<div><dt>Admin consent for “{name}”</dt><dd>{consent}</dd></div>")
}

fn row(world: &World, tenant: &Tenant, account: &Account, token: &str) -> String {
    let address = account.address.as_str();
    let label = |what: &str| format!("{what} for {address}");
    let imap = toggle(token, "imap", address, account.imap, &label("IMAP"));
    let blocked = account.policy == Policy::ConditionalAccess;
    let (policy, sessions) = match account.role {
        Role::Shared => ("–".to_owned(), "–".to_owned()),
        _ => (policy_toggle(token, address, blocked), revoke_button(world, account, token)),
    };
    format!(
        "<tr id=\"{address}\"><td><b>{address}</b><small>{name}</small></td><td>{smtp}</td><td>{imap}</td><td>{policy}</td><td>{sessions}</td></tr>\n",
        address = escape(address),
        name = escape(&account.name),
        smtp = smtp_choice(token, tenant, account),
    )
}

/// Three settings: the mailbox's own, or the organization's.
fn smtp_choice(token: &str, tenant: &Tenant, account: &Account) -> String {
    let inherited = if tenant.smtp_auth { "inherit (on)" } else { "inherit (off)" };
    let choices =
        [(SmtpAuth::Inherit, "inherit", inherited), (SmtpAuth::On, "on", "on"), (SmtpAuth::Off, "off", "off")];
    let buttons: String = choices
        .into_iter()
        .map(|(setting, value, word)| {
            let pressed = setting == account.smtp_auth;
            format!("<button name=\"to\" value=\"{value}\" aria-pressed=\"{pressed}\">{word}</button>")
        })
        .collect();
    switch(token, "smtp", account.address.as_str(), "choice", &buttons)
}

fn toggle(token: &str, name: &str, subject: &str, on: bool, label: &str) -> String {
    let (word, next) = if on { ("on", "off") } else { ("off", "on") };
    let label = escape(label);
    let button = format!(
        "<button class=\"toggle\" role=\"switch\" aria-checked=\"{on}\" aria-label=\"{label}\" name=\"to\" value=\"{next}\">{word}</button>"
    );
    switch(token, name, subject, "", &button)
}

fn policy_toggle(token: &str, address: &str, blocked: bool) -> String {
    let (word, next) = if blocked { ("blocked", "off") } else { ("allowed", "on") };
    let label = escape(&format!("Conditional Access for {address}"));
    let button = format!(
        "<button class=\"toggle\" role=\"switch\" aria-checked=\"{}\" aria-label=\"{label}\" name=\"to\" value=\"{next}\">{word}</button>",
        !blocked
    );
    switch(token, "conditional_access", address, "", &button)
}

fn revoke_button(world: &World, account: &Account, token: &str) -> String {
    let when = world.valid_from.get(&account.address);
    let note = when.map_or(String::new(), |at| format!("<small>revoked {}</small>", at.strftime("%H:%M:%S UTC")));
    let button = "<button class=\"plain\" name=\"to\" value=\"now\">Revoke</button>";
    switch(token, "revoke", account.address.as_str(), "", button) + &note
}

fn switch(token: &str, name: &str, subject: &str, class: &str, buttons: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/\" class=\"{class}\"><input type=\"hidden\" name=\"session\" value=\"{token}\">\
         <input type=\"hidden\" name=\"switch\" value=\"{name}\"><input type=\"hidden\" name=\"subject\" value=\"{}\">{buttons}</form>",
        escape(subject)
    )
}
