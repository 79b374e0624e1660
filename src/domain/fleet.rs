//! Everything that a registry holds, as one picture.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::application::{Application, ApplicationName};
use super::grant::{Grant, GrantId, TokenState};
use super::mailbox::Mailbox;
use super::provider::Provider;

/// A map in the order in which it was filled. It hashes fast, since a fleet asks it about each of its
/// mailboxes.
pub type Map<K, V> = IndexMap<K, V, foldhash::fast::RandomState>;

/// All mailboxes with what they depend on, as of one moment.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// The applications, by name.
    pub applications: Map<ApplicationName, Application>,
    /// The grants, by number.
    pub grants: Map<GrantId, Grant>,
    /// The mailboxes, sorted by address without regard to case.
    pub mailboxes: Vec<Mailbox>,
    /// The providers that this installation knows, by id.
    pub providers: Arc<HashMap<String, Provider>>,
}

/// Some mailboxes and their grants as they are now; none came, went or belongs elsewhere.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// The mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// The grants that they use.
    pub grants: Vec<Grant>,
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
        let grant = self.grants.get(&mailbox.grant)?;
        let application = self.applications.get(&grant.application)?;
        Some(Entry { mailbox, grant, application, provider: self.providers.get(&application.provider) })
    }

    /// Takes news; gives the places of the mailboxes that they are about. What belongs to a mailbox
    /// that is not in this picture is left out: a newer picture is on its way.
    pub fn take(&mut self, news: &News) -> Vec<usize> {
        for grant in &news.grants {
            if let Some(known) = self.grants.get_mut(&grant.id) {
                known.clone_from(grant);
            }
        }
        news.mailboxes.iter().filter_map(|mailbox| self.take_mailbox(mailbox)).collect()
    }

    fn take_mailbox(&mut self, mailbox: &Mailbox) -> Option<usize> {
        let place = self.place_of(mailbox.address.as_str())?;
        self.mailboxes.get_mut(place)?.clone_from(mailbox);
        Some(place)
    }

    /// The mailbox with this address, in whatever case.
    #[must_use]
    pub fn mailbox_at(&self, address: &str) -> Option<&Mailbox> {
        self.place_of(address).and_then(|place| self.mailboxes.get(place))
    }

    fn place_of(&self, address: &str) -> Option<usize> {
        let folded = address.to_lowercase();
        self.mailboxes.binary_search_by(|known| known.address.compare_folded(&folded)).ok()
    }

    /// The moment after which some token's state is another though nothing happens to it.
    #[must_use]
    pub fn turns_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.entries().filter_map(|entry| entry.grant.token.turns_after(entry.idle_limit_days(), now)).min()
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

    /// The state of its token at `now`.
    #[must_use]
    pub fn token_state(&self, now: Timestamp) -> TokenState {
        self.grant.token.state(self.idle_limit_days(), now)
    }
}
