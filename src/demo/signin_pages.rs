//! How the pages of a sign-in look: who are you, do you agree, and why not.

use axum::response::Response;

use super::errors::Refusal;
use super::pages::{Page, escape, template};
use super::scenario::{Account, Role};
use super::scopes::{Scope, Scopes};
use super::signin::Errand;
use super::state::{Shared, World};

/// How many accounts are offered.
const MOST_PEOPLE: usize = 100;

pub(super) fn sign_in_page(
    world: &World,
    errand: &Errand,
    token: &str,
    typed: &str,
    refusal: Option<&Refusal>,
) -> Response {
    let wrong = refusal.map_or(String::new(), |refusal| {
        let text = format!("AADSTS{}: {}", refusal.code, refusal.message);
        format!("<p class=\"wrong\" role=\"alert\">{}</p>", escape(&text))
    });
    framed(world, errand, Page::new("sign_in", "Sign in", template::SIGN_IN))
        .text("session", token)
        .text("username", typed)
        .html("wrong", wrong)
        .html("accounts", people(world, &errand.tenant_id))
        .respond(200)
}

pub(super) fn consent_page(world: &World, errand: &Errand, token: &str, account: &Account) -> Response {
    framed(world, errand, Page::new("consent", "Permissions requested", template::CONSENT))
        .text("session", token)
        .text("account", account.address.as_str())
        .html("permissions", permissions(&errand.scopes))
        .respond(200)
}

pub(super) fn refused_page(
    world: &World,
    errand: &Errand,
    token: &str,
    account: &Account,
    refusal: &Refusal,
) -> Response {
    let (heading, text) = match refusal.code {
        90_094 => (
            "Need admin approval",
            "This application needs permission to access resources in your organization that only an administrator \
             can grant. Ask an administrator to open the admin consent link of the application.",
        ),
        _ => (
            "You cannot access this right now",
            "Your sign-in was successful but does not meet the criteria to access this resource. You might be signing \
             in from a browser, app, location or device that is restricted by your administrator.",
        ),
    };
    framed(world, errand, Page::new("refused", heading, template::REFUSED))
        .text("session", token)
        .text("account", account.address.as_str())
        .text("heading", heading)
        .text("text", text)
        .text("code", format!("AADSTS{}", refusal.code))
        .respond(200)
}

fn framed(world: &World, errand: &Errand, page: Page) -> Page {
    let tenant = world.tenant(&errand.tenant_id).ok();
    let registration = tenant.and_then(|tenant| world.registration(tenant, &errand.client_id).ok());
    page.text("tenant", tenant.map_or("", |tenant| tenant.title.as_str()))
        .text("domain", tenant.map_or("", |tenant| tenant.main_domain()))
        .text("application", registration.map_or("", |known| known.name.as_str()))
}

/// The accounts that can be chosen, a button each.
fn people(world: &World, tenant_id: &str) -> String {
    let Ok(tenant) = world.tenant(tenant_id) else {
        return String::new();
    };
    let people = world.accounts_of(tenant).filter(|account| account.role != Role::Shared);
    people.take(MOST_PEOPLE).map(person).collect()
}

fn person(account: &Account) -> String {
    let initials: String = account.name.split(' ').filter_map(|word| word.chars().next()).take(2).collect();
    format!(
        "<button name=\"pick\" value=\"{address}\"><i aria-hidden=\"true\">{initials}</i><span>{name}<small>{address}</small></span></button>\n",
        address = escape(account.address.as_str()),
        name = escape(&account.name),
        initials = escape(&initials),
    )
}

/// What the scopes allow, each meaning once.
pub(super) fn permissions(scopes: &Scopes) -> String {
    let mut meanings: Vec<_> = scopes.iter().map(Scope::meaning).collect();
    let mut seen = Vec::new();
    meanings.retain(|(title, _)| {
        let is_new = !seen.contains(title);
        seen.push(*title);
        is_new
    });
    meanings
        .into_iter()
        .map(|(title, text)| format!("<details><summary>{title}</summary><p>{text}</p></details>\n"))
        .collect()
}

/// An error that must not be sent anywhere.
pub(super) fn error_page(shared: &Shared, refusal: &Refusal) -> Response {
    let told = refusal.told(shared.world().now());
    Page::new("error", "Sorry, but we’re having trouble signing you in.", template::ERROR)
        .text("code", format!("AADSTS{}", refusal.code))
        .text("message", &refusal.message)
        .text("trace_id", &told.trace_id)
        .text("correlation_id", &told.correlation_id)
        .text("timestamp", &told.timestamp)
        .respond(400)
}
