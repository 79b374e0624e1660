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
