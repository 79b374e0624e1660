//! What the README says of keys, filters, commands and configuration is what the program says of itself.
//! `UPDATE_README=1 cargo test --test readme` writes it anew.

use std::fs;

use mailkey::cli::markdown;
use mailkey::engine::config;
use mailkey::tui::keymap;
use mailkey::tui::list::query;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

#[test]
fn the_generated_parts_are_up_to_date() {
    let written = fs::read_to_string(README).expect("the README can be read");
    let mut right = written.clone();
    for (name, text) in [
        ("keys", keymap::markdown()),
        ("filters", query::markdown()),
        ("commands", markdown::commands()),
        ("configuration", format!("```toml\n{}```\n", config::DEFAULT)),
    ] {
        right = replace(&right, name, &text);
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(README, &right).expect("the README can be written");
        return;
    }
    assert!(written == right, "the README is behind the program: UPDATE_README=1 cargo test --test readme");
}

/// `readme` with `text` between `<!-- NAME -->` and `<!-- /NAME -->`.
fn replace(readme: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = readme.split_once(&begin).unwrap_or_else(|| panic!("the README has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the README has no {end}"));
    format!("{before}{begin}{text}{end}{after}")
}
