//! The built program as a script would use it: in a home of its own, against the demo tenant in
//! the test's process.

#![allow(dead_code)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use mailkey::demo::{Demo, Held, Options};
use mailkey::domain::{Address, Mailbox, Secret};
use mailkey::registry::Registry;
use mailkey::secrets::{Key, Secrets};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

/// Longer than any machine needs; no test waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The demo's registration at Contoso.
pub const CLIENT_ID: &str = "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18";

/// A home for the program, and the tenant that its configuration names.
pub struct Home {
    folder: TempDir,
    pub demo: Demo,
    pub runtime: Runtime,
    /// Everything that the programs said on standard error.
    pub said: Mutex<String>,
}

/// A program that has ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    /// A home with a configuration and nothing else.
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    /// The same, with a tenant that behaves otherwise.
    pub fn with(options: Options) -> Self {
        let runtime = Runtime::new().unwrap();
        let demo = runtime.block_on(Demo::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), demo.ca_pem()).unwrap();
        std::fs::write(folder.path().join("config.toml"), demo.config_toml()).unwrap();
        Self { folder, demo, runtime, said: Mutex::default() }
    }

    /// A home with the application “Mailer” and these mailboxes of Contoso.
    pub fn with_mailboxes(locals: &[&str]) -> Self {
        let home = Self::new();
        home.add(locals);
        home
    }

    /// Adds the application “Mailer” and these mailboxes of Contoso.
    pub fn add(&self, locals: &[&str]) {
        self.run(&[
            "app",
            "add",
            "Mailer",
            "--provider",
            "demo",
            "--tenant",
            "contoso.example",
            "--client-id",
            CLIENT_ID,
        ])
        .well();
        let addresses: Vec<String> = locals.iter().map(|local| format!("{local}@contoso.example")).collect();
        let mut arguments = vec!["add", "--app", "Mailer"];
        arguments.extend(addresses.iter().map(String::as_str));
        self.run(&arguments).well();
    }

    /// Gives the home this configuration, besides the tenant's.
    pub fn configure(&self, text: &str) {
        std::fs::write(self.file("config.toml"), format!("{text}{}", self.demo.config_toml())).unwrap();
    }

    /// Has all leases run out, as they do some seconds after their holder was killed.
    pub fn forget_leases(&self) {
        rusqlite::Connection::open(self.file("registry.db")).unwrap().execute("DELETE FROM leases", []).unwrap();
    }

    /// A file of the home.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these arguments; nothing of the person's own session is in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailkey"));
        command
            .args(arguments)
            .env("MAILKEY_HOME", self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for name in
            ["DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "BROWSER", "MAILKEY_LOG", "MAILKEY_PASSPHRASE"]
        {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program to its end, with nothing on standard input.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.start(&mut self.command(arguments)).end()
    }

    /// Runs the program to its end, with `text` on standard input.
    pub fn run_with(&self, arguments: &[&str], text: &str) -> Ended {
        let mut running = self.start(self.command(arguments).stdin(Stdio::piped()));
        running.write(text);
        running.close_input();
        running.end()
    }

    /// Starts the program.
    pub fn start<'a>(&'a self, command: &mut Command) -> Running<'a> {
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let err_so_far: Arc<Mutex<String>> = Arc::default();
        let heard = Arc::clone(&err_so_far);
        let err = std::thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|length| length > 0) {
                heard.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        Running {
            home: self,
            input: child.stdin.take(),
            out: BufReader::new(child.stdout.take().unwrap()),
            err: Some(err),
            err_so_far,
            child,
        }
    }

    /// Begins `mailkey signin ADDRESS --print`, and gives the link.
    pub fn signin(&self, address: &str) -> (Running<'_>, Url) {
        let mut running = self.start(self.command(&["signin", address, "--print"]).stdin(Stdio::piped()));
        let link = Url::parse(running.line().trim_end()).unwrap();
        (running, link)
    }

    /// Signs in for a mailbox of Contoso.
    pub fn sign_in(&self, local: &str) {
        let (running, link) = self.signin(&format!("{local}@contoso.example"));
        self.play(&link);
        running.end().well();
    }

    /// Has the tenant hold back every answer about tokens, until what it gives is dropped.
    pub fn hold(&self) -> Held {
        self.runtime.block_on(self.demo.hold())
    }

    /// Plays the person in the browser.
    pub fn play(&self, link: &Url) -> Url {
        self.runtime.block_on(self.demo.play(link)).unwrap()
    }

    /// The address that a person could copy, while the program that listens has not seen it: the
    /// browser shows it another `state` first.
    pub fn copied_answer(&self, link: &Url) -> Url {
        let state = parameter(link, "state");
        let shown = self.play(&with_parameter(link, "state", &format!("not-{state}")));
        with_parameter(&shown, "state", &state)
    }

    /// The registry, as another program sees it.
    pub fn registry(&self) -> Registry {
        Registry::open(&self.file("registry.db")).unwrap()
    }

    /// A mailbox of Contoso, as the registry has it now.
    pub fn mailbox(&self, local: &str) -> Mailbox {
        let address = Address::parse(&format!("{local}@contoso.example")).unwrap();
        self.registry().mailbox_at(&address).unwrap()
    }

    /// The name of a mailbox's refresh token in the store.
    pub fn key_of(&self, local: &str) -> Key {
        Key::refresh_token(self.registry().id(), self.mailbox(local).grant)
    }

    /// A secret, as the session's keyring has it now.
    pub fn in_keyring(&self, key: &Key) -> Option<Secret> {
        self.runtime.block_on(Secrets::keyring().get(key)).unwrap()
    }

    /// The refresh token of a mailbox, as the session's keyring has it now.
    pub fn refresh_token(&self, local: &str) -> Option<Secret> {
        self.in_keyring(&self.key_of(local))
    }

    /// Has the cached access token of a mailbox run out, if there is one.
    pub fn expire_cache(&self, local: &str) {
        let grant = self.mailbox(local).grant;
        let registry = self.registry();
        let past = Timestamp::now() - SignedDuration::from_hours(1);
        if let Some((sealed, _)) = registry.cached_access_token(grant).unwrap() {
            registry.cache_access_token(grant, &sealed, past).unwrap();
        }
    }

    /// What `list --json` says.
    pub fn list(&self) -> serde_json::Value {
        serde_json::from_str(&self.run(&["list", "--json"]).out).unwrap()
    }
}

impl Ended {
    /// It ended well.
    pub fn well(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }

    /// It ended with this code, said why, and wrote nothing to standard output.
    pub fn refused(self, code: i32, said: &str) -> Self {
        assert!(
            self.code == code && self.err.contains(said) && self.out.is_empty(),
            "{said:?} and code {code} expected, not {} with {} bytes and: {}",
            self.code,
            self.out.len(),
            self.err
        );
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

/// A program that runs.
pub struct Running<'a> {
    home: &'a Home,
    child: Child,
    input: Option<ChildStdin>,
    out: BufReader<ChildStdout>,
    err: Option<JoinHandle<()>>,
    err_so_far: Arc<Mutex<String>>,
}

impl Running<'_> {
    /// The next line of its standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    /// The first line that it says on standard error.
    pub fn first_line_of_error(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some((line, _)) = self.err_so_far.lock().unwrap().split_once('\n') {
                return line.to_owned();
            }
            assert!(Instant::now() < deadline, "it says nothing");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Writes to its standard input.
    pub fn write(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        // A program that ended by itself reads no more.
        let _ = input.write_all(text.as_bytes()).and_then(|()| input.flush());
    }

    /// Ends its standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Its process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// The same, unless it has ended.
    pub fn signal_if_it_runs(&self, name: &str) {
        // It may end meanwhile, and its number is its own until it is waited for.
        drop(Command::new("kill").args(["-s", name, &self.id().to_string()]).stderr(Stdio::null()).status());
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end; standard input stays open until then.
    pub fn end(mut self) -> Ended {
        let status = wait(&mut self.child);
        let mut out = String::new();
        self.out.read_to_string(&mut out).unwrap();
        self.err.take().unwrap().join().unwrap();
        let err = self.err_so_far.lock().unwrap().clone();
        self.home.said.lock().unwrap().push_str(&err);
        let status = status.unwrap_or_else(|| panic!("it does not end: {err}"));
        Ended { code: status.code().unwrap_or(-1), out, err }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The value of a parameter in an address.
pub fn parameter(url: &Url, name: &str) -> String {
    let value = url.query_pairs().find(|(known, _)| known == name);
    value.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The same address with another value for a parameter.
pub fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .map(|(known, old)| {
            let new = if known == name { value.into() } else { old };
            (known.into_owned(), new.into_owned())
        })
        .collect();
    let mut other = url.clone();
    other.query_pairs_mut().clear().extend_pairs(pairs);
    other
}
