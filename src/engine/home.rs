//! Where configuration, registry and log are.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::domain::Trouble;
pub use crate::registry::make_folder;

/// The files of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// `config.toml`; it need not exist.
    pub config: PathBuf,
    /// `registry.db`.
    pub registry: PathBuf,
    /// `mailkey.log`.
    pub log: PathBuf,
}

impl Home {
    /// All files in one folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            config: folder.join("config.toml"),
            registry: folder.join("registry.db"),
            log: folder.join("mailkey.log"),
        }
    }

    /// The folder that `MAILKEY_HOME` names, or the platform's own folders.
    ///
    /// # Errors
    /// `home.none` if the platform says no home folder.
    pub fn find(mailkey_home: Option<PathBuf>) -> Result<Self, Trouble> {
        if let Some(folder) = mailkey_home.filter(|folder| !folder.as_os_str().is_empty()) {
            return Ok(Self::in_folder(&folder));
        }
        let folders = ProjectDirs::from("", "", "mailkey").ok_or_else(|| {
            Trouble::new(
                "home.none",
                "There is no folder to keep the registry in",
                "The system does not say where this user's home folder is.",
                "Set MAILKEY_HOME to a folder.",
            )
        })?;
        Ok(Self {
            config: folders.config_dir().join("config.toml"),
            registry: folders.data_local_dir().join("registry.db"),
            log: folders.state_dir().unwrap_or(folders.data_local_dir()).join("mailkey.log"),
        })
    }
}
