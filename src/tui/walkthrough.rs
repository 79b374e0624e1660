//! How to register an application: a text with this application's own values in it.

use super::model::Model;
use crate::domain::redirect_uri;

const TEXT: &str = include_str!("../../assets/portal.md");

/// The whole text.
#[must_use]
pub fn text(model: &Model) -> String {
    let portal = model.entry().and_then(|entry| entry.provider).and_then(|provider| provider.portal.as_ref());
    let portal = portal.map_or("https://portal.azure.com".to_owned(), ToString::to_string);
    TEXT.replace("{redirect_uri}", &redirect_uri(model)).replace("{portal}", &portal)
}

/// The redirect URI to register.
#[must_use]
pub fn redirect_uri(model: &Model) -> String {
    model.entry().map_or(redirect_uri::DEFAULT.to_owned(), |entry| entry.application.redirect_uri.to_string())
}

/// The script in it, for a shell with the Azure command line: the lines that are indented.
#[must_use]
pub fn script(model: &Model) -> String {
    let text = text(model);
    let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    lines.map(|line| format!("{line}\n")).collect()
}
