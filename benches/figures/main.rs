//! The figures that mailkey holds, each beside the bare minimum that does the same job, printed as
//! a Markdown table: `cargo bench --bench figures`, or `… -- frame start` for some of them.

mod bare;
mod frame;
mod household;
mod list;
mod screen;
mod table;

use table::Table;

/// What can be measured, by its name on the command line.
const SUBJECTS: &[(&str, fn(&mut Table))] =
    &[("frame", frame::measure), ("list", list::measure), ("screen", screen::measure)];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [mode, rest @ ..] = arguments.as_slice()
        && mode == bare::ARGUMENT
    {
        return bare::run(rest);
    }
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    let mut table = Table::default();
    for (name, measure) in SUBJECTS.iter().filter(|(name, _)| wanted(name)) {
        eprintln!("measuring: {name}");
        measure(&mut table);
    }
    print!("{table}");
}
