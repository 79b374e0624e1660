//! Messages go in; what changes, and what is to be done, comes out.

mod forms;
mod history;
mod import;
mod keys;
mod line;
mod mouse;
mod order;
mod overlays;
mod paste;
mod sealing;
mod several;
mod time;
mod told;
