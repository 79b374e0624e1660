//! Fleets of any size: in memory, and as a home folder on disk that the built program opens.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mailkey::demo::Demo;
use mailkey::desktop::Clipboard;
use mailkey::domain::{Address, Application, ApplicationName, Check, Fleet, RedirectUri, StoreKind};
use mailkey::engine::{Clock, Engine, Keeper, Parts, Settings};
use mailkey::registry::Registry;
use mailkey::secrets::{Key, Secrets};
use rusqlite::{Connection, params};
use tempfile::TempDir;

/// A home with so many mailboxes, all signed in and checked, whose tokens nobody holds.
pub fn home(mailboxes: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "microsoft", mailboxes, mailboxes);
    folder
}

/// A home with so many mailboxes, of which the tenant's crowd has tokens, sealed under a passphrase
/// that lies beside them. So many jobs run at once there.
pub async fn home_at(demo: &Demo, mailboxes: usize, at_once: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let crowd = demo.crowd().unwrap();
    fill(folder.path(), "demo", mailboxes, crowd.len());
    let config = format!(
        "[secrets]\nstore = \"sealed\"\npassphrase_file = \"passphrase\"\n[network]\nparallel = {at_once}\n{}",
        demo.config_toml()
    );
    for (name, text) in
        [("ca.pem", demo.ca_pem()), ("passphrase", "correct horse battery staple"), ("config.toml", &config)]
    {
        write_for_owner(&folder.path().join(name), text);
    }
    seal_tokens(demo, folder.path(), &crowd).await;
    folder
}

fn write_for_owner(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

async fn seal_tokens(demo: &Demo, folder: &Path, crowd: &[Address]) {
    let registry = Registry::open(&folder.join("registry.db")).unwrap();
    let (secrets, id) = (Secrets::memory(), registry.id().to_owned());
    for address in crowd {
        let grant = registry.mailbox_at(address).unwrap().grant;
        secrets.put(&Key::refresh_token(&id, grant), &demo.issue(address).unwrap()).await.unwrap();
    }
    let mut settings = Settings::load(&folder.join("config.toml")).unwrap();
    settings.store = StoreKind::Keyring;
    let engine =
        Engine::new(Parts { settings, registry, secrets, clipboard: Clipboard::start(), clock: Clock::system() });
    engine.move_store(StoreKind::Sealed, Some(Keeper::Passphrase)).await.unwrap();
}

/// The same fleet, in memory.
pub fn fleet(mailboxes: usize) -> Fleet {
    let folder = home(mailboxes);
    let settings = Settings::load(&folder.path().join("config.toml")).unwrap();
    Registry::open(&folder.path().join("registry.db")).unwrap().fleet(&settings.providers).unwrap()
}

/// Tables that are filled row by row through the registry would take minutes.
fn fill(folder: &Path, provider: &str, mailboxes: usize, signed_in: usize) {
    let path = folder.join("registry.db");
    let registry = Registry::open(&path).unwrap();
    if mailboxes == 0 {
        return;
    }
    registry.add_application(&application(provider)).unwrap();
    // An age that does not grow while the program is watched for being idle.
    let proven = Timestamp::now() - SignedDuration::from_hours(36);
    registry.record_proof(&name(), &Check::Ok { at: proven }).unwrap();
    drop(registry);
    let mut connection = Connection::open(&path).unwrap();
    let transaction = connection.transaction().unwrap();
    for number in 1..=mailboxes {
        let address = address(number);
        let used = Timestamp::now() - SignedDuration::from_hours(24 * (number as i64 % 88));
        let used = (number <= signed_in).then(|| used.as_microsecond());
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
