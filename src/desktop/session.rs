//! What kind of session this is, from the environment: is there a desktop, and is it the person's own?

/// What the environment says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// Somebody came by SSH: what opens here is not in front of them.
    pub is_remote: bool,
    /// An X11 or Wayland display is named.
    pub has_display: bool,
    /// Windows is underneath (WSL), and its programs can be started.
    pub has_windows: bool,
    /// `$BROWSER`, unless it is empty.
    pub browser: Option<String>,
}

impl Session {
    /// This process's.
    pub fn current() -> Self {
        Self::of(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// The one that `lookup`, an environment, describes.
    pub fn of(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let any = |names: &[&str]| names.iter().any(|name| value(name).is_some());
        Self {
            is_remote: any(&["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"]),
            has_display: any(&["DISPLAY", "WAYLAND_DISPLAY"]),
            has_windows: any(&["WSL_INTEROP", "WSL_DISTRO_NAME"]),
            browser: value("BROWSER"),
        }
    }

    /// Why there is no clipboard to use, if there is none. A display that came along by SSH (`ssh -X`)
    /// is the person's own; macOS and Windows have no such thing.
    pub fn without_clipboard(&self) -> Option<&'static str> {
        let needs_display = cfg!(all(unix, not(target_os = "macos")));
        match (needs_display, self.is_remote, self.has_display) {
            (true, true, false) | (false, true, _) => {
                Some("This is an SSH session: the clipboard here is not the one in front of you.")
            }
            (true, false, false) => Some("There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set."),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Session;

    /// The session of an environment that is written as `NAME=value` words.
    pub fn session(environment: &str) -> Session {
        Session::of(|name| {
            environment
                .split_whitespace()
                .filter_map(|pair| pair.split_once('='))
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.to_owned())
        })
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn a_clipboard_needs_a_display() {
        for (environment, reason) in [
            ("", Some("no display")),
            ("DISPLAY=", Some("no display")),
            ("SSH_TTY=/dev/pts/0", Some("SSH session")),
            ("SSH_CONNECTION=1 DISPLAY=localhost:10.0", None),
            ("DISPLAY=:0", None),
            ("WAYLAND_DISPLAY=wayland-0", None),
        ] {
            let found = session(environment).without_clipboard();
            assert_eq!(found.is_some(), reason.is_some(), "{environment}");
            assert!(found.unwrap_or_default().contains(reason.unwrap_or_default()), "{environment}");
        }
    }
}
