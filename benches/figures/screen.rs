//! The built program in a pseudo-terminal: how soon it is there, how soon a key shows, what it
//! costs while nothing happens, and how much memory it takes.

mod terminal;

use std::time::{Duration, Instant};

use mailkey::demo::{Demo, Options};
use tokio::runtime::Runtime;

use crate::household::{home, home_at};
use crate::table::{Table, Times, ratio, shown};
use terminal::Terminal;

pub fn measure(table: &mut Table) {
    let [none, many] = [0, 20_000].map(home);
    let bare = starts(|| Terminal::bare("20000"), " 1/20000");
    let empty = starts(|| Terminal::mailkey(none.path()), "Welcome");
    let full = starts(|| Terminal::mailkey(many.path()), " 1/20000");
    table.add("start to the first full frame, no mailbox", shown(empty.median()), shown(bare.median()), "");
    let against = format!("{}, {} of that with none", shown(full.median()), ratio(full.median(), empty.median()));
    table.add(
        "start to the first full frame, 20,000 mailboxes",
        against,
        shown(bare.median()),
        "1.5 times of that with none",
    );

    let mut bare = Terminal::bare("20000").sees(" 1/20000");
    let mut mailkey = Terminal::mailkey(many.path()).sees(" 1/20000");
    std::thread::sleep(Duration::from_secs(2));
    let [bare_keys, keys] = [&mut bare, &mut mailkey].map(|terminal| walk(terminal, 300));
    let against = format!("{}, {} of the bare one's", shown(keys.p95()), ratio(keys.p95(), bare_keys.p95()));
    table.add(
        "key to changed screen, p95, 20,000 mailboxes",
        against,
        shown(bare_keys.p95()),
        "2 times the bare one's",
    );

    let (busy, after_check) = busy_keys();
    let against = format!("{}, {} of the bare one's", shown(busy.p95()), ratio(busy.p95(), bare_keys.p95()));
    table.add("the same while 100 jobs report", against, shown(bare_keys.p95()), "2 times the bare one's");

    std::thread::sleep(Duration::from_secs(2));
    let [bare_idle, idle] = [&bare, &mailkey].map(|terminal| idle(terminal, Duration::from_secs(10)));
    table.add("idle for 10 s: bytes drawn, CPU", idle, bare_idle, "no frame, no measurable CPU");
    let [bare_memory, resident] = [&bare, &mailkey].map(memory);
    table.add("resident memory, 20,000 mailboxes", resident, bare_memory, "under 40 MB");
    table.add("the same after a check of 1,000 of them, 100 at once", after_check, "", "");
}

/// How long it takes from the start until `text` is drawn; the end of the program does not count.
fn starts(start: impl Fn() -> Terminal, text: &str) -> Times {
    let once = |_| {
        let begin = Instant::now();
        start().wait_for(text) - begin
    };
    (0..20).map(once).collect()
}

fn memory(terminal: &Terminal) -> String {
    format!("{:.1} MB", terminal.resident_kilobytes() as f64 / 1e3)
}

/// Keys while a check of 1,000 mailboxes runs, 100 at once, each answer half a second on its way; and
/// the memory when it is over.
fn busy_keys() -> (Times, String) {
    let runtime = Runtime::new().unwrap();
    let options = Options { delay: Duration::from_millis(500), crowd: 1_000, ..Options::default() };
    let demo = runtime.block_on(Demo::start(options)).unwrap();
    let home = runtime.block_on(home_at(&demo, 20_000, 100));
    let mut mailkey = Terminal::mailkey(home.path()).sees(" 1/20000");
    mailkey.key("R");
    mailkey.wait_for("Checking ");
    std::thread::sleep(Duration::from_secs(1));
    let times = walk(&mut mailkey, 200);
    mailkey.wait_for("Checking ");
    mailkey.wait_for(" were checked");
    (times, memory(&mailkey))
}

/// Goes down the list, so many lines; how long each took to be seen.
fn walk(terminal: &mut Terminal, lines: usize) -> Times {
    let steps = (2..lines + 2).map(|line| {
        let begin = Instant::now();
        terminal.key("j");
        terminal.wait_for(&format!(" {line}/20000")) - begin
    });
    steps.collect()
}

fn idle(terminal: &Terminal, span: Duration) -> String {
    let (bytes, ticks) = (terminal.bytes(), terminal.ticks());
    std::thread::sleep(span);
    format!("{} bytes, {} ms", terminal.bytes() - bytes, (terminal.ticks() - ticks) * 10)
}
