//! Stub.
use crate::domain::{Address, Secret};

/// The XOAUTH2 initial client response in base64, as the mail servers take it.
#[must_use]
pub fn response(_user: &Address, _access_token: &Secret) -> Secret {
    todo!()
}
