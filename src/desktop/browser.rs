//! Opens the person's browser, and keeps it off the terminal that the dashboard is drawn on.

use url::Url;

use super::session::Session;
use crate::domain::Trouble;

#[cfg(unix)]
mod launch;

/// Whether there is a browser to open: one that is named by `$BROWSER`, or a desktop that is the
/// person's own. It starts nothing.
#[must_use]
pub fn can_open() -> bool {
    obstacle(&Session::current()).is_none()
}

/// Opens `url` in the person's browser. It may wait for another program: not for the thread that draws.
///
/// # Errors
/// `browser.none` if there is no way to open one (an SSH session, no display).
pub fn open(url: &Url) -> Result<(), Trouble> {
    let session = Session::current();
    match obstacle(&session) {
        Some(reason) => Err(none(reason)),
        None => start(&session, url),
    }
}

/// Why no browser can be opened, if so.
fn obstacle(session: &Session) -> Option<&'static str> {
    let desktop_is_given = cfg!(any(target_os = "macos", windows));
    if let Some(browser) = session.browser.as_deref().filter(|_| cfg!(unix)) {
        // Remote editors point it at a helper that opens the browser on the person's own machine.
        return graphical(browser)
            .next()
            .is_none()
            .then_some("BROWSER names a text-mode browser only, which would take over this terminal.");
    }
    if session.is_remote {
        return Some("This is an SSH session: a browser would open on the machine that you are connected to.");
    }
    let is_given = desktop_is_given || session.has_display || session.has_windows;
    (!is_given).then_some("There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set, nor is BROWSER.")
}

/// The commands of `$BROWSER`, a list with colons between, without those that need a terminal.
fn graphical(browser: &str) -> impl Iterator<Item = &str> {
    const TEXT_MODE: &[&str] = &["www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh", "carbonyl"];
    browser.split(':').map(str::trim).filter(|command| {
        let program = command.split_whitespace().next().unwrap_or_default();
        let name = program.rsplit('/').next().unwrap_or_default();
        !name.is_empty() && !TEXT_MODE.contains(&name)
    })
}

#[cfg(not(any(target_os = "macos", windows)))]
fn start(session: &Session, url: &Url) -> Result<(), Trouble> {
    launch::first_that_works(&launch::commands(session, url)).map_err(none)
}

#[cfg(target_os = "macos")]
fn start(session: &Session, url: &Url) -> Result<(), Trouble> {
    if session.browser.is_some() {
        return launch::first_that_works(&launch::commands(session, url)).map_err(none);
    }
    webbrowser::open(url.as_str()).map_err(|error| none(&error.to_string()))
}

#[cfg(windows)]
fn start(_session: &Session, url: &Url) -> Result<(), Trouble> {
    webbrowser::open(url.as_str()).map_err(|error| none(&error.to_string()))
}

fn none(reason: impl AsRef<str>) -> Trouble {
    Trouble::new(
        "browser.none",
        "No browser could be opened",
        reason,
        "Copy the link (l) and open it on your own machine.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(is_remote: bool, has_display: bool, browser: Option<&str>) -> Session {
        Session { is_remote, has_display, has_windows: false, browser: browser.map(str::to_owned) }
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn a_browser_needs_a_desktop_of_the_persons_own_or_a_name() {
        for (session, opens) in [
            (session(false, false, None), false),
            (session(false, true, None), true),
            (session(true, true, None), false),
            (session(true, false, Some("/usr/lib/editor/helper.sh")), true),
            (session(false, true, Some("lynx")), false),
            (session(false, true, Some("/usr/bin/w3m -o x=1:links")), false),
            (session(false, true, Some("lynx:firefox --new-tab %s")), true),
            (session(false, false, Some(" : ")), false),
        ] {
            assert_eq!(obstacle(&session).is_none(), opens, "{session:?}");
        }
        let windows = Session { has_windows: true, ..Session::default() };
        assert_eq!(obstacle(&windows), None);
    }
}
