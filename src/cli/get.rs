//! `mailkey get`.

use std::io::{IsTerminal, stderr};

use super::{Exit, ended, print, tell};
use crate::domain::{Address, Trouble};
use crate::engine::{Copied, Engine, Field, Signals};

/// One credential on standard output, or on the clipboard for a while.
pub async fn run(engine: &Engine, address: Address, field: Field, copy: bool) -> Result<Exit, Trouble> {
    let mailbox = engine.mailbox_at(address).await?;
    if !copy {
        print(engine.show(mailbox.id, field).await?.expose())?;
        return Ok(Exit::Well);
    }
    let mut ctrl_c = Signals::ctrl_c();
    let copied = tokio::select! {
        copied = engine.copy(mailbox.id, field) => copied?,
        () = ctrl_c.come() => return Err(ended()),
    };
    match copied {
        Copied::Clipboard { .. } => keep_for_a_while(engine, field, ctrl_c).await,
        Copied::ForTerminal(text) if stderr().is_terminal() => {
            let _ =
                crossterm::execute!(stderr(), crossterm::clipboard::CopyToClipboard::to_clipboard_from(text.expose()));
            tell(&format!(
                "{} was handed to your terminal (OSC 52). Clear the clipboard yourself after use.",
                field.name()
            ));
        }
        Copied::ForTerminal(_) => return Err(no_clipboard()),
    }
    Ok(Exit::Well)
}

/// On Linux what was copied is gone with the program that copied it, so it stays until it is cleared.
async fn keep_for_a_while(engine: &Engine, field: Field, mut ctrl_c: Signals) {
    let patience = engine.settings().clear_after;
    tell(&format!("{} is on the clipboard for {} s; ctrl-c clears it now.", field.name(), patience.as_secs()));
    tokio::select! {
        () = tokio::time::sleep(patience) => {}
        () = ctrl_c.come() => {}
    }
    engine.clear_clipboard().await;
}

fn no_clipboard() -> Trouble {
    Trouble::new(
        "clipboard.unavailable",
        "There is no clipboard to copy to",
        "There is no display here, and standard error is no terminal that could take it (OSC 52).",
        "Leave out --copy to have it on standard output.",
    )
}
