//! The form that asks for a list of mailboxes: a file, the clipboard, or what is pasted into it.

use std::borrow::Cow;
use std::path::PathBuf;

use super::make::{application_choice, text};
use super::{Form, Name, Purpose, Status};
use crate::domain::import::Defaults;
use crate::domain::{Entry, Fleet, Secret, Trouble};
use crate::engine::List;
use crate::tui::message::Effect;

impl Form {
    /// A form for a list, with the application of the mailbox `beside` it.
    #[must_use]
    pub fn import(fleet: &Fleet, beside: Option<&Entry<'_>>) -> Self {
        Self::new(
            Purpose::Import(None),
            vec![
                text(Name::File, "File", "the clipboard", String::new()),
                application_choice(fleet, beside),
                text(Name::Account, "Account", "each itself", String::new()),
            ],
        )
    }

    /// Where the list is, for a title.
    #[must_use]
    pub fn origin(&self) -> &str {
        match (self.text(Name::File), &self.purpose) {
            ("", Purpose::Import(Some(_))) => "the pasted list",
            ("", _) => "the clipboard",
            (file, _) => file,
        }
    }

    /// Takes a pasted text for the list itself, unless it is one line that may be a path.
    pub(super) fn take_list(&mut self, pasted: &str) -> bool {
        let pasted = pasted.trim();
        let is_path = !pasted.contains(['\n', '\r']) && (!pasted.contains('@') || pasted.contains(['/', '\\']));
        let Purpose::Import(list) = &mut self.purpose else { return false };
        let Some(field) = self.fields.get_mut(self.at).filter(|field| field.name == Name::File && !is_path) else {
            return false;
        };
        *list = Some(Secret::new(pasted));
        *field = text(Name::File, "File", "none: the pasted list", String::new());
        self.status = Status::Open;
        true
    }

    pub(super) fn of_file(&self) -> Cow<'static, str> {
        match &self.purpose {
            Purpose::Import(Some(list)) => {
                format!("{} pasted; a file's name here counts instead", lines_of(list.expose())).into()
            }
            _ => "CSV with a header, or an address a line. Empty: what is on the clipboard. Or paste the list here"
                .into(),
        }
    }

    /// Have the list looked at.
    pub(super) fn plan(&self, pasted: Option<&Secret>) -> Result<Effect, (Name, Trouble)> {
        let list = match (self.file(), pasted) {
            (Some(file), _) => List::File(file),
            (None, Some(text)) => List::Text(text.clone()),
            (None, None) => List::Clipboard,
        };
        let defaults = Defaults { application: self.application_name()?, account: self.delegate()? };
        Ok(Effect::PlanImport(list, defaults))
    }

    /// The file; a terminal writes the name of one that is dropped on it between quotation marks.
    fn file(&self) -> Option<PathBuf> {
        let name = self.text(Name::File);
        let unquoted = ['\'', '"'].into_iter().find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
        Some(unquoted.unwrap_or(name)).filter(|name| !name.is_empty()).map(PathBuf::from)
    }
}

/// How many lines were pasted: a terminal ends them with CR alone.
fn lines_of(text: &str) -> String {
    match text.split(['\r', '\n']).filter(|line| !line.trim().is_empty()).count() {
        1 => "1 line was".to_owned(),
        count => format!("{count} lines were"),
    }
}
