//! OAuth 2.0 as a public client speaks it: the sign-in link, what comes back, the exchange, the
//! refresh, consent and discovery, and what every refusal means.
//!
//! It knows no screen, no file and no task; time comes as an argument or as a duration.
//!
//! The requests are written by hand, not with the `oauth2` crate. That crate takes nothing but
//! status 200 with a JSON type for an answer and drops status and headers of the rest, leaves
//! tokens in plain `String`s and whole bodies in its errors' `Debug`, cannot poll a device code
//! just once, and needs a response, an error and a client type of ours and ten type parameters to
//! tie them together. What remains of it is a form with six fields.

pub mod aadsts;
pub mod answer;
pub mod consent;
pub mod device;
pub mod discovery;
mod endpoint;
pub mod exchange;
pub mod http;
pub mod identity;
pub mod link;
mod random;
pub mod refusal;

use crate::domain::{Application, Provider, Secret};

pub use answer::Answer;
pub use exchange::{AccessToken, Refreshed, Tokens};
pub use http::Http;
pub use refusal::Refusal;

/// Who asks: an application with its provider, and its secret if it has one.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// The identity provider.
    pub provider: &'a Provider,
    /// The app registration.
    pub application: &'a Application,
    /// The client secret; public clients must send none (AADSTS700025).
    pub secret: Option<&'a Secret>,
}

#[cfg(test)]
mod test_support;
