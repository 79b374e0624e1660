//! Secrets on standard input.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, stdin};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::domain::Secret;

/// The lines of a paste follow each other faster than this, and a person's do not.
const PAUSE: Duration = Duration::from_millis(150);

/// What is there, up to `most` bytes and without the white space around it; nothing if it cannot
/// be read or is no text.
pub async fn secret(most: usize) -> Option<Secret> {
    let mut bytes = room_for(most);
    stdin().take(most as u64).read_to_end(&mut bytes).await.ok()?;
    text(&bytes)
}

/// The same from a terminal, which has no end: the first line that is not blank, and what is pasted
/// together with it, so that no shell gets to run the rest.
pub async fn pasted(most: usize) -> Option<Secret> {
    let mut bytes = room_for(most);
    let mut lines = BufReader::new(stdin().take(most as u64));
    while bytes.trim_ascii().is_empty() {
        if lines.read_until(b'\n', &mut bytes).await.ok()? == 0 {
            break;
        }
    }
    while let Ok(Ok(1..)) = timeout(PAUSE, lines.read_until(b'\n', &mut bytes)).await {}
    text(&bytes)
}

/// Memory that never has to grow leaves no copy behind: whoever reads wants room beyond the end.
fn room_for(most: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(most + ROOM))
}

const ROOM: usize = 64;

fn text(bytes: &[u8]) -> Option<Secret> {
    std::str::from_utf8(bytes).ok().map(|text| Secret::new(text.trim()))
}
