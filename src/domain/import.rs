//! Import: what a list of mailboxes means beside those that are known, before anything is written.

mod columns;
mod encoding;
mod sheet;

use std::collections::HashMap;

use super::address::Address;
use super::application::ApplicationName;
use super::fleet::{Entry, Fleet};
use super::mailbox::NewMailbox;
use super::note::Note;
use super::trouble::Trouble;
use sheet::{Cells, Row};

pub use encoding::MOST_BYTES;

/// What stands for what a line leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// The application of lines that name none.
    pub application: ApplicationName,
    /// The account of lines that name none; `None`: each mailbox is its own.
    pub account: Option<Address>,
}

/// What an import would do. Lines are numbered from 1, as editors and spreadsheets do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Mailboxes to be added, in the order of their lines.
    pub new: Vec<NewMailbox>,
    /// How many are there already, just so.
    pub known: usize,
    /// Those that are there already, but otherwise.
    pub different: Vec<Difference>,
    /// Lines that say again what an earlier line says.
    pub doubles: Vec<Double>,
    /// Lines that cannot be understood, or that contradict each other.
    pub malformed: Vec<Problem>,
    /// Columns that mean nothing here, as the header calls them; printable.
    pub unused_columns: Vec<String>,
}

/// A line, and what is the matter with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line.
    pub line: usize,
    /// What is the matter.
    pub trouble: Trouble,
}

/// A mailbox that is there already, but otherwise than its line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line.
    pub line: usize,
    /// The mailbox as the line would have it: what it leaves out stays.
    pub to: NewMailbox,
    /// What is another, for people.
    pub why: String,
}

/// A line that says again what another says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Double {
    /// The line.
    pub line: usize,
    /// The earlier line.
    pub first: usize,
}

/// What malformed lines do to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// With one of them nothing is imported.
    StopsAll,
    /// They are left out.
    IsLeftOut,
}

/// What becomes of mailboxes that are there already, but otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Different {
    /// They are left as they are.
    IsLeft,
    /// They are changed to what the list says.
    IsChanged,
}

/// What somebody who has seen a plan wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// With malformed lines.
    pub malformed: Malformed,
    /// With mailboxes that are there already, but otherwise.
    pub different: Different,
}

impl Difference {
    /// What is to be said of it, when this becomes of it.
    #[must_use]
    pub fn trouble(&self, becomes: Different) -> Trouble {
        let address = &self.to.address;
        match becomes {
            Different::IsLeft => Trouble::new(
                "import.different",
                format!("{address} is there already, but otherwise"),
                &self.why,
                "It is left as it is. If the list is right, have it changed: --change, or c on the dashboard.",
            ),
            Different::IsChanged => Trouble::new("import.change", format!("{address} is to be changed"), &self.why, ""),
        }
    }
}

impl Plan {
    /// What is to be added.
    ///
    /// # Errors
    /// `import.malformed` if there are malformed lines that stop all.
    pub fn accept(&self, malformed: Malformed) -> Result<&[NewMailbox], Trouble> {
        match (malformed, self.malformed.len()) {
            (Malformed::IsLeftOut, _) | (_, 0) => Ok(&self.new),
            (Malformed::StopsAll, count) => Err(Trouble::new(
                "import.malformed",
                match count {
                    1 => "1 line cannot be imported".to_owned(),
                    count => format!("{count} lines cannot be imported"),
                },
                "Nothing was imported: it is all or nothing.",
                "Mend them and try again, or leave them out (--skip-bad, or s on the dashboard).",
            )),
        }
    }

    /// What is to be changed.
    pub fn changes(&self, different: Different) -> impl Iterator<Item = &NewMailbox> {
        let changed = match different {
            Different::IsLeft => &[],
            Different::IsChanged => self.different.as_slice(),
        };
        changed.iter().map(|it| &it.to)
    }
}

/// Reads a list of mailboxes: CSV with a header, or an address a line; and compares it with those
/// that the fleet has.
///
/// # Errors
/// `import.…`: there is nothing in it that a line number could be given for: it is too large, no
/// text, empty, or its first line is neither a header nor an address.
pub fn plan(bytes: &[u8], defaults: &Defaults, fleet: &Fleet) -> Result<Plan, Trouble> {
    let sheet = sheet::read(&encoding::text(bytes)?)?;
    let known: Known<'_> = fleet.entries().map(|entry| (&entry.mailbox.address, entry)).collect();
    let mut plan = Plan { unused_columns: sheet.unused_columns, ..Plan::default() };
    let mut lines = Vec::with_capacity(sheet.rows.len());
    for Row { line, cells } in sheet.rows {
        match cells.and_then(|cells| mailbox(&cells, defaults, fleet, &known)) {
            Ok(mailbox) => lines.push(Line { number: line, mailbox }),
            Err(trouble) => plan.malformed.push(Problem { line, trouble }),
        }
    }
    let merged = plan.merge(lines);
    plan.compare(merged, &known);
    plan.malformed.sort_by_key(|problem| problem.line);
    plan.doubles.sort_by_key(|double| double.line);
    Ok(plan)
}

/// The mailboxes that there are.
type Known<'a> = HashMap<&'a Address, Entry<'a>>;

/// A line that was understood.
struct Line {
    number: usize,
    mailbox: NewMailbox,
}

/// The mailbox as a line would have it. What nobody says of account and note stays as it is.
fn mailbox(cells: &Cells, defaults: &Defaults, fleet: &Fleet, known: &Known<'_>) -> Result<NewMailbox, Trouble> {
    let address = Address::parse(&cells.address)?;
    let known = known.get(&address);
    let address = known.map_or(address, |entry| entry.mailbox.address.clone());
    let application = match cells.application.as_str() {
        "" => defaults.application.clone(),
        name => ApplicationName::parse(name)?,
    };
    if !fleet.applications.contains_key(&application) {
        return Err(no_application(&application, fleet));
    }
    let account = match (cells.account.as_str(), &defaults.account) {
        ("", Some(account)) => account.clone(),
        ("", None) => known.map_or(&address, |entry| &entry.grant.account).clone(),
        (account, _) => Address::parse(account)?,
    };
    let note = match (cells.note.as_str(), known) {
        ("", Some(entry)) => entry.mailbox.note.clone(),
        (note, _) => Note::parse(note)?,
    };
    Ok(NewMailbox { address, application, account, note })
}

impl Plan {
    /// Makes one of lines that say the same. Of lines that contradict each other none is right.
    fn merge(&mut self, mut lines: Vec<Line>) -> Vec<Line> {
        lines.sort_by_cached_key(|line| line.mailbox.address.folded());
        let mut merged = Vec::with_capacity(lines.len());
        let mut lines = lines.into_iter().peekable();
        while let Some(first) = lines.next() {
            let same: Vec<Line> =
                std::iter::from_fn(|| lines.next_if(|line| line.mailbox.address == first.mailbox.address)).collect();
            if same.iter().all(|other| other.mailbox == first.mailbox) {
                self.doubles.extend(same.iter().map(|other| Double { line: other.number, first: first.number }));
                merged.push(first);
            } else {
                let all: Vec<Line> = [first].into_iter().chain(same).collect();
                self.malformed.extend(all.iter().map(|line| contradiction(line, &all)));
            }
        }
        merged.sort_by_key(|line| line.number);
        merged
    }

    fn compare(&mut self, lines: Vec<Line>, known: &Known<'_>) {
        for Line { number, mailbox } in lines {
            let Some(entry) = known.get(&mailbox.address) else {
                self.new.push(mailbox);
                continue;
            };
            match differences(entry, &mailbox) {
                None => self.known += 1,
                Some(why) => self.different.push(Difference { line: number, to: mailbox, why }),
            }
        }
    }
}

/// What the registry says otherwise.
fn differences(entry: &Entry<'_>, mailbox: &NewMailbox) -> Option<String> {
    let (application, account, note) = (&entry.application.name, &entry.grant.account, &entry.mailbox.note);
    let differences = [
        (*application != mailbox.application)
            .then(|| format!("Its application is “{application}”, in the list “{}”.", mailbox.application)),
        (*account != mailbox.account).then(|| format!("Its account is {account}, in the list {}.", mailbox.account)),
        (*note != mailbox.note)
            .then(|| format!("Its note is {}, in the list “{}”.", quoted(note), mailbox.note.as_str())),
    ];
    let differences: Vec<String> = differences.into_iter().flatten().collect();
    (!differences.is_empty()).then(|| differences.join(" "))
}

/// A list cannot make a note empty.
fn quoted(note: &Note) -> String {
    if note.is_empty() { "empty".to_owned() } else { format!("“{}”", note.as_str()) }
}

fn contradiction(line: &Line, lines: &[Line]) -> Problem {
    let others: Vec<String> = lines
        .iter()
        .filter(|other| other.number != line.number)
        .take(3)
        .map(|other| other.number.to_string())
        .collect();
    let trouble = Trouble::new(
        "import.contradiction",
        format!("{} is in the list more than once, and not the same", line.mailbox.address),
        format!("Compare with line {}.", others.join(", ")),
        "Leave one of them.",
    );
    Problem { line: line.number, trouble }
}

fn no_application(name: &ApplicationName, fleet: &Fleet) -> Trouble {
    let mut known: Vec<String> = fleet.applications.keys().map(|name| format!("“{name}”")).collect();
    known.sort();
    known.truncate(5);
    Trouble::new(
        "import.application",
        format!("There is no application “{name}”"),
        if known.is_empty() { String::new() } else { format!("There is {}.", known.join(", ")) },
        "Write it as it is called here, or add it first.",
    )
}

#[cfg(test)]
mod tests;
