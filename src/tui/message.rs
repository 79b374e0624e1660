//! What reaches the update, and what it wants done.

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use url::Url;

use crate::domain::import::{Defaults, Plan, Wish};
use crate::domain::{Address, Application, ApplicationName, MailboxId, NewMailbox, Secret, Trouble};
use crate::engine::{Choice, Copied, Errand, Event, Field, HistoryLine, Imported, List, Moved, Subject};

/// Something happened.
#[derive(Debug)]
pub enum Message {
    /// It is this late now. It comes before every other message of a turn.
    Time(Timestamp),
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// Text was pasted into the terminal.
    Paste(Secret),
    /// The window has this many columns and rows.
    Resize(u16, u16),
    /// The engine tells something.
    Engine(Event),
    /// Something that was asked for is done.
    Done(Done),
    /// The system asks the program to end.
    Quit,
}

impl Message {
    /// Whether a person did this, who waits to see what comes of it.
    #[must_use]
    pub fn is_by_person(&self) -> bool {
        matches!(self, Self::Key(_) | Self::Mouse(_) | Self::Paste(_) | Self::Resize(..))
    }
}

/// What came of an effect.
#[derive(Debug)]
pub enum Done {
    /// The browser was to be opened for an errand.
    Opened {
        /// The errand; it was begun if it was not open.
        errand: Errand,
        /// `Err`: no browser; what became of the link instead.
        browser: Result<(), (Trouble, Result<Copied, Trouble>)>,
    },
    /// The link of an errand was to be copied.
    LinkCopied {
        /// The errand; it was begun if it was not open.
        errand: Errand,
        /// Where the link went.
        copied: Result<Copied, Trouble>,
    },
    /// The link of an errand is to be shown.
    Link(Errand),
    /// Something was copied.
    Copied {
        /// What, for the notice.
        what: String,
        /// Where it went.
        copied: Copied,
        /// Whether it must not stay there.
        is_secret: bool,
    },
    /// The clipboard holds no text.
    ClipboardEmpty,
    /// A form was saved.
    Saved(Saved),
    /// Mailboxes were added, others refused.
    Added {
        /// In the order in which they were typed.
        added: Vec<MailboxId>,
        /// Why not, each.
        refused: Vec<(Address, Trouble)>,
    },
    /// A form was not saved.
    NotSaved(Trouble),
    /// The tenant behind what stands in the form.
    Tenant(Result<(String, Option<String>), Trouble>),
    /// What an import would do.
    Planned {
        /// The effect that asked for it; if nobody waits for it any more, it has no say.
        asked: Effect,
        /// The plan, or why there is none.
        plan: Result<Arc<Plan>, Trouble>,
    },
    /// A plan was carried out, and so many mailboxes were added; or none.
    Imported(Result<Imported, Trouble>),
    /// So many mailboxes were removed.
    Removed(usize),
    /// What happened to a mailbox, or to all.
    HistoryRead {
        /// Whose it is.
        of: Option<Address>,
        /// The newest first.
        lines: Result<Vec<HistoryLine>, Trouble>,
    },
    /// So many secrets are in the keyring that they had better be sealed in the registry.
    WorthSealing(usize),
    /// Secrets were to be moved to the registry.
    Sealed {
        /// What it came to.
        outcome: Result<Moved, Trouble>,
        /// What the store is called now.
        title: &'static str,
    },
    /// A credential that somebody asked to see.
    Revealed(Field, Secret),
    /// An errand could not be begun for this subject.
    NotBegun(Subject, Trouble),
    /// It went wrong.
    Failed(Trouble),
}

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// An application; it is to be proved.
    Application(ApplicationName),
    /// A mailbox that was changed.
    Mailbox(MailboxId),
}

/// Something to be done, outside of the update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Begin a sign-in or a consent, or find the open one, and open the browser.
    OpenBrowser(Subject),
    /// Begin a sign-in or a consent, or find the open one, and copy its link.
    CopyLink(Subject),
    /// Begin a sign-in or a consent, or find the open one, and show its link.
    ShowLink(Subject),
    /// Let the demo play the person for an open errand.
    PlayPerson(Url),
    /// Stop waiting for an errand.
    Cancel(Subject),
    /// Take this text as an answer.
    Accept(Secret),
    /// Take what is on the clipboard as an answer.
    AcceptClipboard,
    /// The bare code belongs to this mailbox.
    ChooseErrand(MailboxId),
    /// What is to become of another account's tokens.
    ChooseAccount(String, Choice),
    /// Prove an application.
    Prove(ApplicationName),
    /// Check mailboxes; what was found after this moment is fresh enough.
    Check(Vec<MailboxId>, Timestamp),
    /// Begin no further check.
    StopChecks,
    /// Copy a credential.
    Copy(MailboxId, Field),
    /// Copy a text that is no secret; the first is what the notice calls it.
    CopyText(String, String),
    /// Open a page.
    OpenPage(String),
    /// Fetch a credential to show it.
    Reveal(MailboxId, Field),
    /// Read what happened to this mailbox, or to all.
    ReadHistory(Option<Address>),
    /// Move the secrets from the keyring to the registry, sealed.
    SealSecrets,
    /// Move no further secret.
    StopSealing,
    /// Add mailboxes: addresses, application, and the account if each is not its own.
    AddMailboxes(Vec<NewMailbox>),
    /// Look what importing this list would do.
    PlanImport(List, Defaults),
    /// Carry a plan out.
    Import(Arc<Plan>, Wish),
    /// Change a mailbox.
    ChangeMailbox(MailboxId, NewMailbox),
    /// Remove mailboxes.
    RemoveMailboxes(Vec<MailboxId>),
    /// Remove an application that no mailbox uses.
    RemoveApplication(ApplicationName),
    /// Add an application, or replace the one with the first name, with its client secret if one was given.
    SaveApplication(Option<ApplicationName>, Box<Application>, Option<Secret>),
    /// Find the tenant behind an id, a domain or an address, at this provider.
    FindTenant(String, String),
    /// Hand a text to the terminal (OSC 52).
    ToTerminal(Secret),
    /// Stop the program until the shell brings it back.
    Suspend,
    /// End.
    Quit,
}
