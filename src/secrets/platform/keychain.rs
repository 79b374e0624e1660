//! The Keychain of macOS.

use std::collections::HashMap;
use std::sync::Arc;

use apple_native_keyring_store::keychain::Store;
use keyring_core::{CredentialStore, Error};

use super::Reason;

/// What the keyring is called on the screen.
pub(in crate::secrets) const TITLE: &str = "the keyring (macOS Keychain)";

/// How it is unlocked.
pub(in crate::secrets) const UNLOCK: &str = "Over SSH, “security unlock-keychain” does it.";

/// The longest text of an entry. No limit is documented for a generic password; no token is as
/// long as this.
pub(in crate::secrets) const LIMIT: usize = 32 * 1024;

/// The login keychain.
pub(in crate::secrets) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = Store::new()?;
    Ok(store)
}

/// How entries are made: as the store does by itself.
pub(in crate::secrets) fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
    None
}

/// What the numbers of `SecBase.h` mean.
pub(in crate::secrets) fn reason(error: &Error) -> Reason {
    match number(error) {
        // errSecInteractionNotAllowed (locked, and no screen to ask on), errSecUserCanceled
        Some(-25308 | -128) => Reason::Locked,
        // errSecAuthFailed, errSecInvalidOwnerEdit, errSecReadOnly, wrPermErr, errSecMissingEntitlement
        Some(-25293 | -25244 | -25292 | -61 | -34018) => Reason::Denied,
        // errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
        Some(-25294 | -25295 | -25307) => Reason::NoCollection,
        // errSecNotAvailable
        Some(-25291) => Reason::Missing,
        _ => Reason::Failed,
    }
}

/// The number within the error, which the store hands on in the `Debug` text only: `Error { code: -25308, … }`.
fn number(error: &Error) -> Option<i32> {
    let text = format!("{error:?}");
    let (_, rest) = text.split_once("code: ")?;
    rest.split([',', ' ']).next()?.parse().ok()
}
