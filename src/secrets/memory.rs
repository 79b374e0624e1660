//! A store that is gone with the program.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::{Secret, Trouble};

use super::entries::Entries;

/// Entries in memory.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Texts>);

/// The texts by name.
#[derive(Debug, Default)]
pub(super) struct Texts(HashMap<String, Secret>);

impl Memory {
    /// Works on the entries while nobody else does. Each change of the map is whole, so that a
    /// panic in between leaves it sound.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Texts) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries for Texts {
    fn limit(&self) -> usize {
        usize::MAX
    }

    fn read(&mut self, name: &str) -> Result<Option<Secret>, Trouble> {
        Ok(self.0.get(name).cloned())
    }

    fn write(&mut self, name: &str, text: &Secret) -> Result<(), Trouble> {
        self.0.insert(name.to_owned(), text.clone());
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), Trouble> {
        self.0.remove(name);
        Ok(())
    }
}
