//! Where everything is, for drawing and for the mouse.

use ratatui::layout::{Constraint, Position, Rect};

use crate::domain::Step;

/// The smallest window in which anything useful can be shown.
pub const SMALLEST: (u16, u16) = (60, 16);

/// From so many columns of a pane on, four tabs have room beside the word for a state.
const ALL_TABS: u16 = 70;

/// How many lines the weeks take: a frame, bars of five lines, numbers, and days.
const WEEKS: u16 = 9;

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The window is too small.
    TooSmall,
    /// There is room.
    Roomy {
        /// The header.
        header: Rect,
        /// The list with its frame.
        list: Rect,
        /// The weeks with their frame, where there is room.
        weeks: Option<Rect>,
        /// The panes with their frames.
        panes: Panes,
        /// Progress, notice and keys.
        footer: Rect,
    },
}

/// Where the panes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panes {
    /// All four beside the list.
    Four([Rect; 4]),
    /// One, chosen by tabs: beside the list if it has the focus, below it where there is no room.
    One(Rect),
}

impl Layout {
    /// The layout of a window of so many columns and rows, while a pane has the focus or not.
    #[must_use]
    pub fn of((width, height): (u16, u16), pane_has_focus: bool) -> Self {
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return Self::TooSmall;
        }
        let all = Rect::new(0, 0, width, height);
        let footer = if height >= 30 { 3 } else { 2 };
        let [header, body, footer] = rows(all, [Constraint::Length(1), Constraint::Min(0), Constraint::Length(footer)]);
        if width >= 110 && height >= 24 {
            let [list, right] = columns(body, [Constraint::Percentage(47), Constraint::Min(0)]);
            let panes = if pane_has_focus { Panes::One(right) } else { Panes::Four(four(right)) };
            let (list, weeks) = with_weeks(list);
            return Self::Roomy { header, list, weeks, panes, footer };
        }
        let pane_height = match (height, pane_has_focus) {
            (..22, false) => 8,
            (_, false) => body.height / 2 + 1,
            // The list keeps its frame, its titles, and the mailbox under the cursor.
            (..22, true) => body.height.saturating_sub(4),
            (_, true) => body.height.saturating_sub(6),
        };
        let [list, pane] = rows(body, [Constraint::Min(0), Constraint::Length(pane_height)]);
        Self::Roomy { header, list, weeks: None, panes: Panes::One(pane), footer }
    }

    /// Where the weeks have room of their own.
    #[must_use]
    pub fn weeks(&self) -> Option<Rect> {
        match self {
            Self::TooSmall => None,
            Self::Roomy { weeks, .. } => *weeks,
        }
    }

    /// How many mailboxes the list shows.
    #[must_use]
    pub fn list_height(&self) -> usize {
        match self {
            Self::TooSmall => 0,
            // A frame of two lines, and the column titles.
            Self::Roomy { list, .. } => usize::from(list.height.saturating_sub(3)),
        }
    }

    /// What is at a place of the window.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Spot {
        let place = Position::new(column, row);
        let Self::Roomy { header, list, weeks, panes, .. } = self else {
            return Spot::Nothing;
        };
        match panes {
            _ if header.contains(place) => Spot::Header(column),
            _ if list.contains(place) && row == list.y + 1 => Spot::Titles(column.saturating_sub(list.x + 1)),
            _ if list.contains(place) => match row.checked_sub(list.y + 2) {
                Some(line) if row + 1 < list.bottom() => Spot::Line(usize::from(line)),
                _ if row + 1 == list.bottom() => Spot::Below(column.saturating_sub(list.x + 1)),
                _ => Spot::List,
            },
            _ if weeks.is_some_and(|weeks| weeks.contains(place)) => Spot::Weeks(column.saturating_sub(list.x + 2)),
            Panes::Four(panes) => {
                let pane = Step::ALL.into_iter().zip(panes).find(|(_, pane)| pane.contains(place));
                pane.map_or(Spot::Nothing, |(step, _)| Spot::Pane(step))
            }
            Panes::One(pane) if pane.contains(place) && row == pane.y => Spot::Tab(column.saturating_sub(pane.x)),
            Panes::One(_) => Spot::Nothing,
        }
    }
}

/// What stands on the tab of a step before its symbol: its title if it is shown, or if all four have
/// room in a pane of so many columns.
#[must_use]
pub fn tab(step: Step, shown: Step, width: u16) -> String {
    if step == shown || width >= ALL_TABS {
        format!(" {} {} ", step.number(), step.title())
    } else {
        format!(" {} ", step.number())
    }
}

/// The list, and below it the weeks if it stays long enough.
fn with_weeks(list: Rect) -> (Rect, Option<Rect>) {
    if list.height < WEEKS * 4 || list.width < 80 {
        return (list, None);
    }
    let [list, weeks] = rows(list, [Constraint::Min(0), Constraint::Length(WEEKS)]);
    (list, Some(weeks))
}

fn four(area: Rect) -> [Rect; 4] {
    let [upper, lower] = rows(area, [Constraint::Fill(1), Constraint::Fill(1)]);
    let [first, second] = columns(upper, [Constraint::Fill(1), Constraint::Fill(1)]);
    let [third, fourth] = columns(lower, [Constraint::Fill(1), Constraint::Fill(1)]);
    [first, second, third, fourth]
}

/// What is at a place of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Nothing that listens.
    Nothing,
    /// The header, at this column.
    Header(u16),
    /// The list, beside its lines.
    List,
    /// The titles of the list's columns, at this column inside of the list.
    Titles(u16),
    /// A line of the list's window.
    Line(usize),
    /// The frame below the list, at this column inside of it.
    Below(u16),
    /// The weeks, at this column inside of their frame.
    Weeks(u16),
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
        let widths = (0..220).step_by(7).chain([59, 60, 109, 110]);
        let heights = || (0..70).step_by(5).chain([16, 21, 22, 23, 24, 29]);
        for (width, height, focus) in
            widths.flat_map(|width| heights().flat_map(move |height| [(width, height, false), (width, height, true)]))
        {
            let window = Rect::new(0, 0, width, height);
            let parts = match Layout::of((width, height), focus) {
                Layout::TooSmall => vec![],
                Layout::Roomy { header, list, weeks, panes: Panes::Four(panes), footer } => {
                    [[header, list, weeks.unwrap_or(list), footer].as_slice(), &panes].concat()
                }
                Layout::Roomy { header, list, weeks, panes: Panes::One(pane), footer } => {
                    vec![header, list, weeks.unwrap_or(list), pane, footer]
                }
            };
            assert!(
                parts.iter().all(|part| window.intersection(*part) == *part && part.area() > 0),
                "{width}x{height}"
            );
        }
    }
    #[test]
    fn a_pane_that_is_enlarged_grows_and_leaves_the_list_a_line() {
        let pane = |size, focus| match Layout::of(size, focus) {
            Layout::Roomy { panes: Panes::Four([pane, ..]) | Panes::One(pane), .. } => pane.height,
            Layout::TooSmall => 0,
        };
        for height in SMALLEST.1..60 {
            for width in [60, 80, 110, 120] {
                let size = (width, height);
                assert!(pane(size, true) > pane(size, false), "{size:?}");
                assert!(Layout::of(size, true).list_height() > 0, "{size:?}");
            }
        }
    }
}
