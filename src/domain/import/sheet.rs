//! The text of a list as rows with line numbers: CSV with a header, or an address a line.

use std::io::Read;

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

use super::columns::Columns;
use crate::domain::text::plain;
use crate::domain::trouble::Trouble;

/// The most rows that are read: more is no list of one's mailboxes.
const MOST_ROWS: usize = 50_000;

/// The most unused columns that are named, and the longest of their names.
const MOST_UNUSED: usize = 20;
const LONGEST_NAME: usize = 40;

/// What comes after the text, to see whether its last quote is closed. The text has no NUL.
const END: &str = "\0";

/// A list.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Its rows, without blank ones and comments.
    pub rows: Vec<Row>,
    /// The columns that mean nothing here, printable.
    pub unused_columns: Vec<String>,
}

/// A row.
#[derive(Debug)]
pub struct Row {
    /// The line that it begins on.
    pub line: usize,
    /// What is in it, or why that cannot be said.
    pub cells: Result<Cells, Trouble>,
}

/// What is in a row; empty if nothing.
#[derive(Debug, Default)]
pub struct Cells {
    /// The mailbox's address.
    pub address: String,
    /// The application's name.
    pub application: String,
    /// The account that signs in.
    pub account: String,
    /// A note.
    pub note: String,
}

/// Reads a list, whose lines end with `\n`.
///
/// # Errors
/// `import.empty`, `import.header`, `import.quote` (of the header), `import.too_long`.
pub fn read(text: &str) -> Result<Sheet, Trouble> {
    let mut place = Place::new(text);
    let Some(first) = place.skip_to_content() else {
        return Err(empty());
    };
    match separator(first) {
        Some(separator) => table(place, separator),
        None if first.contains('@') => list(place),
        None => Err(no_header()),
    }
}

/// What separates the columns, if this is a header: what makes the most sense of it.
fn separator(header: &str) -> Option<u8> {
    let mut best = None;
    for separator in [b',', b';', b'\t'] {
        let mut reader = reader(header.as_bytes(), separator);
        let used = reader.headers().ok().and_then(|header| Columns::of(header.iter())).map_or(0, |it| it.used());
        if used > best.map_or(0, |(most, _)| most) {
            best = Some((used, separator));
        }
    }
    best.map(|(_, separator)| separator)
}

fn reader<R: Read>(text: R, separator: u8) -> Reader<R> {
    ReaderBuilder::new().delimiter(separator).flexible(true).comment(Some(b'#')).trim(Trim::All).from_reader(text)
}

fn table(mut place: Place<'_>, separator: u8) -> Result<Sheet, Trouble> {
    let text = place.rest;
    let mut reader = reader(text.as_bytes().chain("\n".as_bytes()).chain(END.as_bytes()), separator);
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let Some(columns) = Columns::of(header.iter()).filter(|_| !holds_end(&header)) else {
        return Err(open_quote());
    };
    let mut sheet = Sheet { rows: Vec::new(), unused_columns: unused(&header, &columns) };
    for record in reader.into_records() {
        let record = record.map_err(|error| unreadable(&error))?;
        if record.iter().all(|cell| cell.is_empty() || cell == END) {
            continue;
        }
        let begin = record.position().and_then(|begin| usize::try_from(begin.byte()).ok()).unwrap_or_default();
        place.go_to(text.len().saturating_sub(begin));
        sheet.push(Row { line: place.line, cells: cells(&record, &columns) })?;
    }
    if sheet.rows.is_empty() { Err(empty()) } else { Ok(sheet) }
}

fn holds_end(record: &StringRecord) -> bool {
    record.iter().any(|cell| cell.ends_with(END))
}

fn unused(header: &StringRecord, columns: &Columns) -> Vec<String> {
    let names = header.iter().enumerate().filter(|(at, name)| !columns.uses(*at) && !name.is_empty());
    names.map(|(_, name)| plain(name, LONGEST_NAME)).take(MOST_UNUSED).collect()
}

fn cells(record: &StringRecord, columns: &Columns) -> Result<Cells, Trouble> {
    // A quote that is closed by the next one, some rows later, shows by the addresses that it swallowed.
    if holds_end(record) || record.iter().any(|cell| cell.contains('\n') && cell.contains('@')) {
        return Err(open_quote());
    }
    if record.iter().skip(columns.count).any(|cell| !cell.is_empty()) {
        return Err(too_many_cells(columns.count));
    }
    let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().to_owned();
    Ok(Cells {
        address: cell(Some(columns.address)),
        application: cell(columns.application),
        account: cell(columns.account),
        note: cell(columns.note),
    })
}

fn list(mut place: Place<'_>) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::default();
    while let Some(content) = place.skip_to_content() {
        if !content.trim_start().starts_with('#') {
            sheet.push(Row { line: place.line, cells: address(content) })?;
        }
        place.next_line();
    }
    Ok(sheet)
}

/// The address of a line, before a comment if there is one.
fn address(line: &str) -> Result<Cells, Trouble> {
    let line = line.trim();
    let (address, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let is_alone = rest.is_empty() || rest.trim_start().starts_with('#');
    if !is_alone || address.contains([',', ';']) {
        return Err(more_than_an_address(line));
    }
    Ok(Cells { address: address.to_owned(), ..Cells::default() })
}

impl Sheet {
    fn push(&mut self, row: Row) -> Result<(), Trouble> {
        if self.rows.len() == MOST_ROWS {
            return Err(too_long());
        }
        self.rows.push(row);
        Ok(())
    }
}

/// A place in a text that only moves on, line by line.
struct Place<'a> {
    /// The text from the beginning of this line.
    rest: &'a str,
    /// The number of this line.
    line: usize,
}

impl<'a> Place<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// Goes to the line where so many bytes, or less, are left, and on to the first with content: the
    /// reader counts blank lines and comments before a record as part of it.
    fn go_to(&mut self, left: usize) {
        while self.rest.len() > left {
            self.next_line();
        }
        self.skip_to_content();
    }

    /// Goes on to the first line that holds more than blanks and a comment, and gives it.
    fn skip_to_content(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let line = self.rest.split('\n').next().unwrap_or_default();
            if !line.trim().is_empty() && !line.starts_with('#') && !is_note_to_excel(line) {
                return Some(line);
            }
            self.next_line();
        }
        None
    }

    fn next_line(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        self.line += 1;
    }
}

/// `sep=;`, which tells Excel how to read the rest.
fn is_note_to_excel(line: &str) -> bool {
    line.len() <= 6 && line.to_ascii_lowercase().starts_with("sep=")
}

fn empty() -> Trouble {
    Trouble::new(
        "import.empty",
        "There is no mailbox in the list",
        "",
        "It is CSV with a header (address,application,account,note), or an address a line.",
    )
}

/// It does not quote the line: what is on a clipboard may be a secret instead.
fn no_header() -> Trouble {
    Trouble::new(
        "import.header",
        "The first line is neither a header nor an address",
        "Of a header's columns one is called address, email, UserPrincipalName or PrimarySmtpAddress.",
        "Put a header on the first line, for example: address,application,account,note.",
    )
}

fn open_quote() -> Trouble {
    Trouble::new(
        "import.quote",
        "A quotation mark is opened and not closed",
        "All that follows it would be part of one cell.",
        "Close it; within a cell in quotes a quotation mark is written twice.",
    )
}

fn too_many_cells(columns: usize) -> Trouble {
    Trouble::new(
        "import.cells",
        format!("The line has more cells than the header, which has {columns}"),
        "Perhaps a cell holds the separator and is not in quotes.",
        "Put such a cell in quotation marks.",
    )
}

fn more_than_an_address(line: &str) -> Trouble {
    Trouble::new(
        "import.line",
        format!("“{}” is more than an address", plain(line, 80)),
        "Without a header each line holds one address.",
        "For more columns put a header on the first line: address,application,account,note.",
    )
}

fn too_long() -> Trouble {
    Trouble::new(
        "import.too_long",
        "The list is too long",
        format!("{MOST_ROWS} mailboxes are the most."),
        "Import it in parts.",
    )
}

fn unreadable(error: &csv::Error) -> Trouble {
    Trouble::new("import.csv", "The list cannot be read as CSV", error.to_string(), "Save it as CSV again.")
}
