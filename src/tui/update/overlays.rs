//! Keys while something lies over the dashboard.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::{MailboxId, Trouble};
use crate::engine::{Choice, Field};
use crate::tui::form::{Form, Name, Status};
use crate::tui::message::Effect;
use crate::tui::model::{Model, Overlay, WrongAccount};

/// What the tokens of another account can become, in the order of the menu.
pub const CHOICES: [Choice; 3] = [Choice::SignInAgain, Choice::KeepAsDelegate, Choice::Discard];

/// Takes a key.
pub fn key(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    let Some(mut overlay) = model.overlay.take() else {
        return vec![];
    };
    let (keep, effects) = match &mut overlay {
        Overlay::Help(top) | Overlay::Walkthrough(top) => (scroll(top, key), vec![]),
        Overlay::Form(form) => form_key(form, key),
        Overlay::CopyMenu(mailbox, at) => copy_key(*mailbox, at, key),
        Overlay::Reveal(..) => (Keep::Close, vec![]),
        Overlay::Remove(ids) => remove_key(ids, key),
        Overlay::WrongAccount(asked) => account_key(asked, key),
        Overlay::WhichSignIn(asked, at) => which_key(asked, at, key),
    };
    if keep == Keep::Open {
        model.overlay = Some(overlay);
    }
    effects
}

#[derive(PartialEq, Eq)]
enum Keep {
    Open,
    Close,
}

fn scroll(top: &mut u16, key: &KeyEvent) -> Keep {
    match key.code {
        KeyCode::Down | KeyCode::Char('j') => *top = top.saturating_add(1),
        KeyCode::Up | KeyCode::Char('k') => *top = top.saturating_sub(1),
        KeyCode::PageDown | KeyCode::Char(' ') => *top = top.saturating_add(10),
        KeyCode::PageUp => *top = top.saturating_sub(10),
        _ => return Keep::Close,
    }
    Keep::Open
}

fn form_key(form: &mut Form, key: &KeyEvent) -> (Keep, Vec<Effect>) {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Esc => return (Keep::Close, vec![]),
        KeyCode::Tab | KeyCode::Down => form.go(1),
        KeyCode::BackTab | KeyCode::Up => form.go(-1),
        KeyCode::Enter => return (Keep::Open, send(form)),
        KeyCode::Char('t') if control => return (Keep::Open, find_tenant(form)),
        _ => form.type_key(key),
    }
    (Keep::Open, vec![])
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
    let tenant = form.text(Name::Tenant).to_owned();
    if tenant.is_empty() || form.status == Status::Sent {
        return vec![];
    }
    form.status = Status::LookingForTenant;
    let domain = tenant.rsplit('@').next().unwrap_or_default().to_owned();
    vec![Effect::FindTenant(form.text(Name::Provider).to_owned(), domain)]
}

fn wrong(form: &mut Form, name: Name, trouble: Trouble) {
    form.at = form.fields.iter().position(|field| field.name == name).unwrap_or(form.at);
    form.status = Status::Wrong(trouble);
}

fn copy_key(mailbox: MailboxId, at: &mut usize, key: &KeyEvent) -> (Keep, Vec<Effect>) {
    if let KeyCode::Char(digit @ '1'..='9') = key.code {
        let field = Field::ALL.get(digit as usize - '1' as usize);
        return (Keep::Close, field.map(|field| Effect::Copy(mailbox, *field)).into_iter().collect());
    }
    let Some(field) = Field::ALL.get(*at).copied() else {
        return (Keep::Close, vec![]);
    };
    match key.code {
        KeyCode::Enter | KeyCode::Char('c') => (Keep::Close, vec![Effect::Copy(mailbox, field)]),
        KeyCode::Char('s') => (Keep::Close, vec![Effect::Reveal(mailbox, field)]),
        _ => (choose(at, Field::ALL.len(), key), vec![]),
    }
}

fn remove_key(ids: &[MailboxId], key: &KeyEvent) -> (Keep, Vec<Effect>) {
    match key.code {
        KeyCode::Char('y') => (Keep::Close, vec![Effect::RemoveMailboxes(ids.to_vec())]),
        KeyCode::Esc | KeyCode::Char('n' | 'q') => (Keep::Close, vec![]),
        _ => (Keep::Open, vec![]),
    }
}

fn account_key(asked: &mut WrongAccount, key: &KeyEvent) -> (Keep, Vec<Effect>) {
    let choice = match key.code {
        KeyCode::Char(digit @ '1'..='3') => CHOICES.get(digit as usize - '1' as usize),
        KeyCode::Enter => CHOICES.get(asked.at),
        _ => return (choose(&mut asked.at, CHOICES.len(), key), vec![]),
    };
    (Keep::Close, choice.map(|choice| Effect::ChooseAccount(asked.state.clone(), *choice)).into_iter().collect())
}

fn which_key(asked: &[(MailboxId, crate::domain::Address)], at: &mut usize, key: &KeyEvent) -> (Keep, Vec<Effect>) {
    let chosen = match key.code {
        KeyCode::Char(digit @ '1'..='9') => asked.get(digit as usize - '1' as usize),
        KeyCode::Enter => asked.get(*at),
        _ => return (choose(at, asked.len(), key), vec![]),
    };
    match chosen {
        Some((id, _)) => (Keep::Close, vec![Effect::ChooseErrand(*id)]),
        None => (Keep::Open, vec![]),
    }
}

fn choose(at: &mut usize, count: usize, key: &KeyEvent) -> Keep {
    let last = count.saturating_sub(1);
    match key.code {
        KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => *at = (*at + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => *at = at.saturating_sub(1),
        KeyCode::Esc | KeyCode::Char('q') => return Keep::Close,
        _ => {}
    }
    Keep::Open
}
