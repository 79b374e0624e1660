//! Proof Key for Code Exchange (RFC 7636): the challenge read, the verifier checked against it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::errors::Refusal;
use super::params::Params;

/// A PKCE challenge (RFC 7636 section 4.3).
#[derive(Debug, Clone)]
pub(super) enum Challenge {
    Plain(String),
    Sha256(String),
}

/// RFC 7636 section 4.3: without a method, `plain`.
pub(super) fn check_challenge(params: &Params) -> Result<Option<Challenge>, Refusal> {
    let invalid = |code, message| Err(Refusal::new("invalid_request", code, message));
    let Some(challenge) = params.get("code_challenge") else {
        return match params.get("code_challenge_method") {
            Some(_) => invalid(50_147, "The size of the Code_Challenge parameter is not valid."),
            None => Ok(None),
        };
    };
    if !is_pkce_text(challenge) {
        return invalid(501_491, "Invalid size of Code_Challenge parameter.");
    }
    match params.get("code_challenge_method") {
        None | Some("plain") => Ok(Some(Challenge::Plain(challenge.to_owned()))),
        Some("S256") if challenge.len() == 43 => Ok(Some(Challenge::Sha256(challenge.to_owned()))),
        Some("S256") => invalid(501_491, "Invalid size of Code_Challenge parameter."),
        Some(_) => invalid(50_149, "Invalid Code_Challenge_method parameter."),
    }
}

/// RFC 7636 section 4.6.
pub(super) fn check_verifier(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Refusal> {
    let mismatch = |code| {
        let message = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
        Err(Refusal::new("invalid_grant", code, message))
    };
    let (challenge, verifier) = match (challenge, verifier) {
        (None, None) => return Ok(()),
        (Some(_), None) => return mismatch(50_148),
        (None, Some(_)) => return mismatch(501_481),
        (Some(challenge), Some(verifier)) => (challenge, verifier),
    };
    if !is_pkce_text(verifier) {
        return Err(Refusal::new(
            "invalid_grant",
            501_491,
            "The size or format of the Code_Verifier parameter is invalid.",
        ));
    }
    let matches = match challenge {
        Challenge::Plain(expected) => verifier == expected,
        Challenge::Sha256(expected) => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *expected,
    };
    if matches { Ok(()) } else { mismatch(501_481) }
}

/// RFC 7636 section 4.1: 43 to 128 unreserved characters.
fn is_pkce_text(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_verifier_must_hash_to_the_challenge() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = Challenge::Sha256("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned());
        assert_eq!(check_verifier(Some(&challenge), Some(verifier)), Ok(()));
        let other = "x".repeat(43);
        for (challenge, verifier, code) in [
            (Some(&challenge), None, 50_148),
            (None, Some(verifier), 501_481),
            (Some(&challenge), Some(other.as_str()), 501_481),
            (Some(&challenge), Some("short"), 501_491),
        ] {
            assert_eq!(check_verifier(challenge, verifier).unwrap_err().code, code);
        }
    }
}
