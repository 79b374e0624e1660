//! A folder from which another process reaches the tenant: its configuration, its certificate, and
//! the command lines that a newcomer types there.

use std::collections::BTreeMap;
use std::path::Path;

use super::scenario::{Registration, Scenario};
use super::{Demo, Options};
use crate::domain::{Address, Trouble};

/// The first line of a configuration that may be written over.
const MARK: &str = "# Written by `mailkey demo`, and written anew each time.\n";
const CONFIG: &str = "config.toml";
const CA: &str = "ca.pem";

impl Demo {
    /// Starts the tenant, and writes into `folder`, which is made if there is none, what a process
    /// needs whose `MAILKEY_HOME` it is.
    ///
    /// # Errors
    /// `demo.folder` if the folder has a configuration that no demo wrote, which is left as it is, or
    /// cannot be written; `demo.start`.
    pub async fn start_in(folder: &Path, options: Options) -> Result<Self, Trouble> {
        std::fs::create_dir_all(folder).map_err(|error| no_folder(folder, &error))?;
        leave_what_is_foreign(folder)?;
        let demo = Self::start(options).await?;
        let files = [(CA, demo.ca_pem().to_owned()), (CONFIG, format!("{MARK}\n{}", demo.config_toml()))];
        files
            .into_iter()
            .try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
            .map_err(|error| no_folder(folder, &error))?;
        Ok(demo)
    }

    /// What to type in a shell to try the commands with this folder as their home: its registrations
    /// and sample mailboxes are added, and one signs in.
    #[must_use]
    pub fn commands(&self, folder: &Path) -> Vec<String> {
        let scenario = &self.shared.world().scenario;
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let mut lines = vec![format!("export MAILKEY_HOME={}", quoted(&folder.display().to_string()))];
        for registration in &scenario.registrations {
            lines.push(add_application(registration));
            lines.extend(add_mailboxes(registration, scenario));
        }
        let first = samples(scenario).find(|(address, signs_in)| address == signs_in);
        lines.extend(first.map(|(address, _)| format!("mailkey signin {}", quoted(address.as_str()))));
        lines
    }
}

/// The program's own files may be written again; nobody else's.
fn leave_what_is_foreign(folder: &Path) -> Result<(), Trouble> {
    let config = folder.join(CONFIG);
    let is_own = match std::fs::read_to_string(&config) {
        Ok(text) => text.starts_with(MARK),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound && !folder.join(CA).exists(),
    };
    if is_own { Ok(()) } else { Err(foreign(&config)) }
}

fn add_application(registration: &Registration) -> String {
    let Registration { name, tenant, client_id, .. } = registration;
    format!("mailkey app add {} --provider demo --tenant {tenant} --client-id {client_id}", quoted(name.as_str()))
}

/// A line for those that sign in themselves, and one for those of each delegate.
fn add_mailboxes(registration: &Registration, scenario: &Scenario) -> impl Iterator<Item = String> {
    let mut own = Vec::new();
    let mut shared = BTreeMap::<&Address, Vec<String>>::new();
    for (address, signs_in) in samples(scenario).filter(|(address, _)| address.domain() == registration.tenant) {
        let addresses = if address == signs_in { &mut own } else { shared.entry(signs_in).or_default() };
        addresses.push(quoted(address.as_str()));
    }
    let add = format!("--app {}", quoted(registration.name.as_str()));
    let own = (!own.is_empty()).then(|| format!("mailkey add {} {add}", own.join(" ")));
    let shared = shared.into_iter().map(move |(account, addresses)| {
        format!("mailkey add {} {add} --account {}", addresses.join(" "), quoted(account.as_str()))
    });
    own.into_iter().chain(shared.collect::<Vec<String>>())
}

/// The mailboxes of the sample registry, each with who signs in for it.
fn samples(scenario: &Scenario) -> impl Iterator<Item = (&Address, &Address)> {
    scenario.accounts.values().filter_map(|account| {
        let sample = account.sample.as_ref()?;
        Some((&account.address, sample.account.as_ref().unwrap_or(&account.address)))
    })
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn foreign(config: &Path) -> Trouble {
    Trouble::new(
        "demo.folder",
        format!("{} is not the demo's", config.display()),
        "The demo would write over it, or over the certificate beside it. Nothing was changed.",
        "Name another folder: it is made if there is none.",
    )
}

fn no_folder(folder: &Path, error: &std::io::Error) -> Trouble {
    Trouble::new(
        "demo.folder",
        format!("The demo cannot work in {}", folder.display()),
        format!("{error}."),
        "Free some space, or choose another folder (TMPDIR, or --serve).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_a_demo_wrote_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let start = async |name: &str| Demo::start_in(&folder.path().join(name), Options::default()).await;
        start("new").await.unwrap();
        start("new").await.unwrap();
        for (name, file) in [("configured", CONFIG), ("certified", CA)] {
            let path = folder.path().join(name).join(file);
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(&path, "my own").unwrap();
            assert_eq!(start(name).await.unwrap_err().code(), "demo.folder");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "my own");
        }
    }

    #[tokio::test]
    async fn a_newcomer_is_told_all_of_it_wherever_the_other_terminal_is() {
        let demo = Demo::start(Options::default()).await.unwrap();
        let lines = demo.commands(Path::new("a folder"));
        let folder = std::env::current_dir().unwrap().join("a folder");
        assert_eq!(lines[0], format!("export MAILKEY_HOME={}", quoted(&folder.display().to_string())));
        for said in [
            "app add 'Fabrikam ERP' --provider demo --tenant fabrikam.example --client-id",
            "mailkey add ap@contoso.example archive@contoso.example billing@contoso.example",
            "mailkey add info@contoso.example --app Mailer --account maria.lopez@contoso.example",
            "mailkey signin ap@contoso.example",
        ] {
            assert!(lines.iter().any(|line| line.contains(said)), "{said}: {lines:#?}");
        }
    }

    #[test]
    fn a_shell_takes_a_quoted_word_for_one() {
        for (word, wanted) in [
            ("/tmp/srv", "/tmp/srv"),
            ("a b", "'a b'"),
            ("d.o'neill@b", r"'d.o'\''neill@b'"),
            ("", "''"),
            ("$x", "'$x'"),
        ] {
            assert_eq!(quoted(word), wanted);
        }
    }
}
