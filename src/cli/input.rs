//! Secrets on standard input.

use tokio::io::{AsyncReadExt, stdin};
use zeroize::Zeroizing;

use crate::domain::Secret;

/// What is there, up to `most` bytes and without the white space around it; nothing if it cannot
/// be read or is no text.
pub async fn secret(most: usize) -> Option<Secret> {
    // Memory that never has to grow leaves no copy behind: whoever reads wants room beyond the end.
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + ROOM));
    stdin().take(most as u64).read_to_end(&mut bytes).await.ok()?;
    std::str::from_utf8(&bytes).ok().map(|text| Secret::new(text.trim()))
}

const ROOM: usize = 64;
