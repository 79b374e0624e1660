//! What is different about the keyring of each operating system: its name, its limit, its
//! connection, and what its errors mean.

#[cfg(all(unix, not(target_os = "macos")))]
#[path = "secret_service.rs"]
mod this;

#[cfg(target_os = "macos")]
#[path = "keychain.rs"]
mod this;

#[cfg(windows)]
#[path = "credential_manager.rs"]
mod this;

pub(super) use this::{LIMIT, TITLE, UNLOCK, connect, modifiers, reason};

/// Why a keyring does not do what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(any(target_os = "macos", windows), allow(dead_code, reason = "not every system tells all of them apart"))]
pub(super) enum Reason {
    /// There is none, or it is not running.
    Missing,
    /// It is locked, and nobody unlocked it.
    Locked,
    /// It has no place for new entries.
    NoCollection,
    /// The system forbids it.
    Denied,
    /// Something else.
    Failed,
}
