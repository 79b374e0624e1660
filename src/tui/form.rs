//! Forms: a mailbox, an application. What was typed is parsed when the form is sent, and what is
//! wrong with it is said in the form.

use crossterm::event::{Event, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::message::Effect;
use crate::domain::text::is_unprintable;
use crate::domain::{
    Address, Application, ApplicationName, Check, Entry, Fleet, MailboxId, RedirectUri, Secret, Trouble, redirect_uri,
};

/// A form on the screen.
#[derive(Debug)]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// Its lines.
    pub fields: Vec<Field>,
    /// The line that is typed into.
    pub at: usize,
    /// What is wrong with what was sent, or how the sending stands.
    pub status: Status,
}

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A new mailbox.
    NewMailbox,
    /// An existing mailbox.
    EditMailbox(MailboxId),
    /// A new application.
    NewApplication,
    /// An existing application.
    EditApplication(Box<Application>),
}

/// How a form stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is being filled in.
    Open,
    /// It was sent, and is being saved.
    Sent,
    /// The tenant is being looked for.
    LookingForTenant,
    /// The tenant was found, in this region.
    FoundTenant(Option<String>),
    /// Something is wrong with it.
    Wrong(Trouble),
}

/// What a line of a form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The mailbox's address.
    Address,
    /// The mailbox's application.
    Application,
    /// The mailbox's account.
    Account,
    /// The application's name.
    Name,
    /// The application's provider.
    Provider,
    /// The application's tenant.
    Tenant,
    /// The application's client id.
    ClientId,
    /// The application's redirect URI.
    RedirectUri,
    /// The application's scopes.
    Scopes,
    /// The application's client secret.
    ClientSecret,
}

/// A line of a form.
#[derive(Debug)]
pub struct Field {
    /// Which.
    pub name: Name,
    /// What stands before it.
    pub label: &'static str,
    /// What is said of it while it is typed into.
    pub hint: &'static str,
    /// What is in it.
    pub value: Value,
}

/// What is in a line.
#[derive(Debug)]
pub enum Value {
    /// Text.
    Text(Input),
    /// Text that must not be seen.
    Hidden(Input),
    /// One of several: what it stands for, and its title.
    Choice(Vec<(String, String)>, usize),
}

impl Value {
    /// The text, or what the choice stands for.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(input) | Self::Hidden(input) => input.value().trim(),
            Self::Choice(options, at) => options.get(*at).map_or("", |(value, _)| value),
        }
    }
}

impl Form {
    /// An empty form for a mailbox with the application of the one `beside` it, or a form for `entry`.
    #[must_use]
    pub fn mailbox(fleet: &Fleet, entry: Option<&Entry<'_>>, beside: Option<&Entry<'_>>) -> Self {
        let applications = sorted(fleet.applications.keys().map(|name| (name.to_string(), name.to_string())));
        let current = entry.or(beside).map_or(String::new(), |entry| entry.application.name.to_string());
        let at = applications.iter().position(|(name, _)| *name == current).unwrap_or(0);
        let address = entry.map_or(String::new(), |entry| entry.mailbox.address.to_string());
        let account = entry
            .filter(|entry| entry.grant.account != entry.mailbox.address)
            .map_or(String::new(), |entry| entry.grant.account.to_string());
        Self::new(
            entry.map_or(Purpose::NewMailbox, |entry| Purpose::EditMailbox(entry.mailbox.id)),
            vec![
                text(Name::Address, "Mailbox", "Whose mail is wanted: billing@contoso.com", address),
                Field {
                    name: Name::Application,
                    label: "Application",
                    hint: "← → chooses",
                    value: Value::Choice(applications, at),
                },
                text(
                    Name::Account,
                    "Account",
                    "Who signs in. Empty: the mailbox itself; for a shared mailbox its delegate",
                    account,
                ),
            ],
        )
    }

    /// An empty form for an application, or one for `application`.
    #[must_use]
    pub fn application(fleet: &Fleet, application: Option<&Application>) -> Self {
        let providers = sorted(fleet.providers.values().map(|provider| (provider.id.clone(), provider.title.clone())));
        let current = application.map_or(preferred_provider(&providers), |application| application.provider.clone());
        let at = providers.iter().position(|(id, _)| *id == current).unwrap_or(0);
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
                text(Name::Name, "Name", "What you call it", name),
                Field {
                    name: Name::Provider,
                    label: "Provider",
                    hint: "← → chooses",
                    value: Value::Choice(providers, at),
                },
                text(
                    Name::Tenant,
                    "Tenant",
                    "Its id or domain, or a mail address; ctrl-t looks it up",
                    of(|application| application.tenant.clone()),
                ),
                text(
                    Name::ClientId,
                    "Client id",
                    "“Application (client) ID” on the app's overview page",
                    of(|application| application.client_id.clone()),
                ),
                text(
                    Name::RedirectUri,
                    "Redirect URI",
                    "Exactly as registered under “Mobile and desktop applications”",
                    redirect_uri,
                ),
                text(
                    Name::Scopes,
                    "Scopes",
                    "Empty: IMAP, POP and SMTP as the provider names them",
                    of(|application| application.scopes.join(" ")),
                ),
                Field {
                    name: Name::ClientSecret,
                    label: "Client secret",
                    hint: "Only where the provider needs one (Google); Microsoft's public clients have none",
                    value: Value::Hidden(Input::default()),
                },
            ],
        )
    }

    fn new(purpose: Purpose, fields: Vec<Field>) -> Self {
        Self { purpose, fields, at: 0, status: Status::Open }
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self.purpose {
            Purpose::NewMailbox => "New mailbox",
            Purpose::EditMailbox(_) => "Edit mailbox",
            Purpose::NewApplication => "New application",
            Purpose::EditApplication(_) => "Edit application",
        }
    }

    /// Goes some lines on, round the end.
    pub fn go(&mut self, lines: isize) {
        let count = self.fields.len() as isize;
        if count > 0 {
            self.at = (self.at as isize + lines).rem_euclid(count) as usize;
        }
    }

    /// Types into the line, or turns its choice.
    pub fn type_key(&mut self, key: &KeyEvent) {
        use crossterm::event::KeyCode::{Char, Left, Right};
        if self.status == Status::Sent {
            return;
        }
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        match (&mut field.value, key.code) {
            (Value::Choice(options, at), Left) => {
                *at = (*at + options.len().saturating_sub(1)).checked_rem(options.len()).unwrap_or(0)
            }
            (Value::Choice(options, at), Right | Char(' ')) => *at = (*at + 1).checked_rem(options.len()).unwrap_or(0),
            (Value::Choice(..), _) => return,
            (Value::Text(input) | Value::Hidden(input), _) => {
                input.handle_event(&Event::Key(*key));
            }
        }
        self.status = Status::Open;
    }

    /// Puts pasted text into the line: its first line, without what cannot be printed.
    pub fn paste(&mut self, pasted: &str) {
        if self.status == Status::Sent {
            return;
        }
        let Some(Field { value: Value::Text(input) | Value::Hidden(input), .. }) = self.fields.get_mut(self.at) else {
            return;
        };
        let line = pasted.trim().lines().next().unwrap_or("");
        for character in line.chars().filter(|c| !is_unprintable(*c)).take(4096) {
            input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.status = Status::Open;
    }

    /// The text of a line.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.fields.iter().find(|field| field.name == name).map_or("", |field| field.value.text())
    }

    /// Sets the text of a line.
    pub fn set(&mut self, name: Name, text: &str) {
        if let Some(Field { value: Value::Text(input), .. }) = self.fields.iter_mut().find(|field| field.name == name) {
            *input = Input::new(text.to_owned());
        }
    }

    /// What sending the form asks for.
    ///
    /// # Errors
    /// The line that is wrong, and what is wrong with it.
    pub fn effect(&self) -> Result<Effect, (Name, Trouble)> {
        match &self.purpose {
            Purpose::NewMailbox => self
                .mailbox_parts()
                .map(|(address, application, account)| Effect::AddMailbox(address, application, account)),
            Purpose::EditMailbox(id) => self
                .mailbox_parts()
                .map(|(address, application, account)| Effect::ChangeMailbox(*id, address, application, account)),
            Purpose::NewApplication => self.application_parts(None),
            Purpose::EditApplication(old) => self.application_parts(Some(old)),
        }
    }

    fn mailbox_parts(&self) -> Result<(Address, ApplicationName, Address), (Name, Trouble)> {
        let address = Address::parse(self.text(Name::Address)).map_err(at(Name::Address))?;
        let application = ApplicationName::parse(self.text(Name::Application)).map_err(at(Name::Application))?;
        let account = match self.text(Name::Account) {
            "" => address.clone(),
            account => Address::parse(account).map_err(at(Name::Account))?,
        };
        Ok((address, application, account))
    }

    fn application_parts(&self, old: Option<&Application>) -> Result<Effect, (Name, Trouble)> {
        let secret = match self.text(Name::ClientSecret) {
            "" => None,
            secret => Some(Secret::new(secret)),
        };
        let mut application = Application {
            name: ApplicationName::parse(self.text(Name::Name)).map_err(at(Name::Name))?,
            provider: self.text(Name::Provider).to_owned(),
            tenant: self.text(Name::Tenant).to_owned(),
            client_id: self.text(Name::ClientId).to_owned(),
            redirect_uri: RedirectUri::parse(self.text(Name::RedirectUri)).map_err(at(Name::RedirectUri))?,
            scopes: self.text(Name::Scopes).split_whitespace().map(str::to_owned).collect(),
            has_client_secret: old.is_some_and(|old| old.has_client_secret),
            proof: Check::Unknown,
            consent: Check::Unknown,
        };
        if let Some(old) = old.filter(|old| old.tenant == application.tenant && old.client_id == application.client_id)
        {
            application.consent = old.consent.clone();
        }
        Ok(Effect::SaveApplication(old.map(|old| old.name.clone()), Box::new(application), secret))
    }
}

fn text(name: Name, label: &'static str, hint: &'static str, value: String) -> Field {
    Field { name, label, hint, value: Value::Text(Input::new(value)) }
}

fn at(name: Name) -> impl Fn(Trouble) -> (Name, Trouble) {
    move |trouble| (name, trouble)
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
