//! A mailbox with everything that a job for it needs.

use std::collections::HashSet;

use super::Engine;
use super::troubles::no_client_secret_there;
use crate::domain::{Application, Grant, GrantId, Mailbox, MailboxId, Provider, Secret, Trouble};

/// A mailbox with everything that a job for it needs.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) mailbox: Mailbox,
    pub(super) grant: Grant,
    pub(super) application: Application,
    pub(super) provider: Provider,
}

impl Engine {
    pub(super) async fn case(&self, mailbox: MailboxId) -> Result<Case, Trouble> {
        let (mailbox, grant, application) = self
            .registry(move |registry| {
                let mailbox = registry.mailbox(mailbox)?;
                let grant = registry.grant(mailbox.grant)?;
                let application = registry.application(&grant.application)?;
                Ok((mailbox, grant, application))
            })
            .await?;
        let provider = self.provider(&application.provider)?.clone();
        Ok(Case { mailbox, grant, application, provider })
    }

    /// Those of `mailboxes` that use `grant`.
    pub(super) async fn cases(&self, grant: GrantId, mailboxes: &[MailboxId]) -> Result<Vec<Case>, Trouble> {
        let wanted: HashSet<MailboxId> = mailboxes.iter().copied().collect();
        let (mailboxes, grant, application) = self
            .registry(move |registry| {
                let mut mailboxes = registry.mailboxes_of(grant)?;
                mailboxes.retain(|mailbox| wanted.contains(&mailbox.id));
                let grant = registry.grant(grant)?;
                let application = registry.application(&grant.application)?;
                Ok((mailboxes, grant, application))
            })
            .await?;
        let provider = self.provider(&application.provider)?;
        let case = |mailbox| Case {
            mailbox,
            grant: grant.clone(),
            application: application.clone(),
            provider: provider.clone(),
        };
        Ok(mailboxes.into_iter().map(case).collect())
    }

    /// The client secret of an application, if it has one.
    ///
    /// # Errors
    /// `client_secret.missing` if it ought to have one; `keyring.…`, `seal.…`, `registry.…`.
    pub(super) async fn client_secret(&self, application: &Application) -> Result<Option<Secret>, Trouble> {
        if !application.has_client_secret {
            return Ok(None);
        }
        let secret = self.secrets().get(&self.client_secret_key(&application.name)).await?;
        if secret.is_none() {
            self.secrets().recognise_keyring().await?;
            return Err(no_client_secret_there(&application.name));
        }
        Ok(secret)
    }
}
