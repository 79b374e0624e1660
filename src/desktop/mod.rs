//! The desktop around the terminal: clipboard, browser, and the loopback listener that the browser
//! comes back to.
//!
//! It knows no screen.

pub mod browser;
pub mod clipboard;
pub mod listener;
mod session;

pub use clipboard::Clipboard;
pub use listener::Listener;
