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
    /// Those that are there already, but otherwise. They are left as they are.
    pub different: Vec<Problem>,
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
}

/// Reads a list of mailboxes: CSV with a header, or an address a line; and compares it with those
/// that the fleet has.
///
/// # Errors
/// `import.…`: there is nothing in it that a line number could be given for: it is too large, no
/// text, empty, or its first line is neither a header nor an address.
pub fn plan(bytes: &[u8], defaults: &Defaults, fleet: &Fleet) -> Result<Plan, Trouble> {
    let sheet = sheet::read(&encoding::text(bytes)?)?;
    let mut plan = Plan { unused_columns: sheet.unused_columns, ..Plan::default() };
    let mut lines = Vec::with_capacity(sheet.rows.len());
    for Row { line, cells } in sheet.rows {
        match cells.and_then(|cells| mailbox(&cells, defaults, fleet)) {
            Ok(mailbox) => lines.push(Line { number: line, mailbox }),
            Err(trouble) => plan.malformed.push(Problem { line, trouble }),
        }
    }
    let merged = plan.merge(lines);
    plan.compare(merged, fleet);
    plan.malformed.sort_by_key(|problem| problem.line);
    plan.doubles.sort_by_key(|double| double.line);
    Ok(plan)
}

/// A line that was understood.
struct Line {
    number: usize,
    mailbox: NewMailbox,
}

fn mailbox(cells: &Cells, defaults: &Defaults, fleet: &Fleet) -> Result<NewMailbox, Trouble> {
    let address = Address::parse(&cells.address)?;
    let application = match cells.application.as_str() {
        "" => defaults.application.clone(),
        name => ApplicationName::parse(name)?,
    };
    if !fleet.applications.contains_key(&application) {
        return Err(no_application(&application, fleet));
    }
    let account = match (cells.account.as_str(), &defaults.account) {
        ("", Some(account)) => account.clone(),
        ("", None) => address.clone(),
        (account, _) => Address::parse(account)?,
    };
    Ok(NewMailbox { address, application, account, note: Note::parse(&cells.note)? })
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

    fn compare(&mut self, lines: Vec<Line>, fleet: &Fleet) {
        let known: HashMap<&Address, Entry<'_>> =
            fleet.entries().map(|entry| (&entry.mailbox.address, entry)).collect();
        for Line { number, mailbox } in lines {
            let Some(entry) = known.get(&mailbox.address) else {
                self.new.push(mailbox);
                continue;
            };
            match difference(entry, &mailbox) {
                None => self.known += 1,
                Some(why) => self.different.push(Problem { line: number, trouble: different(&mailbox.address, &why) }),
            }
        }
    }
}

/// What the registry says otherwise. A line without a note leaves the note open.
fn difference(entry: &Entry<'_>, mailbox: &NewMailbox) -> Option<String> {
    let application = &entry.application.name;
    if *application != mailbox.application {
        return Some(format!("Its application is “{application}”, not “{}”.", mailbox.application));
    }
    if entry.grant.account != mailbox.account {
        return Some(format!("Its account is {}, not {}.", entry.grant.account, mailbox.account));
    }
    let note = &entry.mailbox.note;
    (!mailbox.note.is_empty() && *note != mailbox.note)
        .then(|| format!("Its note is “{}”, not “{}”.", note.as_str(), mailbox.note.as_str()))
}

fn different(address: &Address, why: &str) -> Trouble {
    Trouble::new(
        "import.different",
        format!("{address} is there already, but otherwise"),
        why,
        "It is left as it is. Change it on the dashboard (e) if the list is right.",
    )
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
