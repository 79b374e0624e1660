//! Copying out: to the clipboard, for a while.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::AbortHandle;

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
    /// Waits for the moment at which the secret there is to be cleared, if one is there.
    timer: Mutex<Option<AbortHandle>>,
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
        self.put_on_clipboard(text, None).await
    }

    async fn copy_secret(&self, text: &Secret) -> Result<Copied, Trouble> {
        self.put_on_clipboard(text, Some(self.settings().clear_after)).await
    }

    /// Clears the clipboard if a secret of ours is still on it: when its time is over, and at the end.
    pub async fn clear_clipboard(&self) {
        let timer = lock(&self.0.copying.timer).take();
        if timer.is_some()
            && let Ok(cleared) = self.0.parts.clipboard.clear_if_ours().await
        {
            self.publish(Event::ClipboardCleared(cleared));
        }
    }

    async fn put_on_clipboard(&self, text: &Secret, clear_after: Option<Duration>) -> Result<Copied, Trouble> {
        match self.0.parts.clipboard.copy(text).await {
            Ok(()) => Ok(Copied::Clipboard { cleared_at: self.clear_later(clear_after) }),
            Err(trouble) if trouble.code() == "clipboard.unavailable" => Ok(Copied::ForTerminal(text.clone())),
            Err(trouble) => Err(trouble),
        }
    }

    /// What was copied has taken the place of what was copied before: that need not be cleared any more.
    fn clear_later(&self, patience: Option<Duration>) -> Option<Timestamp> {
        let mut timer = lock(&self.0.copying.timer);
        if let Some(before) = timer.take() {
            before.abort();
        }
        let patience = patience?;
        let engine = self.clone();
        let clear = async move {
            tokio::time::sleep(patience).await;
            engine.clear_clipboard().await;
        };
        *timer = Some(tokio::spawn(clear).abort_handle());
        Some(self.now() + patience)
    }

    /// What is on the clipboard now, for whoever asks the dashboard to take it.
    ///
    /// # Errors
    /// `clipboard.…`.
    pub async fn paste(&self) -> Result<Option<Secret>, Trouble> {
        self.0.parts.clipboard.read().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::desktop::Clipboard;
    use crate::desktop::clipboard::Board;
    use crate::engine::{Clock, Parts, Settings};
    use crate::registry::Registry;
    use crate::secrets::Secrets;

    /// A clipboard in memory, and whether another program keeps it occupied, which none does on Linux.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<(Option<Secret>, bool)>>);

    impl Board for Shared {
        fn read(&mut self) -> Result<Option<Secret>, String> {
            Ok(lock(&self.0).0.clone())
        }

        fn write(&mut self, text: &Secret) -> Result<(), String> {
            let (present, is_occupied) = &mut *lock(&self.0);
            if *is_occupied {
                return Err("It is occupied.".to_owned());
            }
            *present = Some(text.clone());
            Ok(())
        }

        fn clear(&mut self) -> Result<(), String> {
            lock(&self.0).0 = None;
            Ok(())
        }
    }

    fn engine(shared: &Shared, folder: &tempfile::TempDir) -> Engine {
        let shared = shared.clone();
        let mut settings = Settings::load(&folder.path().join("config.toml")).unwrap();
        settings.clear_after = Duration::from_millis(300);
        Engine::new(Parts {
            settings,
            registry: Registry::open(&folder.path().join("registry.db")).unwrap(),
            secrets: Secrets::memory(),
            clipboard: Clipboard::over(move || Ok(shared.clone())),
            clock: Clock::system(),
        })
    }

    #[tokio::test]
    async fn a_copy_that_fails_leaves_the_secret_before_it_to_be_cleared() {
        for by_hand in [false, true] {
            let (folder, shared) = (tempfile::tempdir().unwrap(), Shared::default());
            let engine = engine(&shared, &folder);
            let mut events = engine.events();
            engine.copy_secret(&Secret::new("a refresh token")).await.unwrap();
            lock(&shared.0).1 = true;
            let link = Secret::new("https://login.example/");
            assert_eq!(engine.copy_text(&link).await, Ok(Copied::ForTerminal(link)));
            if by_hand {
                engine.clear_clipboard().await;
            }
            let told = tokio::time::timeout(Duration::from_secs(30), events.recv()).await;
            assert!(matches!(told, Ok(Ok(Event::ClipboardCleared(true)))), "{told:?}");
            assert_eq!(lock(&shared.0).0, None);
        }
    }

    #[tokio::test]
    async fn a_copy_that_takes_its_place_lets_the_clipboard_be() {
        let (folder, shared) = (tempfile::tempdir().unwrap(), Shared::default());
        let engine = engine(&shared, &folder);
        engine.copy_secret(&Secret::new("a refresh token")).await.unwrap();
        engine.copy_text(&Secret::new("https://login.example/")).await.unwrap();
        engine.clear_clipboard().await;
        assert_eq!(lock(&shared.0).0, Some(Secret::new("https://login.example/")));
    }
}
