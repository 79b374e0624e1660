//! Values that nobody can guess: `state` and the PKCE verifier.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::Trouble;

/// `BYTES` random bytes in unpadded base64url, whose characters need no encoding anywhere.
///
/// # Errors
/// `system.random` if the operating system has no randomness to give.
pub(super) fn random_text<const BYTES: usize>() -> Result<String, Trouble> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        Trouble::new(
            "system.random",
            "The operating system gave no random numbers",
            error.to_string(),
            "A sign-in cannot be protected without them. Try again.",
        )
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
