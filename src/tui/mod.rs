//! The dashboard: a model, messages that change it, a picture of it. It asks the engine and knows
//! neither network nor files.

pub mod back;
pub mod columns;
pub mod counts;
#[cfg(test)]
mod fixture;
pub mod form;
pub mod history;
pub mod import;
pub mod keymap;
pub mod layout;
pub mod list;
pub mod message;
pub mod model;
pub mod next;
pub mod overlay;
pub mod panics;
pub mod perform;
pub mod queue;
pub mod runner;
pub mod store;
mod terminal;
pub mod theme;
pub mod time;
pub mod update;
pub mod view;
pub mod walkthrough;
pub mod weeks;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use jiff::tz::TimeZone;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;

use self::message::{Done, Message};
use self::model::{DemoNote, Model, Setting};
use self::perform::{Performer, Person};
use self::theme::Theme;
use crate::domain::Trouble;
use crate::engine::{Engine, Event, Signals, broken_job};

/// What a dashboard starts with.
pub struct Start {
    /// The engine that it asks.
    pub engine: Engine,
    /// Colours and symbols.
    pub theme: Theme,
    /// In the demo: what to say of it, and who plays the person.
    pub demo: Option<(DemoNote, Person)>,
}

/// Shows the dashboard until the person quits. The terminal is as it was afterwards.
///
/// # Errors
/// `terminal.none` if there is no terminal; `terminal.failed` if it went away.
pub async fn run(start: Start) -> Result<(), Trouble> {
    let Start { engine, theme, demo } = start;
    let (messages, mut inbox) = mpsc::unbounded_channel();
    // Listened for before the terminal is taken, so that it is given back whenever the end comes.
    let end = Signals::end().and(Signals::ctrl_c());
    let mut screen = terminal::Screen::enter()?;
    panics::watch(terminal::give_back, tell_broken_job(messages.clone()));
    // The fleet is read while the rest is made ready.
    let mut background = background(&engine, &messages);
    background.spawn(forward_end(end, messages.clone()));
    let (note, person) = demo.unzip();
    let setting = Setting {
        theme,
        zone: TimeZone::system(),
        store: engine.store_title(),
        clear_after: engine.settings().clear_after,
        demo: note,
    };
    let mut model = Model::new(setting, engine.now(), terminal::size());
    let performer = Performer::new(engine.clone(), messages, person);
    let mut input = terminal::input();
    let shown = AssertUnwindSafe(runner::run(&mut screen, &mut model, &mut input, &performer, &mut inbox));
    let ended = tokio::select! {
        ended = shown.catch_unwind() => ended.unwrap_or_else(|_| Err(broken_loop())),
        () = broken(&mut background) => Err(broken_job()),
    };
    drop(screen);
    drop(background);
    engine.stop_checks();
    engine.settle().await;
    engine.clear_clipboard().await;
    ended
}

/// What runs behind the loop until it is dropped: the engine's events become messages, the fleet is
/// read and watched, and what an earlier run left open is taken up.
#[must_use]
pub fn background(engine: &Engine, messages: &mpsc::UnboundedSender<Message>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    // Listening begins before anything is told.
    tasks.spawn(forward_events(engine.events(), engine.clone(), messages.clone()));
    tasks.spawn(begin(engine.clone(), messages.clone()));
    tasks.spawn(forget_secrets(engine.clone(), messages.clone()));
    let keeper = engine.clone();
    tasks.spawn(async move { keeper.keep_alive().await });
    tasks
}

/// Reads the fleet, takes up what an earlier run left open, and keeps watching.
async fn begin(engine: Engine, messages: mpsc::UnboundedSender<Message>) {
    engine.publish_fleet().await;
    if let Err(trouble) = engine.resume_errands().await {
        let _ = messages.send(Message::Engine(Event::Trouble(trouble)));
    }
    if let Ok(Some(secrets)) = engine.worth_sealing().await {
        let _ = messages.send(Message::Done(Done::WorthSealing(secrets)));
    }
    engine.watch().await;
}

/// Deletes what an earlier run could not. The keyring may wait for a person, and nobody for that.
async fn forget_secrets(engine: Engine, messages: mpsc::UnboundedSender<Message>) {
    if let Err(trouble) = engine.forget_discarded_secrets().await {
        let _ = messages.send(Message::Engine(Event::Trouble(trouble)));
    }
}

async fn forward_events(
    mut events: broadcast::Receiver<Event>,
    engine: Engine,
    messages: mpsc::UnboundedSender<Message>,
) {
    loop {
        match events.recv().await {
            Ok(event) => {
                if messages.send(Message::Engine(event)).is_err() {
                    return;
                }
            }
            // Too much at once: the whole picture again says it all.
            Err(RecvError::Lagged(_)) => {
                engine.publish_fleet().await;
                engine.publish_checks();
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// The system's wish to end the program is a message like any other.
async fn forward_end(mut end: Signals, messages: mpsc::UnboundedSender<Message>) {
    end.come().await;
    let _ = messages.send(Message::Quit);
}

/// Comes when one of the tasks panicked, without which the dashboard would show what is no more.
async fn broken(background: &mut JoinSet<()>) {
    while !matches!(background.join_next().await, Some(Err(_))) {
        if background.is_empty() {
            return std::future::pending().await;
        }
    }
}

fn tell_broken_job(messages: mpsc::UnboundedSender<Message>) -> impl Fn() + Send + Sync {
    move || {
        let _ = messages.send(Message::Engine(Event::Trouble(broken_job())));
    }
}

fn broken_loop() -> Trouble {
    Trouble::new(
        "internal.dashboard",
        "The dashboard broke off",
        "This is a fault in mailkey; what is said above tells where.",
        "Start it again: nothing is lost. If it happens twice, report it with that text.",
    )
}
