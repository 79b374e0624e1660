//! Pages: templates from `assets/demo/`, filled and sent.
//!
//! A hole in a template is `{{name}}`. What is put into it as text is escaped.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::response::{IntoResponse, Response};

use super::faults::status;

const LAYOUT: &str = include_str!("../../assets/demo/layout.html");
/// Nothing from outside, nothing framed. Redirects after a form go to listeners on other ports, so
/// that `form-action` has to stay open.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// A page that is being filled.
pub(super) struct Page {
    /// What the person (and [`super::person`]) tells pages apart by.
    kind: &'static str,
    title: String,
    template: &'static str,
    holes: Vec<(&'static str, String)>,
}

/// The templates.
pub(super) mod template {
    pub const ADMIN: &str = include_str!("../../assets/demo/admin.html");
    pub const CONSENT: &str = include_str!("../../assets/demo/consent.html");
    pub const DEVICE: &str = include_str!("../../assets/demo/device.html");
    pub const ERROR: &str = include_str!("../../assets/demo/error.html");
    pub const FORM_POST: &str = include_str!("../../assets/demo/form_post.html");
    pub const NOTICE: &str = include_str!("../../assets/demo/notice.html");
    pub const ORGANIZATION_CONSENT: &str = include_str!("../../assets/demo/organization_consent.html");
    pub const REFUSED: &str = include_str!("../../assets/demo/refused.html");
    pub const SIGN_IN: &str = include_str!("../../assets/demo/sign_in.html");
}

impl Page {
    pub fn new(kind: &'static str, title: impl Into<String>, template: &'static str) -> Self {
        Self { kind, title: title.into(), template, holes: Vec::new() }
    }

    /// Fills a hole with text.
    pub fn text(self, name: &'static str, text: impl AsRef<str>) -> Self {
        let escaped = escape(text.as_ref());
        self.html(name, escaped)
    }

    /// Fills a hole with HTML that was made here.
    pub fn html(mut self, name: &'static str, html: impl Into<String>) -> Self {
        self.holes.push((name, html.into()));
        self
    }

    /// The page as an answer.
    pub fn respond(self, code: u16) -> Response {
        let body = fill(self.template, &self.holes);
        let frame = [("kind", self.kind.to_owned()), ("title", escape(&self.title)), ("body", body)];
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, "no-referrer"),
            (X_FRAME_OPTIONS, "DENY"),
        ];
        (status(code), headers, fill(LAYOUT, &frame)).into_response()
    }
}

/// A page that says one thing.
pub(super) fn notice(title: &str, text: &str) -> Response {
    Page::new("notice", title, template::NOTICE).text("heading", title).text("text", text).respond(200)
}

/// `text` for HTML, between tags and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// In one pass, so that what was put in is never read as a hole.
fn fill(template: &str, holes: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or(("", after));
        let value = holes.iter().find(|(known, _)| *known == name);
        out.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_neither_markup_nor_a_hole() {
        let holes = [("a", escape("<b>'{{b}}\"")), ("b", "no".to_owned())];
        assert_eq!(fill("[{{a}}|{{c}}]", &holes), "[&lt;b&gt;&#39;{{b}}&quot;|]");
    }
}
