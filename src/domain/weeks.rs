//! How many tokens fall due in which week: when they die if nobody uses them.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

/// The weeks that are always counted: Microsoft's 90 idle days.
const QUARTER: usize = 13;
/// The weeks that can be counted: half a year, which is Google's limit. What is due later counts
/// in the last.
const MOST: usize = 27;
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// After so long the weeks begin anew.
const STALE: SignedDuration = SignedDuration::from_hours(1);

/// How many fall due in each of the weeks from a moment on. What was due before that moment is in
/// none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weeks {
    from: Timestamp,
    counts: [usize; MOST],
}

impl Weeks {
    /// Counts these deadlines; whatever has none is in no week.
    #[must_use]
    pub fn of(deadlines: impl IntoIterator<Item = Option<Timestamp>>, from: Timestamp) -> Self {
        let mut weeks = Self::from(from);
        deadlines.into_iter().for_each(|deadline| weeks.add(deadline));
        weeks
    }

    /// The weeks from a moment on, with nothing due.
    #[must_use]
    pub fn from(from: Timestamp) -> Self {
        Self { from, counts: [0; MOST] }
    }

    /// Counts one more.
    pub fn add(&mut self, deadline: Option<Timestamp>) {
        if let Some(count) = self.count_of(deadline) {
            *count += 1;
        }
    }

    /// One that was counted with the deadline `before` has the deadline `now`.
    pub fn move_one(&mut self, before: Option<Timestamp>, now: Option<Timestamp>) {
        if let Some(count) = self.count_of(before) {
            *count = count.saturating_sub(1);
        }
        self.add(now);
    }

    fn count_of(&mut self, deadline: Option<Timestamp>) -> Option<&mut usize> {
        let left = deadline?.duration_since(self.from);
        let week = usize::try_from(left.as_secs().checked_div(WEEK.as_secs())?).ok()?;
        if left.is_positive() { self.counts.get_mut(week.min(MOST - 1)) } else { None }
    }

    /// Whether it is so late that the weeks have to be counted anew.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.from) >= STALE
    }

    /// How many fall due in the first week.
    #[must_use]
    pub fn this_week(&self) -> usize {
        self.counts.first().copied().unwrap_or(0)
    }

    /// How many fall due at all.
    #[must_use]
    pub fn all(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The days from now that a week has; the last that can be counted has all that follow.
    #[must_use]
    pub fn days(week: usize) -> Range<u16> {
        let begin = |week: usize| u16::try_from(7 * week).unwrap_or(u16::MAX);
        begin(week)..if week + 1 < MOST { begin(week + 1) } else { u16::MAX }
    }

    /// When a week begins.
    #[must_use]
    pub fn begin(&self, week: usize) -> Timestamp {
        self.from + SignedDuration::from_hours(24 * i64::from(Self::days(week).start))
    }

    /// Week by week as far as anything is due, and at least 13 of them.
    #[must_use]
    pub fn counts(&self) -> &[usize] {
        let last = self.counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        self.counts.get(..QUARTER.max(last + 1)).unwrap_or(&self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    fn at(second: i64) -> Option<Timestamp> {
        Some(Timestamp::from_second(1_800_000_000 + second).unwrap())
    }

    fn weeks(deadlines: &[i64]) -> Weeks {
        Weeks::of(deadlines.iter().map(|second| at(*second)).chain([None]), at(0).unwrap())
    }

    #[test]
    fn a_week_is_seven_days_from_now_on_and_what_is_over_is_in_none() {
        let weeks = weeks(&[-DAY, -1, 0, 1, 7 * DAY - 1, 7 * DAY, 89 * DAY, 90 * DAY]);
        assert_eq!(weeks.counts(), [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!((weeks.this_week(), weeks.all()), (2, 5));
    }

    #[test]
    fn a_longer_limit_has_more_weeks_and_the_last_takes_the_rest() {
        assert_eq!(weeks(&[180 * DAY]).counts().len(), 26);
        let endless = weeks(&[180 * DAY, 4000 * DAY]);
        assert_eq!((endless.counts().len(), endless.counts().last()), (27, Some(&1)));
    }

    #[test]
    fn moving_one_by_one_comes_to_the_same_as_counting() {
        let mut moved = weeks(&[2 * DAY, 30 * DAY, -DAY]);
        for (before, now) in
            [(at(2 * DAY), at(90 * DAY)), (None, at(9 * DAY)), (at(30 * DAY), None), (at(-DAY), at(DAY))]
        {
            moved.move_one(before, now);
        }
        assert_eq!(moved, weeks(&[90 * DAY, 9 * DAY, DAY]));
    }

    #[test]
    fn it_grows_stale_within_a_day_and_not_at_once() {
        let weeks = weeks(&[]);
        assert!(!weeks.is_stale(at(59 * 60).unwrap()) && weeks.is_stale(at(DAY).unwrap()));
    }
}
