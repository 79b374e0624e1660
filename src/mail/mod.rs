//! Mail servers, as far as a token has to be proved there: XOAUTH2 over SMTP, IMAP and POP.
//!
//! No mail is sent and none is read. It knows no screen, no file and no task.

use std::time::Duration;

use crate::domain::{Address, MailServer, Secret, Trouble};

pub mod xoauth2;

/// Which certificates are trusted.
#[derive(Debug, Clone)]
pub struct Tls;

impl Tls {
    /// The system's trust, and `extra_ca` (PEM) in addition.
    ///
    /// # Errors
    /// `config.ca_file` if `extra_ca` holds no certificate.
    pub fn new(_extra_ca: Option<&[u8]>) -> Result<Self, Trouble> {
        todo!()
    }
}

/// Why a mail server, or the way to it, said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For the person.
    pub trouble: Trouble,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
}

/// Signs in to `server` as `user` with `access_token`, and out again. `timeout` bounds each step:
/// connect, TLS, and every answer.
///
/// # Errors
/// See [`Refusal`].
pub async fn check(
    _server: &MailServer,
    _tls: &Tls,
    _timeout: Duration,
    _user: &Address,
    _access_token: &Secret,
) -> Result<(), Refusal> {
    todo!()
}
