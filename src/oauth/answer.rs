//! Stub.
use crate::domain::{Secret, Trouble};

/// What came back from the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An authorization code with the `state` that it belongs to.
    Code {
        /// The authorization code.
        code: Secret,
        /// The `state` of the sign-in.
        state: String,
    },
    /// An authorization code alone: only the person knows which sign-in it is for.
    BareCode(Secret),
    /// An error redirect (RFC 6749 section 4.1.2.1).
    Refused {
        /// The `state` of the sign-in, if it came along.
        state: Option<String>,
        /// The `error` parameter.
        error: String,
        /// The `error_description` parameter, printable.
        description: String,
    },
    /// The answer to an admin consent link.
    Consent {
        /// The `state` of the consent.
        state: String,
        /// The tenant that consented.
        tenant: Option<String>,
    },
    /// Microsoft's `…/common/wrongplace`: the code was there and is gone.
    WrongPlace,
}

/// Reads an answer from whatever a person copied or a browser sent.
///
/// # Errors
/// `answer.none` if there is nothing in it; others say what is wrong with it.
pub fn read(_text: &str) -> Result<Answer, Trouble> {
    todo!()
}
