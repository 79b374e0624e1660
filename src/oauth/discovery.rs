//! What can be proved without anybody signing in: that a tenant exists, and that its token endpoint
//! knows the client.

use serde::Deserialize;
use url::Url;

use super::endpoint::{self, Failure};
use super::exchange::{self, TokenAnswer};
use super::refusal::Rejection;
use super::{Client, Http, aadsts};
use crate::domain::text::plain;
use crate::domain::{Provider, Remedy, Step, Trouble};

/// A tenant as its discovery document names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id, a GUID.
    pub id: String,
    /// `tenant_region_scope` and `tenant_region_sub_scope`, such as `EU` or `USGov DODCON`.
    pub region: Option<String>,
}

/// A code that no endpoint ever gave. Random ones would look like guessing.
const MADE_UP_CODE: &str = "mailkey-asks-whether-this-client-is-known";

/// The complaints that only a known client hears: about the code, its verifier, or missing consent.
const HEARD_BY_KNOWN_CLIENTS: &[u32] =
    &[9_002_313, 70000, 70008, 54005, 700_005, 50147, 50148, 501_481, 501_491, 65001];

/// Finds the tenant behind an id or a domain (OpenID Connect Discovery 1.0 section 4).
///
/// # Errors
/// `aadsts.90002` and its kin if there is none; `network.…`; `tenant.not_one` for `common` and
/// `organizations`, which are not one tenant; `discovery.unsupported` where there are no tenants.
pub async fn find_tenant(http: &Http, provider: &Provider, tenant_or_domain: &str) -> Result<Tenant, Trouble> {
    let template = provider.endpoints.discovery.as_deref();
    let Some(template) = template.filter(|template| template.contains("{tenant}")) else {
        return Err(no_tenants(provider));
    };
    let tenant = tenant_or_domain.trim();
    let url = endpoint::url(provider, template, tenant)?;
    let document: Document = fetch(http, &url).await.map_err(|failure| failure.refusal(Step::Register).trouble)?;
    document.tenant().ok_or_else(|| not_one_tenant(tenant))
}

/// Proves, without anybody signing in, that the token endpoint knows tenant and client: a made-up
/// code is sent, and a complaint about that code is the proof. In which order Microsoft checks is
/// nowhere written, so an answer of another kind proves nothing.
///
/// # Errors
/// What the endpoint says is wrong with them; `client.not_proven` if that is not clear.
pub async fn prove_client(http: &Http, client: Client<'_>) -> Result<(), Trouble> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", MADE_UP_CODE),
        ("code_verifier", "a-verifier-as-made-up-as-the-code-it-belongs-to"),
        ("redirect_uri", client.application.redirect_uri.as_str()),
    ];
    match exchange::ask(http, client, &fields).await {
        Ok(TokenAnswer { .. }) => Err(not_proven("It took a made-up code for a good one.")),
        Err(Failure::Rejected(rejection)) => judge(&rejection),
        Err(failure) => Err(failure.refusal(Step::Register).trouble),
    }
}

/// What a complaint says about the client.
fn judge(rejection: &Rejection) -> Result<(), Trouble> {
    let number = rejection.number();
    let blames_the_registration =
        || number.and_then(aadsts::meaning).is_some_and(|meaning| meaning.step == Step::Register);
    match rejection.error() {
        _ if number.is_some_and(|number| HEARD_BY_KNOWN_CLIENTS.contains(&number)) => Ok(()),
        "invalid_client" | "unauthorized_client" | "invalid_tenant" => Err(rejection.refusal().trouble),
        _ if blames_the_registration() => Err(rejection.refusal().trouble),
        "invalid_grant" => Ok(()),
        _ => Err(not_proven(&rejection.in_short())),
    }
}

async fn fetch(http: &Http, url: &Url) -> Result<Document, Failure> {
    let reply = http.get(url).await?;
    if reply.is_success() { Ok(reply.read()?) } else { Err(Failure::Rejected(reply.read()?)) }
}

/// The part of the discovery document that matters here.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    #[serde(default)]
    tenant_region_scope: Option<String>,
    #[serde(default)]
    tenant_region_sub_scope: Option<String>,
}

impl Document {
    /// The issuer is `https://…/{id}/v2.0`, and a template for `common`.
    fn tenant(self) -> Option<Tenant> {
        let issuer = Url::parse(&self.issuer).ok()?;
        let id = issuer.path_segments()?.find(|segment| is_guid(segment))?.to_owned();
        let region = [self.tenant_region_scope, self.tenant_region_sub_scope];
        let region = region.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(Tenant {
            id: id.to_ascii_lowercase(),
            region: Some(plain(&region, 40)).filter(|region| !region.is_empty()),
        })
    }
}

/// Whether `text` is a GUID as Microsoft writes it: 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

fn no_tenants(provider: &Provider) -> Trouble {
    Trouble::new(
        "discovery.unsupported",
        format!("{} has no tenants to look for", provider.title),
        "Its discovery document is the same for everybody, or there is none.",
        "Leave the tenant empty.",
    )
}

fn not_one_tenant(tenant: &str) -> Trouble {
    Trouble::new(
        "tenant.not_one",
        format!("“{tenant}” does not stand for one tenant"),
        "Its discovery document names no tenant id.",
        "Give the tenant's own id or one of its domains, for example contoso.onmicrosoft.com.",
    )
    .with(Remedy::EditApplication)
}

fn not_proven(answer: &str) -> Trouble {
    Trouble::new(
        "client.not_proven",
        "It could not be proved that the provider knows the application",
        answer,
        "Compare tenant, client id and redirect URI with the registration; a sign-in will show whether they are right.",
    )
    .with(Remedy::EditApplication)
}

#[cfg(test)]
mod tests;
