//! What a mailbox's programs need, one piece at a time.

use std::io::{self, Write};

use serde::Serialize;
use zeroize::Zeroizing;

use super::Engine;
use super::cache::Wanted;
use super::case::Case;
use crate::domain::provider::Endpoints;
use crate::domain::{MailServer, MailboxId, Secret, Token, Trouble};
use crate::mail::xoauth2;
use crate::registry::Happened;
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
    /// One credential for somebody to read. That it was shown is in the history if it is a secret.
    ///
    /// # Errors
    /// As [`Engine::credential`].
    pub async fn show(&self, mailbox: MailboxId, field: Field) -> Result<Secret, Trouble> {
        let shown = self.credential(mailbox, field).await?;
        if field.is_secret() {
            self.note(mailbox, Happened::Shown, field.name().to_owned()).await;
        }
        Ok(shown)
    }

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
        let scope = case.provider.scopes_for(&case.application).join(" ");
        let refresh_token = self.refresh_token(case).await?;
        let client_secret = self.client_secret(&case.application).await?;
        let mut fields = vec![
            ("client_id", case.application.client_id.as_str()),
            ("grant_type", "refresh_token"),
            ("scope", &scope),
            ("refresh_token", refresh_token.expose()),
        ];
        fields.extend(client_secret.as_ref().map(|secret| ("client_secret", secret.expose())));
        Ok(curl_line(&token_url, &fields))
    }

    async fn json(&self, case: &Case) -> Result<Secret, Trouble> {
        let access_token = self.access_token_of(case, Wanted::Cached).await?;
        let client_secret = self.client_secret(&case.application).await?;
        in_json(&All {
            provider: &case.provider.id,
            tenant: &case.application.tenant,
            client_id: &case.application.client_id,
            client_secret: client_secret.as_ref().map(Secret::expose),
            mailbox: case.mailbox.address.as_str(),
            account: case.grant.account.as_str(),
            refresh_token: self.refresh_token(case).await?.expose(),
            access_token: access_token.expose(),
            xoauth2: xoauth2::response(&case.mailbox.address, &access_token).expose(),
            scope: case.provider.scopes_for(&case.application).join(" "),
            token_url: Endpoints::at(&case.provider.endpoints.token, &case.application.tenant),
            smtp: case.provider.smtp.url(),
            imap: case.provider.imap.as_ref().map(MailServer::url),
            pop: case.provider.pop.as_ref().map(MailServer::url),
        })
    }
}

/// A POST of these fields. Its parts are put together at once: a text that grows leaves copies
/// behind that nobody clears.
fn curl_line(url: &str, fields: &[(&str, &str)]) -> Secret {
    let mut parts = vec!["curl "];
    quote(&mut parts, &[url]);
    for (name, value) in fields {
        parts.push(" \\\n  --data-urlencode ");
        quote(&mut parts, &[name, "=", value]);
    }
    Secret::new(parts.concat())
}

/// Quoted for a POSIX shell.
fn quote<'a>(parts: &mut Vec<&'a str>, texts: &[&'a str]) {
    parts.push("'");
    for text in texts {
        let mut pieces = text.split('\'');
        parts.extend(pieces.next());
        parts.extend(pieces.flat_map(|piece| [r"'\''", piece]));
    }
    parts.push("'");
}

/// All credentials of a mailbox, as JSON names them.
#[derive(Serialize)]
struct All<'a> {
    provider: &'a str,
    tenant: &'a str,
    client_id: &'a str,
    client_secret: Option<&'a str>,
    mailbox: &'a str,
    account: &'a str,
    refresh_token: &'a str,
    access_token: &'a str,
    xoauth2: &'a str,
    scope: String,
    token_url: String,
    smtp: String,
    imap: Option<String>,
    pop: Option<String>,
}

/// Written twice, first to see how long it is: a text that grows leaves copies behind that nobody clears.
fn in_json(all: &All<'_>) -> Result<Secret, Trouble> {
    let mut length = Length(0);
    let mut text = Zeroizing::new(Vec::new());
    let written = serde_json::to_writer_pretty(&mut length, all).and_then(|()| {
        text.reserve_exact(length.0);
        serde_json::to_writer_pretty(&mut *text, all)
    });
    match (written, std::str::from_utf8(&text)) {
        (Ok(()), Ok(text)) => Ok(Secret::new(text)),
        _ => Err(super::broken_job()),
    }
}

/// Counts what is written to it.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn no_client_secret() -> Trouble {
    Trouble::new(
        "application.no_client_secret",
        "This application has no client secret",
        "A public client needs none, and Microsoft refuses one (AADSTS700025).",
        "Use it without.",
    )
}
