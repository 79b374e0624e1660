//! What every store can do: keep short ASCII texts by name.

use crate::domain::{Secret, Trouble};

/// A store of short ASCII texts. Writing one entry is all or nothing; nothing more is asked of it.
pub(super) trait Entries {
    /// The longest text that an entry takes, in bytes.
    fn limit(&self) -> usize;

    /// The text called `name`, if there is one.
    fn read(&mut self, name: &str) -> Result<Option<Secret>, Trouble>;

    /// Makes or replaces the text called `name`.
    fn write(&mut self, name: &str, text: &Secret) -> Result<(), Trouble>;

    /// Deletes the text called `name`, if there is one.
    fn delete(&mut self, name: &str) -> Result<(), Trouble>;
}
