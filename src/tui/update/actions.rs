//! The dashboard's actions, and which of them are possible now: dispatch, footer and help ask the
//! same function.

use tui_input::Input;

use super::errands::{consent, hand_out, open_errand};
use super::{checks, history, line, sealing};
use crate::domain::{MailboxId, Step, Weeks};
use crate::engine::{Phase, Subject, Work};
use crate::tui::back::{Back, back};
use crate::tui::form::Form;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::model::{Focus, Model, Tone};
use crate::tui::next::{Next, next, power_shell_of_selection};
use crate::tui::overlay::{Confirmation, Overlay, Question, Unexpected, Way, WrongAccount};
use crate::tui::queue::Queue;
use crate::tui::view::hidden_lines;

/// How many lines a page of a pane is: fewer than the smallest shows.
const PANE_PAGE: u16 = 5;

/// Whether an action can do anything now.
#[must_use]
pub fn is_possible(model: &Model, action: Action) -> bool {
    let has_application = model.fleet.as_ref().is_some_and(|fleet| !fleet.applications.is_empty());
    let has_current = model.list.current().is_some();
    match action {
        Action::Next => next(model) != Next::Wait,
        Action::PlayPerson => model.setting.demo.is_some() && open_errand(model).is_some(),
        Action::Browser | Action::Link | Action::ShowLink => has_current,
        Action::CopyMenu | Action::Check | Action::Remove => has_current,
        Action::Select | Action::SelectRange | Action::SelectUp | Action::SelectDown => has_current,
        Action::TakeClipboard => {
            !matches!(model.clipboard, Some(Err(_))) && model.works.values().any(|work| work.waiting().is_some())
        }
        Action::CheckAll | Action::SelectAll => model.list.shown_len() > 0,
        Action::Sort | Action::SortBackward | Action::Filter => !model.list.is_empty(),
        Action::FilterState | Action::FilterDue => !model.list.is_empty(),
        Action::AdminConsent => model
            .entry()
            .is_some_and(|entry| entry.provider.is_some_and(|provider| provider.endpoints.admin_consent.is_some())),
        Action::Skip => model.queue.as_ref().is_some_and(Queue::can_skip),
        Action::MoreAtOnce | Action::FewerAtOnce => model.queue.is_some(),
        Action::NewMailbox | Action::Import | Action::Applications => has_application,
        Action::Back => back(model).is_some(),
        Action::Edit => has_current || (model.list.is_empty() && has_application),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => has_current,
        Action::Pane1 | Action::Pane2 | Action::Pane3 | Action::Pane4 => has_current,
        Action::History => model.fleet.is_some(),
        Action::Seal => sealing::is_possible(model),
        Action::NewApplication | Action::Walkthrough | Action::Help | Action::Quit | Action::Suspend => true,
    }
}

/// Does an action, if it is possible.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if !is_possible(model, action) {
        explain_why_not(model, action);
        return vec![];
    }
    match action {
        Action::Next => do_next(model),
        Action::Browser => hand_out(model, Way::Browser),
        Action::Link => hand_out(model, Way::Clipboard),
        Action::ShowLink => hand_out(model, Way::Screen),
        Action::TakeClipboard => vec![Effect::AcceptClipboard],
        Action::Skip => line::skip(model),
        Action::MoreAtOnce => line::change_at_once(model, 1),
        Action::FewerAtOnce => line::change_at_once(model, -1),
        Action::PlayPerson => {
            open_errand(model).map(|waiting| Effect::PlayPerson(waiting.link.clone())).into_iter().collect()
        }
        Action::CopyMenu if lines_of_selection(model) > 0 => copy_power_shell(model),
        Action::CopyMenu => overlay(model, |model| current(model).map(|id| Overlay::CopyMenu(id, 0))),
        Action::Check => checks::begin(model, model.list.targets()),
        Action::CheckAll => checks::join(model, model.list.shown_ids()),
        Action::History => history::open(model),
        Action::Seal => sealing::ask(model),
        Action::AdminConsent => consent(model),
        Action::Walkthrough => overlay(model, |_| Some(Overlay::Walkthrough(0))),
        Action::Help => overlay(model, |_| Some(Overlay::Help(0))),
        Action::Remove => {
            overlay(model, |model| Some(Overlay::Confirm(Confirmation::RemoveMailboxes(model.list.targets()))))
        }
        Action::NewMailbox => overlay(model, |model| {
            model.fleet.as_ref().map(|fleet| Overlay::Form(Form::mailbox(fleet, None, model.entry().as_ref())))
        }),
        Action::NewApplication => {
            overlay(model, |model| model.fleet.as_ref().map(|fleet| Overlay::Form(Form::application(fleet, None))))
        }
        Action::Applications => overlay(model, |_| Some(Overlay::Applications(0))),
        Action::Import => overlay(model, |model| {
            model.fleet.as_ref().map(|fleet| Overlay::Form(Form::import(fleet, model.entry().as_ref())))
        }),
        Action::Edit => overlay(model, edit),
        Action::Back => go_back(model),
        Action::Quit => vec![Effect::Quit],
        Action::Suspend => suspend(model),
        Action::Pane1 => focus(model, Focus::Pane(Step::Register, 0)),
        Action::Pane2 => focus(model, Focus::Pane(Step::Authorize, 0)),
        Action::Pane3 => focus(model, Focus::Pane(Step::Token, 0)),
        Action::Pane4 => focus(model, Focus::Pane(Step::SmtpAuth, 0)),
        Action::Filter => focus(model, Focus::Filter),
        Action::Sort
        | Action::SortBackward
        | Action::FilterState
        | Action::FilterDue
        | Action::Select
        | Action::SelectAll
        | Action::SelectRange
        | Action::SelectUp
        | Action::SelectDown => arrange(model, action),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => {
            go(model, action)
        }
    }
}

/// What is on its way is waited for: whoever pressed the key is told why nothing happens.
fn suspend(model: &mut Model) -> Vec<Effect> {
    if model.works.values().any(|work| !work.needs_a_person()) {
        model.say(Tone::Plain, "Stops as soon as no token is on its way, in some seconds at most.");
    }
    vec![Effect::Suspend]
}

/// Opens the menu that another account's tokens wait for.
fn ask_about_account(model: &Model) -> Option<Overlay> {
    let subject = Subject::Mailbox(model.list.current()?.id);
    let Work::Asking { username, .. } = model.works.get(&subject)? else { return None };
    Some(Overlay::Question(Question::WrongAccount(unanswered(model, username)), 0))
}

/// All that this account signed in for and nobody has chosen about.
fn unanswered(model: &Model, account: &str) -> WrongAccount {
    let asking = model.works.iter().filter_map(|(subject, work)| match (subject, work) {
        (Subject::Mailbox(mailbox), Work::Asking { state, username, .. }) if username == account => {
            let expected = model.entry_of(*mailbox)?.grant.account.clone();
            Some(Unexpected { state: state.clone(), mailbox: *mailbox, expected })
        }
        _ => None,
    });
    let mut sign_ins: Vec<Unexpected> = asking.collect();
    sign_ins.sort_by(|a, b| a.expected.cmp(&b.expected));
    WrongAccount { username: account.to_owned(), sign_ins }
}

fn do_next(model: &mut Model) -> Vec<Effect> {
    match next(model) {
        Next::Wait => vec![],
        Next::NewApplication => act(model, Action::NewApplication),
        Next::NewMailbox => act(model, Action::NewMailbox),
        Next::Prove(name) => vec![Effect::Prove(name)],
        Next::EditApplication => overlay(model, edit_application),
        Next::OpenBrowser(subject) | Next::BrowserAgain(subject) | Next::LinkAgain(subject) => {
            vec![Effect::OpenBrowser(subject)]
        }
        Next::ChooseAccount => overlay(model, ask_about_account),
        Next::ChooseSignIn(asked) => overlay(model, |_| Some(Overlay::Question(Question::WhichSignIn(asked), 0))),
        Next::PowerShell(line) => vec![Effect::CopyText("The PowerShell line".to_owned(), line)],
        Next::PowerShellOfAll => copy_power_shell(model),
        Next::Page(page) => vec![Effect::OpenPage(page)],
        Next::Check(id) => checks::begin(model, vec![id]),
        Next::CheckAll => checks::begin(model, model.list.targets()),
        Next::SignInAll | Next::ProveAndSignIn(_) => line::start(model),
    }
}

/// How many of several wait for a PowerShell line, which is then what is copied of them.
#[must_use]
pub fn lines_of_selection(model: &Model) -> usize {
    if model.list.selected_len() > 1 { model.list.sum().power_shell } else { 0 }
}

fn copy_power_shell(model: &Model) -> Vec<Effect> {
    vec![Effect::CopyText("The PowerShell lines".to_owned(), power_shell_of_selection(model))]
}

fn edit(model: &Model) -> Option<Overlay> {
    if matches!(model.focus, Focus::Pane(Step::Register, _)) || model.list.is_empty() {
        return edit_application(model);
    }
    let fleet = model.fleet.as_ref()?;
    Some(Overlay::Form(Form::mailbox(fleet, Some(&model.entry()?), None)))
}

fn edit_application(model: &Model) -> Option<Overlay> {
    let fleet = model.fleet.as_ref()?;
    let application = model
        .entry()
        .map(|entry| entry.application)
        .or_else(|| fleet.applications.values().min_by(|a, b| a.name.cmp(&b.name)));
    Some(Overlay::Form(Form::application(fleet, Some(application?))))
}

fn go_back(model: &mut Model) -> Vec<Effect> {
    match back(model) {
        Some(Back::ToList) => return focus(model, Focus::List),
        Some(Back::StopQueue) => line::stop(model),
        Some(Back::StopChecks) => {
            if let Some(batch) = &mut model.batch {
                batch.progress.phase = Phase::Stopping;
            }
            return vec![Effect::StopChecks];
        }
        Some(Back::StopSealing) => return sealing::stop(model),
        Some(Back::StopErrand(subject)) => {
            let what = match subject {
                Subject::Mailbox(_) => "sign-in",
                Subject::Application(_) => "consent",
            };
            model.say(Tone::Plain, format!("The {what} was stopped. Nothing was changed."));
            return vec![Effect::Cancel(subject)];
        }
        Some(Back::Deselect) => model.list.deselect(),
        Some(Back::ClearFilter) => super::filter::set(model, Input::default()),
        Some(Back::ClearNotice) => model.notice = None,
        None => {}
    }
    vec![]
}

fn arrange(model: &mut Model, action: Action) -> Vec<Effect> {
    let height = model.layout().list_height();
    let sort = model.list.sort();
    match action {
        Action::Sort => model.list.sort_by(sort.following()),
        Action::SortBackward => model.list.sort_by(sort.reversed()),
        Action::FilterState => model.list.cycle_standing(),
        Action::FilterDue => model.list.toggle_due(Weeks::days(0)),
        Action::SelectAll => model.list.toggle_all(),
        Action::SelectRange => model.list.reach(),
        Action::SelectUp => model.list.stretch_by(-1, height),
        Action::SelectDown => model.list.stretch_by(1, height),
        _ => {
            model.list.toggle();
            model.list.move_by(1, height);
        }
    }
    model.list.keep_in_window(height);
    vec![]
}

/// Moves in an enlarged pane that goes on, else in the list.
fn go(model: &mut Model, action: Action) -> Vec<Effect> {
    let hidden = hidden_lines(model);
    if let Focus::Pane(step, top) = model.focus
        && hidden > 0
    {
        model.focus = Focus::Pane(step, scrolled(top.min(hidden), action).min(hidden));
        return vec![];
    }
    let height = model.layout().list_height();
    let page = isize::try_from(height.max(2) - 1).unwrap_or(1);
    match action {
        Action::Up => model.list.move_by(-1, height),
        Action::Down => model.list.move_by(1, height),
        Action::PageUp => model.list.move_by(-page, height),
        Action::PageDown => model.list.move_by(page, height),
        Action::First => model.list.move_to(0, height),
        _ => model.list.move_to(usize::MAX, height),
    }
    vec![]
}

fn scrolled(top: u16, action: Action) -> u16 {
    match action {
        Action::Up => top.saturating_sub(1),
        Action::Down => top.saturating_add(1),
        Action::PageUp => top.saturating_sub(PANE_PAGE),
        Action::PageDown => top.saturating_add(PANE_PAGE),
        Action::First => 0,
        _ => u16::MAX,
    }
}

/// A pane that has the focus takes room, and the list keeps its cursor in what is left.
pub(super) fn focus(model: &mut Model, focus: Focus) -> Vec<Effect> {
    model.focus = focus;
    model.list.keep_in_window(model.layout().list_height());
    vec![]
}

fn overlay(model: &mut Model, make: impl FnOnce(&Model) -> Option<Overlay>) -> Vec<Effect> {
    model.overlay = make(model);
    vec![]
}

fn current(model: &Model) -> Option<MailboxId> {
    model.list.current().map(|row| row.id)
}

/// A key that does nothing says why, where that is not plain to see.
fn explain_why_not(model: &mut Model, action: Action) {
    let why = match action {
        Action::NewMailbox | Action::Import => "A mailbox needs an application first: N adds one.",
        Action::TakeClipboard if matches!(model.clipboard, Some(Err(_))) => {
            "There is no clipboard here: paste the address into the terminal instead."
        }
        Action::TakeClipboard => "No sign-in is open that the clipboard could answer: ⏎ begins one.",
        Action::PlayPerson if model.setting.demo.is_some() => "No sign-in is open for this mailbox: ⏎ begins one.",
        Action::Seal => sealing::why_not(model),
        Action::AdminConsent if model.list.current().is_none() => {
            "There is no mailbox whose application it could be for."
        }
        Action::AdminConsent => "This mailbox's provider has no admin consent.",
        _ => return,
    };
    model.say(Tone::Plain, why);
}
