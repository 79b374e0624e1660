//! The keyring's entries, on the keyring's own thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};

use crate::domain::{Secret, Trouble};

use super::entries::Entries;
use super::keyring::{Connect, timed_out};
use super::{platform, refusal};

/// The service name of all entries.
const SERVICE: &str = "mailkey";

/// A connection to the keyring, made when it is needed. It is not the process-wide one of
/// `keyring-core`, which could not be made anew after a failure.
pub(super) struct Vault {
    connect: Connect,
    store: Option<Arc<CredentialStore>>,
    abandoned: Arc<AtomicBool>,
}

impl Vault {
    pub(super) fn new(connect: Connect) -> Self {
        Self { connect, store: None, abandoned: Arc::default() }
    }

    /// What is done from now on is done only until `abandoned` becomes true.
    pub(super) fn work_for(&mut self, abandoned: Arc<AtomicBool>) {
        self.abandoned = abandoned;
    }

    /// Calls the entry called `name`; `None` if there is no such entry.
    fn call<T>(&mut self, name: &str, call: impl Fn(&Entry) -> keyring_core::Result<T>) -> Result<Option<T>, Trouble> {
        if self.abandoned.load(Ordering::Relaxed) {
            return Err(timed_out(Duration::ZERO));
        }
        let reused = self.store.is_some();
        let mut outcome = self.attempt(name, &call);
        if reused && matches!(outcome, Err(Error::PlatformFailure(_))) {
            // The keyring may have been restarted since the last call.
            self.store = None;
            outcome = self.attempt(name, &call);
        }
        match outcome {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => {
                self.store = None;
                Err(refusal::explain(&error))
            }
        }
    }

    fn attempt<T>(&mut self, name: &str, call: impl Fn(&Entry) -> keyring_core::Result<T>) -> keyring_core::Result<T> {
        let store = match &self.store {
            Some(store) => Arc::clone(store),
            None => Arc::clone(self.store.insert((self.connect)()?)),
        };
        call(&store.build(SERVICE, name, platform::modifiers().as_ref())?)
    }
}

impl Entries for Vault {
    fn limit(&self) -> usize {
        platform::LIMIT
    }

    fn read(&mut self, name: &str) -> Result<Option<Secret>, Trouble> {
        let bytes = self.call(name, Entry::get_secret)?;
        let text = bytes.map(String::from_utf8).transpose().map_err(|_| refusal::foreign())?;
        Ok(text.map(Secret::new))
    }

    fn write(&mut self, name: &str, text: &Secret) -> Result<(), Trouble> {
        let written = self.call(name, |entry| entry.set_secret(text.expose().as_bytes()))?;
        written.ok_or_else(refusal::vanished)
    }

    fn delete(&mut self, name: &str) -> Result<(), Trouble> {
        self.call(name, Entry::delete_credential).map(drop)
    }
}
