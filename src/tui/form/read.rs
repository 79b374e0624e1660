//! What was typed into a form, parsed when it is sent.

use std::collections::HashSet;

use super::{Form, Name, Purpose};
use crate::domain::{Address, Application, ApplicationName, Check, NewMailbox, Note, RedirectUri, Secret, Trouble};
use crate::tui::message::Effect;

impl Form {
    /// What sending the form asks for.
    ///
    /// # Errors
    /// The line that is wrong, and what is wrong with it.
    pub fn effect(&self) -> Result<Effect, (Name, Trouble)> {
        match &self.purpose {
            Purpose::NewMailbox => self.new_mailboxes(),
            Purpose::EditMailbox(id) => {
                self.mailbox_at(self.text(Name::Address)).map(|to| Effect::ChangeMailbox(*id, to))
            }
            Purpose::NewApplication => self.application_parts(None),
            Purpose::EditApplication(old) => self.application_parts(Some(old)),
            Purpose::Import(pasted) => self.plan(pasted.as_ref()),
        }
    }

    fn new_mailboxes(&self) -> Result<Effect, (Name, Trouble)> {
        let mut known = HashSet::new();
        let mut mailboxes = Vec::new();
        for typed in self.typed_addresses() {
            let mailbox = self.mailbox_at(typed)?;
            if known.insert(mailbox.address.clone()) {
                mailboxes.push(mailbox);
            }
        }
        if mailboxes.is_empty() {
            self.mailbox_at("")?;
        }
        Ok(Effect::AddMailboxes(mailboxes))
    }

    /// Who signs in, if not each mailbox for itself.
    pub(super) fn delegate(&self) -> Result<Option<Address>, (Name, Trouble)> {
        let account = Some(self.text(Name::Account)).filter(|account| !account.is_empty());
        account.map(Address::parse).transpose().map_err(at(Name::Account))
    }

    /// The addresses of new mailboxes as they were typed, with commas, semicolons or blanks between them.
    pub(super) fn typed_addresses(&self) -> impl Iterator<Item = &str> {
        self.text(Name::Address)
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
            .filter(|one| !one.is_empty())
    }

    pub(super) fn application_name(&self) -> Result<ApplicationName, (Name, Trouble)> {
        ApplicationName::parse(self.text(Name::Application)).map_err(at(Name::Application))
    }

    /// The tenant as it was typed: its id or a domain, which may be that of a mail address.
    #[must_use]
    pub fn domain_or_id(&self) -> &str {
        let typed = self.text(Name::Tenant);
        typed.rsplit_once('@').map_or(typed, |(_, domain)| domain)
    }

    /// The mailbox with the address `typed`, and all else as the form says.
    fn mailbox_at(&self, typed: &str) -> Result<NewMailbox, (Name, Trouble)> {
        let address = Address::parse(typed).map_err(at(Name::Address))?;
        let account = self.delegate()?.unwrap_or_else(|| address.clone());
        let note = Note::parse(self.text(Name::Note)).map_err(at(Name::Note))?;
        Ok(NewMailbox { address, application: self.application_name()?, account, note })
    }

    fn application_parts(&self, old: Option<&Application>) -> Result<Effect, (Name, Trouble)> {
        let secret = match self.text(Name::ClientSecret) {
            "" => None,
            secret => Some(Secret::new(secret)),
        };
        let mut application = Application {
            name: ApplicationName::parse(self.text(Name::Name)).map_err(at(Name::Name))?,
            provider: self.text(Name::Provider).to_owned(),
            tenant: self.domain_or_id().to_owned(),
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

pub(super) fn at(name: Name) -> impl Fn(Trouble) -> (Name, Trouble) {
    move |trouble| (name, trouble)
}
