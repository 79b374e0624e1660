//! The built program in a pseudo-terminal: what it draws, what is typed, and how it leaves.

#![allow(dead_code)]

use std::fs::File;
use std::io::{Read as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};
use vt100::{MouseProtocolMode, Parser};

/// Longer than any machine needs; no test waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal with the program in it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    drawn: Arc<Mutex<Drawn>>,
    reading: Option<JoinHandle<()>>,
}

struct Drawn {
    bytes: Vec<u8>,
    is_watched: bool,
    parser: Parser,
}

/// A program that has left the terminal.
pub struct Left {
    pub code: u32,
    /// Everything that it wrote.
    pub bytes: Vec<u8>,
}

impl Terminal {
    /// Starts `mailkey` with these arguments and this environment in a terminal of this size.
    pub fn start(size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut terminal = Self::start_in(open(size), size, arguments, environment);
        terminal.read();
        terminal
    }

    /// The same in a terminal that takes nothing before [`Terminal::read`]: whoever writes, waits.
    pub fn start_in_full(size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let pair = open(size);
        fill(&*pair.master);
        Self::start_in(pair, size, arguments, environment)
    }

    fn start_in(pair: PtyPair, size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let child = pair.slave.spawn_command(command(arguments, environment)).unwrap();
        let drawn = Drawn { bytes: Vec::new(), is_watched: true, parser: Parser::new(size.1, size.0, 0) };
        let keys = pair.master.take_writer().unwrap();
        Self { keys, master: pair.master, child, drawn: Arc::new(Mutex::new(drawn)), reading: None }
    }

    /// Reads what is written from now on.
    pub fn read(&mut self) {
        let mut reader = self.master.try_clone_reader().unwrap();
        let on = Arc::clone(&self.drawn);
        self.reading = Some(std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            // Linux ends it with an error when the last program has left.
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let mut drawn = on.lock().unwrap();
                drawn.bytes.extend_from_slice(&buffer[..length]);
                if drawn.is_watched {
                    drawn.parser.process(&buffer[..length]);
                }
            }
        }));
    }

    /// Types.
    pub fn keys(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Pastes, as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) {
        self.keys(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// What is on the screen.
    pub fn text(&self) -> String {
        self.drawn.lock().unwrap().parser.screen().contents()
    }

    /// How many bytes were written so far.
    pub fn written(&self) -> usize {
        self.drawn.lock().unwrap().bytes.len()
    }

    /// Waits until it holds for what is on the screen.
    pub fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if holds(&text) {
                return;
            }
            assert!(Instant::now() < deadline, "waited in vain until {what}; the screen says:\n{text}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until `text` is on the screen.
    pub fn sees(&self, text: &str) {
        self.until(&format!("“{text}” is there"), |screen| screen.contains(text));
    }

    /// Waits until the pane of a step says this word.
    pub fn sees_step(&self, title: &str, word: &str) {
        self.until(&format!("{title} is {word}"), |screen| {
            let titled = screen.lines().find_map(|line| line.split_once(title));
            let own = titled.and_then(|(_, after)| after.split(['╮', '┐', '+']).next());
            own.is_some_and(|own| own.contains(word))
        });
    }

    /// Waits until nothing is drawn for a while.
    pub fn settles(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut before = usize::MAX;
        while before != self.written() {
            assert!(Instant::now() < deadline, "it never stops drawing; the screen says:\n{}", self.text());
            before = self.written();
            std::thread::sleep(Duration::from_millis(700));
        }
    }

    /// Gives the window another size.
    pub fn resize(&self, size: (u16, u16)) {
        let mut drawn = self.drawn.lock().unwrap();
        drawn.parser.screen_mut().set_size(size.1, size.0);
        self.master.resize(pty_size(size)).unwrap();
    }

    /// Gives the window another size, while nobody looks: the parser of this test cannot do with
    /// every size.
    pub fn resize_unseen(&self, size: (u16, u16)) {
        self.drawn.lock().unwrap().is_watched = false;
        self.master.resize(pty_size(size)).unwrap();
    }

    /// Looks again, from a new picture on.
    pub fn resize_seen(&self, size: (u16, u16)) {
        let mut drawn = self.drawn.lock().unwrap();
        drawn.parser = Parser::new(size.1, size.0, 0);
        drawn.is_watched = true;
        self.master.resize(pty_size(size)).unwrap();
    }

    /// Its process's number.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Whether the terminal is as a shell has it: main screen, cursor, no mouse, no bracketed paste,
    /// and lines that are edited and echoed.
    pub fn is_the_shells(&self) -> bool {
        let drawn = self.drawn.lock().unwrap();
        let screen = drawn.parser.screen();
        let plain = !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == MouseProtocolMode::None;
        plain && self.has_cooked_input()
    }

    /// Whether the terminal is a dashboard's, in everything that [`Terminal::is_the_shells`] asks for.
    pub fn is_the_dashboards(&self) -> bool {
        let drawn = self.drawn.lock().unwrap();
        let screen = drawn.parser.screen();
        screen.alternate_screen()
            && screen.bracketed_paste()
            && screen.mouse_protocol_mode() != MouseProtocolMode::None
            && !self.has_cooked_input()
    }

    /// Whether lines are edited and echoed.
    pub fn has_cooked_input(&self) -> bool {
        is_cooked(&*self.master)
    }

    /// Waits until the program has left.
    pub fn left(mut self) -> Left {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not leave; the screen says:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        };
        self.reading.take().unwrap().join().unwrap();
        assert!(self.is_the_shells(), "the terminal is not as it was; the screen says:\n{}", self.text());
        let bytes = std::mem::take(&mut self.drawn.lock().unwrap().bytes);
        Left { code: status.exit_code(), bytes }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mailkey"));
    command.args(arguments);
    for name in [
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "SSH_CONNECTION",
        "SSH_TTY",
        "BROWSER",
        "NO_COLOR",
        "LC_ALL",
        "LC_CTYPE",
        "MAILKEY_ASCII",
    ] {
        command.env_remove(name);
    }
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")].iter().chain(environment) {
        command.env(name, value);
    }
    command
}

/// A terminal of this size.
pub fn open(size: (u16, u16)) -> PtyPair {
    native_pty_system().openpty(pty_size(size)).unwrap()
}

/// Writes to a terminal until it takes no more, and gives a side of it that refuses to wait.
pub fn fill(master: &dyn MasterPty) -> File {
    let path = master.tty_name().unwrap();
    let set = |what| assert!(Command::new("stty").arg("-F").arg(&path).arg(what).status().unwrap().success());
    let mut options = File::options();
    options.write(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let mut side = options.open(&path).unwrap();
    // A terminal in raw mode takes a little more.
    set("-opost");
    while side.write(b" ").is_ok() {
        while side.write(b" ").is_ok() {}
        // The system hands on what was written in its own time, which makes room again.
        std::thread::sleep(Duration::from_millis(50));
    }
    set("opost");
    side
}

/// Whether a terminal edits and echoes lines.
pub fn is_cooked(master: &dyn MasterPty) -> bool {
    // Without naming the crate that portable-pty takes this type from.
    let flags = format!("{:?}", master.get_termios().unwrap().local_flags);
    flags.contains("ICANON") && flags.contains("ECHO")
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
