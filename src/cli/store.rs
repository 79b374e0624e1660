//! `mailkey store`.

use std::convert::Infallible;
use std::io::{IsTerminal, Write, stderr};

use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use super::{Exit, StoreCommand, json, print, tell};
use crate::domain::{StoreKind, Trouble, Whereabouts};
use crate::engine::{Engine, Event, GivenUp, Keeper, KeyStatus, LeftBehind, MoveProgress, Moved, StoreStatus};

/// Does what was asked with the secret stores.
pub async fn run(command: StoreCommand, engine: &Engine) -> Result<Exit, Trouble> {
    match command {
        StoreCommand::Status { json } => status(engine, json).await,
        StoreCommand::Move { to, key } => move_all(engine, to, key).await,
        StoreCommand::Passphrase => change_passphrase(engine).await,
        StoreCommand::GiveUp { .. } => give_up(engine).await,
    }
}

async fn status(engine: &Engine, as_json: bool) -> Result<Exit, Trouble> {
    let status = engine.store_status().await?;
    if as_json {
        print(&format!("{:#}", in_json(&status)))?;
    } else {
        in_words(&status).iter().try_for_each(|line| print(line))?;
    }
    Ok(if status.is_well() { Exit::Well } else { Exit::Attention })
}

async fn move_all(engine: &Engine, to: StoreKind, keeper: Option<Keeper>) -> Result<Exit, Trouble> {
    if (to, keeper) == (StoreKind::Keyring, Some(Keeper::Passphrase)) {
        tell("Secrets in the keyring need no passphrase: leave out --key.");
        return Ok(Exit::Usage);
    }
    let mut events = engine.events();
    let moved = tokio::select! {
        moved = engine.move_store(to, keeper) => moved,
        never = show_progress(&mut events) => match never {},
    };
    say_over("");
    let Moved { secrets, left, .. } = moved?;
    tell(&match (secrets, left.len()) {
        (0, 0) => format!("All secrets are {}; there was none to move.", place(to)),
        (1, 0) => format!("1 secret was moved; all are {} now.", place(to)),
        (_, 0) => format!("{secrets} secrets were moved; all are {} now.", place(to)),
        (_, many) => format!("{secrets} secrets were moved; {many} could not be, and stay where they are:"),
    });
    left.iter().for_each(|secret| tell(&format!("{}: {}", secret.owner, secret.trouble)));
    match keeper {
        Some(Keeper::Passphrase) => tell("Their key is under the passphrase now."),
        Some(Keeper::Keyring) => tell("Their key is in the keyring now."),
        None => {}
    }
    Ok(if left.is_empty() { Exit::Well } else { Exit::Attention })
}

async fn change_passphrase(engine: &Engine) -> Result<Exit, Trouble> {
    engine.change_passphrase().await?;
    tell(
        "The passphrase was changed. Services need the new one now: in their passphrase_file, or in MAILKEY_PASSPHRASE.",
    );
    Ok(Exit::Well)
}

async fn give_up(engine: &Engine) -> Result<Exit, Trouble> {
    let GivenUp { tokens, applications } = engine.give_up_sealed_secrets().await?;
    tell(&match tokens {
        1 => "1 sealed refresh token was deleted. `mailkey signin ADDRESS` makes it anew.".to_owned(),
        tokens => format!("{tokens} sealed refresh tokens were deleted. `mailkey signin ADDRESS` makes each anew."),
    });
    for name in applications {
        tell(&format!("The client secret of {name} is gone too. Enter it again on the dashboard: A, then e."));
    }
    Ok(Exit::Well)
}

async fn show_progress(events: &mut Receiver<Event>) -> Infallible {
    loop {
        if let Ok(Event::StoreMoving(MoveProgress { done, of, .. })) = events.recv().await {
            say_over(&format!("mailkey: {done} of {of}"));
        }
    }
}

/// Writes over the line that a person sees; a log has no use for it.
fn say_over(text: &str) {
    if stderr().is_terminal() {
        let _ = write!(stderr(), "\r{text}").and_then(|()| stderr().flush());
    }
}

fn in_words(status: &StoreStatus) -> Vec<String> {
    let mut lines = vec![whereabouts(status.whereabouts), format!("Sealed in the registry: {}.", status.sealed)];
    lines.extend(status.broken.iter().map(|secret| format!("  {}: {}", secret.owner, secret.trouble)));
    lines.push(match &status.keyring {
        Ok(secrets) => format!("In the keyring: {secrets}. It answers."),
        Err(trouble) if status.needs_keyring() => format!("In the keyring: unknown. {trouble}"),
        Err(trouble) => format!("In the keyring: nothing. It does not answer, and need not. ({})", trouble.what()),
    });
    lines.push(match &status.key {
        KeyStatus::None => "Seal key: none was needed yet.".to_owned(),
        KeyStatus::Ready(Keeper::Keyring) => "Seal key: in the keyring.".to_owned(),
        KeyStatus::Ready(Keeper::Passphrase) => "Seal key: under the passphrase, which is right.".to_owned(),
        KeyStatus::NotAsked => "Seal key: under a passphrase, which nobody was asked for.".to_owned(),
        KeyStatus::Failed(_, trouble) => format!("Seal key: {trouble}"),
    });
    if status.whereabouts == Whereabouts::In(StoreKind::Keyring) && status.sealed > 0 {
        lines.push("What is sealed waits for the keyring: `mailkey store move keyring` hands it on.".to_owned());
    }
    if status.wanted != status.whereabouts.target() {
        lines.push(format!(
            "The configuration says {0}, for new registries only: `mailkey store move {0}` moves the secrets of this one.",
            status.wanted,
        ));
    }
    lines
}

fn whereabouts(whereabouts: Whereabouts) -> String {
    match whereabouts {
        Whereabouts::In(store) => format!("Secrets are {}.", place(store)),
        Whereabouts::MovingTo(store) => format!(
            "Secrets are on their way: a move is under way or was interrupted, and some are {}, others still {}. \
             `mailkey store move {store}` goes on.",
            place(store),
            place(other(store)),
        ),
    }
}

/// Documented in the README.
fn in_json(status: &StoreStatus) -> Value {
    let (key, key_trouble) = match &status.key {
        KeyStatus::None => ("none", None),
        KeyStatus::Ready(_) => ("ok", None),
        KeyStatus::NotAsked => ("unknown", None),
        KeyStatus::Failed(_, trouble) => ("failed", Some(trouble)),
    };
    let broken = |secret: &LeftBehind| json!({ "owner": secret.owner, "trouble": json::trouble(&secret.trouble) });
    json!({
        "store": status.whereabouts.target().word(),
        "moving": matches!(status.whereabouts, Whereabouts::MovingTo(_)),
        "configured": status.wanted.word(),
        "sealed": { "secrets": status.sealed, "broken": status.broken.iter().map(broken).collect::<Vec<_>>() },
        "keyring": {
            "state": if status.keyring.is_ok() { "ok" } else { "failed" },
            "secrets": status.keyring.as_ref().ok(),
            "trouble": status.keyring.as_ref().err().map(json::trouble),
        },
        "key": {
            "state": key,
            "keeper": status.key.keeper().map(Keeper::word),
            "trouble": key_trouble.map(json::trouble),
        },
    })
}

fn place(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Keyring => "in the keyring",
        StoreKind::Sealed => "in the registry, sealed",
    }
}

fn other(store: StoreKind) -> StoreKind {
    match store {
        StoreKind::Keyring => StoreKind::Sealed,
        StoreKind::Sealed => StoreKind::Keyring,
    }
}
