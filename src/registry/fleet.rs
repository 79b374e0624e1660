//! The whole registry as one picture.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Fleet, Provider, Trouble};

use super::{Registry, applications, grants, mailboxes};

impl Registry {
    /// Everything, in one read transaction, mailboxes sorted by address.
    ///
    /// # Errors
    /// `registry.…`.
    pub fn fleet(&self, providers: &Arc<HashMap<String, Provider>>) -> Result<Fleet, Trouble> {
        self.read(|transaction| {
            let applications = applications::all(transaction)?;
            Ok(Fleet {
                applications: applications.into_iter().map(|it| (it.name.clone(), it)).collect(),
                grants: grants::all(transaction)?,
                mailboxes: mailboxes::all(transaction)?,
                providers: Arc::clone(providers),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{address, application, fresh, name};
    use super::*;

    #[test]
    fn everything_is_in_it_and_mailboxes_are_sorted() {
        let (_folder, registry) = fresh();
        registry.add_application(&application("Mailer")).unwrap();
        registry.add_application(&application("Printer")).unwrap();
        for (mailbox, account) in [("c@x", "c@x"), ("A@x", "c@x"), ("b@x", "b@x")] {
            registry.add_mailbox(&address(mailbox), &name("Mailer"), &address(account)).unwrap();
        }
        let fleet = registry.fleet(&Arc::default()).unwrap();
        assert_eq!((fleet.applications.len(), fleet.grants.len()), (2, 2));
        let addresses: Vec<&str> = fleet.mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect();
        assert_eq!(addresses, ["A@x", "b@x", "c@x"]);
        assert_eq!(fleet.entries().count(), 3);
    }
}
