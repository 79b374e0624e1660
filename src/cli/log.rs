//! The log of this installation.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::engine::home::make_folder;

/// A log that has grown beyond this, in bytes, is put aside when the next one begins.
const MOST: u64 = 5 * 1024 * 1024;

/// Writes the log to `path`: warnings, or what `MAILKEY_LOG` asks for. No log is no reason not to run.
pub fn write_to(path: &Path, filter: Option<String>) {
    let filter = tracing_subscriber::EnvFilter::new(filter.unwrap_or_else(|| "mailkey=warn".to_owned()));
    if let Ok(file) = open(path) {
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(file).init();
    }
}

/// For its owner only, and its folder too, if neither is there.
fn open(path: &Path) -> io::Result<File> {
    path.parent().map_or(Ok(()), make_folder)?;
    if std::fs::metadata(path).is_ok_and(|log| log.len() > MOST) {
        // In the place of the one that was put aside before. What cannot be moved grows on.
        let _ = std::fs::rename(path, path.with_extension("log.1"));
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_first_of_all_files_is_its_owners_alone_and_so_is_the_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a/b/mailkey.log");
        open(&log).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode(&log), mode(log.parent().unwrap())], [0o600, 0o700]);
    }

    #[test]
    fn a_log_that_has_grown_is_put_aside_and_one_that_was_goes() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("mailkey.log");
        let length = |name: &str| std::fs::metadata(folder.path().join(name)).map(|file| file.len()).ok();
        for (grown, now, aside) in [(MOST, MOST, None), (MOST + 1, 0, Some(MOST + 1)), (MOST + 2, 0, Some(MOST + 2))] {
            open(&log).unwrap().set_len(grown).unwrap();
            open(&log).unwrap();
            assert_eq!((length("mailkey.log"), length("mailkey.log.1")), (Some(now), aside));
        }
    }
}
