//! The system's clipboard, through arboard.

use arboard::{Error, Set};

use super::worker::Board;
use crate::desktop::session::Session;
use crate::domain::Secret;

/// Opens the clipboard of this session.
///
/// # Errors
/// A sentence that says why there is none.
pub fn open() -> Result<System, String> {
    if let Some(reason) = Session::current().without_clipboard() {
        return Err(reason.to_owned());
    }
    arboard::Clipboard::new().map(System).map_err(sentence)
}

/// The system's clipboard.
pub struct System(arboard::Clipboard);

impl Board for System {
    fn read(&mut self) -> Result<Option<Secret>, String> {
        match self.0.get_text() {
            Ok(text) => Ok(Some(text).filter(|text| !text.is_empty()).map(Secret::new)),
            Err(error) if holds_no_text(&error) => Ok(None),
            Err(error) => Err(sentence(error)),
        }
    }

    fn write(&mut self, text: &Secret) -> Result<(), String> {
        out_of_history(self.0.set()).text(text.expose()).map_err(sentence)
    }

    fn clear(&mut self) -> Result<(), String> {
        self.0.clear().map_err(sentence)
    }
}

fn holds_no_text(error: &Error) -> bool {
    match error {
        Error::ContentNotAvailable | Error::ConversionFailure => true,
        // What arboard makes of an X11 owner that offers, say, a picture only.
        Error::Unknown { description } => description.contains("incorrect type"),
        _ => false,
    }
}

/// Marks what is set as a secret, in each platform's own way: KDE's password-manager hint, the
/// nspasteboard.org concealed type, and three registered formats on Windows.
#[cfg(all(unix, not(target_os = "macos")))]
fn out_of_history(set: Set<'_>) -> Set<'_> {
    arboard::SetExtLinux::exclude_from_history(set)
}

#[cfg(target_os = "macos")]
fn out_of_history(set: Set<'_>) -> Set<'_> {
    arboard::SetExtApple::exclude_from_history(set)
}

#[cfg(windows)]
fn out_of_history(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtWindows as _;
    set.exclude_from_monitoring().exclude_from_cloud().exclude_from_history()
}

/// arboard's errors never hold contents; they are fixed texts and the display server's own words.
fn sentence(error: Error) -> String {
    match error {
        Error::ClipboardOccupied => "Another program keeps it occupied.".to_owned(),
        other => other.to_string(),
    }
}
