//! What a mailbox's programs need, one piece at a time.

use serde_json::json;

use super::Engine;
use super::case::Case;
use super::tokens::Wanted;
use crate::domain::provider::Endpoints;
use crate::domain::{MailServer, MailboxId, Secret, Token, Trouble};
use crate::mail::xoauth2;
use crate::secrets::Key;

/// A credential of a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The tenant's id or domain.
    Tenant,
    /// The application (client) id.
    ClientId,
    /// The client secret.
    ClientSecret,
    /// The account that signs in.
    Account,
    /// The refresh token.
    RefreshToken,
    /// An access token that lives for some minutes at least.
    AccessToken,
    /// The XOAUTH2 response in base64.
    Xoauth2,
    /// A curl command that uses the refresh token.
    Curl,
    /// All of them.
    Json,
}

impl Field {
    /// All, in the order of the copy menu.
    pub const ALL: [Self; 9] = [
        Self::ClientId,
        Self::Tenant,
        Self::Account,
        Self::RefreshToken,
        Self::AccessToken,
        Self::Xoauth2,
        Self::Json,
        Self::Curl,
        Self::ClientSecret,
    ];

    /// Its name in commands.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::ClientId => "client-id",
            Self::ClientSecret => "client-secret",
            Self::Account => "account",
            Self::RefreshToken => "refresh-token",
            Self::AccessToken => "access-token",
            Self::Xoauth2 => "xoauth2",
            Self::Curl => "curl",
            Self::Json => "json",
        }
    }

    /// Whether it must not be seen.
    #[must_use]
    pub fn is_secret(self) -> bool {
        !matches!(self, Self::Tenant | Self::ClientId | Self::Account)
    }
}

impl Engine {
    /// One credential of a mailbox.
    ///
    /// # Errors
    /// `token.none`, `application.no_client_secret`, or what the provider or the store says.
    pub async fn credential(&self, mailbox: MailboxId, field: Field) -> Result<Secret, Trouble> {
        let case = self.case(mailbox).await?;
        match field {
            Field::Tenant => Ok(Secret::new(&*case.application.tenant)),
            Field::ClientId => Ok(Secret::new(&*case.application.client_id)),
            Field::Account => Ok(Secret::new(case.grant.account.as_str())),
            Field::ClientSecret => self.client_secret(&case.application).await?.ok_or_else(no_client_secret),
            Field::RefreshToken => self.refresh_token(&case).await,
            Field::AccessToken => self.access_token_of(&case, Wanted::Cached).await,
            Field::Xoauth2 => {
                let token = self.access_token_of(&case, Wanted::Cached).await?;
                Ok(xoauth2::response(&case.mailbox.address, &token))
            }
            Field::Curl => self.curl(&case).await,
            Field::Json => self.json(&case).await,
        }
    }

    async fn refresh_token(&self, case: &Case) -> Result<Secret, Trouble> {
        let key = Key::refresh_token(self.registry_id(), case.grant.id);
        match (self.secrets().get(&key).await?, &case.grant.token) {
            (Some(token), Token::Held { .. }) => Ok(token),
            (_, Token::Ended { trouble, .. }) => Err(trouble.clone()),
            (Some(token), Token::None) => Ok(token),
            (None, Token::Held { .. }) => Err(self.missing().await?),
            (None, Token::None) => Err(super::troubles::none()),
        }
    }

    /// The refresh as a command line, for whoever wants to see it work without mailkey.
    async fn curl(&self, case: &Case) -> Result<Secret, Trouble> {
        let token_url = Endpoints::at(&case.provider.endpoints.token, &case.application.tenant);
        let mut fields = vec![
            ("client_id", case.application.client_id.clone()),
            ("grant_type", "refresh_token".to_owned()),
            ("scope", case.provider.scopes_for(&case.application).join(" ")),
            ("refresh_token", self.refresh_token(case).await?.expose().to_owned()),
        ];
        if let Some(secret) = self.client_secret(&case.application).await? {
            fields.push(("client_secret", secret.expose().to_owned()));
        }
        let mut line = format!("curl {}", quoted(&token_url));
        for (name, value) in fields {
            line.push_str(&format!(" \\\n  --data-urlencode {}", quoted(&format!("{name}={value}"))));
        }
        Ok(Secret::new(line))
    }

    async fn json(&self, case: &Case) -> Result<Secret, Trouble> {
        let access_token = self.access_token_of(case, Wanted::Cached).await?;
        let client_secret = self.client_secret(&case.application).await?;
        let value = json!({
            "provider": case.provider.id,
            "tenant": case.application.tenant,
            "client_id": case.application.client_id,
            "client_secret": client_secret.as_ref().map(Secret::expose),
            "mailbox": case.mailbox.address.as_str(),
            "account": case.grant.account.as_str(),
            "refresh_token": self.refresh_token(case).await?.expose(),
            "access_token": access_token.expose(),
            "xoauth2": xoauth2::response(&case.mailbox.address, &access_token).expose(),
            "scope": case.provider.scopes_for(&case.application).join(" "),
            "token_url": Endpoints::at(&case.provider.endpoints.token, &case.application.tenant),
            "smtp": case.provider.smtp.url(),
            "imap": case.provider.imap.as_ref().map(MailServer::url),
            "pop": case.provider.pop.as_ref().map(MailServer::url),
        });
        Ok(Secret::new(format!("{value:#}")))
    }
}

/// Quoted for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn no_client_secret() -> Trouble {
    Trouble::new(
        "application.no_client_secret",
        "This application has no client secret",
        "A public client needs none, and Microsoft refuses one (AADSTS700025).",
        "Use it without.",
    )
}
