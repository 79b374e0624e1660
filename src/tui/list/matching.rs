//! Which mailboxes a query is about, and how well they match it.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Matcher, Utf32Str};

use super::query::{Likeness, Part, Query, Sense, Test};
use super::row::Row;
use crate::domain::{Standing, Step, TokenState};

/// The least score that the letters have to have on average, which is that of a letter alone: what
/// is passed over between them (3 for the first letter, 1 for each more) has to be made good by
/// letters that stand together or begin a word.
const CLOSE: u32 = 16;

/// A query that is ready to be held against many rows. It keeps its room from one query to the next.
#[derive(Debug, Default)]
pub struct Matching {
    matcher: Matcher,
    letters: Vec<char>,
    probes: Vec<(Sense, Probe)>,
}

/// One term.
#[derive(Debug)]
enum Probe {
    Nothing,
    Fuzzy(Part, Atom),
    Text(Part, Atom),
    Deadline(Range<Timestamp>),
    State(Standing),
    Step(Step),
    Token(TokenState),
}

impl Matching {
    /// Takes another query, as of `now`.
    pub fn set(&mut self, query: &Query, now: Timestamp) {
        let probes = query.terms.iter().map(|term| (term.sense, Probe::of(&term.test, now)));
        // To show what nobody asked for would have the next key act on it.
        let not_understood = query.complaint.iter().map(|_| (Sense::Is, Probe::Nothing));
        self.probes = probes.chain(not_understood).collect();
    }

    /// How well a row matches, or `None` if it does not. Nothing is allocated for it.
    pub fn score(&mut self, row: &Row) -> Option<u32> {
        let Self { matcher, letters, probes } = self;
        let mut sum = 0;
        for (sense, probe) in probes {
            match (sense, probe.score(row, matcher, letters)) {
                (Sense::Is, Some(score)) => sum += score,
                (Sense::IsNot, None) => {}
                _ => return None,
            }
        }
        Some(sum)
    }
}

impl Probe {
    fn of(test: &Test, now: Timestamp) -> Self {
        match test {
            Test::Text(part, Likeness::Fuzzy, text) => Self::Fuzzy(*part, atom(Likeness::Fuzzy, text)),
            Test::Text(part, likeness, text) => Self::Text(*part, atom(*likeness, text)),
            Test::DueWithin(days) => Self::Deadline(just_after(now)..after(now, *days)),
            Test::DueBeyond(days) => Self::Deadline(after(now, *days)..Timestamp::MAX),
            Test::State(standing) => Self::State(*standing),
            Test::Step(step) => Self::Step(*step),
            Test::Token(state) => Self::Token(*state),
        }
    }

    fn score(&self, row: &Row, matcher: &mut Matcher, letters: &mut Vec<char>) -> Option<u32> {
        let holds = match self {
            Self::Fuzzy(part, atom) => return close(atom, Utf32Str::new(text(row, *part), letters), matcher),
            Self::Text(part, atom) => atom.score(Utf32Str::new(text(row, *part), letters), matcher).is_some(),
            Self::Deadline(range) => row.deadline.is_some_and(|deadline| range.contains(&deadline)),
            Self::State(standing) => row.standing == *standing,
            Self::Step(step) => row.step() == Some(*step),
            Self::Nothing => false,
            Self::Token(state) => row.token == *state,
        };
        holds.then_some(0)
    }
}

/// What dies this moment is dead.
fn just_after(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX)
}

fn after(now: Timestamp, days: u16) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX)
}

/// How well a text has the letters of `atom`, if they are close together: in a whole address nearly
/// every few letters are found somewhere. Greedy, since the best way to find them all is not worth four times the time.
fn close(atom: &Atom, text: Utf32Str<'_>, matcher: &mut Matcher) -> Option<u32> {
    let score = u32::from(matcher.fuzzy_match_greedy(text, atom.needle_text())?);
    let letters = u32::try_from(atom.needle_text().len()).unwrap_or(u32::MAX);
    (score >= letters.saturating_mul(CLOSE)).then_some(score)
}

fn atom(likeness: Likeness, text: &str) -> Atom {
    let kind = match likeness {
        Likeness::Fuzzy => AtomKind::Fuzzy,
        Likeness::Holds => AtomKind::Substring,
        Likeness::Begins => AtomKind::Prefix,
        Likeness::Is => AtomKind::Exact,
    };
    Atom::new(text, CaseMatching::Ignore, Normalization::Smart, kind, false)
}

fn text(row: &Row, part: Part) -> &str {
    match part {
        Part::Address => row.address.as_str(),
        Part::Application => row.application.as_str(),
        Part::Account => row.account.as_str(),
        Part::Note => &row.note,
        Part::Trouble => row.trouble(),
    }
}
