//! What the engine tells, and what came of the effects.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::domain::{Fleet, MailboxId, News, Trouble};
use crate::engine::{Accepted, Copied, Event, Field, Listening, Subject, Work};
use crate::tui::form::{Name, Purpose, Status};
use crate::tui::message::{Done, Effect, Saved};
use crate::tui::model::{Batch, Model, Overlay, Tone, WrongAccount};

/// How long a secret that somebody asked for stays on the screen.
const REVEAL: SignedDuration = SignedDuration::from_secs(15);

/// Takes what the engine tells.
pub fn engine(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Fleet(fleet) => {
            renew(model, &fleet);
            model.fleet = Some(fleet);
        }
        Event::News(news) => take_news(model, &news),
        Event::Work(subject, work) => at_work(model, subject, work),
        Event::Accepted(accepted) => say_accepted(model, &accepted),
        Event::WrongAccount { state, mailbox, expected, username } => {
            ask(model, Overlay::WrongAccount(WrongAccount { state, mailbox, expected, username, at: 0 }));
        }
        Event::WhichSignIn(asked) => ask(model, Overlay::WhichSignIn(asked, 0)),
        Event::ClipboardWatch(usable) => model.clipboard = Some(usable),
        Event::ClipboardCleared(true) => model.say(Tone::Plain, "The clipboard was cleared."),
        Event::ClipboardCleared(false) => {}
        Event::Trouble(trouble) => say_trouble(model, &trouble),
    }
    vec![]
}

/// Takes what came of an effect.
pub fn done(model: &mut Model, done: Done) -> Vec<Effect> {
    match done {
        Done::Opened { subject, listening, browser } => return opened(model, &subject, listening, browser),
        Done::Copied { what, copied, is_secret } => return say_copied(model, &what, copied, is_secret),
        Done::ClipboardEmpty => model.say(Tone::Plain, "There is no text on the clipboard."),
        Done::Saved(what) => return saved(model, what),
        Done::NotSaved(trouble) => not_saved(model, trouble),
        Done::Tenant(found) => tenant(model, found),
        Done::Revealed(field, secret) => {
            let until = model.now + REVEAL;
            ask(model, Overlay::Reveal(field, secret, until));
        }
        Done::Checked { batch, ok } => checked(model, batch, ok),
        Done::Failed(trouble) => say_trouble(model, &trouble),
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
    if let Some(overlay) = &mut model.overlay
        && !keep_about(overlay, |id| model.list.find(id).is_some())
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

/// Leaves out of a menu or question the mailboxes that are gone; says whether anything is left of it.
fn keep_about(overlay: &mut Overlay, is_there: impl Fn(MailboxId) -> bool) -> bool {
    match overlay {
        Overlay::CopyMenu(id, _) => is_there(*id),
        Overlay::WrongAccount(asked) => is_there(asked.mailbox),
        Overlay::Remove(ids) => {
            ids.retain(|id| is_there(*id));
            !ids.is_empty()
        }
        Overlay::WhichSignIn(asked, _) => asked.iter().any(|(id, _)| is_there(*id)),
        Overlay::Help(_) | Overlay::Walkthrough(_) | Overlay::Form(_) | Overlay::Reveal(..) => true,
    }
}

fn at_work(model: &mut Model, subject: Subject, work: Option<Work>) {
    match work {
        Some(work) => {
            model.works.insert(subject, work);
        }
        None => {
            model.works.remove(&subject);
        }
    }
    if !model.works.values().any(|work| work.waiting().is_some()) {
        model.clipboard = None;
    }
}

/// What comes by itself does not push aside what somebody is typing: a question waits in its pane.
fn ask(model: &mut Model, question: Overlay) {
    if model.overlay.is_none() {
        model.overlay = Some(question);
    }
}

fn opened(
    model: &mut Model,
    subject: &Subject,
    listening: Listening,
    browser: Result<(), (Trouble, Result<Copied, Trouble>)>,
) -> Vec<Effect> {
    let errand = match subject {
        Subject::Mailbox(_) => "Sign-in",
        Subject::Application(_) => "Admin consent",
    };
    match browser {
        Ok(()) => {
            let answer = match listening {
                Listening::Here(_) => "The answer is taken by itself",
                Listening::Elsewhere(_) | Listening::Nowhere => "Copy the address that it ends on",
            };
            model.say(Tone::Plain, format!("{errand}: the browser was opened. {answer}."));
        }
        Err((_, Ok(copied))) => {
            let how = match copied {
                Copied::Clipboard { .. } => "was copied",
                Copied::ForTerminal(_) => "was handed to your terminal's clipboard (OSC 52)",
            };
            let or = if model.setting.demo.is_some() { " Or p plays the person." } else { "" };
            model.say(Tone::Plain, format!("{errand}: no browser can be opened here, so the link {how}. Open it where there is one, then paste here the address that you land on.{or}"));
            if let Copied::ForTerminal(link) = copied {
                return vec![Effect::ToTerminal(link)];
            }
        }
        Err((no_browser, Err(no_clipboard))) => {
            model.say(
                Tone::Bad,
                format!("{}, and the link could not be copied: {}", no_browser.what(), no_clipboard.what()),
            );
        }
    }
    vec![]
}

fn say_copied(model: &mut Model, what: &str, copied: Copied, is_secret: bool) -> Vec<Effect> {
    match copied {
        Copied::Clipboard { cleared_at: Some(moment) } => {
            let seconds = moment.duration_since(model.now).as_secs().max(0);
            model.say(
                Tone::Good,
                format!("{what} was copied. The clipboard is cleared in {seconds} s, and when you quit."),
            );
        }
        Copied::Clipboard { cleared_at: None } => model.say(Tone::Good, format!("{what} was copied.")),
        Copied::ForTerminal(text) => {
            model.say(
                Tone::Good,
                format!(
                    "{what} was handed to your terminal's clipboard (OSC 52), which does not say whether it took it.{}",
                    if is_secret { " Clear it yourself after use: nobody else can." } else { "" }
                ),
            );
            return vec![Effect::ToTerminal(text)];
        }
    }
    vec![]
}

fn say_accepted(model: &mut Model, accepted: &Accepted) {
    match accepted {
        Accepted::Token { account, .. } => {
            model.say(Tone::Good, format!("{account} signed in. The refresh token is in {}.", model.setting.store))
        }
        Accepted::Consent(name) => model.say(Tone::Good, format!("Admin consent for {name} was granted.")),
        Accepted::WrongAccount { .. } => {}
    }
}

fn saved(model: &mut Model, what: Saved) -> Vec<Effect> {
    if matches!(&model.overlay, Some(Overlay::Form(form)) if form.status == Status::Sent) {
        model.overlay = None;
    }
    match what {
        Saved::Application(name) => {
            model.say(Tone::Good, format!("{name} was saved, and is being checked with its provider."));
            vec![Effect::Prove(name)]
        }
        Saved::Mailbox(id) => {
            // The fleet may have been read before or after this.
            if model.entry_of(id).is_some() {
                model.list.go_to(id, model.layout().list_height());
            } else {
                model.awaited = Some(id);
            }
            let address =
                model.entry_of(id).map_or("The mailbox".to_owned(), |entry| entry.mailbox.address.to_string());
            model.say(Tone::Good, format!("{address} is saved. ⏎ does what it needs next."));
            vec![]
        }
    }
}

fn not_saved(model: &mut Model, trouble: Trouble) {
    match &mut model.overlay {
        Some(Overlay::Form(form)) if form.status == Status::Sent => {
            if let Some(at) = form.fields.iter().position(|field| Some(field.name) == field_of(&trouble)) {
                form.at = at;
            }
            form.status = Status::Wrong(trouble);
        }
        _ => say_trouble(model, &trouble),
    }
}

/// The line of a form that a trouble is about.
fn field_of(trouble: &Trouble) -> Option<Name> {
    Some(match trouble.code() {
        "application.client_id" => Name::ClientId,
        "application.tenant" => Name::Tenant,
        "application.client_secret" => Name::ClientSecret,
        "application.scope" => Name::Scopes,
        "application.exists" | "application.name" => Name::Name,
        "mailbox.exists" => Name::Address,
        _ => return None,
    })
}

fn tenant(model: &mut Model, found: Result<(String, Option<String>), Trouble>) {
    let Some(Overlay::Form(form)) = &mut model.overlay else {
        return;
    };
    if !matches!(form.purpose, Purpose::NewApplication | Purpose::EditApplication(_))
        || form.status != Status::LookingForTenant
    {
        return;
    }
    form.status = match found {
        Ok((id, region)) => {
            form.set(Name::Tenant, &id);
            Status::FoundTenant(region)
        }
        Err(trouble) => Status::Wrong(trouble),
    };
}

fn checked(model: &mut Model, id: u64, ok: bool) {
    let Some(batch) = model.batch.as_mut().filter(|batch| batch.id == id) else {
        return;
    };
    batch.over += 1;
    batch.failed += usize::from(!ok);
    if batch.over == batch.all {
        let batch = *batch;
        model.batch = None;
        let tone = if batch.failed == 0 { Tone::Good } else { Tone::Bad };
        model.say(tone, sum(&batch));
    }
}

/// What came of a batch.
fn sum(batch: &Batch) -> String {
    let checked = match batch.all {
        1 => "1 mailbox was checked".to_owned(),
        all => format!("{all} mailboxes were checked"),
    };
    let found = match batch.failed {
        0 => "all is well".to_owned(),
        1 => "1 needs attention".to_owned(),
        failed => format!("{failed} need attention"),
    };
    match batch.unsigned {
        0 => format!("{checked}, {found}."),
        unsigned => format!("{checked}, {found}. {unsigned} more have no token yet."),
    }
}

fn say_trouble(model: &mut Model, trouble: &Trouble) {
    model.say(Tone::Bad, format!("{trouble} ({})", trouble.code()));
}

/// What a copied field is called.
#[must_use]
pub fn title(field: Field) -> &'static str {
    match field {
        Field::Tenant => "Tenant",
        Field::ClientId => "Client id",
        Field::ClientSecret => "Client secret",
        Field::Account => "Account",
        Field::RefreshToken => "Refresh token",
        Field::AccessToken => "Access token",
        Field::Xoauth2 => "XOAUTH2 string",
        Field::Curl => "curl command",
        Field::Json => "JSON of all",
    }
}
