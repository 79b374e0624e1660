//! Asks the person at the terminal for a passphrase, without showing what is typed.
//!
//! `rpassword` is not used: on ctrl-c it ends the program before it has put the terminal back, and
//! leaves a shell that shows nothing of what is typed.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use zeroize::Zeroizing;

use crate::domain::{Secret, Trouble};
use crate::engine::{Person, Question};

/// The longest passphrase, in bytes: its memory never has to grow, and so leaves no copy behind.
const LONGEST: usize = 1024;

/// The person at the terminal, if one is there: nothing waits for an answer that nobody can give.
#[must_use]
pub fn person() -> Option<Person> {
    let is_there = stdin().is_terminal() && stderr().is_terminal();
    is_there.then(|| -> Person { Box::new(ask) })
}

/// Puts the terminal back if somebody is asked, and asks nobody any more: the program ends.
pub fn stop_asking() {
    if std::mem::replace(&mut *asking(), Asking::NoMore) == Asking::Now {
        give_back();
        say("\r\n");
    }
}

fn ask(question: Question) -> Result<Secret, Trouble> {
    // For as long as it takes: nothing that is typed early is shown either.
    let _raw = Raw::begin()?;
    match question {
        Question::Known => type_in("Passphrase of the sealed secrets: "),
        Question::Again => type_in("That is not it. Once more: "),
        Question::New => invent(),
    }
}

fn invent() -> Result<Secret, Trouble> {
    say("A passphrase is to protect the sealed secrets. Whoever forgets it has to sign in everywhere again.\r\n");
    loop {
        let passphrase = type_in("New passphrase: ")?;
        if type_in("The same once more: ")? == passphrase {
            return Ok(passphrase);
        }
        say("They differ.\r\n");
    }
}

fn type_in(prompt: &str) -> Result<Secret, Trouble> {
    say(prompt);
    let typed = keys();
    say("\r\n");
    typed
}

/// A prompt that nobody sees is asked all the same.
fn say(text: &str) {
    let _ = write!(stderr(), "{text}").and_then(|()| stderr().flush());
}

fn keys() -> Result<Secret, Trouble> {
    let mut typed = Zeroizing::new(String::with_capacity(LONGEST));
    loop {
        let event = read().map_err(|error| unreadable(&error))?;
        let Event::Key(key) = event else { continue };
        match meaning(key) {
            Typed::Letter(letter) if typed.len() + letter.len_utf8() <= LONGEST => typed.push(letter),
            Typed::Letter(_) | Typed::Nothing => {}
            Typed::Back => drop(typed.pop()),
            Typed::Clear => typed.clear(),
            Typed::Done => return Ok(Secret::new(std::mem::take(&mut *typed))),
            Typed::Stop => return Err(stopped()),
        }
    }
}

/// What a key means here.
enum Typed {
    Letter(char),
    Back,
    Clear,
    Done,
    Stop,
    Nothing,
}

fn meaning(key: KeyEvent) -> Typed {
    if key.kind == KeyEventKind::Release {
        return Typed::Nothing;
    }
    match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
        (KeyCode::Enter, _) => Typed::Done,
        (KeyCode::Backspace, _) => Typed::Back,
        (KeyCode::Char('c' | 'd'), true) => Typed::Stop,
        (KeyCode::Char('u'), true) => Typed::Clear,
        (KeyCode::Char(letter), false) => Typed::Letter(letter),
        _ => Typed::Nothing,
    }
}

/// Whether somebody is asked. Whoever begins to read at the terminal and whoever ends the program
/// are two threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    NotNow,
    Now,
    NoMore,
}

fn asking() -> MutexGuard<'static, Asking> {
    static ASKING: Mutex<Asking> = Mutex::new(Asking::NotNow);
    ASKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The terminal gives every key as it is typed and shows none, until this is dropped.
struct Raw;

impl Raw {
    fn begin() -> Result<Self, Trouble> {
        let mut asking = asking();
        if *asking == Asking::NoMore {
            return Err(stopped());
        }
        enable_raw_mode().map_err(|error| unreadable(&error))?;
        *asking = Asking::Now;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let mut asking = asking();
        if *asking == Asking::Now {
            give_back();
            *asking = Asking::NotNow;
        }
    }
}

fn give_back() {
    // What cannot be put back now cannot be put back at all.
    let _ = disable_raw_mode();
}

fn stopped() -> Trouble {
    Trouble::new("seal.passphrase_needed", "No passphrase was given", "", "Begin again.")
}

fn unreadable(error: &std::io::Error) -> Trouble {
    Trouble::new(
        "seal.passphrase_needed",
        "The terminal gives no passphrase",
        format!("{error}."),
        "Name a file with it in config.toml ([secrets] passphrase_file), or set MAILKEY_PASSPHRASE.",
    )
}
