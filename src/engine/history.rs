//! What happened to a mailbox, when, and by which command: written by every job, read by people.

use super::Engine;
use crate::domain::{Address, MailboxId, Trouble};
use crate::registry::{Event, Happened, Registry};

/// Who acts when nobody says otherwise.
const DASHBOARD: &str = "dashboard";

impl Engine {
    /// From now on history says that what happens is done by this command. The first call counts.
    pub fn act_for(&self, command: &'static str) {
        let _ = self.0.command.set(command);
    }

    /// Whether somebody waits for it to end, and it is not the dashboard.
    pub(super) fn is_command(&self) -> bool {
        self.0.command.get().is_some()
    }

    /// The newest `most` lines, of one mailbox or of all, newest first. A mailbox that was removed
    /// keeps its history.
    ///
    /// # Errors
    /// `registry.…`.
    pub async fn history(&self, mailbox: Option<Address>, most: usize) -> Result<Vec<Event>, Trouble> {
        self.registry(move |registry| registry.history(mailbox.as_ref(), most)).await
    }

    /// A line of history, as of now.
    pub(super) fn event(&self, mailbox: Address, what: Happened, detail: String) -> Event {
        let command = self.0.command.get().copied().unwrap_or(DASHBOARD).to_owned();
        Event { at: self.now(), mailbox, what, detail, command }
    }

    /// Writes a line of history. That it cannot be written stops nothing.
    pub(super) async fn note(&self, mailbox: MailboxId, what: Happened, detail: String) {
        let engine = self.clone();
        let noted = self.registry(move |registry| {
            let address = registry.mailbox(mailbox)?.address;
            registry.note(&engine.event(address, what, detail))
        });
        warn_unless(noted.await);
    }

    /// The same for a mailbox that is gone.
    pub(super) async fn note_of(&self, mailbox: Address, what: Happened, detail: String) {
        let event = self.event(mailbox, what, detail);
        warn_unless(self.registry(move |registry| registry.note(&event)).await);
    }
}

/// The same, in a job that is at the registry already.
pub(super) fn note(registry: &Registry, event: &Event) {
    warn_unless(registry.note(event));
}

fn warn_unless(noted: Result<(), Trouble>) {
    if let Err(trouble) = noted {
        tracing::warn!(code = trouble.code(), "history was not written");
    }
}
