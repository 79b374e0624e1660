//! Codes and tokens: how they look, whom they belong to, and how they are given out.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::faults::Fault;
use super::pkce::Challenge;
use super::random::{bytes, filler, guid_of, opaque};
use super::scopes::{Resource, Scopes};
use super::state::{Shared, World};
use crate::domain::Address;

/// An authorization code that was given out.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub grant: Grant,
    pub redirect_uri: String,
    pub challenge: Option<Challenge>,
    pub issued_at: Timestamp,
    /// A code is good for one redemption.
    pub redeemed: bool,
}

/// What an account gave a client.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub account: Address,
    pub tenant_id: String,
    pub client_id: String,
    pub scopes: Scopes,
    /// For the first id_token.
    pub nonce: Option<String>,
    /// Whether a used refresh token came back to a strict provider.
    pub ended: bool,
}

/// Which of [`World::grants`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GrantNumber(pub usize);

#[derive(Debug, Clone)]
pub(super) struct RefreshToken {
    pub grant: GrantNumber,
    pub issued_at: Timestamp,
    pub last_used_at: Timestamp,
    /// Whether a newer one was given out for it.
    pub replaced: bool,
}

#[derive(Debug, Clone)]
pub(super) struct AccessToken {
    pub account: Address,
    pub scopes: Scopes,
    pub expires_at: Timestamp,
}

impl World {
    /// A new authorization code, good for ten minutes and once.
    pub fn issue_code(&mut self, grant: Grant, redirect_uri: String, challenge: Option<Challenge>) -> String {
        let code = format!("1.A{}.{}", opaque::<60>(), opaque::<540>());
        let issued_at = self.now();
        let issued = Code { grant, redirect_uri, challenge, issued_at, redeemed: false };
        self.codes.insert(code.clone(), issued);
        code
    }

    /// A new refresh token for a new grant.
    pub fn issue_grant(&mut self, grant: Grant, issued_at: Timestamp, last_used_at: Timestamp) -> String {
        self.grants.push(grant);
        let number = GrantNumber(self.grants.len() - 1);
        self.issue_refresh_token(number, issued_at, last_used_at, None)
    }

    fn issue_refresh_token(
        &mut self,
        grant: GrantNumber,
        issued_at: Timestamp,
        last_used_at: Timestamp,
        size: Option<usize>,
    ) -> String {
        let mut token = format!("1.A{}.{}", opaque::<66>(), opaque::<1140>());
        grow(&mut token, size);
        let issued = RefreshToken { grant, issued_at, last_used_at, replaced: false };
        self.refresh_tokens.insert(token.clone(), issued);
        token
    }

    fn issue_access_token(
        &mut self,
        account: Address,
        scopes: Scopes,
        lifetime: SignedDuration,
        size: Option<usize>,
    ) -> String {
        let header = encoded(&json!({"typ": "JWT", "nonce": opaque::<33>(), "alg": "RS256", "kid": opaque::<20>()}));
        let mut token = format!("{header}.{}.{}", opaque::<1130>(), opaque::<256>());
        grow(&mut token, size);
        let expires_at = self.now().saturating_add(lifetime).unwrap_or(Timestamp::MAX);
        let issued = AccessToken { account, scopes, expires_at };
        self.access_tokens.insert(token.clone(), issued);
        token
    }

    /// The token endpoint's answer for a grant: `asked` are the scopes of this request.
    pub fn answer(&mut self, shared: &Shared, number: GrantNumber, asked: &Scopes, fault: Option<&Fault>) -> Value {
        let Some(grant) = self.grants.get(number.0).cloned() else {
            return Value::Null;
        };
        let resource = asked.first_resource();
        let scopes = grant.scopes.of(resource);
        let size = fault.and_then(Fault::token_size);
        let lifetime = SignedDuration::try_from(shared.options.access_token_lifetime).unwrap_or(SignedDuration::MAX);
        let mut body = json!({
            "token_type": "Bearer",
            "scope": scopes.to_string(),
            "expires_in": lifetime.as_secs(),
            "ext_expires_in": lifetime.as_secs(),
            "access_token": self.issue_access_token(grant.account.clone(), scopes, lifetime, size),
        });
        if matches!(fault, Some(Fault::BrokenAccessToken)) {
            body["access_token"] = "two words".into();
        }
        let has_refresh_token = grant.scopes.has(Resource::OpenId, "offline_access");
        if has_refresh_token && !matches!(fault, Some(Fault::NoRefreshToken)) {
            let now = self.now();
            body["refresh_token"] = self.issue_refresh_token(number, now, now, size).into();
        }
        if asked.has(Resource::OpenId, "openid") {
            body["id_token"] = self.id_token(shared, &grant, asked, fault).into();
        }
        body
    }

    /// A well-formed id_token with a signature that is none: nobody has to verify one that comes
    /// straight from the token endpoint (OpenID Connect Core section 3.1.3.7).
    fn id_token(&self, shared: &Shared, grant: &Grant, asked: &Scopes, fault: Option<&Fault>) -> String {
        let header = encoded(&json!({"typ": "JWT", "alg": "RS256", "kid": guid_of("demo signing key")}));
        let claims = match fault {
            Some(Fault::IdTokenWithoutClaims) => json!({"ver": "2.0"}),
            Some(Fault::IdTokenForAccount(other)) => self.claims(shared, grant, other, asked),
            _ => self.claims(shared, grant, &grant.account, asked),
        };
        let signature = URL_SAFE_NO_PAD.encode(bytes::<256>());
        format!("{header}.{}.{signature}", encoded(&claims))
    }

    /// Source: entra-docs `id-token-claims-reference.md`.
    fn claims(&self, shared: &Shared, grant: &Grant, account: &Address, asked: &Scopes) -> Value {
        let now = self.now().as_second();
        let mut claims = json!({
            "aud": grant.client_id,
            "iss": format!("{}/{}/v2.0", shared.base, grant.tenant_id),
            "iat": now,
            "nbf": now,
            "exp": now + 3_900,
            "rh": format!("1.A{}.", opaque::<30>()),
            "sub": guid_of(&format!("{}/{}", grant.client_id, account.folded())),
            "tid": grant.tenant_id,
            "uti": opaque::<16>(),
            "ver": "2.0",
        });
        if asked.has(Resource::OpenId, "profile") {
            claims["oid"] = object_id(account).into();
            claims["preferred_username"] = account.as_str().into();
            claims["name"] = self.account(account).map_or("", |account| account.name.as_str()).into();
        }
        if asked.has(Resource::OpenId, "email") {
            claims["email"] = account.as_str().into();
        }
        if let Some(nonce) = &grant.nonce {
            claims["nonce"] = nonce.as_str().into();
        }
        claims
    }
}

/// An account's `oid`.
pub(super) fn object_id(account: &Address) -> String {
    guid_of(&account.folded())
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn grow(token: &mut String, size: Option<usize>) {
    let missing = size.unwrap_or(0).saturating_sub(token.len());
    token.push_str(&filler(missing));
}
