//! `mailkey add`.

use std::collections::HashSet;

use super::{Exit, tell};
use crate::domain::{Address, ApplicationName, NewMailbox, Note, Trouble};
use crate::engine::Engine;

/// Adds all of them, or none.
pub async fn run(
    engine: &Engine,
    addresses: Vec<Address>,
    application: ApplicationName,
    account: Option<Address>,
    note: Note,
) -> Result<Exit, Trouble> {
    let mut seen = HashSet::new();
    if let Some(address) = addresses.iter().find(|address| !seen.insert(*address)) {
        return Err(double(address));
    }
    let count = addresses.len();
    let new = |address: Address| NewMailbox {
        account: account.clone().unwrap_or_else(|| address.clone()),
        address,
        application: application.clone(),
        note: note.clone(),
    };
    engine.add_mailboxes(addresses.into_iter().map(new).collect()).await.map_err(|why| nothing_added(&why))?;
    tell(&match count {
        1 => "1 mailbox was added. `mailkey signin ADDRESS` takes it on.".to_owned(),
        count => format!("{count} mailboxes were added. `mailkey signin ADDRESS` takes each on."),
    });
    Ok(Exit::Well)
}

fn double(address: &Address) -> Trouble {
    Trouble::new("address.double", format!("{address} is given twice"), "Nothing was added.", "Give each address once.")
}

/// One of several stopped all.
fn nothing_added(trouble: &Trouble) -> Trouble {
    let why = format!("{} Nothing was added.", trouble.why());
    Trouble::new(trouble.code().to_owned(), trouble.what(), why.trim(), trouble.next())
}
