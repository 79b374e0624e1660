//! The X11 clipboard for real: a private Xvfb as the display, and xclip as the other program.
//!
//! arboard takes the display from the process's environment, so each test runs itself again in a
//! child process that has a display of its own.
#![cfg(all(unix, not(target_os = "macos")))]

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mailkey::desktop::Clipboard;
use mailkey::domain::Secret;

/// Set in the child process.
const INSIDE: &str = "MAILKEY_TEST_INSIDE_XVFB";
/// Long enough for any machine; no test waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn another_program_sees_what_was_copied_and_that_it_is_a_secret() {
    under_xvfb("another_program_sees_what_was_copied_and_that_it_is_a_secret", || async {
        let clipboard = Clipboard::start();
        clipboard.copy(&Secret::new("refresh-tökén")).await.unwrap();
        assert_eq!(xclip(&["-o"]), "refresh-tökén");
        assert!(xclip(&["-t", "TARGETS", "-o"]).contains("x-kde-passwordManagerHint"));
        assert_eq!(xclip(&["-t", "x-kde-passwordManagerHint", "-o"]), "secret");
        // The contents outlive the handle, for as long as the process does.
        drop(clipboard);
        assert_eq!(xclip(&["-o"]), "refresh-tökén");
    });
}

#[test]
fn what_another_program_copies_is_read_and_noticed() {
    under_xvfb("what_another_program_copies_is_read_and_noticed", || async {
        let clipboard = Clipboard::start();
        assert!(clipboard.read().await.unwrap().is_none());
        let mut texts = clipboard.watch();
        let _first = xclip_owns("http://localhost/?code=1", "UTF8_STRING");
        assert_eq!(next(&mut texts).await, "http://localhost/?code=1");
        clipboard.copy(&Secret::new("our own")).await.unwrap();
        let _second = xclip_owns("http://localhost/?code=2", "UTF8_STRING");
        assert_eq!(next(&mut texts).await, "http://localhost/?code=2");
        let text = clipboard.read().await.unwrap().unwrap();
        assert_eq!(text.expose(), "http://localhost/?code=2");
    });
}

#[test]
fn a_picture_counts_as_empty() {
    under_xvfb("a_picture_counts_as_empty", || async {
        let _picture = xclip_owns("no text", "image/png");
        assert!(Clipboard::start().read().await.unwrap().is_none());
    });
}

#[test]
fn only_our_own_text_is_cleared() {
    under_xvfb("only_our_own_text_is_cleared", || async {
        let clipboard = Clipboard::start();
        clipboard.copy(&Secret::new("ours")).await.unwrap();
        assert!(clipboard.clear_if_ours().await.unwrap());
        assert!(clipboard.read().await.unwrap().is_none());
        clipboard.copy(&Secret::new("ours")).await.unwrap();
        let _foreign = xclip_owns("foreign", "UTF8_STRING");
        assert!(!clipboard.clear_if_ours().await.unwrap());
        assert_eq!(xclip(&["-o"]), "foreign");
    });
}

#[test]
fn a_display_that_goes_away_is_an_error_with_a_reason() {
    under_xvfb("a_display_that_goes_away_is_an_error_with_a_reason", || async {
        let clipboard = Clipboard::start();
        clipboard.copy(&Secret::new("s3cret")).await.unwrap();
        let display: i32 = std::env::var(INSIDE).unwrap().parse().unwrap();
        assert!(Command::new("kill").arg(display.to_string()).status().unwrap().success());
        let deadline = Instant::now() + PATIENCE;
        let trouble = loop {
            match clipboard.copy(&Secret::new("s3cret")).await {
                Err(trouble) => break trouble,
                Ok(()) => assert!(Instant::now() < deadline, "the display is still there"),
            }
        };
        assert_eq!(trouble.code(), "clipboard.unavailable");
        assert!(!trouble.why().is_empty() && !trouble.to_string().contains("s3cret"));
    });
}

/// Runs `work` in a child process with a display of its own.
fn under_xvfb<F: Future<Output = ()>>(test: &str, work: impl FnOnce() -> F) {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(work());
    }
    if let Some(missing) = ["Xvfb", "xclip"].into_iter().find(|program| !is_there(program)) {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing} is missing");
        // Not by println, which is kept back while a test passes.
        let skipped = format!("skipped: {test}, since {missing} is not installed\n");
        return io::stderr().write_all(skipped.as_bytes()).unwrap();
    }
    let (mut server, display) = xvfb();
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("DISPLAY", format!(":{display}"))
        .env(INSIDE, server.id().to_string())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("SSH_CONNECTION")
        .output();
    let _ = server.kill();
    let _ = server.wait();
    let ended = ended.unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // A name that no test has runs nothing, and well.
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
}

fn is_there(program: &str) -> bool {
    let search = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&search).any(|folder| folder.join(program).is_file())
}

/// An X server on a free display, and the display's number.
fn xvfb() -> (Child, u32) {
    let mut server = Command::new("Xvfb")
        // Left alone it begins anew when its last client goes, and who comes just then is thrown out.
        .args(["-displayfd", "1", "-screen", "0", "320x200x24", "-nolisten", "tcp", "-noreset"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It writes the number when it is ready.
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (server, line.trim().parse().expect("Xvfb says which display it has"))
}

fn xclip(arguments: &[&str]) -> String {
    let output = Command::new("xclip").args(["-selection", "clipboard"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Another program that owns the clipboard until it is dropped. It has it when this returns.
fn xclip_owns(text: &str, target: &str) -> Owner {
    let mut owner = Owner(
        Command::new("xclip")
            .args(["-selection", "clipboard", "-t", target, "-i", "-quiet"])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    owner.0.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let output = Command::new("xclip").args(["-selection", "clipboard", "-t", target, "-o"]).output().unwrap();
        if output.stdout == text.as_bytes() {
            return owner;
        }
        assert!(Instant::now() < deadline, "xclip does not get the clipboard: {:?}, {output:?}", owner.0.try_wait());
        std::thread::yield_now();
    }
}

struct Owner(Child);

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn next(texts: &mut tokio::sync::mpsc::Receiver<Secret>) -> String {
    let text = tokio::time::timeout(PATIENCE, texts.recv()).await.unwrap().unwrap();
    text.expose().to_owned()
}
