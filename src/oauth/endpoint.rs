//! The endpoints as a client uses them: a URL for a tenant, a form posted, an answer or a rejection read.

use serde::de::DeserializeOwned;
use url::Url;

use super::http::{self, Fault, Http};
use super::refusal::{Refusal, Rejection};
use super::{Client, link};
use crate::domain::provider::{Dialect, Endpoints};
use crate::domain::{Provider, Remedy, Step, Trouble};

/// The form fields that anybody may see. All others are secrets.
const OPEN_FIELDS: [&str; 4] = ["client_id", "grant_type", "redirect_uri", "scope"];

/// Why an endpoint gave nothing.
pub(super) enum Failure {
    /// No usable answer came.
    Fault(Fault),
    /// The endpoint said no.
    Rejected(Rejection),
    /// There is no endpoint to ask.
    Misconfigured(Trouble),
}

impl Failure {
    /// The same for the person; `step` is the one to be mended if the network is to blame.
    pub(super) fn refusal(self, step: Step) -> Refusal {
        match self {
            Self::Fault(fault) => Refusal::of_fault(&fault, step),
            Self::Rejected(rejection) => rejection.refusal(),
            Self::Misconfigured(trouble) => Refusal::new(trouble, Step::Register),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Posts `form` and reads the answer. The values of its fields are struck out of whatever the
/// server says.
pub(super) async fn post<T: DeserializeOwned>(http: &Http, url: &Url, form: &[(&str, &str)]) -> Result<T, Failure> {
    let reply = http.post_form(url, form).await?;
    if reply.is_success() {
        return Ok(reply.read()?);
    }
    let secrets = form.iter().filter(|(name, _)| !OPEN_FIELDS.contains(name)).map(|(_, value)| *value);
    Err(Failure::Rejected(reply.read::<Rejection>()?.without(secrets)))
}

/// The endpoint that `template` names for `tenant`.
///
/// # Errors
/// `application.tenant` if it is needed and missing, `config.provider` if the template is no URL
/// that a secret could be sent to.
pub(super) fn url(provider: &Provider, template: &str, tenant: &str) -> Result<Url, Trouble> {
    if tenant.is_empty() && template.contains("{tenant}") {
        return Err(Trouble::new(
            "application.tenant",
            "The application has no tenant",
            format!("{} keeps every application in one.", provider.title),
            "Give the application its tenant id or domain.",
        )
        .with(Remedy::EditApplication));
    }
    let bad = |why: String| {
        Trouble::new(
            "config.provider",
            format!("“{template}” cannot be an address of the provider {}", provider.id),
            why,
            "Correct the provider in config.toml.",
        )
    };
    let url =
        Url::parse(&Endpoints::at(template, tenant)).map_err(|error| bad(format!("It is not a URL: {error}.")))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if http::is_this_machine(&url) => Ok(url),
        _ => Err(bad("It has to begin with https://; http:// is for this machine only.".to_owned())),
    }
}

impl Client<'_> {
    /// The token endpoint.
    pub(super) fn token_url(&self) -> Result<Url, Trouble> {
        url(self.provider, &self.provider.endpoints.token, &self.application.tenant)
    }

    /// A form for the token endpoint (RFC 6749 section 2.3.1: a secret, if there is one, in the body).
    pub(super) fn form<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut form = vec![("client_id", self.application.client_id.as_str())];
        form.extend(self.secret.map(|secret| ("client_secret", secret.expose())));
        form.extend(fields);
        form
    }

    /// The scopes to name in a token request. Microsoft picks the token's resource by them; elsewhere
    /// those of the sign-in hold, and naming one that the person struck out would be an error
    /// (RFC 6749 section 6).
    pub(super) fn token_scopes(&self) -> Option<String> {
        (self.provider.dialect == Dialect::Microsoft).then(|| link::scopes(self))
    }
}
