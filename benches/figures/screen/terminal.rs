//! A program in a pseudo-terminal, and a person who sees at once what it draws.

use std::io::{Read as _, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

use crate::bare;

const SIZE: PtySize = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal with a program in it; the program is killed when it is dropped.
pub struct Terminal {
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    drawn: Arc<(Mutex<Drawn>, Condvar)>,
}

struct Drawn {
    parser: Parser,
    bytes: usize,
    /// When the last of them came.
    at: Instant,
}

impl Terminal {
    /// The dashboard of a home.
    pub fn mailkey(home: &Path) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mailkey"));
        command.env("MAILKEY_HOME", home);
        Self::start(command)
    }

    /// The bare minimum, which shows `told`.
    pub fn bare(told: &str) -> Self {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args([bare::ARGUMENT, told]);
        Self::start(command)
    }

    fn start(mut command: CommandBuilder) -> Self {
        ["DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "NO_COLOR"].iter().for_each(|name| command.env_remove(name));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let pair = native_pty_system().openpty(SIZE).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let nothing = Drawn { parser: Parser::new(SIZE.rows, SIZE.cols, 0), bytes: 0, at: Instant::now() };
        let drawn = Arc::new((Mutex::new(nothing), Condvar::new()));
        let (mut reader, on) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&drawn));
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            // Linux ends it with an error when the last program has left.
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let at = Instant::now();
                let mut drawn = on.0.lock().unwrap();
                drawn.at = at;
                drawn.parser.process(&buffer[..length]);
                drawn.bytes += length;
                on.1.notify_all();
            }
        });
        Self { keys: pair.master.take_writer().unwrap(), _master: pair.master, child, drawn }
    }

    /// Waits until `text` is on the screen.
    pub fn sees(self, text: &str) -> Self {
        self.wait_for(text);
        self
    }

    /// Waits until `text` is on the screen; when what showed it came. How long this terminal then takes
    /// to understand it and to look for the text is not the program's time.
    pub fn wait_for(&self, text: &str) -> Instant {
        let misses = |drawn: &mut Drawn| !drawn.parser.screen().contents().contains(text);
        let (drawn, wait) = self.drawn.1.wait_timeout_while(self.drawn.0.lock().unwrap(), PATIENCE, misses).unwrap();
        assert!(
            !wait.timed_out(),
            "waited in vain for “{text}”; the screen says:\n{}",
            drawn.parser.screen().contents()
        );
        drawn.at
    }

    /// Presses a key.
    pub fn key(&mut self, key: &str) {
        self.keys.write_all(key.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// How many bytes were drawn so far.
    pub fn bytes(&self) -> usize {
        self.drawn.0.lock().unwrap().bytes
    }

    /// The CPU time so far, in hundredths of a second (proc_pid_stat(5), `utime` and `stime`).
    pub fn ticks(&self) -> u64 {
        let stat = self.proc("stat");
        let after_name = stat.rsplit_once(')').unwrap().1;
        after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    /// How much memory it holds (proc_pid_status(5), `VmRSS`).
    pub fn resident_kilobytes(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.process_id().unwrap())).unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
