//! Times and spans in as few letters as a column has.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How long ago: `now`, `2 min`, `3 h`, `12 d`.
#[must_use]
pub fn ago(moment: Timestamp, now: Timestamp) -> String {
    span(now.duration_since(moment))
}

/// When [`ago`] says something else of this moment than it says now.
#[must_use]
pub fn grows_at(moment: Timestamp, now: Timestamp) -> Timestamp {
    const MINUTE: i64 = 60;
    let age = now.duration_since(moment).as_secs();
    let unit = match age / MINUTE {
        ..60 => MINUTE,
        60..1440 => 60 * MINUTE,
        _ => 1440 * MINUTE,
    };
    now + SignedDuration::from_secs(unit - age.rem_euclid(unit))
}

/// A span in its largest unit.
#[must_use]
pub fn span(span: SignedDuration) -> String {
    let minutes = span.as_mins();
    match minutes {
        ..=0 => "now".to_owned(),
        1..60 => format!("{minutes} min"),
        60..1440 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}

/// Whole days until `deadline`, the one that has begun counted: a token of today says 90.
#[must_use]
pub fn days_left(deadline: Timestamp, now: Timestamp) -> i64 {
    (deadline.duration_since(now).as_secs().max(0) + 86_399) / 86_400
}

/// A running span: `0:42`.
#[must_use]
pub fn clock(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A day, in the person's own time zone.
#[must_use]
pub fn day(moment: Timestamp, zone: &TimeZone) -> String {
    moment.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string()
}

/// A time of day to the second, in the person's own time zone.
#[must_use]
pub fn exact(moment: Timestamp, zone: &TimeZone) -> String {
    moment.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}

/// A day of a year that is plain to see: `03-14`, in the person's own time zone.
#[must_use]
pub fn day_of_year(moment: Timestamp, zone: &TimeZone) -> String {
    moment.to_zoned(zone.clone()).strftime("%m-%d").to_string()
}

/// A time of day, in the person's own time zone.
#[must_use]
pub fn time(moment: Timestamp, zone: &TimeZone) -> String {
    moment.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}
