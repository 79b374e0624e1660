//! Stub.
use tokio::sync::mpsc;

use crate::domain::{Secret, Trouble};

/// The clipboard, on a thread of its own. Cloning it gives another handle to the same one.
#[derive(Debug, Clone)]
pub struct Clipboard;

impl Clipboard {
    /// Starts the thread; the clipboard itself is opened when it is first used.
    #[must_use]
    pub fn start() -> Self {
        todo!()
    }

    /// The text in it now; `None` if it is empty or no text.
    ///
    /// # Errors
    /// `clipboard.unavailable`.
    pub async fn read(&self) -> Result<Option<Secret>, Trouble> {
        todo!()
    }

    /// Puts `text` there, marked as not for clipboard history where the platform can.
    ///
    /// # Errors
    /// `clipboard.unavailable`: no display, or an SSH session (use OSC 52 then).
    pub async fn copy(&self, _text: &Secret) -> Result<(), Trouble> {
        todo!()
    }

    /// Clears it if it still holds what [`Clipboard::copy`] put there last; says whether it did.
    ///
    /// # Errors
    /// `clipboard.unavailable`.
    pub async fn clear_if_ours(&self) -> Result<bool, Trouble> {
        todo!()
    }

    /// Every new text that somebody else puts there, until the receiver is dropped. What is in it
    /// when the watch begins comes first.
    #[must_use]
    pub fn watch(&self) -> mpsc::Receiver<Secret> {
        todo!()
    }
}
