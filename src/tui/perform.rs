//! Effects become jobs of the engine; what comes of them comes back as messages.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;
use url::Url;

use super::history;
use super::message::{Done, Effect, Message, Saved};
use super::update::title;
use crate::domain::{NewMailbox, Secret, StoreKind, Trouble};
use crate::engine::{Engine, Errand, Rest, Subject};

/// Who plays the person in the demo: opens a link, signs in, consents.
pub type Person = Arc<dyn Fn(Url) -> Pin<Box<dyn Future<Output = Result<(), Trouble>> + Send>> + Send + Sync>;

/// Turns effects into jobs.
pub struct Performer {
    engine: Engine,
    messages: UnboundedSender<Message>,
    person: Option<Person>,
}

impl Performer {
    /// A performer that answers to `messages`.
    #[must_use]
    pub fn new(engine: Engine, messages: UnboundedSender<Message>, person: Option<Person>) -> Self {
        Self { engine, messages, person }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.engine.now()
    }

    /// Comes when the program can be stopped for a while; hold what it gives until it goes on.
    pub async fn rest(&self) -> Option<Rest<'_>> {
        self.engine.rest().await
    }

    /// Begins a job; it waits for nothing.
    pub fn perform(&self, effect: Effect) {
        let engine = self.engine.clone();
        match effect {
            Effect::OpenBrowser(subject) => self.answer(open_browser(engine, subject)),
            Effect::CopyLink(subject) => self.answer(copy_link(engine, subject)),
            Effect::ShowLink(subject) => {
                self.answer(async move { begin(&engine, &subject).await.map(|errand| Some(Done::Link(errand))) });
            }
            Effect::PlayPerson(link) => self.play_person(link),
            Effect::Cancel(subject) => self.answer(async move { engine.cancel_errand(&subject).await.map(|()| None) }),
            Effect::Accept(text) => self.answer(async move { engine.accept(&text).await.map(|_| None) }),
            Effect::AcceptClipboard => self.answer(accept_clipboard(engine)),
            Effect::ChooseErrand(mailbox) => {
                self.answer(async move { engine.choose_errand(mailbox).await.map(|_| None) })
            }
            Effect::ChooseAccount(state, choice) => self.answer(choose_account(engine, state, choice)),
            Effect::Prove(name) => self.answer(async move { engine.prove(name).await.map(|()| None) }),
            // What comes of it is told by events.
            Effect::Check(ids, seen_at) => drop(engine.check_many(ids, seen_at)),
            Effect::StopChecks => engine.stop_checks(),
            Effect::Copy(mailbox, field) => self.answer(async move {
                let copied = engine.copy(mailbox, field).await?;
                Ok(Some(Done::Copied { what: title(field).to_owned(), copied, is_secret: field.is_secret() }))
            }),
            Effect::CopyText(what, text) => self.answer(async move {
                let copied = engine.copy_text(&Secret::new(text)).await?;
                Ok(Some(Done::Copied { what, copied, is_secret: false }))
            }),
            Effect::OpenPage(page) => self.answer(open_page(engine, page)),
            Effect::Reveal(mailbox, field) => self.answer(async move {
                engine.show(mailbox, field).await.map(|secret| Some(Done::Revealed(field, secret)))
            }),
            Effect::ReadHistory(of) => self.answer(async move {
                let lines = engine.history(of.clone(), history::MOST).await;
                Ok(Some(Done::HistoryRead { of, lines }))
            }),
            Effect::SealSecrets => {
                let moving = engine.move_store(StoreKind::Sealed, None);
                self.answer(async move {
                    let outcome = moving.await;
                    Ok(Some(Done::Sealed { outcome, title: engine.store_title() }))
                });
            }
            Effect::StopSealing => engine.stop_moving(),
            Effect::AddMailboxes(mailboxes) => {
                self.answer(async move { Ok(Some(add_mailboxes(engine, mailboxes).await)) });
            }
            Effect::PlanImport(list, defaults) => self.answer(async move {
                let asked = Effect::PlanImport(list.clone(), defaults.clone());
                let plan = engine.plan_import(list, defaults).await.map(Arc::new);
                Ok(Some(Done::Planned { asked, plan }))
            }),
            Effect::Import(plan, wish) => {
                self.answer(async move { Ok(Some(Done::Imported(engine.import(plan, wish).await))) });
            }
            Effect::ChangeMailbox(id, to) => {
                self.save(async move { engine.change_mailbox(id, to).await.map(|()| Saved::Mailbox(id)) });
            }
            Effect::RemoveMailboxes(ids) => self.answer(async move {
                let count = ids.len();
                for id in ids {
                    engine.remove_mailbox(id).await?;
                }
                engine.forget_discarded_secrets().await.map(|()| Some(Done::Removed(count)))
            }),
            Effect::RemoveApplication(name) => {
                self.answer(async move { engine.remove_application(name).await.map(|()| None) });
            }
            Effect::SaveApplication(replaces, application, secret) => {
                let name = application.name.clone();
                self.save(async move {
                    engine.save_application(replaces, *application, secret).await.map(|()| Saved::Application(name))
                });
            }
            Effect::FindTenant(provider, domain) => self.answer(async move {
                let found = engine.find_tenant(&provider, &domain).await;
                Ok(Some(Done::Tenant(found.map(|tenant| (tenant.id, tenant.region)))))
            }),
            // The loop does these itself: they are the terminal's.
            Effect::ToTerminal(_) | Effect::Suspend | Effect::Quit => {}
        }
    }

    fn answer(&self, job: impl Future<Output = Result<Option<Done>, Trouble>> + Send + 'static) {
        let messages = self.messages.clone();
        tokio::spawn(async move {
            let done = match job.await {
                Ok(Some(done)) => done,
                Ok(None) => return,
                Err(trouble) => Done::Failed(trouble),
            };
            // The dashboard may have ended meanwhile.
            let _ = messages.send(Message::Done(done));
        });
    }

    fn save(&self, job: impl Future<Output = Result<Saved, Trouble>> + Send + 'static) {
        self.answer(async move { Ok(Some(job.await.map_or_else(Done::NotSaved, Done::Saved))) });
    }

    fn play_person(&self, link: Url) {
        let Some(person) = self.person.clone() else { return };
        self.answer(async move { person(link).await.map(|()| None) });
    }
}

async fn begin(engine: &Engine, subject: &Subject) -> Result<Errand, Trouble> {
    match subject {
        Subject::Mailbox(mailbox) => engine.begin_sign_in(*mailbox).await,
        Subject::Application(name) => engine.begin_consent(name.clone()).await,
    }
}

/// Where no browser can be opened, the link is copied instead.
async fn open_browser(engine: Engine, subject: Subject) -> Result<Option<Done>, Trouble> {
    let errand = match begin(&engine, &subject).await {
        Ok(errand) => errand,
        Err(trouble) => return Ok(Some(Done::NotBegun(subject, trouble))),
    };
    let browser = open_or_copy(&engine, &errand.link).await;
    Ok(Some(Done::Opened { errand, browser }))
}

async fn open_or_copy(engine: &Engine, link: &Url) -> Result<(), (Trouble, Result<crate::engine::Copied, Trouble>)> {
    match engine.open_browser(link.clone()).await {
        Ok(()) => Ok(()),
        Err(trouble) => Err((trouble, engine.copy_text(&Secret::new(link.as_str())).await)),
    }
}

async fn copy_link(engine: Engine, subject: Subject) -> Result<Option<Done>, Trouble> {
    let errand = begin(&engine, &subject).await?;
    let copied = engine.copy_text(&Secret::new(errand.link.as_str())).await;
    Ok(Some(Done::LinkCopied { errand, copied }))
}

/// One after the other: those that can be added are, whatever becomes of the others.
async fn add_mailboxes(engine: Engine, mailboxes: Vec<NewMailbox>) -> Done {
    let (mut added, mut refused) = (Vec::new(), Vec::new());
    for mailbox in mailboxes {
        let address = mailbox.address.clone();
        match engine.add_mailbox(mailbox).await {
            Ok(mailbox) => added.push(mailbox.id),
            Err(trouble) => refused.push((address, trouble)),
        }
    }
    Done::Added { added, refused }
}

async fn accept_clipboard(engine: Engine) -> Result<Option<Done>, Trouble> {
    match engine.paste().await? {
        Some(text) => engine.accept(&text).await.map(|_| None),
        None => Ok(Some(Done::ClipboardEmpty)),
    }
}

async fn choose_account(engine: Engine, state: String, choice: crate::engine::Choice) -> Result<Option<Done>, Trouble> {
    let Some(errand) = engine.choose_account(&state, choice).await? else {
        return Ok(None);
    };
    let browser = open_or_copy(&engine, &errand.link).await;
    Ok(Some(Done::Opened { errand, browser }))
}

async fn open_page(engine: Engine, page: String) -> Result<Option<Done>, Trouble> {
    let opened = match Url::parse(&page) {
        Ok(url) => engine.open_browser(url).await.is_ok(),
        Err(_) => false,
    };
    if opened {
        return Ok(None);
    }
    let copied = engine.copy_text(&Secret::new(page)).await?;
    Ok(Some(Done::Copied { what: "The page's address".to_owned(), copied, is_secret: false }))
}
