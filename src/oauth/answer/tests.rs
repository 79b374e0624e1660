mod developer_tools;
mod hostile;

use super::*;
use crate::oauth::link::STATE_LENGTH;

/// As long and of the same characters as Microsoft's.
fn long_code() -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let body: String = alphabet.chars().cycle().step_by(7).take(850).collect();
    format!("1.AXEA{}.{}", body.split_at(400).0, body.split_at(400).1)
}

const STATE: &str = "q7Zr-J0x_5mYk2PvB8tWc1LhN4sEaUdG";

fn expected() -> Answer {
    Answer::Code { code: Secret::new(long_code()), state: STATE.to_owned() }
}

fn query() -> String {
    format!("code={}&state={STATE}&session_state=00aa11bb-2c3d-4e5f-8a9b-0c1d2e3f4a5b", long_code())
}

fn url() -> String {
    format!("http://localhost:7777/?{}", query())
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// `text` with a line break after every `width` characters.
fn wrapped(text: &str, width: usize, line_break: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let lines: Vec<String> = characters.chunks(width).map(|line| line.iter().collect()).collect();
    lines.join(line_break)
}

#[test]
fn the_state_of_the_tests_is_as_long_as_a_real_one() {
    assert_eq!(STATE.len(), STATE_LENGTH);
}

#[test]
fn a_redirect_is_read_in_every_shape_that_people_copy() {
    let (code, url, query) = (long_code(), url(), query());
    let guid = "00aa11bb-2c3d-4e5f-8a9b-0c1d2e3f4a5b";
    let native = "https://login.microsoftonline.com/common/oauth2/nativeclient";
    for text in [
        url.clone(),
        query.clone(),
        format!("?{query}"),
        format!("  {url}#\n"),
        format!("\"{url}\""),
        format!("<{url}>"),
        format!("“{url}”"),
        format!("`{url}`"),
        format!("http://localhost:7777/#{query}"),
        format!("http://localhost:7777/?state={STATE}&iss=https%3A%2F%2Flogin.example%2Fx%2Fv2.0&code={code}"),
        format!("http://localhost:7777/?session_state={guid}&state={STATE}&code={code}#"),
        format!("{native}?code={code}&state={STATE}&code={code}"),
        format!("Here it is, does it work? {url}"),
        format!("http://localhost:7777/?code={code}&state={STATE} thanks, and bye"),
        format!("[the page](http://localhost:7777/?code={code}&state={STATE})"),
        url.replace('&', "&amp;"),
        url.replace('&', "\\u0026"),
        url.replace("http://", "\u{feff}http:\u{200b}//"),
        encoded(&url),
        encoded(&encoded(&url)),
        format!("https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C02&reserved=0", encoded(&url)),
        format!("http://localhost/?code={}&state={STATE}", encoded(&encoded(&code))),
        format!("code={code}\nstate={STATE}\nsession_state={guid}\n"),
        format!("code: {code}\nstate: {STATE}\nsession_state: {guid}"),
        format!("code\n{code}\nstate\n{STATE}\nsession_state\n{guid}"),
        format!("Form Data\r\n  code: {code}\r\n  state: {STATE}\r\n"),
    ] {
        assert_eq!(read(&text).as_ref(), Ok(&expected()), "{text:.300}");
    }
}

#[test]
fn wrapping_changes_nothing_at_any_width() {
    let url = url();
    for width in 20..200 {
        for line_break in ["\n", "\r\n", " ", "\n    ", "\u{a0}"] {
            let text = wrapped(&url, width, line_break);
            assert_eq!(read(&text).as_ref(), Ok(&expected()), "{width} {line_break:?}");
        }
    }
}

#[test]
fn any_order_of_parameters_reads_alike() {
    let pairs = [
        format!("code={}", long_code()),
        format!("state={STATE}"),
        "session_state=00aa11bb-2c3d-4e5f-8a9b-0c1d2e3f4a5b".to_owned(),
        "iss=https://login.example/v2.0".to_owned(),
    ];
    for turn in 0..pairs.len() {
        let mut turned = pairs.clone();
        turned.rotate_left(turn);
        for text in [
            format!("http://localhost:1/?{}", turned.join("&")),
            turned.join("\n"),
            wrapped(&turned.join("&"), 77, "\n"),
        ] {
            assert_eq!(read(&text).as_ref(), Ok(&expected()), "{text:.300}");
        }
    }
}

#[test]
fn codes_of_other_providers_come_through_whole() {
    for (raw, code) in [
        ("4%2F0AQSTgQExample_-x", "4/0AQSTgQExample_-x"),
        ("4/0AQSTgQExample_-x", "4/0AQSTgQExample_-x"),
        ("4%252F0AQSTgQExample", "4/0AQSTgQExample"),
        ("SplxlOBeZQQYbYS6WxSbIA", "SplxlOBeZQQYbYS6WxSbIA"),
        ("a%2Bb%3D%3D", "a+b=="),
        ("a+b", "a+b"),
        ("M.C507_BL2.2.U.0c2f-x!y*z", "M.C507_BL2.2.U.0c2f-x!y*z"),
    ] {
        let text = format!("http://localhost:1/?code={raw}&scope=x&state=abc");
        let answer = Answer::Code { code: Secret::new(code), state: "abc".to_owned() };
        assert_eq!(read(&text), Ok(answer), "{raw}");
    }
}

#[test]
fn a_code_by_itself_is_taken_quoted_wrapped_or_not() {
    let google = "4/0AQSTgQH1Zc8mN5vKx2LpYt7WqR9sJdF3hG6bVeTnU4iXoPyMzAk";
    let personal = "M.C507_BL2.2.U.0c2f5f5e-aaaa-bbbb-cccc-0123456789ab";
    for (code, text) in [
        (long_code(), long_code()),
        (long_code(), long_code().replacen("1.A", "0.A", 1).replacen("0.A", "1.A", 1)),
        (long_code(), format!(" \"{}\"\n", long_code())),
        (long_code(), wrapped(&long_code(), 80, "\n  ")),
        (long_code(), format!("http://localhost/?code={}", long_code())),
        (long_code(), format!("code={}", long_code())),
        (google.to_owned(), google.to_owned()),
        (google.to_owned(), google.replace('/', "%2F")),
        (personal.to_owned(), personal.to_owned()),
    ] {
        assert_eq!(read(&text), Ok(Answer::BareCode(Secret::new(code))), "{text:.100}");
    }
}

#[test]
fn an_error_redirect_is_an_answer() {
    let description = "AADSTS65004: User declined to consent to access the app.\r\nTrace ID: x";
    let url = format!(
        "http://localhost:1/?error=access_denied&error_subcode=cancel&error_description={}&state={STATE}#",
        encoded(description)
    );
    let refused = Answer::Refused {
        state: Some(STATE.to_owned()),
        error: "access_denied".to_owned(),
        description: "AADSTS65004: User declined to consent to access the app. Trace ID: x".to_owned(),
    };
    assert_eq!(read(&url), Ok(refused.clone()));
    assert_eq!(read(&wrapped(&url, 40, "\n")), Ok(refused));
    assert!(matches!(read("http://localhost/?error=access_denied"), Ok(Answer::Refused { state: None, .. })));
}

#[test]
fn consent_is_an_answer_and_its_refusal_too() {
    let tenant = "5ec7bbf9-1872-46c9-b201-a1e181996b35";
    let url =
        format!("http://localhost/?admin_consent=True&tenant={tenant}&scope=https%3A%2F%2Fx%2FSMTP.Send&state={STATE}");
    let consent = Answer::Consent { state: STATE.to_owned(), tenant: Some(tenant.to_owned()) };
    assert_eq!(read(&url), Ok(consent));
    let url =
        format!("http://localhost/?error=access_denied&error_description=AADSTS65004&admin_consent=True&state={STATE}");
    assert!(matches!(read(&url), Ok(Answer::Refused { state: Some(_), .. })));
}

#[test]
fn the_wrong_place_is_known() {
    for text in [
        "https://login.microsoftonline.com/common/wrongplace",
        " https://login.microsoftonline.us/common/wrongplace?x=y\n",
    ] {
        assert_eq!(read(text), Ok(Answer::WrongPlace));
    }
}
