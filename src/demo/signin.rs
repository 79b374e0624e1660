//! The pages of a sign-in: who are you, do you agree, and back to the application.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::device;
use super::errors::Refusal;
use super::issue::Grant;
use super::params::Params;
use super::pkce::Challenge;
use super::random::{guid, opaque};
use super::redirect::Back;
use super::scenario::{Account, Policy, Role};
use super::scopes::Scopes;
use super::signin_pages::{consent_page, error_page, refused_page, sign_in_page};
use super::state::{Shared, World};
use super::token::form;
use crate::domain::Address;

/// A sign-in that is open in a browser.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    pub tenant_id: String,
    pub client_id: String,
    pub scopes: Scopes,
    pub login_hint: Option<String>,
    pub consent: Consent,
    pub then: Then,
    pub stage: Stage,
    pub opened_at: Timestamp,
}

/// Whether to ask for consent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    OnceOnly,
    Always,
}

/// What happens when the person is done.
#[derive(Debug, Clone)]
pub(super) enum Then {
    /// An authorization code goes back by redirect.
    Redirect { back: Back, nonce: Option<String>, challenge: Option<Challenge> },
    /// A device is polling; its device code.
    Device(String),
}

/// Which page is open.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    SignIn,
    Consent(Address),
    /// A policy says no; the person has yet to go back.
    Refused(Refusal),
}

/// How long a page may stay open.
const PAGE_LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// How many pages may be open.
const MOST_PAGES: usize = 1_000;

/// Opens the first page of `errand`.
pub(super) fn begin(shared: &Shared, errand: Errand) -> Response {
    let mut world = shared.world();
    let token = opaque::<24>();
    let now = world.now();
    world.errands.retain(|_, open| now.duration_since(open.opened_at) < PAGE_LIFETIME);
    if world.errands.len() >= MOST_PAGES {
        world.errands.clear();
    }
    let page = sign_in_page(&world, &errand, &token, errand.login_hint.as_deref().unwrap_or_default(), None);
    world.errands.insert(token, errand);
    page
}

/// `POST /sign-in`: the person says who they are, or cancels.
pub(super) async fn sign_in(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    clicked(&shared, &headers, &body, |click, errand| match (&errand.stage, click.action()) {
        (Stage::SignIn, "next") => click.identify(errand),
        (Stage::SignIn, _) => click.refuse(errand, &declined()),
        _ => error_page(click.shared, &too_late()),
    })
}

/// `POST /consent`: the person accepts, or does not.
pub(super) async fn consent(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    clicked(&shared, &headers, &body, |click, errand| match (errand.stage.clone(), click.action()) {
        (Stage::Consent(account), "accept") => click.finish(errand, account),
        (Stage::Consent(_), _) => click.refuse(errand, &declined()),
        _ => error_page(click.shared, &too_late()),
    })
}

/// `POST /return`: the person goes back to the application with the refusal.
pub(super) async fn go_back(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    clicked(&shared, &headers, &body, |click, errand| match errand.stage.clone() {
        Stage::Refused(refusal) => click.refuse(errand, &refusal),
        _ => error_page(click.shared, &too_late()),
    })
}

/// AADSTS65004.
pub(super) fn declined() -> Refusal {
    Refusal::new("access_denied", 65_004, "User declined to consent to access the app.")
}

/// AADSTS50089.
pub(super) fn too_late() -> Refusal {
    Refusal::new(
        "invalid_request",
        50_089,
        "Authentication failed due to flow token expired. Start again from the application.",
    )
}

/// A button that was pressed on a page.
struct Click<'a> {
    shared: &'a Shared,
    token: String,
    params: Params,
}

/// Takes the errand out of its drawer; what goes on with it is put back.
fn clicked(
    shared: &Shared,
    headers: &HeaderMap,
    body: &[u8],
    then: impl FnOnce(Click<'_>, Errand) -> Response,
) -> Response {
    let Ok(params) = form(headers, body) else {
        return error_page(shared, &Refusal::malformed());
    };
    let token = params.get("session").unwrap_or_default().to_owned();
    let errand = {
        let mut world = shared.world();
        let now = world.now();
        let open = world.errands.remove(&token);
        open.filter(|errand| now.duration_since(errand.opened_at) < PAGE_LIFETIME)
    };
    let click = Click { shared, token, params };
    match errand {
        Some(errand) => then(click, errand),
        None => error_page(shared, &too_late()),
    }
}

impl Click<'_> {
    /// Picking an account is going on with it.
    fn action(&self) -> &str {
        let picked = self.params.get("pick").map(|_| "next");
        picked.or(self.params.get("action")).unwrap_or_default()
    }

    fn username(&self) -> &str {
        let picked = self.params.get("pick");
        picked.or(self.params.get("username")).unwrap_or_default()
    }

    fn refuse(self, errand: Errand, refusal: &Refusal) -> Response {
        match errand.then {
            Then::Redirect { back, .. } => back.refuse(self.shared, refusal),
            Then::Device(code) => device::decline(self.shared, &code),
        }
    }

    fn identify(self, mut errand: Errand) -> Response {
        let typed = self.username();
        let mut world = self.shared.world();
        let account = match world.identify(typed, &errand) {
            Ok(account) => account.clone(),
            Err(refusal) => {
                let page = sign_in_page(&world, &errand, &self.token, typed, Some(&refusal));
                world.errands.insert(self.token, errand);
                return page;
            }
        };
        if let Some(refusal) = world.policy(&account, &errand) {
            let page = refused_page(&world, &errand, &self.token, &account, &refusal);
            errand.stage = Stage::Refused(refusal);
            world.errands.insert(self.token, errand);
            return page;
        }
        if errand.consent == Consent::OnceOnly && world.has_consented(&account.address, &errand) {
            drop(world);
            return self.finish(errand, account.address);
        }
        let page = consent_page(&world, &errand, &self.token, &account);
        errand.stage = Stage::Consent(account.address);
        world.errands.insert(self.token, errand);
        page
    }

    fn finish(self, errand: Errand, account: Address) -> Response {
        let mut world = self.shared.world();
        let key = (account.clone(), errand.client_id.clone());
        world.consents.entry(key).or_default().add(&errand.scopes);
        let grant = Grant {
            account,
            tenant_id: errand.tenant_id,
            client_id: errand.client_id,
            scopes: errand.scopes,
            nonce: None,
            ended: false,
        };
        match errand.then {
            Then::Device(code) => device::approve(&mut world, &code, grant),
            Then::Redirect { back, nonce, challenge } => {
                let code = world.issue_code(Grant { nonce, ..grant }, back.redirect_uri.clone(), challenge);
                drop(world);
                back.carry(vec![("code", code), ("session_state", guid())])
            }
        }
    }
}

impl World {
    /// Who `typed` is, if the tenant lets them sign in at all.
    fn identify(&self, typed: &str, errand: &Errand) -> Result<&Account, Refusal> {
        let tenant = self.tenant(&errand.tenant_id)?;
        let found = Address::parse(typed).ok().and_then(|address| self.account(&address));
        let account = found.ok_or_else(|| {
            let message = format!("The user account {typed} does not exist in the {} directory.", tenant.title);
            Refusal::new("invalid_grant", 50_034, message)
        })?;
        if !tenant.is_called(account.address.domain()) {
            return Err(Refusal::new(
                "invalid_grant",
                50_020,
                format!(
                    "User account '{}' from another tenant does not exist in tenant '{}' and cannot access the \
                     application. Sign in with a different account.",
                    account.address, tenant.title
                ),
            ));
        }
        match account.role {
            Role::Shared => Err(super::token::disabled()),
            Role::User | Role::Administrator => Ok(account),
        }
    }

    /// What the tenant's policies have against this sign-in.
    fn policy(&self, account: &Account, errand: &Errand) -> Option<Refusal> {
        match account.policy {
            Policy::None => None,
            Policy::ConditionalAccess => Some(Refusal::conditional_access()),
            Policy::AdminApproval if self.has_admin_consent(&errand.client_id) => None,
            Policy::AdminApproval => Some(Refusal::new(
                "access_denied",
                90_094,
                "The grant requires admin permission. An administrator must consent to the application first.",
            )),
        }
    }

    fn has_consented(&self, account: &Address, errand: &Errand) -> bool {
        let key = (account.clone(), errand.client_id.clone());
        let personally = self.consents.get(&key);
        self.has_admin_consent(&errand.client_id) || personally.is_some_and(|known| errand.scopes.are_within(known))
    }

    /// Whether an administrator has consented for everybody.
    pub fn has_admin_consent(&self, client_id: &str) -> bool {
        let mut registrations = self.scenario.registrations.iter();
        registrations.any(|known| known.client_id == client_id && known.admin_consent)
    }
}
