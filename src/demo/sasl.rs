//! XOAUTH2, and what the mail servers make of it.
//!
//! Source: office-developer-exchange-docs
//! `how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth.md`; `facts` D3 and D4.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::scenario::{Account, SmtpAuth};
use super::scopes::Resource;
use super::state::World;
use crate::domain::Address;

/// What a client shows: a secret, so it has no `Debug`.
pub(super) struct Credentials {
    pub user: String,
    pub token: String,
}

/// Where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    Smtp,
    Imap,
    Pop,
}

/// What a server makes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted(Address),
    /// Microsoft does not say what is wrong: token, user, audience or rights.
    Wrong,
    SmtpOffForTenant,
    SmtpOffForMailbox,
}

/// Gmail's challenge before the refusal; a client answers it with an empty line.
pub(super) fn error_challenge() -> String {
    STANDARD.encode(r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#)
}

/// Reads `user=…^Aauth=Bearer …^A^A` in base64; nothing may be missing or left over.
pub(super) fn parse(response: &str) -> Option<Credentials> {
    let decoded = String::from_utf8(STANDARD.decode(response).ok()?).ok()?;
    let (user, auth) = decoded.strip_prefix("user=")?.split_once('\u{1}')?;
    let token = auth.strip_prefix("auth=Bearer ")?.strip_suffix("\u{1}\u{1}")?;
    let is_whole = !user.is_empty() && !token.is_empty() && !token.contains('\u{1}');
    is_whole.then(|| Credentials { user: user.to_owned(), token: token.to_owned() })
}

impl World {
    /// Whether `response` opens a mailbox at `server`.
    pub fn verdict(&self, server: Server, response: &str) -> Verdict {
        match parse(response).and_then(|credentials| self.mailbox_of(server, &credentials)) {
            Some(mailbox) => self.switches(server, mailbox),
            None => Verdict::Wrong,
        }
    }

    fn mailbox_of(&self, server: Server, credentials: &Credentials) -> Option<&Account> {
        let token = self.access_tokens.get(&credentials.token)?;
        let scope = match server {
            Server::Smtp => "SMTP.Send",
            Server::Imap => "IMAP.AccessAsUser.All",
            Server::Pop => "POP.AccessAsUser.All",
        };
        let is_good = token.expires_at > self.now() && token.scopes.has(Resource::Exchange, scope);
        let mailbox = self.account(&Address::parse(&credentials.user).ok()?)?;
        let may_open = mailbox.address == token.account || mailbox.delegates.contains(&token.account);
        (is_good && may_open).then_some(mailbox)
    }

    fn switches(&self, server: Server, mailbox: &Account) -> Verdict {
        let tenant_allows = self.tenant_of(&mailbox.address).is_some_and(|tenant| tenant.smtp_auth);
        match (server, mailbox.smtp_auth) {
            (Server::Smtp, SmtpAuth::Off) => Verdict::SmtpOffForMailbox,
            (Server::Smtp, SmtpAuth::Inherit) if !tenant_allows => Verdict::SmtpOffForTenant,
            (Server::Pop, _) if !mailbox.pop => Verdict::Wrong,
            _ => Verdict::Accepted(mailbox.address.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microsofts_own_example_is_read() {
        let example = "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ==";
        let credentials = parse(example).unwrap();
        assert_eq!(credentials.user, "test@contoso.onmicrosoft.com");
        assert!(credentials.token.starts_with("EwBAAl3"));
    }

    #[test]
    fn what_is_not_whole_is_not_read() {
        for bad in [
            "user=a@b\u{1}auth=Bearer t\u{1}",
            "user=\u{1}auth=Bearer t\u{1}\u{1}",
            "user=a@b\u{1}auth=bearer t\u{1}\u{1}",
            "user=a@b\u{1}auth=Bearer \u{1}\u{1}",
            "auth=Bearer t\u{1}\u{1}",
        ] {
            assert!(parse(&STANDARD.encode(bad)).is_none(), "{bad:?}");
        }
        assert!(parse("not base64!").is_none());
    }
}
