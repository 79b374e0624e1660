//! The language of the list's filter: words, and `key:value`. All of its terms have to hold.
//!
//! One table says what there is: parsing, hints, completion, help and README read it.

use std::ops::Range;

use crate::domain::{Standing, Step, TokenState};
use crate::tui::keymap::Section;

mod written;

use written::{Said, Written, words};

/// A kind of term.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// How one is written, as an example.
    pub form: &'static str,
    /// A sentence for help and README.
    pub shows: &'static str,
    /// What stands before the colon; empty: nothing does.
    key: &'static str,
    /// The words that can follow it, if they are few.
    values: &'static [&'static str],
    /// Reads what follows it.
    read: fn(Said<'_>) -> Option<Test>,
}

const fn kind(
    form: &'static str,
    shows: &'static str,
    (key, values): (&'static str, &'static [&'static str]),
    read: fn(Said<'_>) -> Option<Test>,
) -> Kind {
    Kind { form, shows, key, values, read }
}

/// The plain word, which every other kind stands beside.
const WORD: Kind =
    kind("mail", "The address has these letters, in this order and close together; \"mail\": just so", ("", &[]), word);

/// What can be asked for.
pub const KINDS: &[Kind] = &[
    WORD,
    kind(
        "state:stuck",
        "Where it stands, as the header counts: stuck, due, todo or valid",
        ("state", &["stuck", "due", "todo", "valid"]),
        state,
    ),
    kind("step:4", "The step that it is at: 1 to 4", ("step", &["1", "2", "3", "4"]), step),
    kind("app:mailer", "Its application begins so; app:\"Mailer\": is called so", ("app", &[]), |said| {
        Some(text(Part::Application, said))
    }),
    kind("account:maria", "The account that signs in begins so", ("account", &[]), |said| {
        Some(text(Part::Account, said))
    }),
    kind(
        "token:revoked",
        "Its token: none, valid, due, expired, revoked or unknown",
        ("token", &["none", "valid", "due", "expired", "revoked", "unknown"]),
        token,
    ),
    kind("due:<14d", "Its token dies within so many days if nobody uses it; due:>30d: later", ("due", &[]), due),
    kind("note:floor", "Its note has this in it", ("note", &[]), |said| {
        Some(Test::Text(Part::Note, Likeness::Holds, said.text().to_owned()))
    }),
    kind(
        "trouble:smtp",
        "The code of its trouble begins so: of a step, or of IMAP or POP (trouble:imap)",
        ("trouble", &[]),
        |said| Some(text(Part::Trouble, said)),
    ),
    kind("-state:valid", "All but these: - or ! before any of the above", ("-", &[]), |_| None),
];

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What has to hold, all of it.
    pub terms: Vec<Term>,
    /// What of it cannot be understood: nothing matches then.
    pub complaint: Option<String>,
}

/// What has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it is to be so.
    pub sense: Sense,
    /// What.
    pub test: Test,
}

/// Whether something is to be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// It is.
    Is,
    /// It is not.
    IsNot,
}

/// What can be so of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of its texts is like this one, without regard to case.
    Text(Part, Likeness, String),
    /// It stands there.
    State(Standing),
    /// It is at this step.
    Step(Step),
    /// Its token is in this state.
    Token(TokenState),
    /// Its token dies in fewer days than these if nobody uses it.
    DueWithin(u16),
    /// Its token dies in more days than these if nobody uses it.
    DueBeyond(u16),
}

/// The texts of a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its address.
    Address,
    /// Its application's name.
    Application,
    /// The account that signs in.
    Account,
    /// Its note.
    Note,
    /// Its trouble's code.
    Trouble,
}

/// How a text is like another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// It has its letters, in their order.
    Fuzzy,
    /// It has it in it.
    Holds,
    /// It begins so.
    Begins,
    /// It is the same.
    Is,
}

impl Query {
    /// Reads a filter. A term that is not finished yet asks for nothing.
    #[must_use]
    pub fn parse(filter: &str) -> Self {
        let mut query = Self::default();
        for term in words(filter).map(|word| read(&Written::of(word))) {
            match term {
                Ok(term) => query.terms.extend(term),
                Err(complaint) => query.complaint = query.complaint.or(Some(complaint)),
            }
        }
        query
    }

    /// Whether some mailboxes match it better than others.
    #[must_use]
    pub fn ranks(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, Test::Text(_, Likeness::Fuzzy, _)))
    }

    /// Where mailboxes have to stand, if that is asked for.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        self.terms.iter().find_map(|term| match term {
            Term { sense: Sense::Is, test: Test::State(standing) } => Some(*standing),
            _ => None,
        })
    }
}

fn read(written: &Written<'_>) -> Result<Option<Term>, String> {
    let kind = match written.key {
        None => &WORD,
        Some(key) => find(key).ok_or_else(|| no_such_key(key))?,
    };
    if written.said.text().trim_start_matches(['<', '>']).is_empty() {
        return Ok(None);
    }
    let test = (kind.read)(written.said).ok_or_else(|| {
        let right = if kind.values.is_empty() { kind.form.to_owned() } else { kind.values.join(", ") };
        format!("{}: takes {right}, not “{}”.", kind.key, written.said.text())
    })?;
    Ok(Some(Term { sense: written.sense, test: soberly(written.sense, test) }))
}

fn no_such_key(key: &str) -> String {
    format!("There is no “{key}:” to ask for. There are {}.", keys())
}

/// All that there are, so short that a narrow list shows them.
fn keys() -> String {
    let keys = KINDS.iter().filter(|kind| is_key(kind)).map(|kind| format!("{}:", kind.key));
    keys.collect::<Vec<String>>().join(" ")
}

fn is_key(kind: &Kind) -> bool {
    kind.key.starts_with(char::is_alphabetic)
}

/// Nearly everything has some letters in some order: to leave out what has them would leave nothing.
fn soberly(sense: Sense, test: Test) -> Test {
    match (sense, test) {
        (Sense::IsNot, Test::Text(part, Likeness::Fuzzy, text)) => Test::Text(part, Likeness::Holds, text),
        (_, test) => test,
    }
}

fn find(key: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| is_key(kind) && kind.key.eq_ignore_ascii_case(key))
}

fn word(said: Said<'_>) -> Option<Test> {
    let likeness = match said {
        Said::Plainly(_) => Likeness::Fuzzy,
        Said::Quoted(_) => Likeness::Holds,
    };
    Some(Test::Text(Part::Address, likeness, said.text().to_owned()))
}

fn text(part: Part, said: Said<'_>) -> Test {
    let likeness = match said {
        Said::Plainly(_) => Likeness::Begins,
        Said::Quoted(_) => Likeness::Is,
    };
    Test::Text(part, likeness, said.text().to_owned())
}

fn state(said: Said<'_>) -> Option<Test> {
    let all = [Standing::Stuck, Standing::Due, Standing::Todo, Standing::Valid];
    all.into_iter().find(|standing| said.begins(standing_word(*standing))).map(Test::State)
}

fn step(said: Said<'_>) -> Option<Test> {
    Step::ALL.into_iter().find(|step| said.text() == step.number().to_string()).map(Test::Step)
}

fn token(said: Said<'_>) -> Option<Test> {
    use TokenState::{Due, Expired, None, Revoked, Unknown, Valid};
    let all = [None, Valid, Due, Expired, Revoked, Unknown];
    all.into_iter().find(|state| said.begins(state.word())).map(Test::Token)
}

fn due(said: Said<'_>) -> Option<Test> {
    let (test, days): (fn(u16) -> Test, &str) = match said.text().strip_prefix('>') {
        Some(days) => (Test::DueBeyond, days),
        None => (Test::DueWithin, said.text().trim_start_matches('<')),
    };
    days.trim_end_matches(['d', 'D']).parse().ok().map(test)
}

/// The word that the filter uses for a standing.
fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Stuck => "stuck",
        Standing::Due => "due",
        Standing::Todo => "todo",
        Standing::Valid => "valid",
    }
}

/// The filter that asks for this standing instead of another, or, if it asked for it, for none.
#[must_use]
pub fn toggled(filter: &str, standing: Standing) -> String {
    let was_on = Query::parse(filter).standing() == Some(standing);
    let state = format!("state:{}", standing_word(standing));
    let others = words(filter).filter(|word| !Written::of(word).has_key("state"));
    others.chain((!was_on).then_some(state.as_str())).collect::<Vec<&str>>().join(" ")
}

/// The filter that asks for those that fall due in these days instead of others, or, if it asked for
/// just them, for none.
#[must_use]
pub fn with_due(filter: &str, days: Range<u16>) -> String {
    let from = (days.start > 0).then(|| format!("due:>{}d", days.start));
    let wanted: Vec<String> = from.into_iter().chain([format!("due:<{}d", days.end)]).collect();
    let (known, others): (Vec<&str>, Vec<&str>) = words(filter).partition(|word| Written::of(word).has_key("due"));
    let was_on = known == wanted;
    others.into_iter().chain(wanted.iter().map(String::as_str).filter(|_| !was_on)).collect::<Vec<&str>>().join(" ")
}

/// What the term that is being typed can become, for a dim line below it. `applications` are the
/// names that there are.
#[must_use]
pub fn hint(filter: &str, applications: &[&str]) -> String {
    let last = Written::of(words(filter).last().filter(|word| filter.ends_with(word)).unwrap_or_default());
    let choices = choices(&last, applications);
    if !choices.is_empty() {
        return choices.join("  ");
    }
    match last.key.and_then(find) {
        Some(kind) => format!("{}  {}", kind.form, kind.shows),
        None => keys(),
    }
}

/// The filter with the term that is being typed completed to the first thing that it can become.
#[must_use]
pub fn completed(filter: &str, applications: &[&str]) -> Option<String> {
    let word = words(filter).last().filter(|word| filter.ends_with(word))?;
    let last = Written::of(word);
    let choice = choices(&last, applications).into_iter().next()?;
    let end = if choice.ends_with(':') { "" } else { " " };
    Some(format!("{}{}{choice}{end}", filter.strip_suffix(word)?, last.sign))
}

fn choices(last: &Written<'_>, applications: &[&str]) -> Vec<String> {
    match last.key.and_then(find) {
        Some(kind) if kind.key == "app" => {
            let names = applications.iter().filter(|name| last.said.begins(name));
            names.map(|name| format!("app:\"{name}\"")).collect()
        }
        Some(kind) => {
            let values = kind.values.iter().filter(|value| last.said.begins(value));
            values.map(|value| format!("{}:{value}", kind.key)).collect()
        }
        None if last.key.is_some() || last.said.text().is_empty() => vec![],
        None => {
            let keys = KINDS.iter().map(|kind| kind.key).filter(|key| last.said.begins(key));
            keys.map(|key| format!("{key}:")).collect()
        }
    }
}

/// The table for the help.
#[must_use]
pub fn section() -> Section {
    let lines = KINDS.iter().map(|kind| (kind.form.to_owned(), kind.shows, None)).collect();
    Section { title: "What the filter understands; of several, all have to hold", lines }
}

/// The table as Markdown, for the README.
#[must_use]
pub fn markdown() -> String {
    let mut table = String::from("| filter | shows |\n|---|---|\n");
    for kind in KINDS {
        table.push_str(&format!("| `{}` | {} |\n", kind.form, kind.shows));
    }
    table
}

#[cfg(test)]
mod tests;
