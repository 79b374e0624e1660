//! Importing mailboxes: a list becomes a plan, and the plan, once somebody has seen it, mailboxes.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use directories::BaseDirs;
use zeroize::Zeroizing;

use super::{Engine, blocking};
use crate::domain::import::{self, Defaults, MOST_BYTES, Plan, Wish};
use crate::domain::{ApplicationName, NewMailbox, Secret, Trouble};

/// A list of mailboxes, or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// In this file; `~/` is the home folder.
    File(PathBuf),
    /// On the clipboard.
    Clipboard,
    /// This text: whoever pasted it may have pasted something else.
    Text(Secret),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// How many mailboxes an import added and changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Which were new.
    pub added: usize,
    /// Which were there already.
    pub changed: usize,
}

impl Engine {
    /// What importing a list would do. Nothing is written.
    ///
    /// # Errors
    /// `import.…` if the list cannot be read as one; `application.unknown`; `clipboard.…`.
    pub async fn plan_import(&self, list: List, defaults: Defaults) -> Result<Plan, Trouble> {
        self.application_named(defaults.application.clone()).await?;
        let bytes = self.read_list(list).await?;
        let fleet = self.fleet().await?;
        blocking(move || import::plan(&bytes, &defaults, &fleet)).await
    }

    /// Adds what is new in a plan, and changes what is different if that is wished, in one transaction.
    ///
    /// # Errors
    /// `import.malformed` as [`Plan::accept`]; `mailbox.exists`, `mailbox.unknown` or
    /// `application.unknown` if the registry changed since the plan was made. Nothing was done then.
    pub async fn import(&self, plan: Arc<Plan>, wish: Wish) -> Result<Imported, Trouble> {
        let new = plan.accept(wish.malformed)?.to_vec();
        let changes: Vec<NewMailbox> = plan.changes(wish.different).cloned().collect();
        let imported = Imported { added: new.len(), changed: changes.len() };
        self.add_and_change(new, changes).await?;
        Ok(imported)
    }

    async fn application_named(&self, name: ApplicationName) -> Result<(), Trouble> {
        self.registry(move |registry| registry.application(&name)).await.map(drop)
    }

    async fn read_list(&self, list: List) -> Result<Zeroizing<Vec<u8>>, Trouble> {
        let bytes = match list {
            List::Bytes(bytes) => bytes,
            List::Text(text) => text.expose().into(),
            List::Clipboard => self.paste().await?.ok_or_else(no_text)?.expose().into(),
            List::File(path) => blocking(move || read(&path).map_err(|error| unreadable(&path, &error))).await?,
        };
        Ok(Zeroizing::new(bytes))
    }
}

/// One byte more than is allowed tells that there is more.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(from_home(path))?.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The shell knows `~`; a form on the screen has no shell.
fn from_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), BaseDirs::new()) {
        (Ok(rest), Some(folders)) => folders.home_dir().join(rest),
        _ => path.to_owned(),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Trouble {
    Trouble::new(
        "import.unreadable",
        format!("{} cannot be read", path.display()),
        format!("{error}."),
        "Name a file that is there and that you may read.",
    )
}

fn no_text() -> Trouble {
    Trouble::new(
        "import.clipboard",
        "There is no text on the clipboard",
        "",
        "Copy the list, or name the file that it is in.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_the_home_folder_at_the_beginning_only() {
        let home = BaseDirs::new().unwrap().home_dir().to_owned();
        for (written, meant) in
            [("~/list.csv", home.join("list.csv")), ("~list.csv", "~list.csv".into()), ("a/~/b", "a/~/b".into())]
        {
            assert_eq!(from_home(Path::new(written)), meant, "{written}");
        }
    }
}
