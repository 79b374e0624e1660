//! The page that the browser shows: one template, no script, nothing from elsewhere.

use super::Page;
use crate::domain::text::plain;

/// `assets/pages/answer.html`, with `{{title}}`, `{{text}}`, `{{after}}` and the colour `{{mark}}` to fill in.
const TEMPLATE: &str = include_str!("../../../assets/pages/answer.html");
/// The longest text on the page, in characters.
const LONGEST: usize = 2_000;

const CLOSE: &str = "You can close this tab and look at the terminal.";

/// The page as HTML. `None` is for an engine that is too busy to say what became of the answer.
pub fn html(page: Option<&Page>) -> String {
    match page {
        Some(Page::Taken { account }) => fill(
            "#4a7bd0",
            "The answer has arrived",
            &format!("It is for {account}. What comes of it is shown in the terminal."),
            CLOSE,
        ),
        Some(Page::Refused { text }) => fill("#d2453b", "The sign-in did not succeed", text, CLOSE),
        Some(Page::Ignored) => fill(
            "#c98a1b",
            "No sign-in is waiting for this",
            "This answer belongs to no sign-in that is open. It may be an old page, or it was taken already.",
            "Begin again from mailkey if something is missing. You can close this tab.",
        ),
        None => {
            fill("#4a7bd0", "mailkey is busy", "It has the answer. What became of it is shown in the terminal.", CLOSE)
        }
    }
}

fn fill(mark: &str, title: &str, text: &str, after: &str) -> String {
    // The text comes last: what it says is not filled in again.
    TEMPLATE
        .replace("{{mark}}", mark)
        .replace("{{title}}", title)
        .replace("{{after}}", after)
        .replace("{{text}}", &escaped(&plain(text, LONGEST)))
}

fn escaped(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_says_is_text_and_nothing_else() {
        let text = "<script>alert('1')</script> & \"{{title}}\"\u{1b}[2J";
        let page = html(Some(&Page::Refused { text: text.to_owned() }));
        assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;{{title}}&quot; [2J"));
        assert!(!page.contains("<script") && !page.contains('\u{1b}'));
    }

    /// It is shown before the code is exchanged, and before anybody knows who signed in.
    #[test]
    fn an_answer_that_was_taken_is_not_said_to_be_a_sign_in() {
        let page = html(Some(&Page::Taken { account: "billing@contoso.com".to_owned() }));
        assert!(page.contains("has arrived") && page.contains("look at the terminal") && !page.contains("Signed in"));
    }

    #[test]
    fn no_page_has_an_open_place_or_fetches_anything() {
        let account = "billing@contoso.com".to_owned();
        for page in
            [Some(Page::Taken { account }), Some(Page::Refused { text: "No.".into() }), Some(Page::Ignored), None]
        {
            let html = html(page.as_ref());
            assert!(!html.contains("{{"), "{page:?}");
            assert!(!["<script", "src=", "href=", "url(", "@import"].iter().any(|loads| html.contains(loads)));
            assert!(html.contains("close this tab"));
        }
    }
}
