//! What is said of a line while it is typed into.

use std::borrow::Cow;

use super::{Form, Name, Purpose, Value};
use crate::domain::provider::Dialect;
use crate::domain::{Fleet, Provider};

impl Form {
    /// What is said of the line that is typed into; of an application's lines, as its provider calls them.
    #[must_use]
    pub fn hint(&self, fleet: &Fleet) -> Cow<'static, str> {
        let Some(field) = self.fields.get(self.at) else { return "".into() };
        if matches!(field.value, Value::Choice(..)) {
            return "← → chooses".into();
        }
        let provider = fleet.providers.get(self.text(Name::Provider));
        match field.name {
            Name::Address => self.of_address(),
            Name::Account => "Who signs in. Empty: the mailbox itself; for a shared mailbox its delegate".into(),
            Name::Name => "What you call it".into(),
            Name::Tenant => of_tenant(provider).into(),
            Name::ClientId => of_client_id(provider).into(),
            Name::RedirectUri => of_redirect_uri(provider).into(),
            Name::Scopes => "Empty: IMAP, POP and SMTP as the provider names them".into(),
            Name::ClientSecret => of_client_secret(provider).into(),
            Name::File => self.of_file(),
            Name::Note => "What you want to know of it later; the filter finds it: note:floor".into(),
            Name::Application | Name::Provider => "".into(),
        }
    }

    fn of_address(&self) -> Cow<'static, str> {
        match (&self.purpose, self.typed_addresses().count()) {
            (Purpose::NewMailbox, count @ 2..) => format!("{count} mailboxes").into(),
            (Purpose::NewMailbox, _) => {
                "Whose mail is wanted: billing@contoso.com. Several at once: with commas, or a pasted column".into()
            }
            _ => "Whose mail is wanted: billing@contoso.com".into(),
        }
    }
}

fn of_tenant(provider: Option<&Provider>) -> &'static str {
    match provider {
        Some(provider) if !provider.has_tenants() => "This provider has no tenants: leave it empty",
        _ => "Its id or domain, or a mail address; ctrl-t looks it up",
    }
}

fn of_client_id(provider: Option<&Provider>) -> &'static str {
    match provider {
        Some(provider) if provider.id == "google" => {
            "“Client ID” of the OAuth client of type “Desktop app”; it ends in .apps.googleusercontent.com"
        }
        Some(provider) if provider.dialect == Dialect::Standard => "The client id that the provider gave you",
        _ => "“Application (client) ID” on the app's overview page",
    }
}

fn of_redirect_uri(provider: Option<&Provider>) -> &'static str {
    match provider {
        Some(provider) if provider.id == "google" => "http://localhost is right for a client of type “Desktop app”",
        Some(provider) if provider.dialect == Dialect::Standard => "Exactly as registered with the provider",
        _ => "Exactly as registered under “Mobile and desktop applications”",
    }
}

fn of_client_secret(provider: Option<&Provider>) -> &'static str {
    match provider {
        Some(provider) if provider.id == "google" => "“Client secret” on the same page; Google's clients have one",
        Some(provider) if provider.needs_client_secret => "This provider's clients have one",
        _ => "Leave it empty: a public client, as Microsoft calls it, has none",
    }
}
