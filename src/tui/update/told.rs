//! What the engine tells.

use std::sync::Arc;

use super::done::say_trouble;
use super::{checks, import, line, sealing};
use crate::domain::{Fleet, MailboxId, News};
use crate::engine::{Accepted, Event, Subject, Work};
use crate::tui::message::Effect;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::{Overlay, Question, Unexpected, WrongAccount};

/// Takes what the engine tells.
pub fn engine(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Fleet(fleet) => {
            renew(model, &fleet);
            model.fleet = Some(fleet);
            import::select_imported(model);
        }
        Event::News(news) => take_news(model, &news),
        Event::Work(subject, work) => at_work(model, subject, work),
        Event::Checks(progress) => checks::told(model, progress),
        Event::KeepAlive(keep_alive) => model.keep_alive = Some(keep_alive),
        Event::Accepted(accepted) => say_accepted(model, &accepted),
        Event::WrongAccount { state, mailbox, expected, username } => {
            let sign_ins = vec![Unexpected { state, mailbox, expected }];
            ask(model, Question::WrongAccount(WrongAccount { username, sign_ins }));
        }
        Event::WhichSignIn(asked) => {
            model.unclaimed_code = Some(asked.clone());
            ask(model, Question::WhichSignIn(asked));
        }
        Event::ClipboardWatch(usable) => model.clipboard = Some(usable),
        Event::ClipboardCleared(true) => model.say(Tone::Plain, "The clipboard was cleared."),
        Event::ClipboardCleared(false) => {}
        Event::StoreMoving(progress) => sealing::progress(model, progress),
        Event::Trouble(trouble) => say_trouble(model, &trouble),
    }
    vec![]
}

fn renew(model: &mut Model, fleet: &Fleet) {
    let height = model.layout().list_height();
    model.list.renew(fleet, model.now);
    model.list.keep_in_window(height);
    if let Some(id) = model.awaited.take_if(|id| model.list.find(*id).is_some()) {
        model.list.go_to(id, height);
    }
    let list = &model.list;
    let is_there = |id| list.find(id).is_some();
    if let Some(queue) = &mut model.queue {
        queue.retain(is_there);
    }
    model.questions.retain_mut(|question| question.keep_about(is_there));
    if let Some(overlay) = &mut model.overlay
        && !overlay.keep_about(is_there)
    {
        model.overlay = None;
    }
}

fn take_news(model: &mut Model, news: &News) {
    // Before the whole fleet was told there is nothing that could be news.
    let Some(fleet) = &mut model.fleet else { return };
    let fleet = Arc::make_mut(fleet);
    let places = fleet.take(news);
    let entries = places.iter().filter_map(|place| fleet.mailboxes.get(*place)).filter_map(|it| fleet.entry(it));
    model.list.refresh(entries, model.now);
    model.list.keep_in_window(model.layout().list_height());
}

fn at_work(model: &mut Model, subject: Subject, work: Option<Work>) {
    let waits = work.as_ref().is_some_and(|work| work.waiting().is_some());
    if !waits && matches!(&model.overlay, Some(Overlay::Link(errand)) if errand.subject == subject) {
        model.overlay = None;
    }
    line::hear(model, &subject, work.as_ref());
    match work {
        Some(work) => {
            model.works.insert(subject, work);
        }
        None => {
            model.works.remove(&subject);
        }
    }
    let waits = |id: &MailboxId| model.works.get(&Subject::Mailbox(*id)).is_some_and(|work| work.waiting().is_some());
    if model.unclaimed_code.as_ref().is_some_and(|asked| !asked.iter().any(|(id, _)| waits(id))) {
        model.unclaimed_code = None;
    }
    if !model.works.values().any(|work| work.waiting().is_some()) {
        model.clipboard = None;
    }
}

/// What one answer does for is asked once. The cursor goes back to the first line, which does no harm.
fn ask(model: &mut Model, question: Question) {
    if let Some(Overlay::Question(open, at)) = &mut model.overlay
        && open.take_in(&question)
    {
        *at = 0;
    } else if !model.questions.iter_mut().any(|known| known.take_in(&question)) {
        model.questions.push_back(question);
    }
}

fn say_accepted(model: &mut Model, accepted: &Accepted) {
    match accepted {
        Accepted::Token { mailbox, account, place } => {
            if let Some(queue) = &mut model.queue {
                queue.succeed(*mailbox);
            }
            model.say(Tone::Good, format!("{account} signed in. The refresh token is in {place}."))
        }
        Accepted::Consent(name) => model.say(Tone::Good, format!("Admin consent for {name} was granted.")),
        Accepted::WrongAccount { .. } => {}
    }
}
