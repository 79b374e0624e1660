//! The Credential Manager of Windows.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::{CredentialStore, Error};
use windows_native_keyring_store::Store;

use super::Reason;

/// What the keyring is called on the screen.
pub(in crate::secrets) const TITLE: &str = "the keyring (Windows Credential Manager)";

/// How it is unlocked.
pub(in crate::secrets) const UNLOCK: &str = "It is unlocked while you are logged on.";

/// The longest text of an entry: `CRED_MAX_CREDENTIAL_BLOB_SIZE` is 2,560 bytes (Microsoft,
/// `CREDENTIALW`), less some room.
pub(in crate::secrets) const LIMIT: usize = 2_400;

/// The credentials of the person who is logged on.
pub(in crate::secrets) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = Store::new()?;
    Ok(store)
}

/// How entries are made: for this machine. The store's default would let them roam to others of
/// the domain, where an older refresh token could overwrite a newer one.
pub(in crate::secrets) fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
    Some(HashMap::from([("persistence", "Local")]))
}

/// `ERROR_NO_SUCH_LOGON_SESSION`: a network logon, such as SSH with a public key, has no credentials.
pub(in crate::secrets) fn reason(error: &Error) -> Reason {
    let text = error.to_string();
    match error {
        Error::NoStorageAccess(_) => Reason::Denied,
        // ERROR_ACCESS_DENIED
        Error::PlatformFailure(_) if text.ends_with("Windows error code 5") => Reason::Denied,
        _ => Reason::Failed,
    }
}
