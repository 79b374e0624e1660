//! An engine over this installation's files.

use std::fs::OpenOptions;
use std::path::Path;

use crate::desktop::Clipboard;
use crate::domain::Trouble;
use crate::engine::config::StoreKind;
use crate::engine::{Clock, Engine, Home, Parts, Settings};
use crate::registry::Registry;
use crate::secrets::Secrets;

/// Opens configuration, registry and secret store.
///
/// # Errors
/// `config.…`, `registry.…`.
pub fn engine(home: &Home) -> Result<Engine, Trouble> {
    let settings = Settings::load(&home.config)?;
    let registry = Registry::open(&home.registry)?;
    let secrets = match settings.store {
        StoreKind::Keyring => Secrets::keyring(),
    };
    Ok(Engine::new(Parts {
        settings,
        registry,
        secrets,
        clipboard: Clipboard::start(),
        clock: Clock::system(),
    }))
}

/// Writes the log to `path`: warnings, or what `MAILKEY_LOG` asks for. No log is no reason not to run.
pub fn log_to(path: &Path, filter: Option<String>) {
    let filter = tracing_subscriber::EnvFilter::new(filter.unwrap_or_else(|| "mailkey=warn".to_owned()));
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Some(folder) = path.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    if let Ok(file) = options.open(path) {
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_writer(file)
            .init();
    }
}
