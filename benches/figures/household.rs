//! Fleets of any size: in memory, and as a home folder on disk that the built program opens.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mailkey::domain::{Address, Application, ApplicationName, Fleet, RedirectUri};
use mailkey::registry::Registry;
use rusqlite::{Connection, params};
use tempfile::TempDir;

/// A home with so many mailboxes, all signed in and checked, whose tokens nobody holds.
pub fn home(mailboxes: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), mailboxes);
    folder
}

/// The same fleet, in memory.
pub fn fleet(mailboxes: usize) -> Fleet {
    let folder = home(mailboxes);
    let settings = mailkey::engine::Settings::load(&folder.path().join("config.toml")).unwrap();
    Registry::open(&folder.path().join("registry.db")).unwrap().fleet(&settings.providers).unwrap()
}

/// Tables that are filled row by row through the registry would take minutes.
fn fill(folder: &Path, mailboxes: usize) {
    let path = folder.join("registry.db");
    let registry = Registry::open(&path).unwrap();
    if mailboxes == 0 {
        return;
    }
    registry.add_application(&application("microsoft")).unwrap();
    drop(registry);
    let mut connection = Connection::open(&path).unwrap();
    let transaction = connection.transaction().unwrap();
    for number in 1..=mailboxes {
        let address = address(number);
        let used = (Timestamp::now() - SignedDuration::from_hours(24 * (number as i64 % 88))).as_microsecond();
        transaction
            .prepare_cached(
                "INSERT INTO grants (application, account, folded, issuer, subject, username, obtained_at, \
                 last_used_at, may_hold_secret) VALUES (1, ?1, ?1, 'tenant', ?1, ?1, ?2, ?2, 1)",
            )
            .unwrap()
            .execute(params![address.as_str(), used])
            .unwrap();
        transaction
            .prepare_cached(
                "INSERT INTO mailboxes (address, folded, grant_id, smtp_at, imap_at, pop_at) \
                 VALUES (?1, ?1, last_insert_rowid(), ?2, ?2, ?2)",
            )
            .unwrap()
            .execute(params![address.as_str(), used])
            .unwrap();
    }
    transaction.commit().unwrap();
}

/// The address of one of them.
pub fn address(number: usize) -> Address {
    Address::parse(&format!("person-{number:05}@contoso.example")).unwrap()
}

/// What the application is called.
pub fn name() -> ApplicationName {
    ApplicationName::parse("Mailer").unwrap()
}

/// The application, at this provider.
pub fn application(provider: &str) -> Application {
    Application {
        name: name(),
        provider: provider.to_owned(),
        tenant: "contoso.example".to_owned(),
        client_id: "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18".to_owned(),
        redirect_uri: RedirectUri::parse(mailkey::domain::redirect_uri::DEFAULT).unwrap(),
        scopes: vec![],
        has_client_secret: false,
        proof: Default::default(),
        consent: Default::default(),
    }
}

/// The dashboard's model of a fleet, in a window of 120 columns and 40 rows.
pub fn model(mailboxes: usize) -> mailkey::tui::model::Model {
    use mailkey::tui::message::Message;
    use mailkey::tui::model::{Model, Setting};
    use mailkey::tui::theme::{Palette, Symbols, Theme};
    let setting = Setting {
        theme: Theme { palette: Palette::Sixteen, symbols: Symbols::Unicode },
        zone: jiff::tz::TimeZone::UTC,
        store: "the keyring",
        clear_after: std::time::Duration::from_secs(45),
        demo: None,
    };
    let mut model = Model::new(setting, Timestamp::now(), (120, 40));
    let told = mailkey::engine::Event::Fleet(Arc::new(fleet(mailboxes)));
    mailkey::tui::update::update(&mut model, Message::Engine(told));
    model
}
