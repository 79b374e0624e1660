//! The one table of keys: dispatch, footer, help and the README read it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The next thing that the mailbox needs.
    Next,
    /// Open the browser for a sign-in.
    Browser,
    /// Copy the sign-in link.
    Link,
    /// Take the clipboard as an answer.
    TakeClipboard,
    /// Let the demo play the person.
    PlayPerson,
    /// The copy menu.
    CopyMenu,
    /// Check the selection.
    Check,
    /// Check all shown.
    CheckAll,
    /// The admin consent link.
    AdminConsent,
    /// How to register an application.
    Walkthrough,
    /// Filter the list.
    Filter,
    /// Sort by the next column.
    Sort,
    /// Select or deselect the mailbox.
    Select,
    /// Select or deselect all shown.
    SelectAll,
    /// Add a mailbox.
    NewMailbox,
    /// Add an application.
    NewApplication,
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
    /// End the program.
    Quit,
    /// Suspend the program.
    Suspend,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The keys, as [`name`] calls them; the first is the one that hints show.
    pub keys: &'static [&'static str],
    /// What they do.
    pub action: Action,
    /// Two or three words for the footer; empty: not in the footer.
    pub hint: &'static str,
    /// A sentence for help and README.
    pub help: &'static str,
}

const fn bind(keys: &'static [&'static str], action: Action, hint: &'static str, help: &'static str) -> Binding {
    Binding { keys, action, hint, help }
}

/// The keys of the dashboard, most important first.
pub const DASHBOARD: &[Binding] = &[
    bind(&["⏎"], Action::Next, "next step", "Do the next thing that this mailbox needs"),
    bind(&["p"], Action::PlayPerson, "play the person", "In the demo: sign in or consent in the person's place"),
    bind(&["o"], Action::Browser, "browser", "Open the browser for a sign-in"),
    bind(&["l"], Action::Link, "copy link", "Copy the sign-in link"),
    bind(&["v"], Action::TakeClipboard, "take clipboard", "Take what is on the clipboard as the answer to a sign-in"),
    bind(&["c"], Action::CopyMenu, "copy…", "Copy a credential of this mailbox"),
    bind(&["r"], Action::Check, "check", "Check the selection live: refresh, SMTP, IMAP, POP"),
    bind(&["n"], Action::NewMailbox, "new mailbox", "Add a mailbox"),
    bind(&["N"], Action::NewApplication, "new application", "Add an application"),
    bind(&["/"], Action::Filter, "filter", "Filter the list by typing"),
    bind(&["space"], Action::Select, "select", "Select or deselect this mailbox"),
    bind(&["?"], Action::Help, "help", "Show all keys"),
    bind(&["q", "ctrl-c"], Action::Quit, "quit", "Quit; open sign-ins stay good for ten minutes"),
    bind(
        &["a"],
        Action::AdminConsent,
        "",
        "Open the admin consent link of the application, or copy it where there is no browser",
    ),
    bind(&["w"], Action::Walkthrough, "", "Show how to register an application, step by step"),
    bind(&["R"], Action::CheckAll, "", "Check all mailboxes that are shown"),
    bind(&["s"], Action::Sort, "", "Sort by the next column"),
    bind(&["*"], Action::SelectAll, "", "Select or deselect all that are shown"),
    bind(&["e"], Action::Edit, "", "Edit this mailbox; with pane 1 in focus, its application"),
    bind(&["d"], Action::Remove, "", "Remove the selection (asks)"),
    bind(&["1"], Action::Pane1, "", "Enlarge pane 1, Register"),
    bind(&["2"], Action::Pane2, "", "Enlarge pane 2, Authorize"),
    bind(&["3"], Action::Pane3, "", "Enlarge pane 3, Token"),
    bind(&["4"], Action::Pane4, "", "Enlarge pane 4, SMTP AUTH"),
    bind(&["↑", "k"], Action::Up, "", "One up"),
    bind(&["↓", "j"], Action::Down, "", "One down"),
    bind(&["PgUp"], Action::PageUp, "", "A page up"),
    bind(&["PgDn"], Action::PageDown, "", "A page down"),
    bind(&["g", "Home"], Action::First, "", "To the first"),
    bind(&["G", "End"], Action::Last, "", "To the last"),
    bind(&["esc"], Action::Back, "", "Back to the list; stop a sign-in or a running check; clear filter and selection"),
    bind(&["ctrl-z"], Action::Suspend, "", "Suspend; `fg` brings it back"),
];

/// What a key does on the dashboard.
#[must_use]
pub fn action(key: &KeyEvent) -> Option<Action> {
    let name = name(key);
    DASHBOARD.iter().find(|binding| binding.keys.contains(&name.as_str())).map(|binding| binding.action)
}

/// The name of a key, as the table writes it.
#[must_use]
pub fn name(key: &KeyEvent) -> String {
    let plain = match key.code {
        KeyCode::Enter => "⏎".to_owned(),
        KeyCode::Esc => "esc".to_owned(),
        KeyCode::Char(' ') => "space".to_owned(),
        KeyCode::Char(character) => character.to_string(),
        KeyCode::Up => "↑".to_owned(),
        KeyCode::Down => "↓".to_owned(),
        KeyCode::Left => "←".to_owned(),
        KeyCode::Right => "→".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::Home => "Home".to_owned(),
        KeyCode::End => "End".to_owned(),
        KeyCode::Tab => "tab".to_owned(),
        KeyCode::BackTab => "shift-tab".to_owned(),
        other => other.to_string(),
    };
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        format!("ctrl-{plain}")
    } else if key.modifiers.contains(KeyModifiers::ALT) {
        format!("alt-{plain}")
    } else {
        plain
    }
}

/// The table as Markdown, for the README.
#[must_use]
pub fn markdown() -> String {
    let mut table = String::from("| key | does |\n|---|---|\n");
    for binding in DASHBOARD {
        let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
        table.push_str(&format!("| {} | {} |\n", keys.join(" "), binding.help));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings_and_no_action_two_lines() {
        let mut keys: Vec<_> = DASHBOARD.iter().flat_map(|binding| binding.keys).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
        for (at, binding) in DASHBOARD.iter().enumerate() {
            assert!(DASHBOARD.iter().skip(at + 1).all(|other| other.action != binding.action), "{:?}", binding.action);
        }
    }
}
