//! The built program in a pseudo-terminal: how soon it is there, how soon a key shows, what it
//! costs while nothing happens, and how much memory it takes.

mod terminal;

use std::time::{Duration, Instant};

use mailkey::demo::{Demo, Options};
use tokio::runtime::Runtime;

use crate::household::{home, home_at};
use crate::table::{Table, Times, ratio, shown};
use terminal::Terminal;

/// How many mailboxes are in it, as the bare minimum is told.
const MANY: &str = "20000";

/// As long as a burst of reports gathers: keys come at all times of what else goes on, and not all of
/// them within one moment of it.
const BETWEEN_KEYS: Duration = Duration::from_millis(10);

pub fn measure(table: &mut Table) {
    let [none, many] = [0, 20_000].map(home);
    let [bare, empty, full] = Times::in_turn(20, |at| match at {
        0 => start(|| Terminal::bare(MANY), &line(1)),
        1 => start(|| Terminal::mailkey(none.path()), "Welcome"),
        _ => start(|| Terminal::mailkey(many.path()), &line(1)),
    });
    table.add("start to the first full frame, no mailbox", shown(empty.median()), shown(bare.median()), "");
    let against = format!("{}, {} of that with none", shown(full.median()), ratio(full.median(), empty.median()));
    table.add(
        "start to the first full frame, 20,000 mailboxes",
        against,
        shown(bare.median()),
        "1.5 times of that with none",
    );

    let mut bare = Walker::at_top(Terminal::bare(MANY));
    let mut mailkey = Walker::at_top(Terminal::mailkey(many.path()));
    std::thread::sleep(Duration::from_secs(2));
    let idle_keys = walk([&mut bare, &mut mailkey], 300);
    add_keys(table, "key to changed screen, p95, 20,000 mailboxes", &idle_keys);

    let (busy_keys, after_check) = busy_keys(&mut bare);
    add_keys(table, "the same while 100 jobs report, the bare one beside them", &busy_keys);

    std::thread::sleep(Duration::from_secs(2));
    let [bare_idle, idle] = [&bare, &mailkey].map(|walker| idle(&walker.terminal, Duration::from_secs(10)));
    table.add("idle for 10 s: bytes drawn, CPU", idle, bare_idle, "no frame, no measurable CPU");
    let [bare_memory, resident] = [&bare, &mailkey].map(|walker| memory(&walker.terminal));
    table.add("resident memory, 20,000 mailboxes", resident, bare_memory, "under 40 MB");
    table.add("the same after a check of 1,000 of them, 100 at once", after_check, "", "");
}

fn add_keys(table: &mut Table, what: &str, [bare, mailkey]: &[Times; 2]) {
    let against = format!("{}, {} of the bare one's", shown(mailkey.p95()), ratio(mailkey.p95(), bare.p95()));
    table.add(what, against, shown(bare.p95()), "2 times the bare one's");
}

/// What both programs show at this place.
fn line(at: usize) -> String {
    format!(" {at}/{MANY}")
}

/// How long it takes from the start until `text` is drawn; the end of the program does not count.
fn start(start: impl Fn() -> Terminal, text: &str) -> Duration {
    let begin = Instant::now();
    start().wait_for(text) - begin
}

fn memory(terminal: &Terminal) -> String {
    format!("{:.1} MB", terminal.resident_kilobytes() as f64 / 1e3)
}

/// Keys while a check of 1,000 mailboxes runs, 100 at once, each answer half a second on its way; and
/// the memory when it is over.
fn busy_keys(bare: &mut Walker) -> ([Times; 2], String) {
    let runtime = Runtime::new().unwrap();
    let options = Options { delay: Duration::from_millis(500), crowd: 1_000, ..Options::default() };
    let demo = runtime.block_on(Demo::start(options)).unwrap();
    let home = runtime.block_on(home_at(&demo, 20_000, 100));
    let mut mailkey = Walker::at_top(Terminal::mailkey(home.path()));
    mailkey.terminal.key("R");
    mailkey.terminal.wait_for("Checking ");
    std::thread::sleep(Duration::from_secs(1));
    let times = walk([bare, &mut mailkey], 400);
    mailkey.terminal.wait_for("Checking ");
    mailkey.terminal.wait_for(" were checked");
    (times, memory(&mailkey.terminal))
}

/// Goes down so many lines in both, in turn; how long each line took to be seen.
fn walk(both: [&mut Walker; 2], lines: usize) -> [Times; 2] {
    Times::in_turn(lines, |at| {
        std::thread::sleep(BETWEEN_KEYS);
        both[at].down()
    })
}

/// A list, and the line of it that the cursor is on.
struct Walker {
    terminal: Terminal,
    line: usize,
}

impl Walker {
    fn at_top(terminal: Terminal) -> Self {
        Self { terminal: terminal.sees(&line(1)), line: 1 }
    }

    /// Goes down a line; how long that took to be seen.
    fn down(&mut self) -> Duration {
        self.line += 1;
        let begin = Instant::now();
        self.terminal.key("j");
        self.terminal.wait_for(&line(self.line)) - begin
    }
}

fn idle(terminal: &Terminal, span: Duration) -> String {
    let (bytes, ticks) = (terminal.bytes(), terminal.ticks());
    std::thread::sleep(span);
    format!("{} bytes, {} ms", terminal.bytes() - bytes, (terminal.ticks() - ticks) * 10)
}
