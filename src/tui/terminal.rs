//! The real terminal: taken, and given back as it was.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write, stdin, stdout};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, read,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::model::Model;
use super::runner::{Surface, failed};
use super::view;
use crate::domain::{Secret, Trouble};

/// The terminal while it is ours. Dropping it gives it back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Sheet>>,
    sheet: Sheet,
    /// `None` while the shell has it.
    hold: Option<Hold>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// `terminal.none` if there is none.
    pub fn enter() -> Result<Self, Trouble> {
        if !stdout().is_terminal() || !stdin().is_terminal() {
            return Err(Trouble::new(
                "terminal.none",
                "The dashboard needs a terminal",
                "Standard input or standard output is not one.",
                "Run it in a terminal, or use a command: `mailkey help` lists them.",
            ));
        }
        let hold = Hold::take().map_err(|error| failed(&error))?;
        // Asked once, crossterm hears of every change of size from now on; the size is read later.
        let _ = crossterm::event::poll(Duration::ZERO);
        let sheet = Sheet::default();
        // The model knows the size. Otherwise a file would be opened before each frame to ask for it.
        let options = TerminalOptions { viewport: Viewport::Fixed(whole(size())) };
        let backend = CrosstermBackend::new(sheet.clone());
        let terminal = Terminal::with_options(backend, options).map_err(|error| failed(&error))?;
        Ok(Self { terminal, sheet, hold: Some(hold) })
    }

    /// The frame appears at once, where the terminal knows how, and is handed over at once everywhere.
    fn draw_at_once(&mut self, model: &Model) -> io::Result<()> {
        queue!(self.sheet, BeginSynchronizedUpdate)?;
        let area = whole(model.size);
        if self.terminal.get_frame().area() != area {
            self.terminal.resize(area)?;
        }
        self.terminal.draw(|frame| view::draw(frame, model))?;
        queue!(self.sheet, EndSynchronizedUpdate)?;
        self.sheet.send()
    }
}

impl Surface for Screen {
    fn draw(&mut self, model: &Model) -> Result<(), Trouble> {
        self.draw_at_once(model).map_err(|error| failed(&error))
    }

    fn hand_over(&mut self, text: &Secret) {
        // Nobody answers an OSC 52: the notice says that it may not have arrived.
        let _ = execute!(stdout(), CopyToClipboard::to_clipboard_from(text.expose()));
    }

    fn suspend(&mut self) -> Result<(u16, u16), Trouble> {
        self.hold = None;
        stop_until_continued();
        self.hold = Some(Hold::take().map_err(|error| failed(&error))?);
        let size = size();
        // Not `clear`: it asks the terminal where its cursor is, and some never answer.
        self.terminal.resize(whole(size)).map_err(|error| failed(&error))?;
        Ok(size)
    }
}

/// Columns and rows; a small window if the terminal does not say.
pub fn size() -> (u16, u16) {
    crossterm::terminal::size().unwrap_or((80, 24))
}

/// All of a terminal of this size.
fn whole((width, height): (u16, u16)) -> Rect {
    Rect { width, height, ..Rect::ZERO }
}

/// What was written of a frame so far. To flush it sends nothing: ratatui does so several times a
/// frame, and each would be a system call and a wait for the terminal.
#[derive(Clone, Default)]
struct Sheet(Rc<RefCell<Vec<u8>>>);

impl Sheet {
    /// Hands everything to the terminal.
    fn send(&self) -> io::Result<()> {
        let mut written = self.0.borrow_mut();
        let sent = stdout().write_all(&written).and_then(|()| stdout().flush());
        written.clear();
        sent
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal's events, from a thread of their own; they end with the terminal.
pub fn input() -> UnboundedReceiver<Event> {
    let (events, inbox) = unbounded_channel();
    std::thread::spawn(move || {
        while let Ok(event) = read() {
            if events.send(event).is_err() {
                return;
            }
        }
    });
    inbox
}

/// Whether any of the terminal's settings may be ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal is ours until this is dropped. If taking it fails half way, it is given back as well.
struct Hold;

impl Hold {
    fn take() -> io::Result<Self> {
        TAKEN.store(true, Ordering::Relaxed);
        let hold = Self;
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture)?;
        Ok(hold)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        give_back();
    }
}

/// Makes the terminal what it was. A second time it does nothing: what was said meanwhile would be
/// written over.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::Relaxed) {
        return;
    }
    // What cannot be given back any more is gone; the rest is tried all the same.
    let _ =
        execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, crossterm::cursor::Show);
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

#[cfg(unix)]
fn stop_until_continued() {
    let _ = signal_hook::low_level::raise(signal_hook::consts::SIGSTOP);
}

#[cfg(not(unix))]
fn stop_until_continued() {}
