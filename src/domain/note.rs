//! What the administrator wrote beside a mailbox.

use std::str::FromStr;

use super::text::{is_unprintable, plain};
use super::trouble::Trouble;

/// The longest note, in characters. A longer one is more often a quote that is not closed.
const LONGEST: usize = 200;

/// A note: one printable line of at most 200 characters, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note(String);

impl Note {
    /// Reads a note. Line breaks and what cannot be printed become spaces.
    ///
    /// # Errors
    /// `note.too_long`.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let shown = text.chars().filter(|c| !is_unprintable(*c)).count();
        if shown > LONGEST {
            return Err(Trouble::new(
                "note.too_long",
                format!("The note “{}” is too long", plain(text, 40)),
                format!("It has {shown} characters, and {LONGEST} are the most."),
                "Shorten it; in a file, see that its quotes are closed.",
            ));
        }
        Ok(Self(plain(text, LONGEST)))
    }

    /// The note as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Note {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Note;

    #[test]
    fn a_note_is_one_printable_line_and_reads_back_as_itself() {
        let note = Note::parse(" third\r\nfloor \x1b[31m printer ").unwrap();
        assert_eq!(note.as_str(), "third floor [31m printer");
        assert_eq!(Note::parse(note.as_str()), Ok(note));
        assert!(Note::parse("\n").unwrap().is_empty());
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_cut() {
        assert!(Note::parse(&"ü".repeat(200)).is_ok());
        assert_eq!(Note::parse(&"ü".repeat(201)).unwrap_err().code(), "note.too_long");
    }
}
