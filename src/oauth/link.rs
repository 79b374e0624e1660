//! The sign-in link: authorization code with PKCE (RFC 6749 section 4.1.1, RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::random::random_text;
use super::{Client, endpoint};
use crate::domain::provider::Dialect;
use crate::domain::{Address, RedirectUri, Secret, Trouble};

/// A sign-in that has just begun.
#[derive(Debug, Clone)]
pub struct SignInLink {
    /// What the browser opens.
    pub url: Url,
    /// The random `state` in it.
    pub state: String,
    /// The PKCE verifier that belongs to the challenge in it.
    pub verifier: Secret,
}

/// The length of every `state`, in characters: 24 random bytes in base64url. That it never varies
/// lets [`answer`](super::answer) find its end in text that ran into it.
pub const STATE_LENGTH: usize = 32;

/// Builds the link. `account` is suggested to the sign-in page; `redirect_uri` is sent as it is.
///
/// # Errors
/// `config.provider` if the provider's authorize URL is not one, `application.tenant` if there is
/// none.
pub fn sign_in_link(
    client: Client<'_>,
    account: Option<&Address>,
    redirect_uri: &RedirectUri,
) -> Result<SignInLink, Trouble> {
    let state = random_state()?;
    let verifier = Secret::new(random_text::<32>()?);
    let challenge = challenge(&verifier);
    let scope = scopes(&client);
    let mut parameters = vec![
        ("client_id", client.application.client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", redirect_uri.as_str()),
        ("scope", &scope),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    add_the_providers_own(&mut parameters, &client, account);
    let provider = client.provider;
    let url = endpoint::url(provider, &provider.endpoints.authorize, &client.application.tenant)?;
    Ok(SignInLink { url: with_query(url, &parameters), state, verifier })
}

/// Adds what the provider's configuration asks for, never in place of what protects the sign-in.
fn add_the_providers_own<'a>(
    parameters: &mut Vec<(&'a str, &'a str)>,
    client: &Client<'a>,
    account: Option<&'a Address>,
) {
    let own = &client.provider.authorize_parameters;
    // The address bar holds the code only after a query; the configuration may want a form instead.
    if client.provider.dialect == Dialect::Microsoft && !own.contains_key("response_mode") {
        parameters.push(("response_mode", "query"));
    }
    // “You can't use both login_hint and select_account” (Microsoft, v2-protocols-oidc).
    if own.get("prompt").is_none_or(|prompt| prompt != "select_account") {
        parameters.extend(account.map(|account| ("login_hint", account.as_str())));
    }
    for (name, value) in own {
        if !parameters.iter().any(|(taken, _)| taken == name) {
            parameters.push((name, value));
        }
    }
}

/// `url` with `parameters` in its query. A space is `%20`, since not everything that a link is
/// pasted into knows `+`.
pub(super) fn with_query(mut url: Url, parameters: &[(&str, &str)]) -> Url {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish().replace('+', "%20");
    let query = match url.query() {
        Some(own) if !own.is_empty() => format!("{own}&{query}"),
        _ => query,
    };
    url.set_query(Some(&query));
    url
}

/// A new `state`.
pub(super) fn random_state() -> Result<String, Trouble> {
    random_text::<24>()
}

/// All scopes, as the `scope` parameter has them.
pub(super) fn scopes(client: &Client<'_>) -> String {
    client.provider.scopes_for(client.application).join(" ")
}

/// The S256 challenge (RFC 7636 section 4.2).
fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::test_support::{application, google, microsoft};
    use super::*;

    fn parameters(link: &SignInLink) -> HashMap<String, String> {
        link.url.query_pairs().into_owned().collect()
    }

    fn link(account: &str) -> SignInLink {
        let (provider, application) = (microsoft("https://login.example"), application());
        let client = Client { provider: &provider, application: &application, secret: None };
        let redirect_uri = RedirectUri::parse("http://localhost:7777").unwrap();
        sign_in_link(client, Some(&Address::parse(account).unwrap()), &redirect_uri).unwrap()
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        assert_eq!(
            challenge(&Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn the_link_asks_for_a_code_for_this_account_with_pkce() {
        let link = link("billing@contoso.com");
        let parameters = parameters(&link);
        assert!(link.url.as_str().starts_with("https://login.example/contoso.onmicrosoft.com/oauth2/v2.0/authorize?"));
        for (name, value) in [
            ("client_id", "6f1c2a90-0000-4000-8000-000000000001"),
            ("response_type", "code"),
            ("response_mode", "query"),
            ("redirect_uri", "http://localhost:7777"),
            ("login_hint", "billing@contoso.com"),
            ("state", &link.state),
            ("code_challenge", &challenge(&link.verifier)),
            ("code_challenge_method", "S256"),
            (
                "scope",
                "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access openid profile email",
            ),
        ] {
            assert_eq!(parameters.get(name).map(String::as_str), Some(value), "{name}");
        }
    }

    #[test]
    fn unusual_addresses_come_through_whole() {
        for account in ["o'brien+tag@contoso.com", "grüße&co=1#x%41@contoso.com"] {
            let link = link(account);
            assert_eq!(parameters(&link)["login_hint"], account);
            assert!(!link.url.as_str().contains(['+', ' ']), "{}", link.url);
        }
    }

    #[test]
    fn state_and_verifier_are_new_each_time_and_long_enough() {
        let (one, other) = (link("a@b.c"), link("a@b.c"));
        assert_ne!(one.state, other.state);
        assert_ne!(one.verifier, other.verifier);
        assert_eq!(one.state.len(), STATE_LENGTH);
        assert!(one.verifier.len() >= 43, "RFC 7636 section 4.1");
        assert!(!format!("{one:?}").contains(one.verifier.expose()));
    }

    #[test]
    fn the_provider_adds_its_own_but_cannot_weaken_the_sign_in() {
        let mut provider = google();
        provider
            .authorize_parameters
            .extend([("state".to_owned(), "12345".to_owned()), ("prompt".to_owned(), "select_account".to_owned())]);
        let application = application();
        let client = Client { provider: &provider, application: &application, secret: None };
        let account = Address::parse("a@b.c").unwrap();
        let link = sign_in_link(client, Some(&account), &application.redirect_uri).unwrap();
        let parameters = parameters(&link);
        assert_eq!(parameters["access_type"], "offline");
        assert_eq!(parameters["state"], link.state);
        assert!(!parameters.contains_key("login_hint"), "not with select_account");
        assert!(!parameters.contains_key("response_mode"), "Microsoft's only");
    }

    #[test]
    fn an_address_that_a_secret_cannot_be_sent_to_is_refused() {
        let application = application();
        for authorize in ["", "login.example", "http://login.example/a", "ftp://login.example/a"] {
            let mut provider = google();
            provider.endpoints.authorize = authorize.to_owned();
            let client = Client { provider: &provider, application: &application, secret: None };
            let trouble = sign_in_link(client, None, &application.redirect_uri).unwrap_err();
            assert_eq!(trouble.code(), "config.provider", "{authorize}");
        }
    }

    #[test]
    fn without_a_tenant_there_is_no_link_where_one_is_needed() {
        let (provider, mut application) = (microsoft("https://login.example"), application());
        application.tenant.clear();
        let client = Client { provider: &provider, application: &application, secret: None };
        let trouble = sign_in_link(client, None, &application.redirect_uri).unwrap_err();
        assert_eq!(trouble.code(), "application.tenant");
    }
}
