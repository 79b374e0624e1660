//! Admin consent: an administrator agrees for the whole organization.
//!
//! Source: entra-docs `v2-admin-consent.md`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::authorize::registered_redirect_uri;
use super::errors::Refusal;
use super::pages::{Page, escape, template};
use super::params::Params;
use super::redirect::{Back, ResponseMode};
use super::scenario::{Role, Tenant};
use super::scopes::Scopes;
use super::signin::declined;
use super::signin_pages::{error_page, permissions};
use super::state::{Shared, World};
use super::token::form;
use crate::domain::Address;

/// `GET /{tenant}/v2.0/adminconsent`.
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let world = shared.world();
    let asked = Params::parse(query.as_bytes()).and_then(|params| Asked::check(&world, &tenant, &params));
    drop(world);
    match asked {
        Ok(asked) => asked.page(&shared, &query, ""),
        Err(refusal) => error_page(&shared, &refusal),
    }
}

/// `POST /{tenant}/v2.0/adminconsent`: with the same query, so that nothing has to be remembered.
pub(super) async fn clicked(
    State(shared): State<Arc<Shared>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let checked = {
        let world = shared.world();
        let asked = Params::parse(query.as_bytes()).and_then(|params| Asked::check(&world, &tenant, &params));
        asked.and_then(|asked| Ok((asked, form(&headers, &body)?)))
    };
    match checked {
        Ok((asked, click)) if click.get("session") == Some(shared.admin_token.as_str()) => {
            asked.decide(&shared, &query, &click)
        }
        Ok(_) => error_page(&shared, &super::signin::too_late()),
        Err(refusal) => error_page(&shared, &refusal),
    }
}

/// What consent is asked for.
struct Asked {
    tenant: Tenant,
    client_id: String,
    application: String,
    scopes: Scopes,
    scope: String,
    back: Back,
}

impl Asked {
    fn check(world: &World, tenant: &str, params: &Params) -> Result<Self, Refusal> {
        let client_id = params.required("client_id")?;
        let tenant = match tenant {
            "organizations" => world.home_of(client_id)?,
            name => world.tenant(name)?,
        };
        let registration = world.registration(tenant, client_id)?;
        let redirect_uri = registered_redirect_uri(registration, params)?.to_owned();
        let scope = params.required("scope")?;
        Ok(Self {
            client_id: registration.client_id.clone(),
            application: registration.name.to_string(),
            scopes: Scopes::parse(&spelled_out(scope), registration.name.as_str())?,
            scope: scope.to_owned(),
            back: Back { redirect_uri, mode: ResponseMode::Query, state: params.get("state").map(str::to_owned) },
            tenant: tenant.clone(),
        })
    }

    fn decide(&self, shared: &Shared, query: &str, click: &Params) -> Response {
        if click.get("action") != Some("accept") {
            return self.back.refuse(shared, &declined());
        }
        let typed = click.get("username").unwrap_or_default();
        let mut world = shared.world();
        if !self.is_administrator(&world, typed) {
            drop(world);
            let wrong = format!("{typed} is no administrator of {}.", self.tenant.title);
            return self.page(shared, query, &wrong);
        }
        world.set_admin_consent(&self.client_id, true);
        drop(world);
        self.back.carry(vec![
            ("admin_consent", "True".to_owned()),
            ("tenant", self.tenant.id.clone()),
            ("scope", self.scope.clone()),
        ])
    }

    fn is_administrator(&self, world: &World, typed: &str) -> bool {
        let account = Address::parse(typed).ok().and_then(|address| world.account(&address));
        account.is_some_and(|account| {
            account.role == Role::Administrator && self.tenant.is_called(account.address.domain())
        })
    }

    fn page(&self, shared: &Shared, query: &str, wrong: &str) -> Response {
        let wrong = match wrong {
            "" => String::new(),
            text => format!("<p class=\"wrong\" role=\"alert\">{}</p>", escape(text)),
        };
        Page::new("organization_consent", "Permissions requested", template::ORGANIZATION_CONSENT)
            .text("action", format!("/{}/v2.0/adminconsent?{query}", self.tenant.id))
            .text("session", &shared.admin_token)
            .text("tenant", &self.tenant.title)
            .text("application", &self.application)
            .text("administrator", format!("admin@{}", self.tenant.main_domain()))
            .html("wrong", wrong)
            .html("permissions", permissions(&self.scopes))
            .respond(200)
    }
}

impl World {
    fn home_of(&self, client_id: &str) -> Result<&Tenant, Refusal> {
        let mut tenants = self.scenario.tenants.iter();
        tenants.find(|tenant| self.registration(tenant, client_id).is_ok()).ok_or_else(|| {
            let message = format!("Application with identifier '{client_id}' was not found.");
            Refusal::new("unauthorized_client", 700_016, message)
        })
    }
}

/// `{resource}/.default` means all registered permissions of that resource.
fn spelled_out(scope: &str) -> String {
    let all = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All \
               https://outlook.office.com/SMTP.Send";
    scope.replace("https://outlook.office365.com/.default", all).replace("https://outlook.office.com/.default", all)
}
