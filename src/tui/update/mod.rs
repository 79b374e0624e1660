//! The update: a message changes the model and asks for effects. It waits for nothing, and it
//! looks at no clock and no file.

mod actions;
mod checks;
mod done;
mod errands;
mod filter;
mod history;
mod import;
mod line;
mod mouse;
mod overlays;
mod sealing;
mod told;

use crossterm::event::KeyEvent;
use jiff::Timestamp;

use super::keymap;
use super::message::{Effect, Message};
use super::model::{Focus, Model};
use super::overlay::Overlay;
use crate::domain::Secret;

pub use actions::{is_possible, lines_of_selection};
pub use done::title;
pub use overlays::stops_line;

/// Takes one message.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    if matches!(message, Message::Key(_) | Message::Mouse(_) | Message::Paste(_)) {
        model.forget_notice(true);
    }
    let mut effects = take(model, message);
    effects.extend(line::advance(model));
    ask_next(model);
    effects
}

fn take(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::Time(now) => time(model, now),
        Message::Key(key) => self::key(model, &key),
        Message::Mouse(event) => mouse::mouse(model, event),
        Message::Paste(text) => paste(model, &text),
        Message::Resize(width, height) => resize(model, (width, height)),
        Message::Engine(event) => told::engine(model, event),
        Message::Done(done) => done::done(model, done),
        Message::Quit => vec![Effect::Quit],
    }
}

/// What comes by itself does not push aside what somebody reads or types: a question waits until
/// nothing is in its way.
fn ask_next(model: &mut Model) {
    if model.overlay.is_none() && model.focus != Focus::Filter {
        model.overlay = model.questions.pop_front().map(|question| Overlay::Question(question, 0));
    }
}

fn time(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    model.now = now;
    model.list.keep_weeks(now);
    model.forget_notice(false);
    if matches!(&model.overlay, Some(Overlay::Reveal(_, _, until)) if *until <= now) {
        model.overlay = None;
    }
    vec![]
}

fn resize(model: &mut Model, size: (u16, u16)) -> Vec<Effect> {
    model.size = size;
    model.list.keep_in_window(model.layout().list_height());
    vec![]
}

fn key(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    let action = keymap::find(keymap::DASHBOARD, key);
    if keymap::name(key) == "ctrl-c" {
        return vec![Effect::Quit];
    }
    if let Some(suspend @ keymap::Action::Suspend) = action {
        return actions::act(model, suspend);
    }
    if model.overlay.is_some() {
        return overlays::key(model, key);
    }
    if model.focus == Focus::Filter {
        return filter::key(model, key);
    }
    match action {
        Some(action) => actions::act(model, action),
        None => vec![],
    }
}

/// On the dashboard and beside a link a pasted text is an answer; in a form it is typed.
fn paste(model: &mut Model, text: &Secret) -> Vec<Effect> {
    match (&mut model.overlay, model.focus) {
        (Some(Overlay::Form(form)), _) => form.paste(text.expose()),
        (Some(Overlay::Link(_)), _) => return answer(text),
        (Some(_), _) => {}
        (None, Focus::Filter) => filter::paste(model, text.expose()),
        (None, _) => return answer(text),
    }
    vec![]
}

fn answer(text: &Secret) -> Vec<Effect> {
    if text.expose().trim().is_empty() { vec![] } else { vec![Effect::Accept(text.clone())] }
}

#[cfg(test)]
mod tests;
