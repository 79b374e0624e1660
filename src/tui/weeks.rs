//! The picture of the weeks: what it says and where it stands, for drawing and for the mouse.

use unicode_width::UnicodeWidthStr;

use super::model::{Focus, Model};
use crate::domain::Weeks;

/// The most columns that a week takes.
const WIDEST: usize = 6;

/// The picture in the frame below the list: texts around a bar of one column for each week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFrame {
    /// What stands before the bars.
    pub before: String,
    /// What stands behind them.
    pub after: String,
}

impl InFrame {
    /// The picture, if there is something to show, nothing else to say there, and room for all of it
    /// in so many columns.
    #[must_use]
    pub fn of(model: &Model, width: usize) -> Option<Self> {
        let weeks = model.list.weeks();
        let is_free = model.focus != Focus::Filter;
        if weeks.all() == 0 || !is_free || model.layout().weeks().is_some() {
            return None;
        }
        let bars = weeks.counts().len();
        let (before, after) = (format!(" due within {bars} weeks "), format!(" {} this week ", weeks.this_week()));
        let picture = Self { before, after };
        (picture.before.width() + bars + picture.after.width() <= width).then_some(picture)
    }

    /// The week at a column of the picture.
    #[must_use]
    pub fn week_at(&self, weeks: &Weeks, column: usize) -> Option<usize> {
        let week = column.checked_sub(self.before.width())?;
        (week < weeks.counts().len()).then_some(week)
    }
}

/// How many columns each week has where all of them have so many.
#[must_use]
pub fn bar_width(weeks: &Weeks, width: usize) -> usize {
    (width / weeks.counts().len().max(1)).min(WIDEST)
}
