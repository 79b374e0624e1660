//! `mailkey check`.

use std::collections::HashSet;
use std::convert::Infallible;
use std::io::{IsTerminal, Write, stderr};

use crossterm::QueueableCommand;
use crossterm::cursor::MoveToColumn;
use crossterm::style::Print;
use crossterm::terminal::{self, Clear, ClearType};
use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::{Exit, exit_of, list, print, remove, tell};
use crate::domain::{Address, Entry, MailboxId, TokenState, Trouble};
use crate::engine::{End, Engine, Event, HostPause, Phase, Progress, Signals, Sum};

/// Refreshes and tries the mailboxes at `addresses`, or all that have a token; with `due` only those
/// whose token falls due. Results go to standard output as `list` prints them.
pub async fn run(engine: &Engine, addresses: Vec<Address>, due: bool, as_json: bool) -> Result<Exit, Trouble> {
    let exit = check(engine, addresses, due, as_json).await?;
    // What a removal left behind says nothing of these mailboxes.
    remove::forget_secrets(engine).await;
    Ok(exit)
}

async fn check(engine: &Engine, addresses: Vec<Address>, due: bool, as_json: bool) -> Result<Exit, Trouble> {
    let asked_at = engine.now();
    let ids = wanted(engine, addresses, due).await?;
    if ids.is_empty() {
        if as_json {
            print("[]")?;
        }
        say_nothing_to_do(due);
        return Ok(Exit::Well);
    }
    let mut events = engine.events();
    let checks = engine.check_many(ids.iter().copied(), asked_at);
    let sum = tokio::select! {
        sum = checks.over() => sum?,
        never = show_progress(engine, &mut events) => match never {},
        () = stop_when_interrupted(engine) => return Err(broken_off()),
    };
    clear_line();
    if let Phase::Over(End::Obstacle(trouble)) = &sum.progress.phase {
        return Err(trouble.clone());
    }
    let checked: HashSet<MailboxId> = sum.checked.iter().copied().collect();
    let fleet = engine.fleet().await?;
    let listed = list::show(&fleet, |id| checked.contains(&id), engine.now(), as_json)?;
    conclude(&sum, listed)
}

/// The mailboxes that are meant.
async fn wanted(engine: &Engine, addresses: Vec<Address>, due: bool) -> Result<Vec<MailboxId>, Trouble> {
    let mut named = Vec::new();
    for address in addresses {
        named.push(engine.mailbox_at(address).await?.id);
    }
    if !named.is_empty() && !due {
        return Ok(named);
    }
    let (fleet, now) = (engine.fleet().await?, engine.now());
    let is_meant = |entry: &Entry<'_>| match entry.token_state(now) {
        TokenState::Due => true,
        TokenState::None => false,
        _ => !due,
    };
    let meant = fleet.entries().filter(is_meant).map(|entry| entry.mailbox.id);
    Ok(meant.filter(|id| named.is_empty() || named.contains(id)).collect())
}

/// A timer that finds nothing due is silent; whoever wants all checked may be in the wrong home.
fn say_nothing_to_do(due: bool) {
    if !due {
        tell("No mailbox has a token yet: `mailkey signin ADDRESS` gets one.");
    } else if stderr().is_terminal() {
        tell("No token falls due.");
    }
}

/// What has to be said besides the list, and the code to end with.
fn conclude(sum: &Sum, listed: Exit) -> Result<Exit, Trouble> {
    let Progress { over, all, .. } = sum.progress;
    if sum.progress.phase == Phase::Over(End::Stopped) {
        tell(&format!("Stopped. {over} of {all} mailboxes were checked."));
        return Ok(Exit::Attention);
    }
    let nothing_could_run = sum.failures.iter().all(|failure| exit_of(&failure.trouble) == Exit::CouldNot);
    match sum.failures.first() {
        Some(first) if nothing_could_run && sum.failures.len() == over => Err(first.trouble.clone()),
        Some(_) => Ok(Exit::Attention),
        None => Ok(listed),
    }
}

/// Ctrl-c begins no further check; a second one waits for nothing but tokens on their way.
async fn stop_when_interrupted(engine: &Engine) {
    let mut ctrl_c = Signals::ctrl_c();
    ctrl_c.come().await;
    engine.stop_checks();
    clear_line();
    tell("Ending what is under way; ctrl-c again does not wait for it.");
    ctrl_c.come().await;
}

fn broken_off() -> Trouble {
    Trouble::new("check.stopped", "The check was broken off", "", "Run it again: what was found is kept.")
}

/// One line on standard error, if it is a terminal, for as long as it is polled.
async fn show_progress(engine: &Engine, events: &mut Receiver<Event>) -> Infallible {
    loop {
        match events.recv().await {
            // Before the first is over somebody may be typing a passphrase there.
            Ok(Event::Checks(Some(progress))) if stderr().is_terminal() && progress.over > 0 => {
                show(&line(&progress, engine.now()));
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// `Checking 42 of 128, 3.5 a second, 24 s left, 1 failed; login.microsoftonline.com asks for a pause of 45 s`.
fn line(progress: &Progress, now: Timestamp) -> String {
    let Progress { over, all, failed, rate, ends_at, pauses, .. } = progress;
    let seconds = |moment: Timestamp| moment.duration_since(now).as_secs().max(1);
    let mut parts = vec![format!("Checking {over} of {all}")];
    parts.extend(rate.map(|rate| format!("{rate:.1} a second")));
    parts.extend(ends_at.map(|moment| format!("{} s left", seconds(moment))));
    if *failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    let mut line = parts.join(", ");
    for HostPause { host, until } in pauses {
        line.push_str(&format!("; {host} asks for a pause of {} s", seconds(*until)));
    }
    line
}

fn show(line: &str) {
    let columns = terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    let line: String = line.chars().take(columns.saturating_sub(1)).collect();
    let _ = write_line(&line);
}

fn clear_line() {
    if stderr().is_terminal() {
        let _ = write_line("");
    }
}

fn write_line(line: &str) -> std::io::Result<()> {
    stderr().queue(MoveToColumn(0))?.queue(Clear(ClearType::CurrentLine))?.queue(Print(line))?.flush()
}
