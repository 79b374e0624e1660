//! The desktop around the terminal: clipboard, browser, the loopback listener that the browser comes
//! back to, the system's signals, and its memory.
//!
//! It knows no screen.

pub mod browser;
pub mod clipboard;
pub mod listener;
pub mod memory;
mod session;
mod signals;

pub use clipboard::Clipboard;
pub use listener::Listener;
pub use signals::Signals;
