//! The keys of what lies over the dashboard.

use super::{Binding, bind};

/// What a key does in a page of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAction {
    /// One line down.
    Down,
    /// One line up.
    Up,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To its beginning.
    First,
    /// To its end.
    Last,
    /// Close it.
    Close,
}

/// The keys of a page of text.
pub const PAGE: &[Binding<PageAction>] = &[
    bind(&["↓", "j"], PageAction::Down, "", "One line down"),
    bind(&["↑", "k"], PageAction::Up, "", "One line up"),
    bind(&["PgDn", "space"], PageAction::PageDown, "", "A page down"),
    bind(&["PgUp"], PageAction::PageUp, "", "A page up"),
    bind(&["g", "Home"], PageAction::First, "", "To its beginning"),
    bind(&["G", "End"], PageAction::Last, "", "To its end"),
    bind(&["esc", "q", "⏎", "?"], PageAction::Close, "", "Close it"),
];

/// What a key does in the walk-through, besides scrolling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkthroughAction {
    /// Copy the script for the Azure command line.
    CopyScript,
    /// Copy the redirect URI.
    CopyRedirectUri,
}

/// The keys of the walk-through, besides those of a page.
pub const WALKTHROUGH: &[Binding<WalkthroughAction>] = &[
    bind(&["c"], WalkthroughAction::CopyScript, "copies the script", "In the walk-through: copy the `az` script"),
    bind(&["u"], WalkthroughAction::CopyRedirectUri, "copies the URI", "In the walk-through: copy the redirect URI"),
];

/// What a key does in the history, besides scrolling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryAction {
    /// From the mailbox to all, or back.
    Turn,
}

/// The keys of the history, besides those of a page.
pub const HISTORY: &[Binding<HistoryAction>] =
    &[bind(&["tab", "H"], HistoryAction::Turn, "all mailboxes", "In the history: from this mailbox to all, and back")];

/// What a key does in a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuAction {
    /// One line down.
    Down,
    /// One line up.
    Up,
    /// Take the line under the cursor.
    Choose,
    /// Take the line with this number.
    Number,
    /// Close it.
    Close,
}

/// The keys of a menu.
pub const MENU: &[Binding<MenuAction>] = &[
    bind(&["⏎"], MenuAction::Choose, "", "Choose the line under the cursor"),
    bind(&["1", "2", "3", "4", "5", "6", "7", "8", "9"], MenuAction::Number, "", "Choose the line with this number"),
    bind(&["↓", "j", "tab"], MenuAction::Down, "", "One line down"),
    bind(&["↑", "k", "shift-tab"], MenuAction::Up, "", "One line up"),
    bind(&["esc", "q"], MenuAction::Close, "", "Close it; a question is asked again by its pane's ⏎"),
];

/// What a key does in the copy menu, besides choosing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyAction {
    /// Copy what the cursor is on.
    Copy,
    /// Show it for a while.
    Show,
}

/// The keys of the copy menu, besides those of a menu.
pub const COPY: &[Binding<CopyAction>] = &[
    bind(&["c"], CopyAction::Copy, "", "In the copy menu: copy the line under the cursor"),
    bind(&["s"], CopyAction::Show, "shows for 15 s", "In the copy menu: show it for 15 seconds"),
];

/// What a key does in the list of applications, besides moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationAction {
    /// Change it.
    Edit,
    /// Add another.
    New,
    /// Remove it.
    Remove,
    /// Ask the provider whether it knows it.
    Prove,
    /// Ask an administrator for consent.
    Consent,
}

/// The keys of the list of applications, besides those of a menu.
pub const APPLICATIONS: &[Binding<ApplicationAction>] = &[
    bind(&["⏎", "e"], ApplicationAction::Edit, "edit", "In the list of applications: edit it"),
    bind(&["N"], ApplicationAction::New, "new", "In the list of applications: add another"),
    bind(&["d"], ApplicationAction::Remove, "remove", "In the list of applications: remove it (asks)"),
    bind(
        &["r"],
        ApplicationAction::Prove,
        "check",
        "In the list of applications: ask its provider whether it knows it",
    ),
    bind(
        &["a"],
        ApplicationAction::Consent,
        "admin consent",
        "In the list of applications: open the admin consent page",
    ),
];

/// What a key does where a yes is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmAction {
    /// Do it.
    Yes,
    /// Leave it.
    No,
}

/// The keys where a yes is asked for.
pub const CONFIRM: &[Binding<ConfirmAction>] = &[
    bind(&["y"], ConfirmAction::Yes, "", "Yes, do it"),
    bind(&["esc", "n", "q"], ConfirmAction::No, "", "No, leave it"),
];

/// What a key does while a link is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkAction {
    /// Copy it.
    Copy,
    /// Let the demo play the person.
    PlayPerson,
    /// Put the sign-in behind the others of the line.
    Skip,
    /// Back to the dashboard.
    Close,
}

/// The keys while a link is shown.
pub const LINK: &[Binding<LinkAction>] = &[
    bind(&["l"], LinkAction::Copy, "copies it", "Beside a link: copy it"),
    bind(&["p"], LinkAction::PlayPerson, "plays the person", "Beside a link, in the demo: play the person"),
    bind(
        &["x"],
        LinkAction::Skip,
        "skips",
        "Beside a link, in a line of sign-ins: skip this one, and come back to it last",
    ),
    bind(&["esc", "⏎", "q", "L"], LinkAction::Close, "goes back", "Beside a link: back to the dashboard"),
];

/// What a key does in a form, besides typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormAction {
    /// Save it.
    Save,
    /// To the next line.
    Next,
    /// To the line before.
    Previous,
    /// Look the tenant up.
    FindTenant,
    /// Close it.
    Close,
}

/// The keys of a form; the others are typed.
pub const FORM: &[Binding<FormAction>] = &[
    bind(&["⏎"], FormAction::Save, "saves", "Save"),
    bind(&["tab", "↓"], FormAction::Next, "next line", "To the next line"),
    bind(&["shift-tab", "↑"], FormAction::Previous, "", "To the line before"),
    bind(&["ctrl-t"], FormAction::FindTenant, "", "Look the tenant up that belongs to a domain or an address"),
    bind(&["esc"], FormAction::Close, "closes", "Close without saving"),
];

/// What a key does while it is shown what an import would do, besides scrolling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportAction {
    /// Import all that is new, if no line is malformed.
    Import,
    /// Import without the malformed lines.
    LeaveOut,
    /// Have those that are known otherwise changed, or left after all.
    Change,
    /// Back to the form.
    Back,
}

/// The keys while it is shown what an import would do, besides those of a page.
pub const IMPORT: &[Binding<ImportAction>] = &[
    bind(&["⏎"], ImportAction::Import, "imports", "Before an import: import all, unless a line is malformed"),
    bind(&["s"], ImportAction::LeaveOut, "skips what is malformed", "Before an import: import without malformed lines"),
    bind(
        &["c"],
        ImportAction::Change,
        "changes what is otherwise",
        "Before an import: have mailboxes that are there otherwise changed as the list says, or left after all",
    ),
    bind(&["esc", "q"], ImportAction::Back, "goes back", "Before an import: back to the form"),
];

/// What a key does while the filter is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterAction {
    /// Back to the list, filtered.
    Keep,
    /// Back to the whole list.
    Clear,
    /// Complete what is being typed.
    Complete,
    /// One mailbox up.
    Up,
    /// One mailbox down.
    Down,
}

/// The keys while the filter is typed; the others are typed.
pub const FILTER: &[Binding<FilterAction>] = &[
    bind(&["⏎"], FilterAction::Keep, "keep the filter", "Keep the filter"),
    bind(&["esc"], FilterAction::Clear, "clear it", "Clear the filter"),
    bind(&["tab"], FilterAction::Complete, "complete", "Complete what is being typed"),
    bind(&["↑"], FilterAction::Up, "up", "One up"),
    bind(&["↓"], FilterAction::Down, "down", "One down"),
];
