//! Where the registry's file stands: its folder, who may read it, and the copies beside it.

use std::ffi::OsString;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::domain::Trouble;

use super::sql::{read_only, unreadable};

/// Makes the folder and an empty file, for their owner only, where there are none. SQLite gives
/// `-wal` and `-shm` the rights of the file itself.
///
/// # Errors
/// `registry.read_only` where that is forbidden, `registry.unreadable` where it fails otherwise.
pub(super) fn prepare(path: &Path) -> Result<(), Trouble> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), make_folder).and_then(|()| make_file(path)).map_err(|error| explain(path, &error))
}

/// Makes a folder for its owner only, unless there is one.
///
/// # Errors
/// What the file system says.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes an empty file for its owner only, unless there is one.
pub(super) fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome.map(drop),
    }
}

/// An error of the file system as a trouble of the registry.
pub(super) fn explain(path: &Path, error: &io::Error) -> Trouble {
    if is_refusal(error.kind()) { read_only(path, &error.to_string()) } else { unreadable(path, &error.to_string()) }
}

/// Whether no file may be made beside `path`, where SQLite needs its `-wal` and `-shm`.
pub(super) fn refuses_files(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    tempfile::tempfile_in(folder.unwrap_or(Path::new("."))).is_err_and(|error| is_refusal(error.kind()))
}

fn is_refusal(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// The copy that is made before the file becomes version `version`: `registry.db.before-v2`.
pub(super) fn copy_before(path: &Path, version: u32) -> PathBuf {
    beside(path, &format!("{COPY}{version}"))
}

/// The copy with the highest version that stands beside the file.
pub(super) fn newest_copy(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let prefix = format!("{name}{COPY}");
    let version = |entry: &OsString| entry.to_str()?.strip_prefix(&prefix)?.parse::<u32>().ok();
    path.parent()?
        .read_dir()
        .ok()?
        .filter_map(|entry| version(&entry.ok()?.file_name()))
        .max()
        .map(|version| copy_before(path, version))
}

const COPY: &str = ".before-v";

/// The same path with `ending` after the file's name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
