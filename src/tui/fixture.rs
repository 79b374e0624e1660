//! A dashboard to look at, and keys to press: what its tests share.

mod fleet;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

pub use fleet::*;

use super::message::{Effect, Message};
use super::model::{DemoNote, Model, Setting};
use super::overlay::{Unexpected, WrongAccount};
use super::theme::{Palette, Symbols, Theme};
use super::update::update;
use super::view;
use crate::domain::{Fleet, MailboxId, RedirectUri};
use crate::engine::{Errand, Event, Listening, Subject, Waiting, Work};

/// A terminal with everything.
pub const COLOURFUL: Theme = Theme { palette: Palette::Sixteen, symbols: Symbols::Unicode };

/// The moment at which all tests happen.
pub fn now() -> Timestamp {
    "2026-03-14T09:26:53Z".parse().unwrap()
}

/// A dashboard of this size that has read no registry yet.
pub fn blank(size: (u16, u16)) -> Model {
    let setting = Setting {
        theme: COLOURFUL,
        zone: TimeZone::UTC,
        store: "the keyring",
        clear_after: std::time::Duration::from_secs(45),
        demo: None,
    };
    Model::new(setting, now(), size)
}

/// A dashboard of this size with a fleet on it.
pub fn showing(fleet: Fleet, size: (u16, u16)) -> Model {
    let mut model = blank(size);
    tell(&mut model, Event::Fleet(Arc::new(fleet)));
    model
}

/// The dashboard with [`fleet`], the cursor on this mailbox.
pub fn at(mailbox: MailboxId) -> Model {
    let mut model = showing(fleet(), (120, 40));
    put_cursor_on(&mut model, mailbox);
    model
}

/// The same, in the demo.
pub fn demo_at(mailbox: MailboxId) -> Model {
    let mut model = at(mailbox);
    model.setting.demo = Some(DemoNote { admin_page: "http://localhost:4711/".to_owned() });
    model
}

/// Moves the cursor to a mailbox.
pub fn put_cursor_on(model: &mut Model, mailbox: MailboxId) {
    let height = model.layout().list_height();
    model.list.go_to(mailbox, height);
    assert_eq!(model.list.current().map(|row| row.id), Some(mailbox));
}

/// A sign-in that waits for its answer since 42 seconds.
pub fn waiting() -> Waiting {
    Waiting {
        state: "a-state".to_owned(),
        link: "https://login.example/authorize?state=a-state".parse().unwrap(),
        redirect_uri: RedirectUri::parse("http://localhost:49213").unwrap(),
        listening: Listening::Here(49213),
        since: now() - SignedDuration::from_secs(42),
        until: now() + SignedDuration::from_secs(558),
    }
}

/// The errand of the sign-in that [`waiting`] is about.
pub fn errand(mailbox: MailboxId) -> Errand {
    let Waiting { state, link, listening, .. } = waiting();
    Errand { subject: Subject::Mailbox(mailbox), state, link, listening }
}

/// A sign-in of this mailbox waits for its answer.
pub fn sign_in(model: &mut Model, mailbox: MailboxId) {
    work(model, mailbox, Work::SigningIn(waiting()));
}

/// Alex signed in where billing was expected.
pub fn alex_for_billing() -> WrongAccount {
    let expected = address("billing@contoso.example");
    let sign_in = Unexpected { state: "a-state".to_owned(), mailbox: is::BILLING, expected };
    WrongAccount { username: "alex.wu@contoso.example".to_owned(), sign_ins: vec![sign_in] }
}

/// A job is at work for this mailbox.
pub fn work(model: &mut Model, mailbox: MailboxId, work: Work) {
    tell(model, Event::Work(Subject::Mailbox(mailbox), Some(work)));
}

/// The engine tells something; the update wants nothing done.
pub fn tell(model: &mut Model, event: Event) {
    assert_eq!(update(model, Message::Engine(event)), []);
}

/// The key that the table calls by this name.
pub fn key(name: &str) -> KeyEvent {
    let (modifiers, name) = match (name.strip_prefix("ctrl-"), name.strip_prefix("shift-")) {
        (Some(plain), _) => (KeyModifiers::CONTROL, plain),
        (_, Some(arrow @ ("↑" | "↓"))) => (KeyModifiers::SHIFT, arrow),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "⏎" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "↑" => KeyCode::Up,
        "↓" => KeyCode::Down,
        "←" => KeyCode::Left,
        "→" => KeyCode::Right,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "tab" => KeyCode::Tab,
        "shift-tab" => KeyCode::BackTab,
        one => {
            let mut characters = one.chars();
            let character = characters.next().unwrap();
            assert_eq!(characters.next(), None, "{one} is no key");
            KeyCode::Char(character)
        }
    };
    KeyEvent::new(code, modifiers)
}

/// Presses a key, and gives what the update wants done.
pub fn press(model: &mut Model, name: &str) -> Vec<Effect> {
    update(model, Message::Key(key(name)))
}

/// Types a text, one key after the other.
pub fn type_in(model: &mut Model, text: &str) {
    for character in text.chars() {
        let typed = KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE);
        assert_eq!(update(model, Message::Key(typed)), []);
    }
}

/// So many seconds pass.
pub fn pass(model: &mut Model, seconds: i64) {
    let later = model.now + SignedDuration::from_secs(seconds);
    assert_eq!(update(model, Message::Time(later)), []);
}

/// What the person sees, with its colours.
pub fn picture(model: &Model) -> Buffer {
    let (width, height) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(frame, model)).unwrap();
    terminal.backend().buffer().clone()
}

/// What the person sees, as text without trailing blanks.
pub fn screen(model: &Model) -> String {
    let picture = picture(model);
    let lines = picture.content().chunks(usize::from(picture.area.width).max(1));
    let text: Vec<String> = lines
        .map(|cells| cells.iter().map(|cell| cell.symbol()).collect::<String>())
        .map(|line| line.trim_end().to_owned())
        .collect();
    text.join("\n")
}

/// A number that looks random, and is the same every time.
pub struct Dice(u64);

impl Dice {
    /// Dice that fall in the order that `seed` stands for.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides` (xorshift64).
    pub fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % sides.max(1)
    }
}
