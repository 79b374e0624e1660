//! What a keyring's refusal means, and what to do about it.

use keyring_core::Error;

use crate::domain::{Remedy, Trouble};

use super::platform::{self, Reason};

/// An error of the keyring as a trouble. All of them can be tried again without a restart.
pub(super) fn explain(error: &Error) -> Trouble {
    tracing::warn!(kind = kind(error), "the keyring refused");
    let trouble = match error {
        Error::Ambiguous(_) => ambiguous(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => foreign(),
        _ => explain_reason(platform::reason(error), &error.to_string()),
    };
    trouble.with(Remedy::Retry { not_before: None })
}

fn explain_reason(reason: Reason, said: &str) -> Trouble {
    match reason {
        Reason::Missing => Trouble::new(
            "keyring.missing",
            "There is no keyring to be found",
            "Nobody answers as the session's Secret Service.",
            "On a desktop, install and start gnome-keyring or KWallet, then try again. On a server, have secrets sealed \
             under a passphrase ([secrets] store = \"sealed\" in config.toml), or run “dbus-run-session -- bash”, in it \
             “gnome-keyring-daemon --unlock” (it reads a password from standard input), and mailkey from there.",
        ),
        Reason::Locked => Trouble::new(
            "keyring.locked",
            "The keyring is locked",
            "It was not unlocked: the prompt was dismissed, or there was no screen to show it on.",
            format!("Unlock it, then try again. {}", platform::UNLOCK),
        ),
        Reason::NoCollection => Trouble::new(
            "keyring.no_collection",
            "The keyring has no place for new entries",
            "There is no default collection. One that was made with an empty password has none.",
            "Make a default keyring in “Passwords and Keys” (seahorse). On a server, start one with a password: \
             “gnome-keyring-daemon --replace --unlock” reads it from standard input. Then try again.",
        ),
        Reason::Denied => Trouble::new(
            "keyring.denied",
            "The system does not let mailkey use the keyring",
            format!("It said: {said}."),
            "Run mailkey in a session of your own, logged in with a password; a service or an SSH key alone \
             may not be enough. Then try again.",
        ),
        Reason::Failed => Trouble::new(
            "keyring.failed",
            "The keyring failed",
            format!("It said: {said}."),
            "Try again. If it stays so, restart the keyring.",
        ),
    }
}

/// Something in the keyring that mailkey did not write.
pub(super) fn foreign() -> Trouble {
    Trouble::new(
        "keyring.broken",
        "An entry in the keyring is not mailkey's",
        "It has the name of one, but it is no text.",
        "Remove the entry from the keyring, then make it anew: sign in again, or enter the client secret again.",
    )
}

fn ambiguous() -> Trouble {
    Trouble::new(
        "keyring.ambiguous",
        "The keyring has more than one entry of the same name",
        "They are in several collections, and nothing says which one is right.",
        "Remove all but one of mailkey's entries of that name in the keyring's own program, then try again.",
    )
}

/// A write that was answered with “no such entry”.
pub(super) fn vanished() -> Trouble {
    Trouble::new(
        "keyring.failed",
        "The keyring did not take a secret",
        "The entry went away while it was written.",
        "Try again.",
    )
    .with(Remedy::Retry { not_before: None })
}

/// The error's kind alone: its text may hold what an entry holds.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::PlatformFailure(_) => "platform failure",
        Error::NoStorageAccess(_) => "no storage access",
        Error::Ambiguous(_) => "ambiguous",
        Error::TooLong(..) => "too long",
        Error::Invalid(..) => "invalid",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts are those of the store crates, as they were seen.
    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn each_refusal_has_its_own_name() {
        let failure = |text: &str| Error::PlatformFailure(text.into());
        let no_access = |text: &str| Error::NoStorageAccess(text.into());
        for (error, code) in [
            (failure("no secret service provider or dbus session found"), "keyring.missing"),
            (failure("zbus error: org.freedesktop.DBus.Error.ServiceUnknown: …"), "keyring.missing"),
            (failure("zbus error: org.freedesktop.DBus.Error.AccessDenied: …"), "keyring.denied"),
            (failure("zbus error: org.freedesktop.Secret.Error.IsLocked: …"), "keyring.locked"),
            (no_access("SS error: prompt dismissed"), "keyring.locked"),
            (no_access("SS error: result not returned from SS API"), "keyring.no_collection"),
            (failure("Crypto error: unpad error"), "keyring.failed"),
            (Error::TooLong("secret".into(), 2560), "keyring.failed"),
            (Error::Ambiguous(vec![]), "keyring.ambiguous"),
            (Error::BadEncoding(b"hunter2".to_vec()), "keyring.broken"),
        ] {
            let trouble = explain(&error);
            assert_eq!(trouble.code(), code);
            assert_eq!(*trouble.remedy(), Remedy::Retry { not_before: None });
            assert!(!trouble.next().ends_with('…'), "cut: {}", trouble.next());
        }
    }
}
