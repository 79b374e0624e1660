//! However it ends, the terminal is as it was.

use super::keyring_session::wait_until;
use super::program::Home;
use super::screen::{self, Terminal};
use super::{ROOMY, dashboard};

fn shown() -> (Home, Terminal) {
    let home = Home::with_mailboxes(&["billing"]);
    let terminal = dashboard(&home, &[]);
    terminal.sees("billing@contoso.example");
    assert!(terminal.is_the_dashboards() && !terminal.is_the_shells());
    (home, terminal)
}

#[test]
fn by_a_key() {
    for key in ["q", "\u{3}"] {
        let (_home, mut terminal) = shown();
        terminal.keys(key);
        assert_eq!(terminal.left().code, 0, "{key:?}");
    }
}

#[test]
fn by_a_signal() {
    for name in ["TERM", "HUP", "INT"] {
        let (_home, terminal) = shown();
        terminal.signal(name);
        assert_eq!(terminal.left().code, 0, "{name}");
    }
}

#[test]
fn by_a_signal_that_comes_before_the_first_frame() {
    let home = Home::with_mailboxes(&["billing"]);
    let mut terminal = Terminal::start_in_full(ROOMY, &[], &[("MAILKEY_HOME", home.path().to_str().unwrap())]);
    wait_until("the terminal is taken half way", || !terminal.has_cooked_input());
    terminal.signal("TERM");
    terminal.read();
    assert_eq!(terminal.left().code, 0);
}

#[test]
fn by_a_terminal_that_cannot_be_taken_as_a_whole() {
    let home = Home::new();
    let pair = screen::open(ROOMY);
    let refusing = screen::fill(&*pair.master);
    let keys = std::fs::File::open(pair.master.tty_name().unwrap()).unwrap();
    let ended = home.command(&[]).stdin(keys).stdout(refusing).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.code() == Some(3) && said.contains("The terminal went away"), "{ended:?}");
    assert!(screen::is_cooked(&*pair.master));
}

#[test]
fn by_ctrl_c_in_the_middle_of_a_form() {
    let (home, mut terminal) = shown();
    terminal.keys("n");
    terminal.sees("New mailbox");
    terminal.keys("hr@contoso.example\u{3}");
    assert_eq!(terminal.left().code, 0);
    assert_eq!(home.list().as_array().unwrap().len(), 1);
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_the_dashboard_back() {
    let (_home, mut terminal) = shown();
    terminal.keys("\u{1a}");
    let status = format!("/proc/{}/stat", terminal.id());
    let is_stopped = || {
        let text = std::fs::read_to_string(&status).unwrap();
        text.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    };
    wait_until("it is stopped", is_stopped);
    wait_until("the terminal is the shell's", || terminal.is_the_shells());
    terminal.signal("CONT");
    wait_until("the terminal is the dashboard's", || terminal.is_the_dashboards());
    terminal.sees("billing@contoso.example");
    terminal.keys("?");
    terminal.sees("Do the next thing that this mailbox needs");
    terminal.keys("\u{1b}");
    terminal.until("the help is closed", |screen| !screen.contains("Do the next thing that this mailbox needs"));
    terminal.keys("q");
    assert_eq!(terminal.left().code, 0);
}

#[test]
fn what_cannot_begin_never_touches_the_terminal() {
    let home = Home::new();
    std::fs::write(home.file("config.toml"), "typo = 1\n").unwrap();
    let terminal = dashboard(&home, &[]);
    let left = terminal.left();
    assert_eq!(left.code, 3);
    let said = String::from_utf8_lossy(&left.bytes);
    assert!(said.contains("Line 1") && !said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn the_demo_leaves_no_folder_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(ROOMY, &["demo"], &[("TMPDIR", folder.path().to_str().unwrap())]);
    terminal.sees("DEMO");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    terminal.keys("q");
    assert_eq!(terminal.left().code, 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
