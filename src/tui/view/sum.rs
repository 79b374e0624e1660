//! What the panes say of several mailboxes: how far they are, what keys do for all of them, and what
//! is wrong most often.

use unicode_width::UnicodeWidthStr;

use super::parts::Text;
use super::weeks::bars;
use crate::domain::{Standing, Step, StepState};
use crate::engine::Subject;
use crate::tui::list::{Counts, Row};
use crate::tui::model::Model;
use crate::tui::next::{Next, next};
use crate::tui::theme::{Role, Theme};
use crate::tui::weeks::bar_width;

/// From so many rows of the window on the weeks have bars of more than one line.
const ROOMY: u16 = 30;

/// One step of all that are selected.
pub fn sum(text: &mut Text, model: &Model, step: Step) {
    let theme = model.setting.theme;
    let states = states(theme, counts(model, step)).into_iter().filter(|(count, ..)| *count > 0);
    text.marks(states.map(|(count, word, symbol, role)| (symbol, role, format!("{count} {word}"))));
    keys(text, model, step);
    if step == Step::Token {
        weeks(text, model);
    }
    troubles(text, model, step);
}

/// Symbol and colour of what matters most of a step of the selection.
pub fn mark(model: &Model, step: Step) -> (&'static str, Role) {
    let [done, ready, running, stuck, todo] = states(model.setting.theme, counts(model, step));
    let found = [stuck, running, ready, todo].into_iter().find(|(count, ..)| *count > 0);
    let (.., symbol, role) = found.unwrap_or(done);
    (symbol, role)
}

fn states(theme: Theme, counts: Counts) -> [(usize, &'static str, &'static str, Role); 5] {
    let of = |count, state: StepState| (count, state.word(), theme.step(&state), Theme::of_step(&state));
    let (stuck, bad) = theme.standing(Standing::Stuck);
    [
        of(counts.done, StepState::Done),
        of(counts.ready, StepState::Ready),
        of(counts.running, StepState::Running),
        (counts.stuck, "stuck", stuck, bad),
        of(counts.todo, StepState::Todo),
    ]
}

/// How far they are with what is at work now, which the list does not know.
fn counts(model: &Model, step: Step) -> Counts {
    let mut counts = model.list.sum().step(step).counts;
    for (subject, _) in model.works.iter().filter(|(_, work)| work.step() == step) {
        for row in selected(model, subject) {
            counts.move_one(row.steps.get(step), &StepState::Running);
        }
    }
    counts
}

/// Those of the selection that a job is for. What is at work for a mailbox itself goes before what
/// is for its application.
fn selected<'a>(model: &'a Model, subject: &Subject) -> Vec<&'a Row> {
    match subject {
        Subject::Mailbox(id) => model.list.find(*id).filter(|row| model.list.is_selected(row.id)).into_iter().collect(),
        Subject::Application(name) => {
            let own = model.list.selection().filter(|row| row.application == *name);
            own.filter(|row| !model.works.contains_key(&Subject::Mailbox(row.id))).collect()
        }
    }
}

/// What keys do for all of them, each in the pane of its step.
fn keys(text: &mut Text, model: &Model, step: Step) {
    let sum = model.list.sum();
    let all = model.list.selected_len();
    match step {
        Step::Register => text.key("d", &format!("removes all {all} (asks)")),
        Step::Authorize if next(model) == Next::SignInAll => {
            text.key("⏎", &format!("signs in for {}, one after the other", sum.sign_ins));
        }
        Step::Authorize if sum.sign_ins == 0 => text.say(Role::Faint, "Nobody has to sign in."),
        Step::Authorize => {}
        Step::Token if sum.with_token > 0 => text.key("r", &format!("refreshes {}, and checks them", sum.with_token)),
        Step::Token => text.say(Role::Faint, "No token to refresh yet."),
        Step::SmtpAuth => {
            if sum.power_shell > 0 {
                text.key("c", &format!("copies the PowerShell lines for {}", sum.power_shell));
            }
            if sum.with_token > 0 {
                text.key("r", &format!("checks {}", sum.with_token));
            }
        }
    }
}

fn weeks(text: &mut Text, model: &Model) {
    let weeks = &model.list.sum().weeks;
    let wide = bar_width(weeks, text.width());
    if weeks.all() == 0 || wide == 0 {
        return;
    }
    let lines = if model.size.1 < ROOMY { 1 } else { 3 };
    text.gap();
    text.lines.extend(bars(model.setting.theme, weeks, (lines, wide)));
    text.say(
        Role::Text,
        format!("Due by week: {} this week, {} within {} weeks", weeks.this_week(), weeks.all(), weeks.counts().len()),
    );
}

/// What is wrong most often, and how to see them.
fn troubles(text: &mut Text, model: &Model, step: Step) {
    let (symbol, role) = model.setting.theme.standing(Standing::Stuck);
    let troubles = &model.list.sum().step(step).troubles;
    if troubles.is_empty() {
        return;
    }
    text.gap();
    for (code, count) in troubles {
        let line = format!("{count} {code}");
        if line.width() + 2 <= text.width() {
            text.item(symbol, role, line);
        } else {
            text.item(symbol, role, format!("{count} with"));
            text.say(Role::Text, format!("  {code}"));
        }
    }
    text.key("/", "trouble:CODE shows them");
}
