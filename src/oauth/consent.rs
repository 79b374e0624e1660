//! The admin consent link (Microsoft identity platform, “Admin consent”).

use url::Url;

use super::link::{random_state, with_query};
use super::{Client, endpoint};
use crate::domain::{RedirectUri, Trouble};

/// The tenant that is everybody, to which nobody can consent, and the one to ask in its place.
const EVERYBODY: &str = "common";
const ANY_ORGANISATION: &str = "organizations";

/// The admin consent link and its `state`. What comes back is an
/// [`Answer::Consent`](super::Answer::Consent) or a refusal with the same `state`.
///
/// # Errors
/// `consent.unsupported` if the provider has no such endpoint.
pub fn admin_consent_link(client: Client<'_>, redirect_uri: &RedirectUri) -> Result<(Url, String), Trouble> {
    let (provider, application) = (client.provider, client.application);
    let template = provider.endpoints.admin_consent.as_deref().ok_or_else(|| {
        Trouble::new(
            "consent.unsupported",
            format!("{} has no admin consent link", provider.title),
            "Consent for a whole organisation is Microsoft's.",
            "Everybody consents when they sign in.",
        )
    })?;
    let tenant = match application.tenant.as_str() {
        EVERYBODY => ANY_ORGANISATION,
        tenant => tenant,
    };
    let url = endpoint::url(provider, template, tenant)?;
    let state = random_state()?;
    let parameters = [
        ("client_id", application.client_id.as_str()),
        ("scope", &mail_scopes(&client)),
        ("redirect_uri", redirect_uri.as_str()),
        ("state", &state),
    ];
    Ok((with_query(url, &parameters), state))
}

/// The scopes of the mail servers; those of OpenID Connect need no administrator.
fn mail_scopes(client: &Client<'_>) -> String {
    let all = client.provider.scopes_for(client.application);
    let mail = all.iter().filter(|scope| !["offline_access", "openid", "profile", "email"].contains(&scope.as_str()));
    mail.map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::test_support::{application, google, microsoft};
    use super::*;

    #[test]
    fn the_link_asks_for_the_mail_scopes_only() {
        let (provider, mut application) = (microsoft("https://login.example"), application());
        application.tenant = EVERYBODY.to_owned();
        let client = Client { provider: &provider, application: &application, secret: None };
        let (url, state) = admin_consent_link(client, &application.redirect_uri).unwrap();
        assert_eq!(url.path(), "/organizations/v2.0/adminconsent");
        let parameters: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(
            parameters["scope"],
            "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
        );
        assert_eq!(parameters["client_id"], application.client_id);
        assert_eq!(parameters["redirect_uri"], "http://localhost");
        assert_eq!(parameters["state"], state);
    }

    #[test]
    fn it_is_microsofts_only() {
        let (provider, application) = (google(), application());
        let client = Client { provider: &provider, application: &application, secret: None };
        let trouble = admin_consent_link(client, &application.redirect_uri).unwrap_err();
        assert_eq!(trouble.code(), "consent.unsupported");
    }
}
