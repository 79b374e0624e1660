//! The header of a list: which column holds what, whatever its order and case.

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The mailbox's address.
    Address,
    /// The application's name.
    Application,
    /// The account that signs in.
    Account,
    /// A note.
    Note,
}

/// The names that columns go by, without case, spaces, `-` and `_`; of several columns for one thing
/// the one that stands first here counts. The long ones are from Exchange's and Entra's exports. A
/// column called mailbox comes last, since it may hold titles instead.
const NAMES: [(&str, Column); 13] = [
    ("address", Column::Address),
    ("email", Column::Address),
    ("emailaddress", Column::Address),
    ("mail", Column::Address),
    ("application", Column::Application),
    ("app", Column::Application),
    ("account", Column::Account),
    ("note", Column::Note),
    ("notes", Column::Note),
    ("primarysmtpaddress", Column::Address),
    ("windowsemailaddress", Column::Address),
    ("userprincipalname", Column::Address),
    ("mailbox", Column::Address),
];

/// Which column holds what.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The place of the address.
    pub address: usize,
    /// The place of the application.
    pub application: Option<usize>,
    /// The place of the account.
    pub account: Option<usize>,
    /// The place of the note.
    pub note: Option<usize>,
    /// How many columns there are.
    pub count: usize,
}

impl Columns {
    /// The columns of a header; `None` if none of them holds addresses.
    pub fn of<'a>(header: impl Iterator<Item = &'a str>) -> Option<Self> {
        let names: Vec<String> = header.map(folded).collect();
        let find = |wanted: Column| {
            let mut known = NAMES.iter().filter(|(_, column)| *column == wanted);
            known.find_map(|(known, _)| names.iter().position(|name| name == known))
        };
        Some(Self {
            address: find(Column::Address)?,
            application: find(Column::Application),
            account: find(Column::Account),
            note: find(Column::Note),
            count: names.len(),
        })
    }

    /// How many of the columns hold something that is wanted here.
    pub fn used(&self) -> usize {
        self.places().count()
    }

    /// Whether the column at this place holds something that is wanted here.
    pub fn uses(&self, place: usize) -> bool {
        self.places().any(|used| used == place)
    }

    fn places(&self) -> impl Iterator<Item = usize> {
        [Some(self.address), self.application, self.account, self.note].into_iter().flatten()
    }
}

fn folded(name: &str) -> String {
    let letters = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'));
    letters.flat_map(char::to_lowercase).collect()
}
