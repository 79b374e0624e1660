//! The XOAUTH2 mechanism: one message that carries user and access token.
//!
//! Source: Microsoft, “Authenticate an IMAP, POP or SMTP connection using OAuth”, SASL XOAUTH2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::{Address, Secret};

/// The initial client response before base64: `user=…^Aauth=Bearer …^A^A`, where `^A` is 0x01.
#[must_use]
pub fn plain(user: &Address, access_token: &Secret) -> Secret {
    const FRAME: usize = "user=\u{1}auth=Bearer \u{1}\u{1}".len();
    // The exact size from the start: a string that grows leaves copies behind that nobody clears.
    let mut text = String::with_capacity(FRAME + user.as_str().len() + access_token.len());
    for part in ["user=", user.as_str(), "\u{1}auth=Bearer ", access_token.expose(), "\u{1}\u{1}"] {
        text.push_str(part);
    }
    Secret::new(text)
}

/// The XOAUTH2 initial client response in base64, as the mail servers take it.
#[must_use]
pub fn response(user: &Address, access_token: &Secret) -> Secret {
    let plain = plain(user, access_token);
    let mut text = String::with_capacity(plain.len().div_ceil(3) * 4);
    STANDARD.encode_string(plain.expose(), &mut text);
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_microsoft_prints_as_an_example() {
        let user = Address::parse("test@contoso.onmicrosoft.com").unwrap();
        let token = Secret::new("EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA");
        assert_eq!(
            response(&user, &token).expose(),
            "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="
        );
    }
}
