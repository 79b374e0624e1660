//! Where everything is, for drawing and for the mouse.

use ratatui::layout::{Constraint, Rect};

use crate::domain::Step;

/// The smallest window in which anything useful can be shown.
pub const SMALLEST: (u16, u16) = (60, 16);

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The window is too small.
    TooSmall,
    /// The list beside four panes.
    Wide {
        /// The header.
        header: Rect,
        /// The list with its frame.
        list: Rect,
        /// The panes with their frames.
        panes: [Rect; 4],
        /// Progress, notice and keys.
        footer: Rect,
    },
    /// The list above one pane, chosen by tabs.
    Narrow {
        /// The header.
        header: Rect,
        /// The list with its frame.
        list: Rect,
        /// The pane with its frame.
        pane: Rect,
        /// Progress, notice and keys.
        footer: Rect,
    },
}

impl Layout {
    /// The layout of a window of so many columns and rows.
    #[must_use]
    pub fn of((width, height): (u16, u16)) -> Self {
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return Self::TooSmall;
        }
        let all = Rect::new(0, 0, width, height);
        let footer = if height >= 30 { 3 } else { 2 };
        let [header, body, footer] = rows(
            all,
            [Constraint::Length(1), Constraint::Min(0), Constraint::Length(footer)],
        );
        if width >= 110 && height >= 24 {
            let [list, right] = columns(body, [Constraint::Percentage(45), Constraint::Min(0)]);
            let [upper, lower] = rows(right, [Constraint::Fill(1), Constraint::Fill(1)]);
            let [first, second] = columns(upper, [Constraint::Fill(1), Constraint::Fill(1)]);
            let [third, fourth] = columns(lower, [Constraint::Fill(1), Constraint::Fill(1)]);
            return Self::Wide {
                header,
                list,
                panes: [first, second, third, fourth],
                footer,
            };
        }
        let pane_height = if height < 22 { 8 } else { body.height / 2 + 1 };
        let [list, pane] = rows(body, [Constraint::Min(0), Constraint::Length(pane_height)]);
        Self::Narrow {
            header,
            list,
            pane,
            footer,
        }
    }

    /// How many mailboxes the list shows.
    #[must_use]
    pub fn list_height(&self) -> usize {
        match self {
            Self::TooSmall => 0,
            // A frame of two lines, and the column titles.
            Self::Wide { list, .. } | Self::Narrow { list, .. } => usize::from(list.height.saturating_sub(3)),
        }
    }

    /// What is at a place of the window.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Spot {
        let place = ratatui::layout::Position::new(column, row);
        match self {
            Self::Wide { list, .. } | Self::Narrow { list, .. } if list.contains(place) => {
                match row.checked_sub(list.y + 2) {
                    Some(line) if row + 1 < list.bottom() => Spot::Line(usize::from(line)),
                    _ => Spot::List,
                }
            }
            Self::Wide { panes, .. } => Step::ALL
                .into_iter()
                .zip(panes)
                .find(|(_, pane)| pane.contains(place))
                .map_or(Spot::Nothing, |(step, _)| Spot::Pane(step)),
            Self::Narrow { pane, .. } if pane.contains(place) && row == pane.y => {
                Spot::Tab(column.saturating_sub(pane.x))
            }
            _ => Spot::Nothing,
        }
    }
}

/// What is at a place of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Nothing that listens.
    Nothing,
    /// The list, beside its lines.
    List,
    /// A line of the list's window.
    Line(usize),
    /// A pane.
    Pane(Step),
    /// The line with the tabs, at this column of it.
    Tab(u16),
}

fn rows<const N: usize>(area: Rect, constraints: [Constraint; N]) -> [Rect; N] {
    ratatui::layout::Layout::vertical(constraints).areas(area)
}

fn columns<const N: usize>(area: Rect, constraints: [Constraint; N]) -> [Rect; N] {
    ratatui::layout::Layout::horizontal(constraints).areas(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_has_a_layout_inside_of_it() {
        for width in 0..220 {
            for height in 0..70 {
                let window = Rect::new(0, 0, width, height);
                let parts = match Layout::of((width, height)) {
                    Layout::TooSmall => vec![],
                    Layout::Wide {
                        header,
                        list,
                        panes,
                        footer,
                    } => [[header, list, footer].as_slice(), &panes].concat(),
                    Layout::Narrow {
                        header,
                        list,
                        pane,
                        footer,
                    } => vec![header, list, pane, footer],
                };
                assert!(
                    parts
                        .iter()
                        .all(|part| window.intersection(*part) == *part && part.area() > 0),
                    "{width}x{height}"
                );
            }
        }
    }
}
