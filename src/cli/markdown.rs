//! The commands as the README lists them, made from the same description that `--help` shows.

use clap::{Command, CommandFactory};

use super::Cli;

/// A Markdown table: each command's usage, and what it does.
#[must_use]
pub fn commands() -> String {
    let mut table = String::from("| command | does |\n|---|---|\n");
    rows(&Cli::command(), "mailkey", &mut table);
    table
}

fn rows(command: &Command, path: &str, table: &mut String) {
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let path = format!("{path} {}", command.get_name());
        if command.has_subcommands() {
            rows(command, &path, table);
            continue;
        }
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        table.push_str(&format!("| `{path}{}` | {about} |\n", arguments(command)));
    }
}

fn arguments(command: &Command) -> String {
    let mut out = String::new();
    for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
        let name = argument.get_value_names().and_then(<[_]>::first).map(ToString::to_string).unwrap_or_default();
        let value = argument.get_action().takes_values();
        let shown = match argument.get_long() {
            Some(long) if value => format!("--{long} {name}"),
            Some(long) => format!("--{long}"),
            None => name,
        };
        let many = if argument.get_num_args().is_some_and(|count| count.max_values() > 1) { "…" } else { "" };
        out.push(' ');
        out.push_str(&if argument.is_required_set() { format!("{shown}{many}") } else { format!("[{shown}]{many}") });
    }
    out
}
