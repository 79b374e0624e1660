//! Stub.
use url::Url;

use crate::domain::Trouble;

/// Opens `url` in the person's browser. It may wait for another program: not for the thread that draws.
///
/// # Errors
/// `browser.none` if there is no way to open one (an SSH session, no display).
pub fn open(_url: &Url) -> Result<(), Trouble> {
    todo!()
}
