//! Codes and refresh tokens for access tokens, at the token endpoint.

mod answer;

use std::time::Duration;

use super::endpoint::{self, Failure};
use super::http::Fault;
use super::{Client, Http, Refusal, identity};
use crate::domain::provider::Dialect;
use crate::domain::{Identity, RedirectUri, Remedy, Secret, Step, TokenEnd, Trouble};

pub(super) use answer::TokenAnswer;

/// What a sign-in brought.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For the mail servers.
    pub access_token: AccessToken,
    /// For the first refresh; without `offline_access` there is none.
    pub refresh_token: Option<Secret>,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// Who signed in, if an id_token came.
    pub identity: Option<Identity>,
}

/// What mail servers take.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The token.
    pub secret: Secret,
    /// How long it lives.
    pub expires_in: Duration,
}

/// What a refresh brought.
#[derive(Debug, Clone)]
pub struct Refreshed {
    /// The refresh token for the next time; without one the old one stays. It is to be kept whatever
    /// came with it: the old one may be dead (RFC 6749 section 6).
    pub refresh_token: Option<Secret>,
    /// For the mail servers, or why it cannot be used.
    pub access_token: Result<AccessToken, Refusal>,
}

/// Exchanges an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). `redirect_uri`
/// is the one of the sign-in link, letter by letter. A code works once: whatever the outcome, it
/// must not be sent again.
///
/// # Errors
/// See [`Refusal`]; `id_token.claims` and its kin if nothing says who signed in.
pub async fn redeem(
    http: &Http,
    client: Client<'_>,
    code: &Secret,
    verifier: &Secret,
    redirect_uri: &RedirectUri,
) -> Result<Tokens, Refusal> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("code_verifier", verifier.expose()),
        ("redirect_uri", redirect_uri.as_str()),
    ];
    let answer = ask(http, client, &fields).await.map_err(|failure| match failure {
        Failure::Fault(fault) if fault.may_have_arrived() => perhaps_used_up(&fault),
        failure => failure.refusal(Step::Token).ending(None),
    })?;
    received(answer, client)
}

/// Uses a refresh token (RFC 6749 section 6).
///
/// # Errors
/// See [`Refusal`]; its `ends` says whether the refresh token is dead.
pub async fn refresh(http: &Http, client: Client<'_>, refresh_token: &Secret) -> Result<Refreshed, Refusal> {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
    let answer = ask(http, client, &fields).await.map_err(|failure| match failure {
        // A standard provider has no other words for a refresh token that is gone (RFC 6749 section 5.2).
        Failure::Rejected(rejection)
            if client.provider.dialect == Dialect::Standard && rejection.is_bare_invalid_grant() =>
        {
            rejection.refusal().ending(Some(TokenEnd::Revoked))
        }
        failure => failure.refusal(Step::Token),
    })?;
    answer.refreshed()
}

/// What a sign-in brought. Without knowing who signed in nothing may be stored.
pub(super) fn received(answer: TokenAnswer, client: Client<'_>) -> Result<Tokens, Refusal> {
    let who = answer.identity(client).transpose().map_err(|trouble| Refusal::new(trouble, Step::Token))?;
    answer.tokens(who)
}

/// Posts `fields` with the client's own to the token endpoint.
pub(super) async fn ask(http: &Http, client: Client<'_>, fields: &[(&str, &str)]) -> Result<TokenAnswer, Failure> {
    let url = client.token_url().map_err(Failure::Misconfigured)?;
    let scope = client.token_scopes();
    let mut form = client.form(fields);
    form.extend(scope.as_deref().map(|scope| ("scope", scope)));
    endpoint::post(http, &url, &form).await
}

impl TokenAnswer {
    fn identity(&self, client: Client<'_>) -> Option<Result<Identity, Trouble>> {
        let id_token = self.id_token()?;
        Some(identity::identity(id_token, client.provider.dialect, &client.application.client_id))
    }
}

/// The code was on its way when the network failed.
fn perhaps_used_up(fault: &Fault) -> Refusal {
    let trouble = fault.trouble();
    let trouble = Trouble::new(
        trouble.code().to_owned(),
        format!("{}; the code may be used up", trouble.what()),
        format!("{} The code had been sent by then, and a code works only once.", trouble.why()),
        "Nothing was stored. Sign in again for a new code.",
    );
    Refusal { pause: fault.pause(), ..Refusal::new(trouble.with(Remedy::SignIn), Step::Token) }
}

#[cfg(test)]
mod tests;
