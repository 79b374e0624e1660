//! Keys while something lies over the dashboard.

use crossterm::event::{KeyCode, KeyEvent};

use super::actions::is_possible;
use super::errands::consent_to;
use super::{import, line, sealing};
use crate::domain::{Application, ApplicationName, MailboxId, Trouble};
use crate::engine::{Choice, Errand, Field, Work};
use crate::tui::form::{Behind, Form, Name, Status};
use crate::tui::keymap::{
    APPLICATIONS, Action, ApplicationAction, CONFIRM, COPY, ConfirmAction, CopyAction, FORM, FormAction, LINK,
    LinkAction, MENU, MenuAction, PAGE, PageAction, WALKTHROUGH, WalkthroughAction, find,
};
use crate::tui::message::Effect;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::{AccountAnswer, Confirmation, Overlay, Question, WrongAccount};
use crate::tui::view::{help_lines, last_top, walkthrough_lines};
use crate::tui::walkthrough;

/// Takes a key.
pub fn key(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    let Some(mut overlay) = model.overlay.take() else {
        return vec![];
    };
    let (then, effects) = match &mut overlay {
        Overlay::Help(top) => (scroll(top, last_top(model, &help_lines(model)), key), vec![]),
        Overlay::Walkthrough(top) => walkthrough_key(model, top, key),
        Overlay::Form(form) => form_key(form, key),
        Overlay::History(history) => super::history::key(model, history, key),
        Overlay::Import(preview) => import::key(preview, key),
        Overlay::Applications(at) => applications_key(model, at, key),
        Overlay::CopyMenu(mailbox, at) => copy_key(model, *mailbox, at, key),
        Overlay::Reveal(..) => (Then::Close, vec![]),
        Overlay::Link(errand) => link_key(model, errand, key),
        Overlay::Confirm(confirmation) => confirm_key(model, confirmation, key),
        Overlay::Question(question, at) => question_key(model, question, at, key),
    };
    model.overlay = match then {
        Then::Stay => Some(overlay),
        Then::Close => None,
        Then::Open(other) => Some(*other),
    };
    effects
}

/// What becomes of the overlay.
pub(super) enum Then {
    Stay,
    Close,
    Open(Box<Overlay>),
}

pub(super) fn open(overlay: Overlay) -> Then {
    Then::Open(Box::new(overlay))
}

/// Moves a page of which `last` is the last line that can be at the top.
pub(super) fn scroll(top: &mut u16, last: u16, key: &KeyEvent) -> Then {
    let from = (*top).min(last);
    *top = match find(PAGE, key) {
        Some(PageAction::Down) => from.saturating_add(1).min(last),
        Some(PageAction::Up) => from.saturating_sub(1),
        Some(PageAction::PageDown) => from.saturating_add(10).min(last),
        Some(PageAction::PageUp) => from.saturating_sub(10),
        Some(PageAction::First) => 0,
        Some(PageAction::Last) => last,
        Some(PageAction::Close) => return Then::Close,
        None => return Then::Stay,
    };
    Then::Stay
}

fn walkthrough_key(model: &Model, top: &mut u16, key: &KeyEvent) -> (Then, Vec<Effect>) {
    let copy = |what: &str, text: String| vec![Effect::CopyText(what.to_owned(), text)];
    match find(WALKTHROUGH, key) {
        Some(WalkthroughAction::CopyScript) => (Then::Stay, copy("The az script", walkthrough::script(model))),
        Some(WalkthroughAction::CopyRedirectUri) => {
            (Then::Stay, copy("The redirect URI", walkthrough::redirect_uri(model)))
        }
        None => (scroll(top, last_top(model, &walkthrough_lines(model)), key), vec![]),
    }
}

fn form_key(form: &mut Form, key: &KeyEvent) -> (Then, Vec<Effect>) {
    match find(FORM, key) {
        Some(FormAction::Close) => return (back_from(form).map_or(Then::Close, open), vec![]),
        Some(FormAction::Next) => form.go(1),
        Some(FormAction::Previous) => form.go(-1),
        Some(FormAction::Save) => return (Then::Stay, send(form)),
        Some(FormAction::FindTenant) => return (Then::Stay, find_tenant(form)),
        None => form.type_key(key),
    }
    (Then::Stay, vec![])
}

/// What is seen again when a form is closed.
pub(super) fn back_from(form: &Form) -> Option<Overlay> {
    match form.behind {
        Behind::Dashboard => None,
        Behind::Applications(at) => Some(Overlay::Applications(at)),
    }
}

fn send(form: &mut Form) -> Vec<Effect> {
    if form.status == Status::Sent {
        return vec![];
    }
    match form.effect() {
        Ok(effect) => {
            form.status = Status::Sent;
            vec![effect]
        }
        Err((name, trouble)) => {
            wrong(form, name, trouble);
            vec![]
        }
    }
}

fn find_tenant(form: &mut Form) -> Vec<Effect> {
    let tenant = form.domain_or_id().to_owned();
    if tenant.is_empty() || form.status == Status::Sent {
        return vec![];
    }
    form.status = Status::LookingForTenant;
    vec![Effect::FindTenant(form.text(Name::Provider).to_owned(), tenant)]
}

fn wrong(form: &mut Form, name: Name, trouble: Trouble) {
    form.at = form.fields.iter().position(|field| field.name == name).unwrap_or(form.at);
    form.status = Status::Wrong(trouble);
}

fn applications_key(model: &mut Model, at: &mut usize, key: &KeyEvent) -> (Then, Vec<Effect>) {
    let count = model.applications().len();
    *at = (*at).min(count.saturating_sub(1));
    match find(APPLICATIONS, key) {
        Some(action) => application_action(model, action, *at),
        // A number moves the cursor here: what ⏎ does is not to happen by the way.
        None => match menu_key(at, count, key) {
            Picked::Line(line) => {
                *at = line;
                (Then::Stay, vec![])
            }
            Picked::Nothing => (Then::Stay, vec![]),
            Picked::Close => (Then::Close, vec![]),
        },
    }
}

fn application_action(model: &mut Model, action: ApplicationAction, at: usize) -> (Then, Vec<Effect>) {
    let Some(fleet) = &model.fleet else { return (Then::Close, vec![]) };
    let chosen = model.applications().get(at).map(|application| Application::clone(application));
    let form = |application| open(Overlay::Form(Form::application(fleet, application).from_applications(at)));
    match (action, chosen) {
        (ApplicationAction::New, _) => (form(None), vec![]),
        (_, None) => (Then::Stay, vec![]),
        (ApplicationAction::Edit, Some(application)) => (form(Some(&application)), vec![]),
        (ApplicationAction::Remove, Some(Application { name, .. })) => (remove_application(model, name), vec![]),
        (ApplicationAction::Prove, Some(Application { name, .. })) => (Then::Stay, vec![Effect::Prove(name)]),
        // The list makes room: without a browser the link is shown.
        (ApplicationAction::Consent, Some(application)) => (Then::Close, consent_to(model, &application)),
    }
}

/// Asks only where a yes could be followed.
fn remove_application(model: &mut Model, name: ApplicationName) -> Then {
    let users = match model.list.mailboxes_of(&name) {
        0 => return open(Overlay::Confirm(Confirmation::RemoveApplication(name))),
        1 => "A mailbox uses it: remove that first, or give it another application.".to_owned(),
        count => format!("{count} mailboxes use it: remove them first, or give them another application."),
    };
    model.say(Tone::Bad, format!("{name} cannot be removed. {users}"));
    Then::Stay
}

fn copy_key(model: &Model, mailbox: MailboxId, at: &mut usize, key: &KeyEvent) -> (Then, Vec<Effect>) {
    let fields = model.fields(mailbox);
    let effect = |line: usize, effect: fn(MailboxId, Field) -> Effect| {
        (Then::Close, fields.get(line).map(|field| effect(mailbox, *field)).into_iter().collect())
    };
    match find(COPY, key) {
        Some(CopyAction::Copy) => return effect(*at, Effect::Copy),
        Some(CopyAction::Show) => return effect(*at, Effect::Reveal),
        None => {}
    }
    match menu_key(at, fields.len(), key) {
        Picked::Line(line) => effect(line, Effect::Copy),
        Picked::Nothing => (Then::Stay, vec![]),
        Picked::Close => (Then::Close, vec![]),
    }
}

fn link_key(model: &mut Model, errand: &Errand, key: &KeyEvent) -> (Then, Vec<Effect>) {
    match find(LINK, key) {
        Some(LinkAction::Copy) => (Then::Stay, vec![Effect::CopyLink(errand.subject.clone())]),
        Some(LinkAction::PlayPerson) if model.setting.demo.is_some() => {
            (Then::Close, vec![Effect::PlayPerson(errand.link.clone())])
        }
        Some(LinkAction::Close) => (Then::Close, vec![]),
        Some(LinkAction::Skip) if is_possible(model, Action::Skip) => (Then::Close, line::skip(model)),
        Some(LinkAction::PlayPerson | LinkAction::Skip) | None => (Then::Stay, vec![]),
    }
}

fn confirm_key(model: &mut Model, confirmation: &Confirmation, key: &KeyEvent) -> (Then, Vec<Effect>) {
    let effects = match find(CONFIRM, key) {
        Some(ConfirmAction::Yes) => {
            if let Confirmation::Seal(secrets) = confirmation {
                sealing::begin(model, *secrets);
            }
            vec![confirmation.effect()]
        }
        Some(ConfirmAction::No) => vec![],
        None => return (Then::Stay, vec![]),
    };
    (after(model, confirmation), effects)
}

/// An application is removed from their list, and that is seen again.
fn after(model: &Model, confirmation: &Confirmation) -> Then {
    let Confirmation::RemoveApplication(name) = confirmation else { return Then::Close };
    let at = model.applications().iter().position(|application| application.name == *name);
    open(Overlay::Applications(at.unwrap_or(0)))
}

/// Who closes a question decides later: its pane asks it again.
fn question_key(model: &mut Model, question: &Question, at: &mut usize, key: &KeyEvent) -> (Then, Vec<Effect>) {
    let answers = AccountAnswer::all(model.queue.is_some());
    let count = match question {
        Question::WrongAccount(_) => answers.len(),
        Question::WhichSignIn(asked) => asked.len(),
    };
    let line = match menu_key(at, count, key) {
        Picked::Line(line) => line,
        Picked::Nothing => return (Then::Stay, vec![]),
        Picked::Close => {
            decide_later(model, question);
            return (Then::Close, vec![]);
        }
    };
    let effects = match (question, answers.get(line)) {
        (Question::WrongAccount(asked), Some(answer)) => answer_about_account(model, asked, *answer),
        (Question::WrongAccount(_), None) => vec![],
        (Question::WhichSignIn(asked), _) => {
            model.unclaimed_code = None;
            asked.get(line).map(|(id, _)| Effect::ChooseErrand(*id)).into_iter().collect()
        }
    };
    (Then::Close, effects)
}

/// One answer for all that the account signed in for.
fn answer_about_account(model: &mut Model, asked: &WrongAccount, answer: AccountAnswer) -> Vec<Effect> {
    let choice = match answer {
        AccountAnswer::Choose(choice) => choice,
        AccountAnswer::StopLine => {
            line::stop(model);
            Choice::Discard
        }
    };
    asked.sign_ins.iter().map(|sign_in| Effect::ChooseAccount(sign_in.state.clone(), choice)).collect()
}

/// Whoever puts a second question aside while the line runs wants no third.
fn decide_later(model: &mut Model, question: &Question) {
    let Question::WrongAccount(asked) = question else {
        return model.say(Tone::Plain, "The code is kept: ⏎ on one of the open sign-ins asks again.");
    };
    if stops_line(model, asked) {
        return line::stop(model);
    }
    let whose = asked.sign_ins.first().map(|sign_in| sign_in.expected.as_str()).unwrap_or_default();
    let text = format!("{} signed in, and nothing is stored yet: ⏎ on {whose} asks again.", asked.username);
    model.say(Tone::Plain, text);
}

/// Whether to put this question aside stops the line: another was put aside before it.
#[must_use]
pub fn stops_line(model: &Model, asked: &WrongAccount) -> bool {
    let is_asked = |state: &String| {
        let waiting = model.questions.iter().filter_map(|question| match question {
            Question::WrongAccount(other) => Some(other),
            Question::WhichSignIn(_) => None,
        });
        waiting.chain([asked]).flat_map(|asked| &asked.sign_ins).any(|sign_in| sign_in.state == *state)
    };
    let is_aside = |work: &Work| matches!(work, Work::Asking { state, .. } if !is_asked(state));
    model.queue.is_some() && model.works.values().any(is_aside)
}

/// What a key of a menu comes to.
enum Picked {
    Line(usize),
    Nothing,
    Close,
}

fn menu_key(at: &mut usize, count: usize, key: &KeyEvent) -> Picked {
    let last = count.saturating_sub(1);
    match find(MENU, key) {
        Some(MenuAction::Choose) if count > 0 => return Picked::Line((*at).min(last)),
        Some(MenuAction::Number) => return numbered(count, key),
        Some(MenuAction::Down) => *at = (*at + 1).min(last),
        Some(MenuAction::Up) => *at = at.saturating_sub(1),
        Some(MenuAction::Close) => return Picked::Close,
        Some(MenuAction::Choose) | None => {}
    }
    Picked::Nothing
}

fn numbered(count: usize, key: &KeyEvent) -> Picked {
    let KeyCode::Char(digit @ '1'..='9') = key.code else { return Picked::Nothing };
    match digit as usize - '1' as usize {
        line if line < count => Picked::Line(line),
        _ => Picked::Nothing,
    }
}
