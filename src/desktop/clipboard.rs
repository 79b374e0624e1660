//! The clipboard: read, copied to, cleared and watched by one thread that owns it.
//!
//! One thread, because Windows wants that, because on X11 the contents live only as long as their
//! owner, and because an owner elsewhere that does not answer blocks the reader for seconds.

use std::sync::mpsc as sync;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::domain::{Secret, Trouble};

mod system;
mod worker;

pub(crate) use worker::Board;
use worker::{Command, Worker};

/// How long a caller waits for the thread.
const PATIENCE: Duration = Duration::from_secs(2);
/// The texts that a watcher may leave unread; newer ones wait in the clipboard.
const UNREAD: usize = 16;

/// The clipboard, on a thread of its own. Cloning it gives another handle to the same one.
///
/// What was copied stays there until it is cleared, replaced, or the process ends.
#[derive(Debug, Clone)]
pub struct Clipboard {
    commands: sync::Sender<Command>,
}

impl Clipboard {
    /// Starts the thread; the clipboard itself is opened when it is first used.
    #[must_use]
    pub fn start() -> Self {
        Self::over(system::open)
    }

    /// The same over what `open` gives.
    pub(crate) fn over<B: Board>(open: impl Fn() -> Result<B, String> + Send + 'static) -> Self {
        let (commands, inbox) = sync::channel();
        // If no thread can be had, the inbox is gone and every call says that it is unavailable.
        let thread = std::thread::Builder::new().name("clipboard".into());
        let _ = thread.spawn(move || Worker::new(open).run(&inbox));
        Self { commands }
    }

    /// The text in it now; `None` if it is empty or no text.
    ///
    /// # Errors
    /// `clipboard.unavailable`, or `clipboard.too_large` above 8 MiB.
    pub async fn read(&self) -> Result<Option<Secret>, Trouble> {
        self.ask(Command::Read).await
    }

    /// Puts `text` there, marked as not for clipboard history where the platform can.
    ///
    /// # Errors
    /// `clipboard.unavailable`: no display, or an SSH session (use OSC 52 then).
    pub async fn copy(&self, text: &Secret) -> Result<(), Trouble> {
        let text = text.clone();
        self.ask(|reply| Command::Copy(text, reply)).await
    }

    /// Clears it if it still holds what [`Clipboard::copy`] put there last; says whether it did.
    ///
    /// # Errors
    /// `clipboard.unavailable`.
    pub async fn clear_if_ours(&self) -> Result<bool, Trouble> {
        self.ask(Command::ClearIfOurs).await
    }

    /// Every new text that somebody else puts there, until the receiver is dropped. What is in it
    /// when the watch begins comes first. Texts above 64 kB are passed over. Where there is no
    /// clipboard, the receiver ends at once.
    #[must_use]
    pub fn watch(&self) -> mpsc::Receiver<Secret> {
        let (texts, receiver) = mpsc::channel(UNREAD);
        let _ = self.commands.send(Command::Watch(texts));
        receiver
    }

    async fn ask<T>(&self, command: impl FnOnce(worker::Reply<T>) -> Command) -> Result<T, Trouble> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).map_err(|_| unavailable("Its thread has ended."))?;
        match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(unavailable("Its thread has ended.")),
            Err(_) => Err(unavailable("The program that owns its contents did not answer within 2 seconds.")),
        }
    }
}

fn unavailable(reason: impl AsRef<str>) -> Trouble {
    Trouble::new(
        "clipboard.unavailable",
        "The clipboard cannot be used",
        reason,
        "Paste into this terminal instead, or let the terminal do the copying (OSC 52).",
    )
}
