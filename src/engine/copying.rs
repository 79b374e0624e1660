//! Copying out: to the clipboard, for a while.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use super::event::Event;
use super::{Engine, Field, lock};
use crate::domain::{MailboxId, Secret, Trouble};
use crate::registry::Happened;

/// Where a copy went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// To the clipboard; a secret is cleared then.
    Clipboard {
        /// When it will be cleared, if it will.
        cleared_at: Option<Timestamp>,
    },
    /// There is no clipboard here: the terminal has to take it (OSC 52), and nobody can clear it.
    ForTerminal(Secret),
}

/// What is on the clipboard because of us.
#[derive(Default)]
pub(super) struct Copying {
    turn: AtomicU64,
    to_clear: Mutex<bool>,
}

impl Engine {
    /// Copies a credential out.
    ///
    /// # Errors
    /// As [`Engine::credential`]; `clipboard.…`.
    pub async fn copy(&self, mailbox: MailboxId, field: Field) -> Result<Copied, Trouble> {
        let text = self.credential(mailbox, field).await?;
        let copied = if field.is_secret() { self.copy_secret(&text).await } else { self.copy_text(&text).await }?;
        self.note(mailbox, Happened::Copied, field.name().to_owned()).await;
        Ok(copied)
    }

    /// Copies something that is no secret: a link, a PowerShell line.
    ///
    /// # Errors
    /// `clipboard.…`.
    pub async fn copy_text(&self, text: &Secret) -> Result<Copied, Trouble> {
        self.0.copying.turn.fetch_add(1, Ordering::Relaxed);
        *lock(&self.0.copying.to_clear) = false;
        self.put_on_clipboard(text, None).await
    }

    async fn copy_secret(&self, text: &Secret) -> Result<Copied, Trouble> {
        let turn = self.0.copying.turn.fetch_add(1, Ordering::Relaxed) + 1;
        let patience = self.settings().clear_after;
        let copied = self.put_on_clipboard(text, Some(self.now() + patience)).await?;
        if matches!(copied, Copied::Clipboard { .. }) {
            *lock(&self.0.copying.to_clear) = true;
            let engine = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(patience).await;
                if engine.0.copying.turn.load(Ordering::Relaxed) == turn {
                    engine.clear_clipboard().await;
                }
            });
        }
        Ok(copied)
    }

    /// Clears the clipboard if a secret of ours is still on it: when its time is over, and at the end.
    pub async fn clear_clipboard(&self) {
        let had_secret = std::mem::take(&mut *lock(&self.0.copying.to_clear));
        if had_secret && let Ok(cleared) = self.0.parts.clipboard.clear_if_ours().await {
            self.publish(Event::ClipboardCleared(cleared));
        }
    }

    async fn put_on_clipboard(&self, text: &Secret, cleared_at: Option<Timestamp>) -> Result<Copied, Trouble> {
        match self.0.parts.clipboard.copy(text).await {
            Ok(()) => Ok(Copied::Clipboard { cleared_at }),
            Err(trouble) if trouble.code() == "clipboard.unavailable" => Ok(Copied::ForTerminal(text.clone())),
            Err(trouble) => Err(trouble),
        }
    }

    /// What is on the clipboard now, for whoever asks the dashboard to take it.
    ///
    /// # Errors
    /// `clipboard.…`.
    pub async fn paste(&self) -> Result<Option<Secret>, Trouble> {
        self.0.parts.clipboard.read().await
    }
}
