//! The tables of keys: dispatch, footer, help and the README read them.

mod dashboard;
mod overlays;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use dashboard::{Action, DASHBOARD, Group};
pub use overlays::*;

/// One line of a table.
#[derive(Debug, Clone, Copy)]
pub struct Binding<A: 'static = Action> {
    /// The keys, as [`name`] calls them; the first is the one that hints show.
    pub keys: &'static [&'static str],
    /// What they do.
    pub action: A,
    /// Two or three words for the footer; empty: not in the footer.
    pub hint: &'static str,
    /// A sentence for help and README.
    pub help: &'static str,
}

const fn bind<A>(keys: &'static [&'static str], action: A, hint: &'static str, help: &'static str) -> Binding<A> {
    Binding { keys, action, hint, help }
}

/// Keys that belong together.
pub struct Section {
    /// What they are about, or where they are.
    pub title: &'static str,
    /// Keys, help, and on the dashboard the action.
    pub lines: Vec<(String, &'static str, Option<Action>)>,
}

/// All keys: those of the dashboard by subject, then those of each place over it.
#[must_use]
pub fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Group::ALL.into_iter().map(about).collect();
    sections.push(Section { title: "While the filter is typed", lines: lines(FILTER) });
    sections.push(Section { title: "Forms", lines: lines(FORM) });
    let menus = [lines(MENU), lines(COPY), lines(APPLICATIONS), lines(CONFIRM)];
    sections.push(Section { title: "Menus and questions", lines: menus.concat() });
    let pages = [lines(PAGE), lines(WALKTHROUGH), lines(HISTORY), lines(LINK), lines(IMPORT)];
    sections.push(Section { title: "Pages", lines: pages.concat() });
    sections
}

fn about(group: Group) -> Section {
    let own = DASHBOARD.iter().filter(|binding| binding.action.group() == group);
    let lines = own.map(|binding| (binding.key_names(), binding.help, Some(binding.action))).collect();
    Section { title: group.title(), lines }
}

fn lines<A>(table: &[Binding<A>]) -> Vec<(String, &'static str, Option<Action>)> {
    table.iter().map(|binding| (binding.key_names(), binding.help, None)).collect()
}

impl<A> Binding<A> {
    /// The key that hints show.
    #[must_use]
    pub fn hint_key(&self) -> &'static str {
        self.keys.first().copied().unwrap_or_default()
    }

    /// The keys as a reader wants them: `g Home`, `1–9`.
    #[must_use]
    pub fn key_names(&self) -> String {
        match self.keys {
            [first, .., last] if self.keys.len() > 4 => format!("{first}–{last}"),
            keys => keys.join(" "),
        }
    }
}

/// What a key does by a table.
#[must_use]
pub fn find<A: Copy>(table: &[Binding<A>], key: &KeyEvent) -> Option<A> {
    let name = name(key);
    table.iter().find(|binding| binding.keys.contains(&name.as_str())).map(|binding| binding.action)
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
    } else if key.modifiers.contains(KeyModifiers::SHIFT) && matches!(key.code, KeyCode::Up | KeyCode::Down) {
        format!("shift-{plain}")
    } else {
        plain
    }
}

/// The tables as Markdown, for the README.
#[must_use]
pub fn markdown() -> String {
    let table = |section: &Section| {
        let lines: String =
            section.lines.iter().map(|(keys, help, _)| format!("| {} | {help} |\n", in_code(keys))).collect();
        format!("| {} | |\n|---|---|\n{lines}", section.title)
    };
    sections().iter().map(table).collect::<Vec<_>>().join("\n")
}

fn in_code(keys: &str) -> String {
    keys.split(' ').map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings_and_no_action_two_lines() {
        fn check<A: PartialEq + std::fmt::Debug>(tables: &[Binding<A>]) {
            let mut keys: Vec<_> = tables.iter().flat_map(|binding| binding.keys).collect();
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), all);
            for (at, binding) in tables.iter().enumerate() {
                assert!(tables.iter().skip(at + 1).all(|other| other.action != binding.action), "{:?}", binding.action);
            }
        }
        check(DASHBOARD);
        check(FILTER);
        check(FORM);
        check(MENU);
        check(COPY);
        check(APPLICATIONS);
        check(CONFIRM);
        check(PAGE);
        check(WALKTHROUGH);
        check(LINK);
        check(HISTORY);
    }
}
