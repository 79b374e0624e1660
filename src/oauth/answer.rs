//! What came back from the browser: a redirect in whatever form it was copied, or a bare code.
//!
//! The text may come from anybody. What is read here proves nothing until its `state` is found
//! among the open sign-ins.

mod bare_code;
mod copied;
mod parameters;

use crate::domain::text::plain;
use crate::domain::{Remedy, Secret, Trouble};

use parameters::Parameters;

/// The longest text that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// The longest code and `state` that are taken, in bytes.
const LONGEST_CODE: usize = 16 * 1024;
const LONGEST_STATE: usize = 1024;

/// The shortest code that a redirect may bring without a `state`. Shorter ones are a shop's.
const SHORTEST_LONE_CODE: usize = 20;

/// What came back from the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An authorization code with the `state` that it belongs to.
    Code {
        /// The authorization code.
        code: Secret,
        /// The `state` of the sign-in.
        state: String,
    },
    /// An authorization code alone: only the person knows which sign-in it is for.
    BareCode(Secret),
    /// An error redirect (RFC 6749 section 4.1.2.1).
    Refused {
        /// The `state` of the sign-in, if it came along.
        state: Option<String>,
        /// The `error` parameter.
        error: String,
        /// The `error_description` parameter, printable.
        description: String,
    },
    /// The answer to an admin consent link.
    Consent {
        /// The `state` of the consent.
        state: String,
        /// The tenant that consented.
        tenant: Option<String>,
    },
    /// Microsoft's `…/common/wrongplace`: the code was there and is gone.
    WrongPlace,
}

/// Reads an answer from whatever a person copied or a browser sent: a URL, a query, a form, a
/// header, a command from the developer tools, HAR, or a bare code; wrapped, quoted, escaped or not.
///
/// # Errors
/// `answer.none` if there is nothing in it, `answer.sign_in_link` if it is the question and not the
/// answer, `answer.session_state` if the code was left out, `answer.ambiguous` if it holds two,
/// `answer.malformed` if it is damaged, `answer.too_long` above 64 kB.
pub fn read(text: &str) -> Result<Answer, Trouble> {
    if text.len() > LONGEST {
        return Err(too_long());
    }
    let (mut answers, mut troubles) = (Vec::new(), Vec::new());
    for parameters in copied::parameters(text) {
        match verdict(&parameters) {
            Ok(Some(answer)) if !answers.contains(&answer) => answers.push(answer),
            Ok(_) => {}
            Err(trouble) => troubles.push(trouble),
        }
    }
    drop_codes_named_twice(&mut answers);
    match (answers.pop(), answers.is_empty(), troubles.into_iter().next()) {
        (Some(answer), true, _) => Ok(answer),
        (Some(_), false, _) => Err(ambiguous("code")),
        (None, _, Some(trouble)) => Err(trouble),
        (None, _, None) => without_parameters(text),
    }
}

/// A copied command names a code once with its `state` and perhaps once more without.
fn drop_codes_named_twice(answers: &mut Vec<Answer>) {
    let with_state: Vec<Secret> = answers
        .iter()
        .filter_map(|answer| match answer {
            Answer::Code { code, .. } => Some(code.clone()),
            _ => None,
        })
        .collect();
    answers.retain(|answer| !matches!(answer, Answer::BareCode(code) if with_state.contains(code)));
}

/// What the parameters of one redirect say; nothing, if they are none.
fn verdict(parameters: &Parameters) -> Result<Option<Answer>, Trouble> {
    let state = parameters.one("state")?.map(state).transpose()?;
    if let Some(refused) = refused(parameters, state.as_ref())? {
        return Ok(Some(refused));
    }
    if parameters.one("admin_consent")?.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let tenant = parameters.one("tenant")?.map(|tenant| plain(tenant, 100));
        return Ok(state.map(|state| Answer::Consent { state, tenant }));
    }
    match (parameters.one("code")?.map(code).transpose()?, state) {
        (Some(code), Some(state)) => Ok(Some(Answer::Code { code, state })),
        (Some(code), None) => Ok(is_lone_code(&code, parameters).then_some(Answer::BareCode(code))),
        (None, _) if parameters.are_a_question() => Err(sign_in_link()),
        (None, _) if parameters.one("session_state")?.is_some() => Err(session_state()),
        (None, _) => Ok(None),
    }
}

/// Without a `state` to vouch for it, a code has to look like one, or to come in a redirect.
fn is_lone_code(code: &Secret, parameters: &Parameters) -> bool {
    bare_code::is_code(code.expose()) || (parameters.are_a_redirect() && code.len() >= SHORTEST_LONE_CODE)
}

fn refused(parameters: &Parameters, state: Option<&String>) -> Result<Option<Answer>, Trouble> {
    let Some(error) = parameters.one("error")? else {
        return Ok(None);
    };
    if parameters.one("code")?.is_some() {
        return Err(ambiguous("code and error"));
    }
    let description = parameters.one("error_description")?;
    let is_one = error.len() <= 60 && error.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    // A log line says “error=…”, too.
    if !is_one || (state.is_none() && description.is_none() && error != "access_denied") {
        return Ok(None);
    }
    Ok(Some(Answer::Refused {
        state: state.cloned(),
        error: error.to_owned(),
        description: plain(description.unwrap_or_default(), 600),
    }))
}

/// A code is printable ASCII (RFC 6749 appendix A.11); a space in it was a `+`.
fn code(text: &str) -> Result<Secret, Trouble> {
    let text = text.replace(' ', "+");
    let whole = !text.is_empty() && text.len() <= LONGEST_CODE && text.bytes().all(|byte| byte.is_ascii_graphic());
    if whole { Ok(Secret::new(text)) } else { Err(malformed("code")) }
}

fn state(text: &str) -> Result<String, Trouble> {
    let whole = !text.is_empty() && text.len() <= LONGEST_STATE && text.bytes().all(|byte| byte.is_ascii_graphic());
    if whole { Ok(text.to_owned()) } else { Err(malformed("state")) }
}

fn without_parameters(text: &str) -> Result<Answer, Trouble> {
    match bare_code::read(text) {
        Some(code) => Ok(Answer::BareCode(code)),
        None if text.contains("/common/wrongplace") => Ok(Answer::WrongPlace),
        None if super::discovery::is_guid(text.trim()) => {
            Err(none("It is an id, such as session_state or the client id. The code is much longer."))
        }
        None => Err(none("There is no whole code in it, and no error of a sign-in either.")),
    }
}

fn none(why: &str) -> Trouble {
    Trouble::new(
        "answer.none",
        "This is not the answer to a sign-in",
        why,
        "Copy the whole address of the page that the browser shows after the sign-in; it has “code=” in it.",
    )
}

fn too_long() -> Trouble {
    Trouble::new(
        "answer.too_long",
        "This is far longer than any answer to a sign-in",
        "An answer has a few thousand characters; this has more than 64 kB.",
        "Copy only the address, or only the one request that has “code=” in it.",
    )
}

fn sign_in_link() -> Trouble {
    Trouble::new(
        "answer.sign_in_link",
        "This is a sign-in link, not the answer to it",
        "There is no code in it yet.",
        "Open it in the browser, sign in, and copy the address of the page that comes after.",
    )
}

fn session_state() -> Trouble {
    Trouble::new(
        "answer.session_state",
        "This is the session_state, not the code",
        "The two stand side by side in the address, and only the code can be exchanged.",
        "Copy the whole address, or the value after “code=”.",
    )
}

fn ambiguous(name: &str) -> Trouble {
    Trouble::new(
        "answer.ambiguous",
        "This holds two answers",
        format!("There are different values for {name} in it."),
        "Copy the address of one sign-in only.",
    )
}

fn malformed(name: &str) -> Trouble {
    Trouble::new(
        "answer.malformed",
        format!("The {name} in this answer is damaged"),
        "It is empty, far too long, or holds characters that do not belong there; an “…” means that it was cut short.",
        "Copy the whole address again, or sign in again for a new code.",
    )
    .with(Remedy::SignIn)
}

#[cfg(test)]
mod tests;
