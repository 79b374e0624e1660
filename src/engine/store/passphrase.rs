//! Where the passphrase of the sealed secrets comes from: the environment, a file, or a person.
//! Everything in here may take long, so that it is for threads that may wait.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::super::lock;
use crate::domain::{Secret, Trouble};
use crate::secrets::custody::Wrapped;
use crate::secrets::private;
use crate::secrets::seal::SealKey;

/// More than any passphrase has, in bytes.
const MOST: usize = 4096;

/// What a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The passphrase of the secrets that there are.
    Known,
    /// The same once more: the last one was wrong.
    Again,
    /// A new one: there is none yet, or it is to be another.
    New,
}

/// A person who can be asked. What it gives instead of a passphrase ends the asking.
pub type Person = Box<dyn FnMut(Question) -> Result<Secret, Trouble> + Send>;

/// Where passphrases come from.
pub(super) struct Passphrases {
    file: Option<PathBuf>,
    environment: Mutex<Option<Secret>>,
    person: Mutex<Option<Person>>,
    /// What was tried in vain: it need not be tried again for each of a thousand mailboxes.
    refused: Mutex<Option<(Wrapped, Secret, Trouble)>>,
}

impl Passphrases {
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self { file, environment: Mutex::default(), person: Mutex::default(), refused: Mutex::default() }
    }

    /// Takes one from the environment, and somebody to ask if there is none.
    pub(super) fn take(&self, environment: Option<Secret>, person: Option<Person>) {
        *lock(&self.environment) = environment.filter(|passphrase| !passphrase.is_empty());
        *lock(&self.person) = person;
    }

    /// Nobody is to be asked any more.
    pub(super) fn ask_nobody(&self) {
        *lock(&self.person) = None;
    }

    /// Whether there is one without asking anybody.
    pub(super) fn are_configured(&self) -> bool {
        self.file.is_some() || lock(&self.environment).is_some()
    }

    /// Opens a key.
    ///
    /// # Errors
    /// `seal.passphrase`, `seal.passphrase_needed`, `seal.passphrase_file`, `seal.passphrase_open`.
    pub(super) fn open(&self, wrapped: &Wrapped) -> Result<SealKey, Trouble> {
        match self.configured()? {
            Some(passphrase) => self.open_with(wrapped, passphrase),
            None => self.ask_for(wrapped),
        }
    }

    /// Wraps a key under a new passphrase.
    ///
    /// # Errors
    /// `missing`, if there is none and nobody who could be asked; else
    /// `seal.passphrase_short`, `seal.passphrase_needed`, `seal.passphrase_file`, `seal.passphrase_open`.
    pub(super) fn wrap(&self, key: &SealKey, missing: fn() -> Trouble) -> Result<Wrapped, Trouble> {
        let passphrase = match self.configured()? {
            Some(passphrase) => passphrase,
            None => lock(&self.person).take().ok_or_else(missing)?(Question::New)?,
        };
        Wrapped::new(key, &passphrase)
    }

    /// Wraps a key under another passphrase than that of `before`. A service, which has nobody to
    /// type one, has the new one in its file and the one before in its environment.
    ///
    /// # Errors
    /// `seal.passphrase_same`; else as [`Passphrases::wrap`].
    pub(super) fn wrap_anew(&self, key: &SealKey, before: &Wrapped) -> Result<Wrapped, Trouble> {
        let in_environment = lock(&self.environment).is_some();
        let passphrase = match self.file.as_deref().filter(|_| in_environment) {
            Some(file) => read(file)?,
            None => lock(&self.person).take().ok_or_else(nobody_new)?(Question::New)?,
        };
        match before.open(&passphrase) {
            Ok(_) => Err(same()),
            Err(_) => Wrapped::new(key, &passphrase),
        }
    }

    fn configured(&self) -> Result<Option<Secret>, Trouble> {
        if let Some(passphrase) = lock(&self.environment).clone() {
            return Ok(Some(passphrase));
        }
        self.file.as_deref().map(read).transpose()
    }

    fn open_with(&self, wrapped: &Wrapped, passphrase: Secret) -> Result<SealKey, Trouble> {
        let mut refused = lock(&self.refused);
        if let Some((was_wrapped, was_passphrase, trouble)) = &*refused
            && was_wrapped == wrapped
            && *was_passphrase == passphrase
        {
            return Err(trouble.clone());
        }
        wrapped.open(&passphrase).inspect_err(|trouble| {
            *refused = Some((wrapped.clone(), passphrase, trouble.clone()));
        })
    }

    /// A person who does not know it is not asked again.
    fn ask_for(&self, wrapped: &Wrapped) -> Result<SealKey, Trouble> {
        let mut person = lock(&self.person).take().ok_or_else(nobody)?;
        let key = three_tries(&mut person, wrapped)?;
        *lock(&self.person) = Some(person);
        Ok(key)
    }
}

fn three_tries(person: &mut Person, wrapped: &Wrapped) -> Result<SealKey, Trouble> {
    for question in [Question::Known, Question::Again] {
        match wrapped.open(&person(question)?) {
            Err(trouble) if trouble.code() == "seal.passphrase" => {}
            outcome => return outcome,
        }
    }
    wrapped.open(&person(Question::Again)?)
}

/// The first line of a file: editors and `echo` end it, and what follows is no passphrase.
fn read(path: &Path) -> Result<Secret, Trouble> {
    // Room for all of it: a text that grows leaves copies behind that nobody clears.
    let mut text = zeroize::Zeroizing::new(String::with_capacity(2 * MOST));
    let failed = |error| unreadable(path, &format!("{error}."));
    let file = File::open(path).map_err(failed)?;
    if !private::is_for_its_owner_only(&file).map_err(failed)? {
        return Err(open_to_others(path));
    }
    file.take(MOST as u64).read_to_string(&mut text).map_err(failed)?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret::new(line)),
        _ => Err(unreadable(path, "It is empty, or its first line is.")),
    }
}

fn open_to_others(path: &Path) -> Trouble {
    Trouble::new(
        "seal.passphrase_open",
        format!("Others than its owner may read the passphrase in {}", path.display()),
        "Whoever has it and the registry has every token. It was not used.",
        format!("`chmod 600 {}`, and if somebody may have read it, `mailkey store passphrase`.", path.display()),
    )
}

fn unreadable(path: &Path, why: &str) -> Trouble {
    Trouble::new(
        "seal.passphrase_file",
        format!("There is no passphrase to be read in {}", path.display()),
        why,
        "It is the file that [secrets] passphrase_file names in config.toml. Mend the one or the other.",
    )
}

/// A key has neither of its two keepers.
pub(super) fn neither() -> Trouble {
    Trouble::new(
        "seal.passphrase_needed",
        "There is neither a keyring nor a passphrase for the key of the sealed secrets",
        "Nobody answers as this session's keyring, and there is nobody at a terminal who could be asked for a passphrase.",
        "Name a file with one in config.toml ([secrets] passphrase_file), give a service MAILKEY_PASSPHRASE, or start a keyring.",
    )
}

/// A key is to be under a passphrase.
pub(super) fn none() -> Trouble {
    Trouble::new(
        "seal.passphrase_needed",
        "There is no passphrase for the key of the sealed secrets",
        "It is in no file and not in the environment, and there is nobody at a terminal who could be asked. Nothing was changed.",
        "Name a file in config.toml ([secrets] passphrase_file), give it in MAILKEY_PASSPHRASE, or run this at a terminal.",
    )
}

fn nobody() -> Trouble {
    Trouble::new(
        "seal.passphrase_needed",
        "The sealed secrets need their passphrase",
        "It is in no file and not in the environment, and there is nobody at a terminal who could be asked.",
        "Name a file in config.toml ([secrets] passphrase_file), or give a service MAILKEY_PASSPHRASE.",
    )
}

fn nobody_new() -> Trouble {
    Trouble::new(
        "seal.passphrase_needed",
        "There is no new passphrase",
        "There is nobody at a terminal who could be asked for it. Nothing was changed.",
        "Run it at a terminal. A service has the new one in its file ([secrets] passphrase_file), and the old one in MAILKEY_PASSPHRASE.",
    )
}

fn same() -> Trouble {
    Trouble::new(
        "seal.passphrase_same",
        "That is the passphrase that there is",
        "Nothing was changed.",
        "Choose another one.",
    )
}
