//! OAuth 2.0 as a public client speaks it: the sign-in link, what comes back, the exchange, the
//! refresh, consent and discovery, and what every refusal means.
//!
//! It knows no screen, no file and no task; time comes as an argument or as a duration.

pub mod aadsts;
pub mod answer;
pub mod consent;
pub mod device;
pub mod discovery;
pub mod exchange;
pub mod http;
pub mod identity;
pub mod link;
pub mod refusal;

use crate::domain::{Application, Provider, Secret};

pub use answer::Answer;
pub use exchange::Tokens;
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
