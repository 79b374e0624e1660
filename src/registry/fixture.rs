//! What the tests of this room begin with.

use jiff::Timestamp;
use tempfile::TempDir;

use crate::domain::{
    Address, Application, ApplicationName, Check, Mailbox, NewMailbox, Note, RedirectUri, Remedy, Trouble,
};

use super::Registry;

/// A new registry on a real file.
pub(super) fn fresh() -> (TempDir, Registry) {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(&folder.path().join("registry.db")).unwrap();
    (folder, registry)
}

/// A new registry with an application, and a mailbox that is its own account.
pub(super) fn with_mailbox() -> (TempDir, Registry, Mailbox) {
    let (folder, registry) = fresh();
    registry.add_application(&application("Mailer")).unwrap();
    let own = address("billing@contoso.com");
    let mailbox = registry.add_mailbox(&own, &name("Mailer"), &own).unwrap();
    (folder, registry, mailbox)
}

pub(super) fn name(text: &str) -> ApplicationName {
    ApplicationName::parse(text).unwrap()
}

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A mailbox of “Mailer” with a note.
pub(super) fn new_mailbox(mailbox: &str, account: &str) -> NewMailbox {
    let note = Note::parse("third floor").unwrap();
    NewMailbox { address: address(mailbox), application: name("Mailer"), account: address(account), note }
}

pub(super) fn application(text: &str) -> Application {
    Application {
        name: name(text),
        provider: "microsoft".into(),
        tenant: "contoso.onmicrosoft.com".into(),
        client_id: "6f1c2a90-0000-4000-8000-000000000000".into(),
        redirect_uri: RedirectUri::parse("http://localhost").unwrap(),
        scopes: vec!["https://outlook.office.com/SMTP.Send".into(), "offline_access".into()],
        has_client_secret: true,
        proof: Check::Ok { at: at(1) },
        consent: Check::Unknown,
    }
}

/// A trouble with everything that one can have.
pub(super) fn trouble() -> Trouble {
    let not_before = Some(at(900));
    Trouble::new("network.refused", "It “broke”", "Why?", "Mend it.").with(Remedy::Retry { not_before })
}

/// So many seconds after an arbitrary moment.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}
