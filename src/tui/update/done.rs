//! What came of the effects.

use jiff::SignedDuration;

use super::overlays::back_from;
use super::{errands, history, import, line, sealing};
use crate::domain::{Address, MailboxId, Trouble};
use crate::engine::{Copied, Field};
use crate::tui::form::{Name, Purpose, Status};
use crate::tui::message::{Done, Effect, Saved};
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::Overlay;

/// How long a secret that somebody asked for stays on the screen.
const REVEAL: SignedDuration = SignedDuration::from_secs(15);
/// How many refused mailboxes are named.
const MOST_NAMED: usize = 3;

/// Takes what came of an effect.
pub fn done(model: &mut Model, done: Done) -> Vec<Effect> {
    match done {
        Done::Opened { errand, browser } => return errands::opened(model, errand, browser),
        Done::LinkCopied { errand, copied } => return errands::link_copied(model, errand, copied),
        Done::Link(errand) => show(model, Overlay::Link(errand)),
        Done::Copied { what, copied, is_secret } => return say_copied(model, &what, copied, is_secret),
        Done::ClipboardEmpty => model.say(Tone::Plain, "There is no text on the clipboard."),
        Done::Saved(what) => return saved(model, what),
        Done::Added { added, refused } => self::added(model, &added, refused),
        Done::NotSaved(trouble) => not_saved(model, trouble),
        Done::Tenant(found) => tenant(model, found),
        Done::Planned { asked, plan } => import::planned(model, &asked, plan),
        Done::Imported(outcome) => import::imported(model, outcome),
        Done::Removed(1) => model.say(Tone::Good, "The mailbox was removed."),
        Done::Removed(count) => model.say(Tone::Good, format!("{count} mailboxes were removed.")),
        Done::HistoryRead { of, lines } => history::read(model, &of, lines),
        Done::WorthSealing(secrets) => sealing::offer(model, secrets),
        Done::Sealed { outcome, title } => sealing::over(model, outcome, title),
        Done::Revealed(field, secret) => {
            let until = model.now + REVEAL;
            show(model, Overlay::Reveal(field, secret, until));
        }
        Done::NotBegun(subject, trouble) => line::not_begun(model, &subject, &trouble),
        Done::Failed(trouble) => say_trouble(model, &trouble),
    }
    vec![]
}

/// What was asked for and comes late does not push aside what somebody reads or types.
pub(super) fn show(model: &mut Model, overlay: Overlay) {
    if model.overlay.is_none() {
        model.overlay = Some(overlay);
    }
}

pub(super) fn say_copied(model: &mut Model, what: &str, copied: Copied, is_secret: bool) -> Vec<Effect> {
    let was = if what.ends_with("lines") { "were" } else { "was" };
    match copied {
        Copied::Clipboard { cleared_at: Some(moment) } => {
            let seconds = moment.duration_since(model.now).as_secs().max(0);
            model.say(
                Tone::Good,
                format!("{what} {was} copied. The clipboard is cleared in {seconds} s, and when you quit."),
            );
        }
        Copied::Clipboard { cleared_at: None } => model.say(Tone::Good, format!("{what} {was} copied.")),
        Copied::ForTerminal(text) => {
            model.say(
                Tone::Good,
                format!(
                    "{what} {was} handed to your terminal's clipboard (OSC 52), which does not say whether it took it.{}",
                    if is_secret { " Clear it yourself after use: nobody else can." } else { "" }
                ),
            );
            return vec![Effect::ToTerminal(text)];
        }
    }
    vec![]
}

fn saved(model: &mut Model, what: Saved) -> Vec<Effect> {
    close_sent_form(model);
    match what {
        Saved::Application(name) => {
            model.say(Tone::Good, format!("{name} was saved, and is being checked with its provider."));
            vec![Effect::Prove(name)]
        }
        Saved::Mailbox(id) => {
            go_to(model, id);
            say_added(model, &[id]);
            vec![]
        }
    }
}

/// Another that was opened meanwhile stays.
fn close_sent_form(model: &mut Model) {
    if let Some(Overlay::Form(form)) = &model.overlay
        && form.status == Status::Sent
    {
        model.overlay = back_from(form);
    }
}

/// Puts the cursor on a mailbox: the fleet may have been read before or after it came.
fn go_to(model: &mut Model, id: MailboxId) {
    if model.entry_of(id).is_some() {
        model.list.go_to(id, model.layout().list_height());
    } else {
        model.awaited = Some(id);
    }
}

/// What was refused stays in the form, with why.
fn added(model: &mut Model, added: &[MailboxId], mut refused: Vec<(Address, Trouble)>) {
    if let Some(first) = added.first() {
        go_to(model, *first);
    }
    let trouble = match &refused[..] {
        [] => None,
        [_] if added.is_empty() => refused.pop().map(|(_, trouble)| trouble),
        several => Some(some_refused(added.len(), several)),
    };
    let Some(trouble) = trouble else {
        close_sent_form(model);
        return say_added(model, added);
    };
    if let Some(Overlay::Form(form)) = &mut model.overlay
        && form.status == Status::Sent
        && !refused.is_empty()
    {
        let left: Vec<&str> = refused.iter().map(|(address, _)| address.as_str()).collect();
        form.set(Name::Address, &left.join(" "));
    }
    not_saved(model, trouble);
}

fn some_refused(added: usize, refused: &[(Address, Trouble)]) -> Trouble {
    let counted = |count: usize| if count == 1 { "1 mailbox".to_owned() } else { format!("{count} mailboxes") };
    let why: Vec<String> =
        refused.iter().take(MOST_NAMED).map(|(address, trouble)| format!("{address}: {}.", trouble.what())).collect();
    let more = refused.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" And {more} more.") } else { String::new() };
    Trouble::new(
        "mailbox.refused",
        format!("{} added, {} not", counted(added), refused.len()),
        why.join(" ") + &more,
        "Those that were not are left in the form.",
    )
}

fn say_added(model: &mut Model, added: &[MailboxId]) {
    let text = match added {
        [one] => {
            let address =
                model.entry_of(*one).map_or("The mailbox".to_owned(), |entry| entry.mailbox.address.to_string());
            format!("{address} is saved. ⏎ does what it needs next.")
        }
        several => format!("{} mailboxes were added. ⏎ does what the first needs next.", several.len()),
    };
    model.say(Tone::Good, text);
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
        "mailbox.exists" | "mailbox.refused" => Name::Address,
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

pub(super) fn say_trouble(model: &mut Model, trouble: &Trouble) {
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
