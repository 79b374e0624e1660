//! The mailboxes of one grant: refreshed once, then tried each for itself.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::job::JobId;
use crate::domain::{Address, Entry, Fleet, GrantId, MailboxId};

/// Mailboxes that use one grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The job that it belongs to.
    pub job: JobId,
    /// The grant.
    pub grant: GrantId,
    /// Those of its mailboxes that are to be checked.
    pub mailboxes: Vec<(MailboxId, Address)>,
    /// A token that was refreshed after this moment is fresh enough.
    pub seen_at: Timestamp,
}

impl Group {
    /// The mailboxes' numbers.
    pub fn ids(&self) -> Vec<MailboxId> {
        self.mailboxes.iter().map(|(id, _)| *id).collect()
    }
}

/// The groups of `ids` for a job, in the order of their first mailboxes, each with the id of its
/// provider. What the fleet does not hold is in none.
pub fn groups(fleet: &Fleet, ids: &[MailboxId], job: JobId, seen_at: Timestamp) -> Vec<(String, Group)> {
    let wanted: HashSet<MailboxId> = ids.iter().copied().collect();
    let found = fleet.entries().filter(|entry| wanted.contains(&entry.mailbox.id));
    let entries: HashMap<MailboxId, Entry<'_>> = found.map(|entry| (entry.mailbox.id, entry)).collect();
    let mut groups: Vec<(String, Group)> = Vec::new();
    let mut places: HashMap<GrantId, usize> = HashMap::new();
    for entry in ids.iter().filter_map(|id| entries.get(id)) {
        let grant = entry.grant.id;
        let place = *places.entry(grant).or_insert(groups.len());
        if place == groups.len() {
            groups.push((entry.application.provider.clone(), Group { job, grant, mailboxes: vec![], seen_at }));
        }
        if let Some((_, group)) = groups.get_mut(place) {
            group.mailboxes.push((entry.mailbox.id, entry.mailbox.address.clone()));
        }
    }
    groups
}
