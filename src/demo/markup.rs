//! Just enough HTML to press the buttons of the demo's own pages.

/// The first form of a page.
#[derive(Clone)]
pub(super) struct Form {
    pub action: String,
    /// Its inputs, with what they hold.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Reads the first form of a page, if there is one.
    pub fn first(html: &str) -> Option<Self> {
        let (_, after) = html.split_once("<form")?;
        let (form, _) = after.split_once("</form>")?;
        let (head, inside) = form.split_once('>')?;
        let mut fields = Vec::new();
        for tag in inside.split("<input").skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            if let Some(name) = attribute(tag, "name") {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        }
        Some(Self { action: attribute(head, "action")?, fields })
    }

    /// What a field holds.
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.as_str())
    }

    /// Types into a field, or presses a button of this name.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What kind of page it is.
pub(super) fn kind(html: &str) -> String {
    html.split_once("<body")
        .and_then(|(_, body)| body.split('>').next())
        .and_then(|tag| attribute(tag, "data-page"))
        .unwrap_or_default()
}

/// What the page complains about.
pub(super) fn alert(html: &str) -> Option<String> {
    let (_, after) = html.split_once("role=\"alert\">")?;
    after.split('<').next().map(unescape)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_filled_and_unescaped() {
        let html = r#"<body class="x" data-page="sign_in"><p role="alert">No &amp; no</p>
            <form method="post" action="/a?b=1&amp;c=2"><input type="hidden" name="session" value="t&#39;1">
            <input name="username" value=""></form>"#;
        let form = Form::first(html).unwrap();
        assert_eq!((form.action.as_str(), form.get("session")), ("/a?b=1&c=2", Some("t'1")));
        assert_eq!(form.with("username", "a@b").get("username"), Some("a@b"));
        assert_eq!((kind(html).as_str(), alert(html).as_deref()), ("sign_in", Some("No & no")));
        assert!(Form::first("<p>").is_none());
    }
}
