//! The bare minimum beside which the dashboard is measured: a ratatui program that shows a number,
//! and counts keys. This very program, started with [`ARGUMENT`].

use std::io::stdout;

use crossterm::event::{Event, KeyCode, read};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::widgets::Paragraph;

/// The argument that starts it.
pub const ARGUMENT: &str = "bare-screen";

/// Shows `n/` and what it was told, and adds one to `n` with every `j`; `q` ends it.
pub fn run(arguments: &[String]) {
    let told = arguments.first().map_or("", String::as_str);
    enable_raw_mode().unwrap();
    execute!(stdout(), EnterAlternateScreen).unwrap();
    let mut terminal = Terminal::new(CrosstermBackend::new(stdout())).unwrap();
    let mut count = 1;
    loop {
        terminal.draw(|frame| frame.render_widget(Paragraph::new(format!(" {count}/{told} ")), frame.area())).unwrap();
        match read().unwrap() {
            Event::Key(key) if key.code == KeyCode::Char('q') => break,
            Event::Key(key) if key.code == KeyCode::Char('j') => count += 1,
            _ => {}
        }
    }
    execute!(stdout(), LeaveAlternateScreen).unwrap();
    disable_raw_mode().unwrap();
}
