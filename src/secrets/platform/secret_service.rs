//! The Secret Service of Linux and the BSDs: GNOME Keyring, KWallet, KeePassXC.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::{CredentialStore, Error};
use zbus_secret_service_keyring_store::Store;

use super::Reason;

/// What the keyring is called on the screen.
pub(in crate::secrets) const TITLE: &str = "the keyring (Secret Service)";

/// How it is unlocked.
pub(in crate::secrets) const UNLOCK: &str =
    "On a server, “gnome-keyring-daemon --replace --unlock” does it: it reads the password from standard input.";

/// The longest text of an entry. No limit is documented, and GNOME Keyring was seen to keep
/// 100,000 bytes; but others (KWallet, KeePassXC) answer too, and no token is as long as this.
pub(in crate::secrets) const LIMIT: usize = 32 * 1024;

/// Connects to the session's Secret Service.
pub(in crate::secrets) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = Store::new()?;
    Ok(store)
}

/// How entries are made: as the store does by itself.
pub(in crate::secrets) fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
    None
}

/// The store hands the errors of D-Bus on as texts; the D-Bus names in them are stable
/// (D-Bus Specification, “Error names”), and a test keeps the store's own words.
pub(in crate::secrets) fn reason(error: &Error) -> Reason {
    let text = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match error {
        Error::NoStorageAccess(_) if says(&["result not returned"]) => Reason::NoCollection,
        Error::NoStorageAccess(_) => Reason::Locked,
        _ if says(&["Secret.Error.IsLocked", "object locked"]) => Reason::Locked,
        _ if says(&["AccessDenied", "AuthFailed"]) => Reason::Denied,
        _ if says(&MISSING) => Reason::Missing,
        _ => Reason::Failed,
    }
}

/// No bus, no service on it, or a service that went away.
const MISSING: [&str; 10] = [
    "no secret service provider",
    "Failed to connect to address",
    "ServiceUnknown",
    "NameHasNoOwner",
    "DBus.Error.NoServer",
    "DBus.Error.Disconnected",
    "DBus.Error.Spawn",
    "DBus.Error.NoReply",
    "I/O error",
    "failed to read from socket",
];
