//! Forms: a mailbox, an application. What was typed is parsed when the form is sent, and what is
//! wrong with it is said in the form.

mod hints;
mod import;
mod make;
mod read;

use crossterm::event::{Event, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::domain::text::is_unprintable;
use crate::domain::{Application, MailboxId, Secret, Trouble};

/// The longest text that is taken from a paste, in characters: some thousand addresses.
const LONGEST: usize = 64 * 1024;

/// A form on the screen.
#[derive(Debug, Clone)]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// Its lines.
    pub fields: Vec<Field>,
    /// The line that is typed into.
    pub at: usize,
    /// What is wrong with what was sent, or how the sending stands.
    pub status: Status,
    /// Where closing it leads back to.
    pub behind: Behind,
}

/// What a form was opened from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// The dashboard.
    Dashboard,
    /// The list of applications, with the line under the cursor.
    Applications(usize),
}

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A new mailbox.
    NewMailbox,
    /// An existing mailbox.
    EditMailbox(MailboxId),
    /// A new application.
    NewApplication,
    /// An existing application.
    EditApplication(Box<Application>),
    /// A list of mailboxes: the one that was pasted, or else a file's, or the clipboard's.
    Import(Option<Secret>),
}

/// How a form stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is being filled in.
    Open,
    /// It was sent, and is being saved.
    Sent,
    /// The tenant is being looked for.
    LookingForTenant,
    /// The tenant was found, in this region.
    FoundTenant(Option<String>),
    /// Something is wrong with it.
    Wrong(Trouble),
}

/// What a line of a form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The mailbox's address.
    Address,
    /// The mailbox's application.
    Application,
    /// The mailbox's account.
    Account,
    /// The application's name.
    Name,
    /// The application's provider.
    Provider,
    /// The application's tenant.
    Tenant,
    /// The application's client id.
    ClientId,
    /// The application's redirect URI.
    RedirectUri,
    /// The application's scopes.
    Scopes,
    /// The application's client secret.
    ClientSecret,
    /// The file that a list is in.
    File,
    /// What is written beside the mailbox.
    Note,
}

/// A line of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Which.
    pub name: Name,
    /// What stands before it.
    pub label: &'static str,
    /// What an empty one stands for.
    pub placeholder: &'static str,
    /// What is in it.
    pub value: Value,
}

/// What is in a line.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text.
    Text(Input),
    /// Text that must not be seen.
    Hidden(Input),
    /// One of several: what it stands for, and its title.
    Choice(Vec<(String, String)>, usize),
}

impl Value {
    /// The text, or what the choice stands for.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(input) | Self::Hidden(input) => input.value().trim(),
            Self::Choice(options, at) => options.get(*at).map_or("", |(value, _)| value),
        }
    }
}

impl Form {
    fn new(purpose: Purpose, fields: Vec<Field>) -> Self {
        Self { purpose, fields, at: 0, status: Status::Open, behind: Behind::Dashboard }
    }

    /// The same, opened from the list of applications with the cursor on line `at`.
    #[must_use]
    pub fn from_applications(self, at: usize) -> Self {
        Self { behind: Behind::Applications(at), ..self }
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self.purpose {
            Purpose::NewMailbox => "New mailbox",
            Purpose::EditMailbox(_) => "Edit mailbox",
            Purpose::NewApplication => "New application",
            Purpose::EditApplication(_) => "Edit application",
            Purpose::Import(_) => "Import mailboxes",
        }
    }

    /// What `⏎` does.
    #[must_use]
    pub fn sends(&self) -> &'static str {
        if matches!(self.purpose, Purpose::Import(_)) { "shows what it would do" } else { "saves" }
    }

    /// What is said while it is sent.
    #[must_use]
    pub fn sending(&self) -> &'static str {
        if matches!(self.purpose, Purpose::Import(_)) { "Reading the list…" } else { "Saving…" }
    }

    /// Goes some lines on, round the end.
    pub fn go(&mut self, lines: isize) {
        let count = self.fields.len() as isize;
        if count > 0 {
            self.at = (self.at as isize + lines).rem_euclid(count) as usize;
        }
    }

    /// Types into the line, or turns its choice.
    pub fn type_key(&mut self, key: &KeyEvent) {
        use crossterm::event::KeyCode::{Char, Left, Right};
        if self.status == Status::Sent {
            return;
        }
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        match (&mut field.value, key.code) {
            (Value::Choice(options, at), Left) => {
                *at = (*at + options.len().saturating_sub(1)).checked_rem(options.len()).unwrap_or(0)
            }
            (Value::Choice(options, at), Right | Char(' ')) => *at = (*at + 1).checked_rem(options.len()).unwrap_or(0),
            (Value::Choice(..), _) => return,
            (Value::Text(input) | Value::Hidden(input), _) => {
                input.handle_event(&Event::Key(*key));
            }
        }
        self.status = Status::Open;
    }

    /// Puts pasted text into the line, without what cannot be printed: a column of addresses where
    /// several are taken, elsewhere its first line.
    pub fn paste(&mut self, pasted: &str) {
        if self.status == Status::Sent || self.take_list(pasted) {
            return;
        }
        let takes_several = self.purpose == Purpose::NewMailbox;
        let Some(Field { name, value: Value::Text(input) | Value::Hidden(input), .. }) = self.fields.get_mut(self.at)
        else {
            return;
        };
        let line = if takes_several && *name == Name::Address {
            pasted.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            pasted.trim().lines().next().unwrap_or("").to_owned()
        };
        insert(input, line.chars().filter(|c| !is_unprintable(*c)).take(LONGEST).collect());
        self.status = Status::Open;
    }

    /// The text of a line.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.fields.iter().find(|field| field.name == name).map_or("", |field| field.value.text())
    }

    /// Sets the text of a line.
    pub fn set(&mut self, name: Name, text: &str) {
        if let Some(Field { value: Value::Text(input), .. }) = self.fields.iter_mut().find(|field| field.name == name) {
            *input = Input::new(text.to_owned());
        }
    }
}

/// Puts a text where the cursor is, at once: character by character a long one would take seconds.
fn insert(input: &mut Input, text: String) {
    let (before, after): (Vec<_>, Vec<_>) = input.value().chars().enumerate().partition(|(at, _)| *at < input.cursor());
    let end = before.len() + text.chars().count();
    let before = before.into_iter().map(|(_, character)| character);
    let value = before.chain(text.chars()).chain(after.into_iter().map(|(_, character)| character)).collect();
    *input = Input::new(value).with_cursor(end);
}
