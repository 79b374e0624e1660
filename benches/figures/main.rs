//! The figures that mailkey holds, each beside the bare minimum that does the same job, printed as
//! a Markdown table: `cargo bench --bench figures`, or `… -- frame start` for some of them.

mod bare;
mod frame;
mod household;
mod import;
mod list;
mod refresh;
mod screen;
mod table;

use table::Table;

/// Measures something, and says what in the table.
type Measure = fn(&mut Table);

/// What can be measured, by its name on the command line.
const SUBJECTS: &[(&str, Measure)] = &[
    ("frame", frame::measure),
    ("list", list::measure),
    ("screen", screen::measure),
    ("import", import::measure),
    ("refresh", refresh::measure),
];

/// What writes into the keyring of the session, and so is measured only when it is named.
const ON_REQUEST: &[(&str, Measure)] = &[("keyring", refresh::measure_with_keyring)];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [mode, rest @ ..] = arguments.as_slice()
        && mode == bare::ARGUMENT
    {
        return bare::run(rest);
    }
    let is_named = |name: &str| arguments.iter().any(|argument| argument == name);
    let always = SUBJECTS.iter().filter(|(name, _)| arguments.is_empty() || is_named(name));
    let mut table = Table::default();
    for (name, measure) in always.chain(ON_REQUEST.iter().filter(|(name, _)| is_named(name))) {
        eprintln!("measuring: {name}");
        measure(&mut table);
    }
    print!("{table}");
}
