//! A private desktop session for a test: a D-Bus of its own, and GNOME Keyring on it when the test
//! wants it, with all files in a temporary folder. Nothing of the person's own session is touched.
//!
//! The address of the bus is in the environment, which a running program must not change. So the
//! test's binary is started again under `dbus-run-session`, for that one test.
//!
//! Use it by `#[path = "support/keyring.rs"] mod keyring_session;`.

#![allow(dead_code)]

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Set within the session, to the folder of its files.
const HOME: &str = "MAILKEY_TEST_SESSION";
/// In that folder, once the test has run there: a name that no test has runs nothing, and well.
const RAN: &str = "ran";

/// A bus without service files: nothing is started on it but what a test starts.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Runs `body` in a session of its own with a D-Bus. `test` is the test's full name, as
/// `cargo test -- --list` prints it.
pub fn in_session(test: &str, body: impl FnOnce(&mut Session)) {
    run(test, Some("dbus-run-session"), body);
}

/// Runs `body` where there is no D-Bus at all, as on a server without a desktop.
pub fn without_bus(test: &str, body: impl FnOnce(&mut Session)) {
    run(test, None, body);
}

/// The session that a test runs in.
pub struct Session {
    home: PathBuf,
    daemon: Option<Child>,
}

impl Session {
    /// The folder of the session's files.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Starts the keyring and unlocks it with `password`; the first password makes it.
    pub fn start_keyring(&mut self, password: &str) {
        self.daemon = Some(spawn_keyring(&[], password));
        wait_until("the keyring is on the bus", || is_owned("org.freedesktop.secrets"));
    }

    /// Ends the keyring.
    pub fn stop_keyring(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().unwrap();
            daemon.wait().unwrap();
            wait_until("the keyring is off the bus", || !is_owned("org.freedesktop.secrets"));
        }
    }

    /// Has the keyring answer nobody, until it goes on.
    pub fn hold_keyring(&self) {
        self.signal_keyring("STOP");
    }

    /// Has the keyring go on.
    pub fn let_keyring_go_on(&self) {
        self.signal_keyring("CONT");
    }

    fn signal_keyring(&self, name: &str) {
        let id = self.daemon.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Locks the keyring that runs.
    pub fn lock_keyring(&self) {
        let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
        let answer = ask_bus(&[
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            collection,
        ]);
        assert!(answer.contains("collection/login"), "{answer}");
    }

    /// Puts an unlocked keyring in the place of a locked one, as an administrator would on a server.
    pub fn unlock_keyring(&mut self, password: &str) {
        let old = self.daemon.take();
        self.daemon = Some(spawn_keyring(&["--replace"], password));
        if let Some(mut old) = old {
            wait_until("the locked keyring has ended", || old.try_wait().unwrap().is_some());
        }
        wait_until("the keyring is on the bus again", || is_owned("org.freedesktop.secrets"));
    }
}

fn spawn_keyring(arguments: &[&str], password: &str) -> Child {
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--foreground", "--components=secrets", "--unlock"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    daemon.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    daemon
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

fn run(test: &str, launcher: Option<&str>, body: impl FnOnce(&mut Session)) {
    if let Some(home) = env::var_os(HOME) {
        let home = PathBuf::from(home);
        body(&mut Session { home: home.clone(), daemon: None });
        return fs::write(home.join(RAN), "").unwrap();
    }
    if let Some(missing) = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"].into_iter().find(is_missing) {
        assert!(env::var("CI").as_deref() != Ok("true"), "{missing} is not installed");
        // Not by println, which is kept back while a test passes.
        let skipped = format!("skipped: {test}, since {missing} is not installed\n");
        return io::stderr().write_all(skipped.as_bytes()).unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let status = inner(test, launcher, home.path()).status().unwrap();
    assert!(status.success(), "{test} failed in its session; see above");
    assert!(home.path().join(RAN).exists(), "there is no test {test}");
}

/// This test binary once more, for this one test, in an environment of its own.
fn inner(test: &str, launcher: Option<&str>, home: &Path) -> Command {
    let binary = env::current_exe().unwrap();
    let mut command = match launcher {
        None => Command::new(binary),
        Some(launcher) => {
            let config = home.join("bus.conf");
            fs::write(&config, BUS).unwrap();
            let mut command = Command::new(launcher);
            command.arg("--config-file").arg(config).arg("--").arg(binary);
            command
        }
    };
    let runtime = home.join("runtime");
    fs::create_dir(&runtime).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(HOME, home)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_RUNTIME_DIR", runtime);
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL"] {
        command.env_remove(variable);
    }
    command
}

fn is_missing(program: &&str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    command.status().is_err()
}

fn is_owned(name: &str) -> bool {
    ask_bus(&[
        "--dest=org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus.NameHasOwner",
        &format!("string:{name}"),
    ])
    .contains("true")
}

fn ask_bus(arguments: &[&str]) -> String {
    let output = Command::new("dbus-send").args(["--session", "--print-reply"]).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Looks again and again, for as long as a slow machine may need.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
