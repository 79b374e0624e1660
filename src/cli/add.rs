//! `mailkey add`.

use super::{Exit, tell};
use crate::domain::{Address, ApplicationName, Trouble};
use crate::engine::Engine;

/// Adds all of them, or none.
pub async fn run(
    engine: &Engine,
    addresses: Vec<Address>,
    application: ApplicationName,
    account: Option<Address>,
) -> Result<Exit, Trouble> {
    for (at, address) in addresses.iter().enumerate() {
        let is_double = addresses.iter().skip(at + 1).any(|other| other == address);
        if is_double {
            return Err(double(address));
        }
        if engine.mailbox_at(address.clone()).await.is_ok() {
            return Err(exists(address));
        }
    }
    let count = addresses.len();
    for address in addresses {
        engine.add_mailbox(address, application.clone(), account.clone()).await?;
    }
    tell(&match count {
        1 => "1 mailbox was added. `mailkey signin ADDRESS` takes it on.".to_owned(),
        count => format!("{count} mailboxes were added. `mailkey signin ADDRESS` takes each on."),
    });
    Ok(Exit::Well)
}

fn exists(address: &Address) -> Trouble {
    Trouble::new(
        "mailbox.exists",
        format!("{address} is there already"),
        "A mailbox can be added once. Nothing was added.",
        "Leave it out.",
    )
}

fn double(address: &Address) -> Trouble {
    Trouble::new("address.double", format!("{address} is given twice"), "Nothing was added.", "Give each address once.")
}
