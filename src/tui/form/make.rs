//! The lines of the forms.

use tui_input::Input;

use super::{Field, Form, Name, Purpose, Value};
use crate::domain::{Application, Entry, Fleet, redirect_uri};

impl Form {
    /// An empty form for a mailbox with the application of the one `beside` it, or a form for `entry`.
    #[must_use]
    pub fn mailbox(fleet: &Fleet, entry: Option<&Entry<'_>>, beside: Option<&Entry<'_>>) -> Self {
        let address = entry.map_or(String::new(), |entry| entry.mailbox.address.to_string());
        let account = entry
            .filter(|entry| entry.grant.account != entry.mailbox.address)
            .map_or(String::new(), |entry| entry.grant.account.to_string());
        let note = entry.map_or("", |entry| entry.mailbox.note.as_str());
        let fields = vec![
            text(Name::Address, "Mailbox", "", address),
            application_choice(fleet, entry.or(beside)),
            text(Name::Account, "Account", "itself", account),
            text(Name::Note, "Note", "none", note.to_owned()),
        ];
        Self::new(entry.map_or(Purpose::NewMailbox, |entry| Purpose::EditMailbox(entry.mailbox.id)), fields)
    }

    /// An empty form for an application, or one for `application`.
    #[must_use]
    pub fn application(fleet: &Fleet, application: Option<&Application>) -> Self {
        let providers = sorted(fleet.providers.values().map(|provider| (provider.id.clone(), provider.title.clone())));
        let current = application.map_or(preferred_provider(&providers), |application| application.provider.clone());
        let at = providers.iter().position(|(id, _)| *id == current).unwrap_or(0);
        let has_secret = application.is_some_and(|application| application.has_client_secret);
        let of = |part: fn(&Application) -> String| application.map_or(String::new(), part);
        let redirect_uri =
            application.map_or(redirect_uri::DEFAULT.to_owned(), |application| application.redirect_uri.to_string());
        let name = if fleet.applications.is_empty() {
            "Mailer".to_owned()
        } else {
            of(|application| application.name.to_string())
        };
        Self::new(
            application
                .map_or(Purpose::NewApplication, |application| Purpose::EditApplication(Box::new(application.clone()))),
            vec![
                text(Name::Name, "Name", "", name),
                Field { name: Name::Provider, label: "Provider", placeholder: "", value: Value::Choice(providers, at) },
                text(Name::Tenant, "Tenant", "", of(|application| application.tenant.clone())),
                text(Name::ClientId, "Client id", "", of(|application| application.client_id.clone())),
                text(Name::RedirectUri, "Redirect URI", "", redirect_uri),
                text(Name::Scopes, "Scopes", "the provider's own", of(|application| application.scopes.join(" "))),
                Field {
                    name: Name::ClientSecret,
                    label: "Client secret",
                    placeholder: if has_secret { "kept as it is" } else { "none" },
                    value: Value::Hidden(Input::default()),
                },
            ],
        )
    }
}

/// One of the applications, to begin with that of `entry`.
pub(super) fn application_choice(fleet: &Fleet, entry: Option<&Entry<'_>>) -> Field {
    let names = sorted(fleet.applications.keys().map(|name| (name.to_string(), name.to_string())));
    let current = entry.map_or("", |entry| entry.application.name.as_str());
    let at = names.iter().position(|(name, _)| name == current).unwrap_or(0);
    Field { name: Name::Application, label: "Application", placeholder: "", value: Value::Choice(names, at) }
}

pub(super) fn text(name: Name, label: &'static str, placeholder: &'static str, value: String) -> Field {
    Field { name, label, placeholder, value: Value::Text(Input::new(value)) }
}

fn sorted(options: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut options: Vec<_> = options.collect();
    options.sort();
    options
}

/// The demo's own provider where there is one, else Microsoft's worldwide.
fn preferred_provider(providers: &[(String, String)]) -> String {
    let wanted = if providers.iter().any(|(id, _)| id == "demo") { "demo" } else { "microsoft" };
    wanted.to_owned()
}
