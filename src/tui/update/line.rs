//! The assembly line at work: what it opens, what it hears, and what it says.

use std::collections::BTreeSet;

use super::done::say_trouble;
use crate::domain::{ApplicationName, Check, Entry, Trouble};
use crate::engine::{Choice, Subject, Work};
use crate::tui::list::Row;
use crate::tui::message::Effect;
use crate::tui::model::{Model, Tone};
use crate::tui::queue::{Count, Queue};

/// Begins a line with all of the selection, or the mailbox under the cursor, that somebody has to
/// sign in for. Applications of which nobody knows yet whether they are right are proved first.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let targets = model.list.targets().into_iter();
    let wanted = targets.filter(|id| model.list.find(*id).is_some_and(Row::needs_sign_in));
    let entries: Vec<Entry<'_>> = wanted.filter_map(|id| model.entry_of(id)).collect();
    let applications = entries.iter().map(|entry| entry.application);
    let unproved: BTreeSet<&ApplicationName> = applications
        .filter(|application| application.proof == Check::Unknown)
        .map(|application| &application.name)
        .filter(|name| !model.works.contains_key(&Subject::Application((*name).clone())))
        .collect();
    let effects = unproved.into_iter().cloned().map(Effect::Prove).collect();
    model.queue = Queue::of(entries.into_iter());
    model.list.deselect();
    effects
}

/// Opens what there is room for, the cursor on it, and says what came of a line that is over.
pub fn advance(model: &mut Model) -> Vec<Effect> {
    let refused = pass_refused(model);
    if matches!(next_application(model), Some((_, Check::Unknown))) {
        return vec![];
    }
    let Some(queue) = &mut model.queue else { return vec![] };
    let opened = queue.open_next();
    if queue.is_over() {
        let count = queue.count();
        model.queue = None;
        // What was just said of an application tells what to do next, and this does not.
        if !refused {
            let tone = if count.failed == 0 { Tone::Good } else { Tone::Bad };
            model.say_result(tone, format!("The line is through: {}", sum(&count)));
        }
        return vec![];
    }
    if let Some(id) = opened.last() {
        model.list.go_to(*id, model.layout().list_height());
    }
    opened.into_iter().map(|id| Effect::OpenBrowser(Subject::Mailbox(id))).collect()
}

/// Passes over the mailboxes of applications that are not right, and says why: a sign-in to one would
/// end on the provider's page. Whether there were any.
fn pass_refused(model: &mut Model) -> bool {
    let mut any = false;
    while let Some((name, Check::Failed { trouble, .. })) = next_application(model) {
        let Model { queue: Some(queue), list, .. } = model else { break };
        queue.give_up(|id| list.find(id).is_some_and(|row| row.application == name));
        say_trouble(model, &trouble);
        any = true;
    }
    any
}

/// The application that the next of the line is to sign in to, and whether it is right.
fn next_application(model: &Model) -> Option<(ApplicationName, Check)> {
    let row = model.list.find(model.queue.as_ref()?.next()?)?;
    let application = model.fleet.as_ref()?.applications.get(&row.application)?;
    Some((row.application.clone(), application.proof.clone()))
}

/// Hears what is at work for a mailbox.
pub fn hear(model: &mut Model, subject: &Subject, work: Option<&Work>) {
    let (Some(queue), Subject::Mailbox(id)) = (&mut model.queue, subject) else { return };
    match work {
        Some(work) => queue.hear(*id, work),
        None => queue.end(*id),
    }
}

/// Stops the line. What is open stays open: it can be answered for as long as it lives.
pub fn stop(model: &mut Model) {
    let Some(queue) = model.queue.take() else { return };
    let count = queue.count();
    let open = if count.waiting == 0 { "" } else { " What is open can still be answered." };
    model.say(Tone::Plain, format!("The line was stopped: {}{open}", sum(&count)));
}

/// Puts the sign-in under the cursor, or else the first that is open, behind the others.
pub fn skip(model: &mut Model) -> Vec<Effect> {
    let current = model.list.current().map(|row| row.id);
    let skipped = model.queue.as_mut().and_then(|queue| queue.skip(current));
    skipped.map(|id| end_of(model, Subject::Mailbox(id))).into_iter().collect()
}

/// What ends a sign-in, whether the browser or a question waits for its person.
fn end_of(model: &Model, subject: Subject) -> Effect {
    match model.works.get(&subject) {
        Some(Work::Asking { state, .. }) => Effect::ChooseAccount(state.clone(), Choice::Discard),
        _ => Effect::Cancel(subject),
    }
}

/// Keeps more or fewer sign-ins open.
pub fn change_at_once(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(queue) = &mut model.queue {
        queue.change_at_once(by);
    }
    vec![]
}

/// A sign-in could not be begun: what stands in its way stands in the way of the others too.
pub fn not_begun(model: &mut Model, subject: &Subject, trouble: &Trouble) {
    if let (Some(queue), Subject::Mailbox(id)) = (&mut model.queue, subject) {
        queue.put_back(*id);
        model.queue = None;
    }
    say_trouble(model, trouble);
}

fn sum(count: &Count) -> String {
    let Count { done, failed, left, waiting } = *count;
    let failed = match failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    let left = match left + waiting {
        0 => String::new(),
        left => format!(", {left} left"),
    };
    format!("{done} signed in{failed}{left}.")
}
