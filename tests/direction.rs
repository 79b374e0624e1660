//! The house has one direction of use (README, “The house”): this reads the sources and holds them
//! to it.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, the rooms that it may use, and words that it may not know.
const ROOMS: &[(&str, &[&str], &[&str])] = &[
    ("domain", &[], &["std::fs", "std::net", "tokio::", "reqwest", "rusqlite", "ratatui", "crossterm", "::now()"]),
    ("oauth", &["domain"], &["std::fs", "rusqlite", "ratatui", "crossterm", "tokio::spawn", "Timestamp::now"]),
    ("mail", &["domain"], &["std::fs", "rusqlite", "ratatui", "crossterm", "tokio::spawn", "Timestamp::now"]),
    ("registry", &["domain"], &["std::net", "tokio::net", "reqwest", "ratatui", "crossterm"]),
    ("secrets", &["domain"], &["std::net", "tokio::net", "reqwest", "ratatui", "crossterm"]),
    ("desktop", &["domain"], &["rusqlite", "ratatui"]),
    ("engine", &["domain", "oauth", "mail", "registry", "secrets", "desktop"], &["ratatui", "crossterm"]),
    ("tui", &["domain", "engine"], &["std::fs", "std::net", "tokio::net", "reqwest", "rusqlite"]),
    ("cli", &["domain", "engine"], &["ratatui", "reqwest", "rusqlite"]),
    ("demo", &["domain", "registry", "secrets"], &["ratatui", "crossterm"]),
];

#[test]
fn every_room_uses_only_the_rooms_behind_it() {
    let mut wrong = Vec::new();
    for (room, allowed, forbidden) in ROOMS {
        for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room)) {
            let text = fs::read_to_string(&file).expect("a source file can be read");
            for (number, line) in product_lines(&text) {
                let uses_other = rooms_in(line).into_iter().any(|used| used != *room && !allowed.contains(&used));
                let knows_too_much = forbidden.iter().any(|word| line.contains(word));
                // Grouped, what is used would not be seen here.
                let is_grouped = line.contains("crate::{");
                if uses_other || knows_too_much || is_grouped {
                    wrong.push(format!("{}:{number}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "against the direction of use:\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_is_a_room_of_the_house() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in fs::read_dir(source).expect("src is there").flatten().filter(|entry| entry.path().is_dir()) {
        let name = folder.file_name().to_string_lossy().into_owned();
        assert!(ROOMS.iter().any(|(room, ..)| *room == name), "{name}/ is no room: add it here and to the README");
    }
}

/// The rooms that a line names by `crate::ROOM`.
fn rooms_in(line: &str) -> Vec<&str> {
    line.split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .filter(|name| ROOMS.iter().any(|(room, ..)| room == name))
        .collect()
}

/// The lines before the tests, without comments.
fn product_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let product = text.get(..end).unwrap_or(text);
    product
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The Rust files below `folder`, without the modules that are there for tests only.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    gather(folder, &mut files);
    let texts: Vec<String> =
        files.iter().map(|file| fs::read_to_string(file).expect("a source file can be read")).collect();
    let for_tests: Vec<&str> = texts.iter().flat_map(|text| test_modules(text)).collect();
    files.retain(|file| !for_tests.iter().any(|name| file.file_stem().is_some_and(|stem| stem == *name)));
    files
}

/// The names in `#[cfg(test)] mod NAME;`.
fn test_modules(text: &str) -> impl Iterator<Item = &str> {
    let after = text.split("#[cfg(test)]").skip(1).map(str::trim_start);
    let names = after.filter_map(|rest| rest.split("mod ").nth(1)?.split(';').next());
    names.filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a room is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}
