//! The loop: wait, drain, update, act, draw. Tests run the same one in memory.

use std::time::Duration;

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEventKind};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout_at};

use super::message::{Effect, Message};
use super::model::Model;
use super::perform::Performer;
use super::update::update;
use crate::domain::{Secret, Trouble};

/// Frames that nobody asked for are at least this far apart: a burst of reports is one frame.
const FRAME: Duration = Duration::from_millis(10);

/// What the loop draws on.
pub trait Surface {
    /// Draws the model.
    ///
    /// # Errors
    /// `terminal.failed`.
    fn draw(&mut self, model: &Model) -> Result<(), Trouble>;

    /// Hands a text to the terminal's own clipboard (OSC 52).
    fn hand_over(&mut self, text: &Secret);

    /// Gives the terminal back to the shell until it says go on; columns and rows as they are then,
    /// since nobody told of a change meanwhile.
    ///
    /// # Errors
    /// `terminal.failed`.
    fn suspend(&mut self) -> Result<(u16, u16), Trouble>;
}

/// Runs until the person or the system ends it.
///
/// # Errors
/// `terminal.failed` if the terminal went away.
pub async fn run<S: Surface>(
    surface: &mut S,
    model: &mut Model,
    input: &mut UnboundedReceiver<Event>,
    performer: &Performer,
    inbox: &mut UnboundedReceiver<Message>,
) -> Result<(), Trouble> {
    surface.draw(model)?;
    let mut drawn = Instant::now();
    loop {
        let first = wait(model, input, performer, inbox).await;
        let mut next = match &first {
            Some(message) if message.is_by_person() => None,
            _ => gather(input, drawn + FRAME).await,
        };
        if handle(surface, model, performer, first).await? == Flow::End {
            return Ok(());
        }
        while let Some(message) = next.take().or_else(|| ready(input, inbox)) {
            if handle(surface, model, performer, Some(message)).await? == Flow::End {
                return Ok(());
            }
        }
        surface.draw(model)?;
        drawn = Instant::now();
    }
}

#[derive(PartialEq, Eq)]
enum Flow {
    GoOn,
    End,
}

/// The next message; none if only time has passed. Keys go first.
async fn wait(
    model: &Model,
    input: &mut UnboundedReceiver<Event>,
    performer: &Performer,
    inbox: &mut UnboundedReceiver<Message>,
) -> Option<Message> {
    let pause = model
        .wakes_at()
        .map(|moment| Duration::try_from(moment.duration_since(performer.now())).unwrap_or(Duration::ZERO));
    let wake = async {
        match pause {
            Some(pause) => sleep(pause).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(wake);
    loop {
        tokio::select! {
            biased;
            event = input.recv() => match event {
                Some(event) => if let Some(message) = message(event) { return Some(message) },
                None => return Some(Message::Quit),
            },
            message = inbox.recv() => return Some(message.unwrap_or(Message::Quit)),
            () = &mut wake => return None,
        }
    }
}

/// Lets reports gather until `end`; what a person does waits for nothing.
async fn gather(input: &mut UnboundedReceiver<Event>, end: Instant) -> Option<Message> {
    timeout_at(end, input.recv()).await.ok().flatten().and_then(message)
}

/// A message that is there already.
fn ready(input: &mut UnboundedReceiver<Event>, inbox: &mut UnboundedReceiver<Message>) -> Option<Message> {
    while let Ok(event) = input.try_recv() {
        if let Some(message) = message(event) {
            return Some(message);
        }
    }
    inbox.try_recv().ok()
}

async fn handle<S: Surface>(
    surface: &mut S,
    model: &mut Model,
    performer: &Performer,
    message: Option<Message>,
) -> Result<Flow, Trouble> {
    update(model, Message::Time(performer.now()));
    let Some(message) = message else { return Ok(Flow::GoOn) };
    for effect in update(model, message) {
        match effect {
            Effect::Quit => return Ok(Flow::End),
            Effect::Suspend => {
                surface.draw(model)?;
                let _rest = performer.rest().await;
                let (width, height) = surface.suspend()?;
                update(model, Message::Resize(width, height));
            }
            Effect::ToTerminal(text) => surface.hand_over(&text),
            effect => performer.perform(effect),
        }
    }
    Ok(Flow::GoOn)
}

/// What a terminal event means here; releases of keys and moves of the mouse mean nothing, unless it drags.
fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(key)),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Moved | MouseEventKind::Up(_) => None,
            MouseEventKind::Drag(MouseButton::Right | MouseButton::Middle) => None,
            _ => Some(Message::Mouse(mouse)),
        },
        Event::Paste(text) => Some(Message::Paste(Secret::new(text))),
        Event::Resize(width, height) => Some(Message::Resize(width, height)),
        _ => None,
    }
}

/// The terminal went away.
pub(super) fn failed(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::new("terminal.failed", "The terminal went away", error.to_string(), "Open another one. Nothing is lost.")
}
