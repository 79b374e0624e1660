//! The links of sign-ins and consents: handed out, and what became of them.

use super::done::{say_copied, say_trouble, show};
use crate::domain::{Application, Step, StepState, Trouble};
use crate::engine::{Copied, Errand, Listening, Subject, Waiting, Work};
use crate::tui::message::Effect;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::{Confirmation, Overlay, Way};

/// Hands the link of the mailbox's sign-in out, or of its consent while that is open. Who has a
/// good token is asked first: a new sign-in is hardly what was meant.
pub fn hand_out(model: &mut Model, way: Way) -> Vec<Effect> {
    let Some(entry) = model.entry() else { return vec![] };
    let (id, consent) = (entry.mailbox.id, Subject::Application(entry.application.name.clone()));
    let sign_in = Subject::Mailbox(id);
    let subject = [consent, sign_in.clone()].into_iter().find(|subject| waiting(model, subject).is_some());
    if subject.is_none() && is_signed_in(model) {
        model.overlay = Some(Overlay::Confirm(Confirmation::SignInAnew(id, way)));
        return vec![];
    }
    vec![way.effect(subject.unwrap_or(sign_in))]
}

/// Whether the mailbox under the cursor has a token that works.
fn is_signed_in(model: &Model) -> bool {
    model
        .steps()
        .is_some_and(|steps| [Step::Authorize, Step::Token].iter().all(|step| *steps.get(*step) == StepState::Done))
}

fn waiting<'a>(model: &'a Model, subject: &Subject) -> Option<&'a Waiting> {
    model.works.get(subject).and_then(Work::waiting)
}

/// Opens the consent page of the application of the mailbox under the cursor.
pub fn consent(model: &mut Model) -> Vec<Effect> {
    let application = model.entry().map(|entry| entry.application.clone());
    application.map_or(vec![], |application| consent_to(model, &application))
}

/// Opens the page on which an administrator consents to an application.
pub fn consent_to(model: &mut Model, application: &Application) -> Vec<Effect> {
    let provider = model.fleet.as_ref().and_then(|fleet| fleet.providers.get(&application.provider));
    if provider.is_some_and(|provider| provider.endpoints.admin_consent.is_some()) {
        return vec![Effect::OpenBrowser(Subject::Application(application.name.clone()))];
    }
    model.say(Tone::Plain, format!("{}'s provider has no admin consent.", application.name));
    vec![]
}

/// The errand of the mailbox under the cursor, or of its application, that waits for its answer.
pub fn open_errand(model: &Model) -> Option<&Waiting> {
    let row = model.list.current()?;
    model.work(row.id, &row.application)?.waiting()
}

/// Says what became of the link that the browser was to open.
pub fn opened(
    model: &mut Model,
    errand: Errand,
    browser: Result<(), (Trouble, Result<Copied, Trouble>)>,
) -> Vec<Effect> {
    let what = title_of(&errand);
    model.has_browser = browser.is_ok();
    match browser {
        Ok(()) => {
            let answer = match errand.listening {
                Listening::Here(_) => "The answer is taken by itself",
                Listening::Elsewhere(_) | Listening::Nowhere => "Copy the address that it ends on",
            };
            model.say(Tone::Plain, format!("{what}: the browser was opened. {answer}."));
            vec![]
        }
        Err((_, Ok(Copied::Clipboard { .. }))) => {
            model.say(Tone::Plain, format!("{what}: no browser can be opened here, so the link was copied. Open it where there is one, then paste here the address that you land on.{}", or_play(model)));
            vec![]
        }
        Err((_, Ok(Copied::ForTerminal(link)))) => {
            let shown = show_link(model, errand);
            model.say(Tone::Plain, format!("{what}: no browser can be opened here, so the link was handed to your terminal's clipboard (OSC 52). Not every terminal takes it: {shown}.{}", or_play(model)));
            vec![Effect::ToTerminal(link)]
        }
        Err((no_browser, Err(no_clipboard))) => {
            let shown = show_link(model, errand);
            let (no_browser, no_clipboard) = (no_browser.what(), no_clipboard.what());
            model.say(Tone::Bad, format!("{no_browser}, and the link could not be copied: {no_clipboard}; {shown}."));
            vec![]
        }
    }
}

/// Shows the link if nothing is in its way; says where it is.
fn show_link(model: &mut Model, errand: Errand) -> &'static str {
    show(model, Overlay::Link(errand));
    if matches!(model.overlay, Some(Overlay::Link(_))) { "select it above" } else { "L shows it" }
}

/// Says what became of the link that was to be copied.
pub fn link_copied(model: &mut Model, errand: Errand, copied: Result<Copied, Trouble>) -> Vec<Effect> {
    match copied {
        Ok(copied @ Copied::Clipboard { .. }) => say_copied(model, "The link", copied, false),
        Ok(copied @ Copied::ForTerminal(_)) => {
            show(model, Overlay::Link(errand));
            say_copied(model, "The link", copied, false)
        }
        Err(trouble) => {
            say_trouble(model, &trouble);
            show(model, Overlay::Link(errand));
            vec![]
        }
    }
}

fn title_of(errand: &Errand) -> &'static str {
    match errand.subject {
        Subject::Mailbox(_) => "Sign-in",
        Subject::Application(_) => "Admin consent",
    }
}

fn or_play(model: &Model) -> &'static str {
    if model.setting.demo.is_some() { " Or p plays the person." } else { "" }
}
