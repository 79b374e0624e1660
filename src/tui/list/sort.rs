//! The order of the list.

use std::cmp::Reverse;

use super::row::Row;

/// A column of the list, by its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    /// The address.
    #[default]
    Address,
    /// Where it stands: what needs attention comes first.
    State,
    /// When the token dies: soonest first.
    Token,
    /// When it was tried: longest ago first.
    Checked,
    /// The application.
    Application,
    /// The account that signs in.
    Account,
}

/// From which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// As the column says.
    #[default]
    Forward,
    /// From its other end. Mailboxes that are equal there stay in the order of their addresses.
    Backward,
}

/// How the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By which column.
    pub column: Column,
    /// From which end.
    pub direction: Direction,
}

impl Sort {
    /// What the list's title says.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self.column {
            Column::Address => "by address",
            Column::State => "by state",
            Column::Token => "by token",
            Column::Checked => "by check",
            Column::Application => "by application",
            Column::Account => "by account",
        }
    }

    /// By the next column.
    #[must_use]
    pub fn following(self) -> Self {
        let column = match self.column {
            Column::Address => Column::State,
            Column::State => Column::Token,
            Column::Token => Column::Checked,
            Column::Checked => Column::Application,
            Column::Application => Column::Account,
            Column::Account => Column::Address,
        };
        Self { column, direction: Direction::Forward }
    }

    /// From the other end.
    #[must_use]
    pub fn reversed(self) -> Self {
        let direction = match self.direction {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        };
        Self { direction, ..self }
    }

    /// By this column; if it is that already, from the other end.
    #[must_use]
    pub fn by(self, column: Column) -> Self {
        if self.column == column { self.reversed() } else { Self { column, direction: Direction::Forward } }
    }

    /// The places of `rows`, which are sorted by address, in this order.
    pub fn order(self, rows: &[Row]) -> Vec<usize> {
        match self.column {
            Column::Address if self.direction == Direction::Forward => (0..rows.len()).collect(),
            Column::Address => (0..rows.len()).rev().collect(),
            Column::State => self.order_by(rows, |row| row.standing),
            Column::Token => {
                let mut order = self.order_by(rows, |row| row.deadline);
                // A mailbox without a token comes last from either end.
                order.sort_by_key(|at| rows.get(*at).is_none_or(|row| row.deadline.is_none()));
                order
            }
            Column::Checked => self.order_by(rows, |row| row.checked),
            Column::Application => self.order_by(rows, |row| row.application.as_str().to_lowercase()),
            Column::Account => self.order_by(rows, |row| row.account.folded()),
        }
    }

    fn order_by<K: Ord>(self, rows: &[Row], key: impl Fn(&Row) -> K) -> Vec<usize> {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let key = |at: &usize| rows.get(*at).map(&key);
        match self.direction {
            Direction::Forward => order.sort_by_cached_key(key),
            Direction::Backward => order.sort_by_cached_key(|at| Reverse(key(at))),
        }
        order
    }
}
