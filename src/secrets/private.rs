//! Files that hold a secret in clear: whether somebody else than their owner may read them.

use std::fs::File;
use std::io;

/// Whether nobody but its owner may open this file. A pipe is nobody else's; Windows gives the files
/// of a person's folder to that person alone.
///
/// # Errors
/// What the file system says.
pub fn is_for_its_owner_only(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    Ok(!metadata.is_file() || !is_open_to_others(&metadata))
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}
