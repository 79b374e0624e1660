//! The columns of the list: how wide each is, for drawing and for the mouse.

use super::list::Column;

/// Cursor and selection.
pub const MARKS: usize = 3;
/// The four steps.
pub const STEPS: usize = 6;
/// The token's days, or its state.
pub const TOKEN: usize = 8;
/// When it was tried.
pub const CHECKED: usize = 8;
/// Where there is room: the word for what of IMAP and POP refused.
const REFUSED: usize = 6;

/// How wide the other columns are; 0: not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// The address.
    pub mailbox: usize,
    /// When it was tried.
    pub checked: usize,
    /// The application.
    pub application: usize,
    /// The account.
    pub account: usize,
}

impl Columns {
    /// The columns of a list of this width inside. The addresses, of which the widest is so wide, get
    /// what they need; application and account what is left, if it is enough.
    #[must_use]
    pub fn of(width: usize, widest: usize) -> Self {
        // The last column keeps off the frame.
        let rest = width.saturating_sub(MARKS + STEPS + TOKEN + CHECKED + 1);
        let left = rest.saturating_sub(widest + 1);
        let word = if left >= REFUSED { REFUSED } else { 0 };
        let left = left - word;
        let application = if left >= 12 { left.min(16) } else { 0 };
        let account = if left >= application + 16 { (left - application).min(40) } else { 0 };
        Self { mailbox: rest - word - application - account, checked: CHECKED + word, application, account }
    }

    /// The columns from left to right: which, its title, how wide.
    #[must_use]
    pub fn titles(self) -> [(Column, &'static str, usize); 6] {
        [
            (Column::Address, "MAILBOX", self.mailbox),
            (Column::State, "1234", STEPS),
            (Column::Token, "TOKEN", TOKEN),
            (Column::Checked, "CHECKED", self.checked),
            (Column::Application, "APPLICATION", self.application),
            (Column::Account, "ACCOUNT", self.account),
        ]
    }

    /// The column at this place of the inside.
    #[must_use]
    pub fn at(self, place: usize) -> Option<Column> {
        let mut end = MARKS;
        let column = self.titles().into_iter().find(|(.., wide)| {
            end += wide;
            place < end
        });
        column.map(|(column, ..)| column)
    }
}
