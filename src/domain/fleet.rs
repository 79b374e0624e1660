//! Everything that a registry holds, as one picture.

use std::collections::HashMap;
use std::sync::Arc;

use super::application::{Application, ApplicationName};
use super::grant::{Grant, GrantId};
use super::mailbox::Mailbox;
use super::provider::Provider;

/// All mailboxes with what they depend on, as of one moment.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// The applications, by name.
    pub applications: HashMap<ApplicationName, Application>,
    /// The grants, by number.
    pub grants: HashMap<GrantId, Grant>,
    /// The mailboxes, by address.
    pub mailboxes: Vec<Mailbox>,
    /// The providers that this installation knows, by id.
    pub providers: Arc<HashMap<String, Provider>>,
}

/// One mailbox with what it depends on.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The mailbox.
    pub mailbox: &'a Mailbox,
    /// The grant that it uses.
    pub grant: &'a Grant,
    /// The application that it is onboarded to.
    pub application: &'a Application,
    /// The application's provider, unless the configuration has lost it.
    pub provider: Option<&'a Provider>,
}

impl Fleet {
    /// `mailbox` with what it depends on; `None` only if the registry is at odds with itself.
    #[must_use]
    pub fn entry<'a>(&'a self, mailbox: &'a Mailbox) -> Option<Entry<'a>> {
        let application = self.applications.get(&mailbox.application)?;
        Some(Entry {
            mailbox,
            grant: self.grants.get(&mailbox.grant)?,
            application,
            provider: self.providers.get(&application.provider),
        })
    }

    /// Every mailbox with what it depends on.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.mailboxes.iter().filter_map(|mailbox| self.entry(mailbox))
    }
}

impl Entry<'_> {
    /// How many days a refresh token of this provider may lie idle.
    #[must_use]
    pub fn idle_limit_days(&self) -> Option<u32> {
        self.provider.and_then(|provider| provider.idle_limit_days)
    }
}
