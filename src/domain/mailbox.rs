//! The address whose mail is wanted.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::application::ApplicationName;
use super::check::Check;
use super::grant::GrantId;
use super::note::Note;
use super::trouble::Trouble;

/// A mailbox's number in its registry. It is not used again after the mailbox was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MailboxId(pub i64);

impl fmt::Display for MailboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A mailbox: its address, and the grant that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Its number.
    pub id: MailboxId,
    /// Its address: the SASL user, for shared mailboxes too.
    pub address: Address,
    /// The grant that it uses, and with it the application; several mailboxes may use one.
    pub grant: GrantId,
    /// What was found when it was last tried.
    pub checks: Checks,
    /// What the administrator wrote beside it.
    pub note: Note,
}

/// A mailbox as it is to be: added, or what another is changed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMailbox {
    /// Its address.
    pub address: Address,
    /// The application that it is onboarded to.
    pub application: ApplicationName,
    /// The account that signs in for it: itself, or a delegate.
    pub account: Address,
    /// What the administrator wrote beside it.
    pub note: Note,
}

/// What was found at each of a mailbox's servers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// `AUTH XOAUTH2` at the submission server.
    pub smtp: Check,
    /// `AUTHENTICATE XOAUTH2` and `SELECT INBOX`.
    pub imap: Check,
    /// `AUTH XOAUTH2`.
    pub pop: Check,
}

impl Checks {
    /// What IMAP and POP refused.
    pub fn reading(&self) -> impl Iterator<Item = &Trouble> {
        [&self.imap, &self.pop].into_iter().filter_map(Check::trouble)
    }
}
