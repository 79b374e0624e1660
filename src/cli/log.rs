//! The log of this installation.

use std::fs::OpenOptions;
use std::path::Path;

/// Writes the log to `path`: warnings, or what `MAILKEY_LOG` asks for. No log is no reason not to run.
pub fn write_to(path: &Path, filter: Option<String>) {
    let filter = tracing_subscriber::EnvFilter::new(filter.unwrap_or_else(|| "mailkey=warn".to_owned()));
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Some(folder) = path.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    if let Ok(file) = options.open(path) {
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(file).init();
    }
}
