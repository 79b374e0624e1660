//! What is no answer, or a damaged or a forged one.

use super::*;

fn code_of(text: &str) -> &'static str {
    match read(text) {
        Ok(answer) => panic!("{answer:?} from {text:.200}"),
        Err(trouble) => Box::leak(trouble.code().to_owned().into_boxed_str()),
    }
}

#[test]
fn what_else_lies_on_a_clipboard_is_left_alone() {
    let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{}.{}", "eyJhdWQi".repeat(90), "c2lnbmF0dXJl".repeat(20));
    let base64 = "0123456789ABCDEF".repeat(60);
    for text in [
        "",
        " ",
        "hello",
        "correct horse battery staple",
        "Tr0ub4dor&3",
        "P@ss?code#1=x",
        "00aa11bb-2c3d-4e5f-8a9b-0c1d2e3f4a5b",
        "https://example.com/",
        "https://example.com/?q=zip+code&page=2",
        "https://shop.example/?code=SUMMER24",
        "billing@contoso.com",
        "code",
        "code review: state of the art",
        "error: mismatched types\n  expected `code`, found `state`",
        "level=info error=timeout state=running",
        "error=timeout",
        "0.1.2",
        "1.A",
        "0.A short one",
        "M.R. James wrote ghost stories, and 4/0A is none of them",
        "let code = 1;",
        "let code = response.status_code.as_u16_value;",
        "code: https://example.com/some/long/path/to/it",
        "code: words that go on for quite a while in a sentence",
        "code=words_that_go_on_for_quite_a_while",
        "https://example.com/issues?q=is:open&state=closed",
        "ESC \u{1b}[31mred",
        &jwt,
        &base64,
        &"1.A words and words ".repeat(40),
    ] {
        assert_eq!(code_of(text), "answer.none", "{text:.80}");
    }
}

#[test]
fn nothing_in_a_refusal_can_drive_a_terminal() {
    let url = format!("http://x/?error=access_denied&state={STATE}&error_description=%1b%5D0%3Bowned%07%0a%c2%9b2J");
    let Ok(Answer::Refused { description, .. }) = read(&url) else { panic!("no refusal") };
    assert!(!description.contains(char::is_control), "{description:?}");
    let url = format!("http://x/?error=%1b%5B2J&state={STATE}&error_description=x");
    assert_eq!(code_of(&url), "answer.none");
}

#[test]
fn what_is_not_quite_an_answer_is_named() {
    let code = long_code();
    for (text, expected) in [
        (
            "https://login.microsoftonline.com/x/oauth2/v2.0/authorize?client_id=x&response_type=code&redirect_uri=http%3A%2F%2Flocalhost&state=abc&code_challenge=y".to_owned(),
            "answer.sign_in_link",
        ),
        (
            "https://login.microsoftonline.com/x/v2.0/adminconsent?client_id=x&state=abc&scope=y".to_owned(),
            "answer.sign_in_link",
        ),
        (
            "session_state=00aa11bb-2c3d-4e5f-8a9b-0c1d2e3f4a5b".to_owned(),
            "answer.session_state",
        ),
        (format!("code={code}&state=a&code=x{code}"), "answer.ambiguous"),
        (format!("code={code}&state=a&state=b"), "answer.ambiguous"),
        (format!("'{}' '{}'", url(), url().replace(STATE, "another")), "answer.ambiguous"),
        (format!("code={code}&error=access_denied&state=a"), "answer.ambiguous"),
        (format!("code={}…&state=a", code.split_at(60).0), "answer.malformed"),
        ("http://localhost/?code=&state=abc".to_owned(), "answer.malformed"),
        (format!("code={code}%00&state=abc"), "answer.malformed"),
        (format!("code={}&state=abc", "x".repeat(20_000)), "answer.malformed"),
        (format!("code={code}&state={}", "x".repeat(2_000)), "answer.malformed"),
        (format!("{}{}", url(), " ".repeat(64 * 1024)), "answer.too_long"),
    ] {
        assert_eq!(code_of(&text), expected, "{text:.200}");
    }
}

/// Whatever comes, an answer or a trouble comes out, and no trouble repeats the code.
#[test]
fn damage_at_any_place_is_survived_and_never_repeated() {
    let url = url();
    let secret = long_code();
    let secret = secret.split_at(200).0;
    for at in (0..url.len()).step_by(3) {
        let (head, tail) = url.split_at(at);
        for damage in ["", "%", "&", "=", "\0", "\u{1b}[2J", "\"", "{", "…", "code=", "\n\n", "ü"] {
            for text in [format!("{head}{damage}"), format!("{head}{damage}{tail}"), format!("{damage}{tail}")] {
                let outcome = read(&text);
                assert!(!format!("{outcome:?}").contains(secret), "{text:.100}");
            }
        }
    }
}

#[test]
fn the_largest_texts_are_read_to_their_end() {
    for (text, code) in [
        ("code=".repeat(13_000), "answer.malformed"),
        ("&".repeat(65_000), "answer.none"),
        ("%25".repeat(21_000), "answer.none"),
        ("[".repeat(65_000), "answer.none"),
        ("\"".repeat(65_000), "answer.none"),
        ("state\n".repeat(10_000), "answer.ambiguous"),
    ] {
        assert_eq!(read(&text).unwrap_err().code(), code, "{}…", &text[..5]);
    }
}
