//! Stub.
use std::time::Duration;

use crate::domain::Trouble;

/// An HTTP client for token and discovery endpoints.
#[derive(Debug, Clone)]
pub struct Http;

impl Http {
    /// `timeout` bounds each step of a request; `extra_ca` is PEM, trusted in addition to the system's.
    ///
    /// # Errors
    /// `config.ca_file` if `extra_ca` holds no certificate.
    pub fn new(_timeout: Duration, _extra_ca: Option<&[u8]>) -> Result<Self, Trouble> {
        todo!()
    }
}
