//! Where in a copied text parameters may be: a command or a header of the developer tools quotes
//! several strings, HAR is JSON, and everything else is one piece.

use serde_json::Value;

use super::parameters::Parameters;
use crate::domain::text::is_unprintable;

/// What ends one string and begins the next.
const QUOTES: &str = "\"'`<>“”‘’«»";

/// Escapes of HTML, JSON and the shells, and what they stand for. A code has none of these
/// characters, so nothing is lost where one was meant to be itself.
const ESCAPES: [(&str, &str); 12] = [
    ("&amp;", "&"),
    ("&#38;", "&"),
    ("&#x26;", "&"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("\\u0026", "&"),
    ("\\u003d", "="),
    ("\\u003D", "="),
    ("\\/", "/"),
    ("\\&", "&"),
    ("\\=", "="),
    // cmd.exe as browsers write it: "%" in quotes of its own.
    ("\"%\"", "%"),
];

/// The parameters of every string in `text` that has some.
pub(super) fn parameters(text: &str) -> Vec<Parameters> {
    let found = match json(text) {
        Some(json) => of_json(&json),
        None => of_text(text),
    };
    found.into_iter().filter(|parameters| !parameters.is_empty()).collect()
}

fn of_text(text: &str) -> Vec<Parameters> {
    let text = unescaped(text);
    text.split(|c| QUOTES.contains(c)).map(Parameters::read).collect()
}

/// Every string in it, and every list of names and values (HAR 1.2: `queryString`, `params`, `headers`).
fn of_json(json: &Value) -> Vec<Parameters> {
    match json {
        Value::String(text) => of_text(text),
        Value::Array(items) => {
            let listed = items.iter().filter_map(name_and_value).collect();
            let within = items.iter().flat_map(of_json);
            std::iter::once(listed).chain(within).collect()
        }
        Value::Object(members) => members.values().flat_map(of_json).collect(),
        _ => Vec::new(),
    }
}

fn name_and_value(item: &Value) -> Option<(&str, String)> {
    Some((item.get("name")?.as_str()?, item.get("value")?.as_str()?.to_owned()))
}

/// JSON, or members cut out of an object.
fn json(text: &str) -> Option<Value> {
    let text = text.trim().trim_end_matches(',');
    if !text.starts_with(['{', '[', '"']) {
        return None;
    }
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&format!("{{{text}}}"))).ok()
}

fn unescaped(text: &str) -> String {
    let mut text: String = text.chars().filter(|c| c.is_whitespace() || !is_unprintable(*c)).collect();
    // cmd.exe escapes with carets, and no parameter has one.
    if text.contains("^\"") || text.contains("^&") {
        text = text.replace('^', "");
    }
    for (escape, character) in ESCAPES {
        if text.contains(escape) {
            text = text.replace(escape, character);
        }
    }
    text
}
