//! The keys of the dashboard.

use super::{Binding, bind};

/// The keys, most important first.
pub const DASHBOARD: &[Binding] = &[
    bind(
        &["⏎"],
        Action::Next,
        "next step",
        "Do the next thing that this mailbox needs; of several, sign in one after the other",
    ),
    bind(
        &["esc"],
        Action::Back,
        "",
        "Back to the list; stop a line, a check, a move, a sign-in or a consent; clear selection, filter, notice",
    ),
    bind(&["p"], Action::PlayPerson, "play the person", "In the demo: sign in or consent in the person's place"),
    bind(&["o"], Action::Browser, "browser", "Open the browser for a sign-in; if somebody is signed in, it asks"),
    bind(&["l"], Action::Link, "copy link", "Copy the sign-in link; if somebody is signed in, it asks"),
    bind(&["L"], Action::ShowLink, "", "Show the sign-in link alone, to be selected with the mouse"),
    bind(&["v"], Action::TakeClipboard, "take clipboard", "Take what is on the clipboard as the answer to a sign-in"),
    bind(&["x"], Action::Skip, "skip", "In a line of sign-ins: skip this one, and come back to it last"),
    bind(
        &["c"],
        Action::CopyMenu,
        "copy…",
        "Copy a credential of this mailbox, or show it; of several, their PowerShell lines",
    ),
    bind(&["r"], Action::Check, "check", "Check the selection live: refresh, SMTP, IMAP, POP"),
    bind(&["n"], Action::NewMailbox, "new mailbox", "Add mailboxes"),
    bind(&["N"], Action::NewApplication, "new application", "Add an application"),
    bind(&["/"], Action::Filter, "filter", "Filter the list by typing"),
    bind(&["space"], Action::Select, "select", "Select or deselect this mailbox"),
    bind(&["A"], Action::Applications, "applications", "List the applications: edit, check, ask for consent, remove"),
    bind(
        &["M"],
        Action::Seal,
        "seal the secrets",
        "Move the secrets of a large fleet into the registry, sealed (asks)",
    ),
    bind(&["?"], Action::Help, "help", "Show all keys"),
    bind(&["q", "ctrl-c"], Action::Quit, "quit", "Quit; open sign-ins stay good for ten minutes"),
    bind(
        &["a"],
        Action::AdminConsent,
        "",
        "Open the admin consent page of this mailbox's application, or copy its link where there is no browser",
    ),
    bind(&["+"], Action::MoreAtOnce, "", "In a line of sign-ins: keep one more open at once"),
    bind(&["-"], Action::FewerAtOnce, "", "In a line of sign-ins: keep one fewer open at once"),
    bind(&["i"], Action::Import, "", "Import mailboxes from a file, the clipboard or a paste"),
    bind(&["H"], Action::History, "", "Show what happened to this mailbox and when, or to all"),
    bind(&["w"], Action::Walkthrough, "", "Show how to register an application, step by step"),
    bind(&["R"], Action::CheckAll, "", "Check all mailboxes that are shown"),
    bind(&["f"], Action::FilterState, "", "Show only what is stuck, then due, to do, valid, then all again"),
    bind(&["D"], Action::FilterDue, "", "Show only what is due within 7 days, then all again"),
    bind(&["s"], Action::Sort, "", "Sort by the next column"),
    bind(&["S"], Action::SortBackward, "", "Sort from the other end"),
    bind(&["*"], Action::SelectAll, "", "Select or deselect all that are shown"),
    bind(&["V"], Action::SelectRange, "", "Select all from the one that was selected last to this one"),
    bind(&["shift-↓"], Action::SelectDown, "", "Select downwards"),
    bind(&["shift-↑"], Action::SelectUp, "", "Select upwards"),
    bind(&["e"], Action::Edit, "", "Edit this mailbox; with pane 1 in focus, its application"),
    bind(&["d"], Action::Remove, "", "Remove the selection (asks)"),
    bind(&["1"], Action::Pane1, "", "Enlarge pane 1, Register"),
    bind(&["2"], Action::Pane2, "", "Enlarge pane 2, Authorize"),
    bind(&["3"], Action::Pane3, "", "Enlarge pane 3, Token"),
    bind(&["4"], Action::Pane4, "", "Enlarge pane 4, SMTP AUTH"),
    bind(&["↑", "k"], Action::Up, "", "One up; in an enlarged pane that goes on: its text"),
    bind(&["↓", "j"], Action::Down, "", "One down; in an enlarged pane that goes on: its text"),
    bind(&["PgUp"], Action::PageUp, "", "A page up"),
    bind(&["PgDn"], Action::PageDown, "", "A page down"),
    bind(&["g", "Home"], Action::First, "", "To the first"),
    bind(&["G", "End"], Action::Last, "", "To the last"),
    bind(&["ctrl-z"], Action::Suspend, "", "Suspend; `fg` brings it back"),
];

/// What a key does on the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The next thing that the mailbox needs.
    Next,
    /// Open the browser for a sign-in.
    Browser,
    /// Copy the sign-in link.
    Link,
    /// Show the sign-in link.
    ShowLink,
    /// Take the clipboard as an answer.
    TakeClipboard,
    /// Let the demo play the person.
    PlayPerson,
    /// Put the sign-in of the line that is open behind the others.
    Skip,
    /// Keep one more sign-in of the line open.
    MoreAtOnce,
    /// Keep one fewer open.
    FewerAtOnce,
    /// The copy menu.
    CopyMenu,
    /// Check the selection.
    Check,
    /// Check all shown.
    CheckAll,
    /// What happened.
    History,
    /// The admin consent link.
    AdminConsent,
    /// How to register an application.
    Walkthrough,
    /// Filter the list.
    Filter,
    /// Filter by the next state.
    FilterState,
    /// Filter by what is due this week.
    FilterDue,
    /// Sort by the next column.
    Sort,
    /// Sort from the other end.
    SortBackward,
    /// Select or deselect the mailbox.
    Select,
    /// Select from the last selected to this one.
    SelectRange,
    /// Select this one and the one above.
    SelectUp,
    /// Select this one and the one below.
    SelectDown,
    /// Select or deselect all shown.
    SelectAll,
    /// Add a mailbox.
    NewMailbox,
    /// Import mailboxes.
    Import,
    /// Add an application.
    NewApplication,
    /// List the applications.
    Applications,
    /// Edit the mailbox, or in pane 1 its application.
    Edit,
    /// Remove the selection.
    Remove,
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first.
    First,
    /// The last.
    Last,
    /// Focus pane 1.
    Pane1,
    /// Focus pane 2.
    Pane2,
    /// Focus pane 3.
    Pane3,
    /// Focus pane 4.
    Pane4,
    /// Help.
    Help,
    /// Back, or stop what runs.
    Back,
    /// Move the secrets into the registry.
    Seal,
    /// End the program.
    Quit,
    /// Suspend the program.
    Suspend,
}

/// What keys of the dashboard are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The list and the panes.
    List,
    /// Signing in.
    SigningIn,
    /// Credentials and checks.
    Credentials,
    /// Mailboxes and applications.
    Fleet,
    /// The program itself.
    Program,
}

impl Group {
    /// In the order of help and README.
    pub const ALL: [Self; 5] = [Self::SigningIn, Self::List, Self::Credentials, Self::Fleet, Self::Program];

    /// What help and README call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::List => "List and panes",
            Self::SigningIn => "Signing in",
            Self::Credentials => "Credentials and checks",
            Self::Fleet => "Mailboxes and applications",
            Self::Program => "Program",
        }
    }
}

impl Action {
    /// What it is about.
    #[must_use]
    pub fn group(self) -> Group {
        match self {
            Self::Next
            | Self::Browser
            | Self::Link
            | Self::ShowLink
            | Self::TakeClipboard
            | Self::PlayPerson
            | Self::Skip
            | Self::MoreAtOnce
            | Self::FewerAtOnce
            | Self::AdminConsent => Group::SigningIn,
            Self::CopyMenu | Self::Check | Self::CheckAll | Self::History => Group::Credentials,
            Self::NewMailbox
            | Self::Import
            | Self::NewApplication
            | Self::Applications
            | Self::Walkthrough
            | Self::Edit
            | Self::Remove => Group::Fleet,
            Self::Help | Self::Back | Self::Quit | Self::Suspend | Self::Seal => Group::Program,
            Self::Filter | Self::FilterState | Self::FilterDue | Self::Sort | Self::SortBackward => Group::List,
            Self::Select | Self::SelectAll | Self::SelectRange | Self::SelectUp | Self::SelectDown => Group::List,
            Self::Up | Self::Down | Self::PageUp | Self::PageDown | Self::First | Self::Last => Group::List,
            Self::Pane1 | Self::Pane2 | Self::Pane3 | Self::Pane4 => Group::List,
        }
    }
}
