//! An import on the dashboard: a form asks for the list, a preview shows what it would do, and a key
//! has it done.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::done::say_trouble;
use super::overlays::{Then, open};
use crate::domain::import::{Malformed, Plan, Wish};
use crate::domain::{MailboxId, Trouble};
use crate::engine::Imported;
use crate::tui::form::Status;
use crate::tui::import::{Preview, Progress};
use crate::tui::keymap::{IMPORT, ImportAction, PAGE, PageAction, find};
use crate::tui::message::Effect;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::Overlay;

/// How many remarks a page is.
const PAGE_OF_REMARKS: isize = 5;

/// Takes a key while a preview is shown.
pub fn key(preview: &mut Preview, key: &KeyEvent) -> (Then, Vec<Effect>) {
    match (find(IMPORT, key), find(PAGE, key)) {
        (Some(_), _) if preview.progress == Progress::Importing => {}
        (Some(ImportAction::Back), _) => return (open(Overlay::Form(preview.form.clone())), vec![]),
        (Some(ImportAction::Change), _) if preview.plan.different.is_empty() => {}
        (Some(ImportAction::Change), _) => preview.turn_different(),
        (Some(ImportAction::Import), _) if has_nothing_to_do(preview) => return (Then::Close, vec![]),
        (Some(ImportAction::Import), _) => return (Then::Stay, accept(preview, Malformed::StopsAll)),
        (Some(ImportAction::LeaveOut), _) => return (Then::Stay, accept(preview, Malformed::IsLeftOut)),
        (None, Some(PageAction::Down)) => preview.scroll(1),
        (None, Some(PageAction::Up)) => preview.scroll(-1),
        (None, Some(PageAction::PageDown)) => preview.scroll(PAGE_OF_REMARKS),
        (None, Some(PageAction::PageUp)) => preview.scroll(-PAGE_OF_REMARKS),
        (None, Some(PageAction::First)) => preview.scroll(isize::MIN),
        (None, Some(PageAction::Last)) => preview.scroll(isize::MAX),
        (None, Some(PageAction::Close) | None) => {}
    }
    (Then::Stay, vec![])
}

fn has_nothing_to_do(preview: &Preview) -> bool {
    preview.plan.new.is_empty() && preview.plan.malformed.is_empty() && preview.changes() == 0
}

fn accept(preview: &mut Preview, malformed: Malformed) -> Vec<Effect> {
    match preview.plan.accept(malformed) {
        Ok(_) => {
            preview.progress = Progress::Importing;
            vec![Effect::Import(Arc::clone(&preview.plan), Wish { malformed, different: preview.different })]
        }
        Err(trouble) => {
            preview.progress = Progress::Refused(trouble);
            vec![]
        }
    }
}

/// What came of looking at the list that `asked` was about. If the form was changed or closed
/// meanwhile, nobody wants to know.
pub fn planned(model: &mut Model, asked: &Effect, plan: Result<Arc<Plan>, Trouble>) {
    model.overlay = match (model.overlay.take(), plan) {
        (Some(Overlay::Form(mut form)), plan) if form.status == Status::Sent && form.effect().as_ref() == Ok(asked) => {
            form.status = Status::Open;
            match plan {
                Ok(plan) => Some(Overlay::Import(Box::new(Preview::new(form, plan)))),
                Err(trouble) => {
                    form.status = Status::Wrong(trouble);
                    Some(Overlay::Form(form))
                }
            }
        }
        (overlay, _) => overlay,
    };
}

/// What came of the import.
pub fn imported(model: &mut Model, outcome: Result<Imported, Trouble>) {
    match (&mut model.overlay, outcome) {
        (Some(Overlay::Import(preview)), Err(trouble)) => preview.progress = Progress::Refused(trouble),
        (_, Err(trouble)) => say_trouble(model, &trouble),
        (overlay, Ok(imported)) => {
            if let Some(Overlay::Import(preview)) = overlay.take_if(|overlay| matches!(overlay, Overlay::Import(_))) {
                model.imported = preview.plan.new.iter().map(|mailbox| mailbox.address.clone()).collect();
            }
            select_imported(model);
            model.say(Tone::Good, done(imported));
        }
    }
}

/// Selects what was imported, as soon as it has appeared: at once, but for what is gone already.
pub fn select_imported(model: &mut Model) {
    let Some(fleet) = &model.fleet else { return };
    let imported = model.imported.iter().filter_map(|address| fleet.mailbox_at(address.as_str()));
    let ids: Vec<MailboxId> = imported.map(|mailbox| mailbox.id).collect();
    if !ids.is_empty() {
        model.list.select_only(ids);
        model.imported.clear();
    }
}

fn done(Imported { added, changed }: Imported) -> String {
    let added = match added {
        0 => "No mailbox was imported: none is new.".to_owned(),
        1 => "1 mailbox was imported, and is selected. ⏎ does what it needs next.".to_owned(),
        added => format!("{added} mailboxes were imported, and are selected. ⏎ does what they need next."),
    };
    match changed {
        0 => added,
        1 => format!("{added} 1 mailbox was changed."),
        changed => format!("{added} {changed} mailboxes were changed."),
    }
}
