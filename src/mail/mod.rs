//! Mail servers, as far as a token has to be proved there: XOAUTH2 over SMTP, IMAP and POP.
//!
//! No mail is sent and none is read. It knows no screen, no file and no task.

use std::time::Duration;

use crate::domain::provider::Scheme;
use crate::domain::{Address, MailServer, Pause, Secret, Trouble};

use wire::Wire;

mod imap;
mod network;
mod pop;
mod smtp;
mod tls;
pub mod verdict;
mod wire;
pub mod xoauth2;

#[cfg(test)]
mod loopback;

pub use tls::Tls;

/// Why a mail server, or the way to it, said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For the person.
    pub trouble: Trouble,
    /// Set if the server wants to be asked less.
    pub pause: Option<Pause>,
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, pause: None }
    }
}

/// Signs in to `server` as `user` with `access_token`, and out again. `timeout` bounds each step:
/// connect, TLS, and every answer.
///
/// # Errors
/// See [`Refusal`]. Codes that begin with `network.` mean that nobody said no to the token.
pub async fn check(
    server: &MailServer,
    tls: &Tls,
    timeout: Duration,
    user: &Address,
    access_token: &Secret,
) -> Result<(), Refusal> {
    let mut wire = Wire::connect(server, tls, timeout).await?;
    let outcome = match server.scheme {
        Scheme::Smtp | Scheme::Smtps => smtp::prove(&mut wire, user, access_token).await,
        Scheme::Imap | Scheme::Imaps => imap::prove(&mut wire, user, access_token).await,
        Scheme::Pop | Scheme::Pops => pop::prove(&mut wire, user, access_token).await,
    };
    tracing::debug!(%server, code = outcome.as_ref().err().map(|refusal| refusal.trouble.code()), "mail server checked");
    outcome
}
