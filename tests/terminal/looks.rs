//! What is drawn: at every size, without colours, and nothing while nothing happens.

use std::time::Duration;

use super::program::Home;
use super::screen::Terminal;
use super::{ROOMY, dashboard};

#[test]
fn every_size_of_window_is_drawn_into() {
    let mut terminal = Terminal::start(ROOMY, &["demo"], &[]);
    terminal.sees("DEMO");
    for key in ["j", "?", "N", "w", "c", "d"] {
        let before = terminal.written();
        terminal.keys(key);
        terminal.until("the key is answered", |_| terminal.written() > before);
        for width in [1, 2, 30, 59, 60, 80, 119, 200] {
            for height in [1, 3, 15, 16, 24, 60] {
                let before = terminal.written();
                terminal.resize_unseen((width, height));
                terminal.until("it is drawn anew", |_| terminal.written() > before);
            }
        }
        terminal.resize_seen(ROOMY);
        terminal.sees("DEMO");
        assert!(terminal.runs(), "{key:?}");
        terminal.keys("\u{1b}");
        // A lone escape is told from a sequence by what follows it.
        terminal.settles();
    }
    terminal.keys("q");
    let left = terminal.left();
    assert_eq!(left.code, 0);
    assert!(!String::from_utf8_lossy(&left.bytes).contains("panicked"));
}

#[test]
fn a_window_that_is_too_small_says_so_in_one_line() {
    let mut terminal = Terminal::start((40, 10), &["demo"], &[]);
    terminal.sees("needs 60x16");
    assert_eq!(terminal.text().lines().filter(|line| !line.trim().is_empty()).count(), 1);
    terminal.resize(ROOMY);
    terminal.sees("1 Register");
    terminal.keys("q");
    assert_eq!(terminal.left().code, 0);
}

#[test]
fn without_colours_no_colour_is_set() {
    let mut terminal = Terminal::start(ROOMY, &["demo"], &[("NO_COLOR", "1")]);
    terminal.sees("1 Register");
    for key in ["j", "?", "\u{1b}", "c", "\u{1b}"] {
        terminal.keys(key);
        terminal.settles();
    }
    terminal.keys("q");
    let bytes = terminal.left().bytes;
    let coloured: Vec<String> = styles(&bytes).into_iter().filter(|style| sets_colour(style)).collect();
    assert_eq!(coloured, Vec::<String>::new());
}

#[test]
fn with_colours_only_the_terminals_own_sixteen_are_set() {
    let mut terminal = Terminal::start(ROOMY, &["demo"], &[]);
    terminal.sees("1 Register");
    terminal.keys("q");
    let styles = styles(&terminal.left().bytes);
    assert!(styles.iter().any(|style| sets_colour(style)));
    let is_true_colour = |style: &&String| style.contains("38;2;") || style.contains("48;2;");
    assert_eq!(styles.iter().find(is_true_colour), None);
}

#[test]
fn an_ascii_terminal_gets_ascii() {
    let mut terminal = Terminal::start(ROOMY, &["demo"], &[("LANG", "C"), ("MAILKEY_ASCII", "1")]);
    terminal.sees("1 Register");
    let strange: String = terminal.text().chars().filter(|c| !c.is_ascii()).collect();
    assert_eq!(strange, "");
    terminal.keys("q");
    assert_eq!(terminal.left().code, 0);
}

#[test]
fn while_nothing_happens_nothing_is_written() {
    let home = Home::with_mailboxes(&["billing", "sales"]);
    let mut terminal = dashboard(&home, &[]);
    terminal.sees("billing@contoso.example");
    terminal.settles();
    let before = terminal.written();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(terminal.written(), before);
    terminal.keys("q");
    assert_eq!(terminal.left().code, 0);
}

#[test]
fn what_another_process_changes_is_seen() {
    let home = Home::with_mailboxes(&["billing"]);
    let mut terminal = dashboard(&home, &[]);
    terminal.sees("billing@contoso.example");
    home.run(&["add", "sales@contoso.example", "--app", "Mailer"]).well();
    terminal.sees("sales@contoso.example");
    terminal.keys("q");
    assert_eq!(terminal.left().code, 0);
}

/// The parameters of every SGR sequence.
fn styles(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.split("\u{1b}[")
        .skip(1)
        .filter_map(|sequence| {
            let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            let (parameters, rest) = sequence.split_at(end);
            rest.starts_with('m').then(|| parameters.to_owned())
        })
        .collect()
}

/// Whether it sets a colour; 39 and 49 set the terminal's own.
fn sets_colour(style: &str) -> bool {
    style.split(';').any(|number| {
        let number: u32 = number.parse().unwrap_or(0);
        matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107)
    })
}
