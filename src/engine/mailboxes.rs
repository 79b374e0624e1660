//! Mailboxes: adding, changing, removing, and what is remembered of them.

use super::Engine;
use super::event::{Event as Told, Subject};
use crate::domain::{Address, Mailbox, MailboxId, NewMailbox, Trouble};
use crate::registry::Happened;
use crate::secrets::Key;

impl Engine {
    /// Adds a mailbox, and gives it.
    ///
    /// # Errors
    /// `mailbox.exists`, `application.unknown`.
    pub async fn add_mailbox(&self, mailbox: NewMailbox) -> Result<Mailbox, Trouble> {
        let address = mailbox.address.clone();
        self.add_mailboxes(vec![mailbox]).await?;
        self.mailbox_at(address).await
    }

    /// Adds all of them in one transaction, or none.
    ///
    /// # Errors
    /// `mailbox.exists`, `application.unknown`.
    pub async fn add_mailboxes(&self, mailboxes: Vec<NewMailbox>) -> Result<(), Trouble> {
        self.add_and_change(mailboxes, Vec::new()).await
    }

    /// Adds mailboxes and changes others in one transaction, or does nothing.
    ///
    /// # Errors
    /// `mailbox.exists`, `mailbox.unknown`, `application.unknown`.
    pub(super) async fn add_and_change(&self, new: Vec<NewMailbox>, changes: Vec<NewMailbox>) -> Result<(), Trouble> {
        let engine = self.clone();
        let event = move |before: Option<&NewMailbox>, now: &NewMailbox| {
            let (what, detail) = match before {
                None => (Happened::Added, String::new()),
                Some(before) => (Happened::Changed, difference(before, now)),
            };
            engine.event(now.address.clone(), what, detail)
        };
        let changed = self.registry(move |registry| registry.import_mailboxes(&new, &changes, event)).await?;
        for id in &changed {
            self.cancel_errand(&Subject::Mailbox(*id)).await?;
        }
        if !changed.is_empty() {
            self.forget_or_tell().await;
        }
        self.0.works.changed.notify_one();
        Ok(())
    }

    /// Changes a mailbox's address, application, account and note.
    ///
    /// # Errors
    /// `mailbox.exists`, `mailbox.unknown`, `application.unknown`.
    pub async fn change_mailbox(&self, id: MailboxId, to: NewMailbox) -> Result<(), Trouble> {
        let wanted = to.clone();
        let before = self.registry(move |registry| registry.change_mailbox(id, &wanted)).await?;
        if before != to {
            self.note(id, Happened::Changed, difference(&before, &to)).await;
        }
        self.cancel_errand(&Subject::Mailbox(id)).await?;
        self.forget_or_tell().await;
        self.0.works.changed.notify_one();
        Ok(())
    }

    /// Removes a mailbox. Its refresh token, if no other mailbox uses it, is left to
    /// [`Engine::forget_discarded_secrets`]: once for many mailboxes, since the keyring may take long.
    ///
    /// # Errors
    /// `mailbox.unknown`.
    pub async fn remove_mailbox(&self, id: MailboxId) -> Result<(), Trouble> {
        self.cancel_errand(&Subject::Mailbox(id)).await?;
        let removed = self.registry(move |registry| registry.remove_mailbox(id)).await?;
        self.note_of(removed.address, Happened::Removed, String::new()).await;
        self.drop_from_checks(id);
        self.0.works.changed.notify_one();
        Ok(())
    }

    /// The mailbox with this address.
    ///
    /// # Errors
    /// `mailbox.unknown`.
    pub async fn mailbox_at(&self, address: Address) -> Result<Mailbox, Trouble> {
        self.registry(move |registry| registry.mailbox_at(&address)).await
    }

    /// Deletes the secrets of grants that nobody uses any more. What cannot be deleted now is tried
    /// again the next time.
    ///
    /// # Errors
    /// `keyring.…`, `registry.…`.
    pub async fn forget_discarded_secrets(&self) -> Result<(), Trouble> {
        for grant in self.registry(|registry| registry.discarded()).await? {
            self.secrets().delete(&Key::refresh_token(self.registry_id(), grant)).await?;
            self.registry(move |registry| registry.forget_discarded(grant)).await?;
        }
        Ok(())
    }

    /// The same, for whoever has done what was asked for.
    pub(super) async fn forget_or_tell(&self) {
        if let Err(trouble) = self.forget_discarded_secrets().await {
            self.publish(Told::Trouble(trouble));
        }
    }
}

/// What of a mailbox is another, for its history.
fn difference(before: &NewMailbox, now: &NewMailbox) -> String {
    let changes = [
        (before.address != now.address).then(|| format!("address, which was {}", before.address)),
        (before.application != now.application).then(|| format!("application to {}", now.application)),
        (before.account != now.account).then(|| format!("account to {}", now.account)),
        (before.note != now.note).then(|| "note".to_owned()),
    ];
    changes.into_iter().flatten().collect::<Vec<String>>().join(", ")
}
