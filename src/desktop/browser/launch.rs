//! Starts a browser's command on Unix so that it can never reach the terminal: no input, no output,
//! and a process group of its own, which the kernel stops if it tries (and which does not get our
//! ctrl-z or hang-up).
//!
//! The `webbrowser` crate runs text-mode browsers in the foreground, and leaves zombies behind; it
//! is used where there is no such thing.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use url::Url;

use super::graphical;
use crate::desktop::session::Session;

/// How long a command has to fail. Helpers such as `xdg-open` end at once; a browser stays.
const GRACE: Duration = Duration::from_secs(1);

/// What may open `url`, best first: program and arguments. `$BROWSER` stands alone if it is set.
pub fn commands(session: &Session, url: &Url) -> Vec<Vec<String>> {
    if let Some(browser) = &session.browser {
        return graphical(browser).map(|command| words(command, url)).collect();
    }
    let windows: &[&[&str]] = &[&["wslview"], &["rundll32.exe", "url.dll,FileProtocolHandler"]];
    let desktop: &[&[&str]] = &[&["xdg-open"], &["gio", "open"], &["x-www-browser"]];
    let known = if session.has_windows { windows } else { &[] };
    known
        .iter()
        .chain(desktop.iter().filter(|_| session.has_display))
        .map(|command| command.iter().copied().chain([url.as_str()]).map(str::to_owned).collect())
        .collect()
}

/// One command of `$BROWSER`: `%s` stands for the address, `%%` for a per cent sign; without a `%s`
/// the address comes last.
fn words(command: &str, url: &Url) -> Vec<String> {
    let mut words: Vec<_> = command.split_whitespace().map(str::to_owned).collect();
    let names_url = words.iter().skip(1).any(|word| word.replace("%%", "").contains("%s"));
    for word in words.iter_mut().skip(1) {
        // Split at the escape first, so that “%%s” is no address and the address is never unescaped.
        let parts: Vec<_> = word.split("%%").map(|part| part.replace("%s", url.as_str())).collect();
        *word = parts.join("%");
    }
    if !names_url {
        words.push(url.to_string());
    }
    words
}

/// Tries one command after the other.
///
/// # Errors
/// A sentence that names those that were tried.
pub fn first_that_works(commands: &[Vec<String>]) -> Result<(), String> {
    if commands.iter().any(|command| works(command)) {
        return Ok(());
    }
    let tried: Vec<_> = commands.iter().filter_map(|command| command.first()).map(String::as_str).collect();
    Err(format!("None of these could be started, or each failed: {}.", tried.join(", ")))
}

fn works(command: &[String]) -> bool {
    let Some((program, arguments)) = command.split_first() else {
        return false;
    };
    let spawned = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    let Ok(mut child) = spawned else {
        return false;
    };
    let (ended, has_ended) = mpsc::channel();
    // It also waits for a browser that stays open, so that no zombie is left.
    std::thread::spawn(move || ended.send(child.wait().is_ok_and(|status| status.success())));
    has_ended.recv_timeout(GRACE).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://login.example/authorize?a=1&b=%20%%73").unwrap()
    }

    fn session(browser: Option<&str>) -> Session {
        Session { has_display: true, browser: browser.map(str::to_owned), ..Session::default() }
    }

    #[test]
    fn the_address_is_passed_exactly_once_and_in_one_piece() {
        let url = url();
        for (browser, expected) in [
            ("firefox", vec!["firefox", "URL"]),
            ("firefox %s", vec!["firefox", "URL"]),
            ("chrome --app=%s --x=%%", vec!["chrome", "--app=URL", "--x=%"]),
            ("chrome --x=%%s", vec!["chrome", "--x=%s", "URL"]),
        ] {
            let expected: Vec<_> = expected.iter().map(|word| word.replace("URL", url.as_str())).collect();
            assert_eq!(commands(&session(Some(browser)), &url), [expected], "{browser}");
        }
    }

    #[test]
    fn text_mode_browsers_are_passed_over() {
        let programs: Vec<_> = commands(&session(Some("lynx:firefox:w3m")), &url())
            .into_iter()
            .map(|command| command[0].clone())
            .collect();
        assert_eq!(programs, ["firefox"]);
    }

    #[test]
    fn the_next_is_tried_when_one_is_missing_or_fails() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let script = format!("printf %s \"$1\" > '{}'", seen.display());
        let sh = ["sh", "-c", &script, "sh", "https://login.example/"].map(str::to_owned).to_vec();
        let missing = vec!["no-such-browser".to_owned()];
        let failing = vec!["false".to_owned()];
        first_that_works(&[missing.clone(), failing.clone(), sh]).unwrap();
        assert_eq!(std::fs::read_to_string(seen).unwrap(), "https://login.example/");
        let reason = first_that_works(&[missing, failing]).unwrap_err();
        assert!(reason.contains("no-such-browser, false"), "{reason}");
    }
}
