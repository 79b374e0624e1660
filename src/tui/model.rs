//! What the screen shows, and nothing else.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::layout::Layout;
use super::list::List;
use super::overlay::{Overlay, Question};
use super::queue::Queue;
use super::store::Store;
use super::theme::Theme;
use super::time;
use crate::domain::{Address, Application, ApplicationName, Entry, Fleet, MailboxId, Step, StepState, Steps, Trouble};
use crate::engine::{Field, KeepAlive, Progress, Subject, Work};

/// The whole state of the screen.
#[derive(Debug)]
pub struct Model {
    /// What does not change while the program runs.
    pub setting: Setting,
    /// Whether the registry was read, and what is in it.
    pub fleet: Option<Arc<Fleet>>,
    /// The mailboxes as a list.
    pub list: List,
    /// The mailbox that the cursor goes to as soon as it appears.
    pub awaited: Option<MailboxId>,
    /// The mailboxes that are selected as soon as they appear.
    pub imported: Vec<Address>,
    /// What is at work.
    pub works: HashMap<Subject, Work>,
    /// What the keys go to.
    pub focus: Focus,
    /// What lies over the dashboard.
    pub overlay: Option<Overlay>,
    /// What is asked as soon as nothing is in the way.
    pub questions: VecDeque<Question>,
    /// The open sign-ins of which one has to be named for the code that the engine keeps.
    pub unclaimed_code: Option<Vec<(MailboxId, Address)>>,
    /// Whether a browser could be opened, as far as it was tried.
    pub has_browser: bool,
    /// The secret store.
    pub store: Store,
    /// What was last said.
    pub notice: Option<Notice>,
    /// The assembly line of sign-ins.
    pub queue: Option<Queue>,
    /// The job over many mailboxes.
    pub batch: Option<Batch>,
    /// What the keep-alive does, if it is on.
    pub keep_alive: Option<KeepAlive>,
    /// Whether the clipboard can be watched; `None` while it is not.
    pub clipboard: Option<Result<(), Trouble>>,
    /// The time.
    pub now: Timestamp,
    /// Columns and rows of the window.
    pub size: (u16, u16),
}

/// What does not change while the program runs.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Colours and symbols.
    pub theme: Theme,
    /// The person's time zone.
    pub zone: TimeZone,
    /// What the secret store is called when the program starts.
    pub store: &'static str,
    /// When a copied secret is cleared.
    pub clear_after: std::time::Duration,
    /// Set in the demo.
    pub demo: Option<DemoNote>,
}

/// What the screen says of the demo.
#[derive(Debug, Clone)]
pub struct DemoNote {
    /// Where its administrator's page is.
    pub admin_page: String,
}

/// What the keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    List,
    /// The list, while its filter is typed.
    Filter,
    /// One of the panes, from this line of its text on.
    Pane(Step, u16),
}

/// What was last said, and until when.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The text.
    pub text: String,
    /// Good, bad, or neither.
    pub tone: Tone,
    /// When it goes.
    pub goes: Goes,
}

/// When a notice goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes {
    /// By itself, at this moment.
    At(Timestamp),
    /// With the first thing that a person does after this moment: nobody may have been there.
    WhenReadAfter(Timestamp),
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// For information.
    Plain,
    /// It went wrong.
    Bad,
}

/// The job over many mailboxes.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// How far it is.
    pub progress: Progress,
    /// Those that were left out, since nobody has signed in for them.
    pub unsigned: HashSet<MailboxId>,
}

impl Model {
    /// An empty screen.
    #[must_use]
    pub fn new(setting: Setting, now: Timestamp, size: (u16, u16)) -> Self {
        Self {
            store: Store::called(setting.store),
            setting,
            fleet: None,
            list: List::default(),
            awaited: None,
            imported: Vec::new(),
            works: HashMap::new(),
            focus: Focus::List,
            overlay: None,
            questions: VecDeque::new(),
            unclaimed_code: None,
            has_browser: true,
            notice: None,
            queue: None,
            batch: None,
            keep_alive: None,
            clipboard: None,
            now,
            size,
        }
    }

    /// Where everything is.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout::of(self.size, matches!(self.focus, Focus::Pane(..)))
    }

    /// The mailbox under the cursor with what it depends on.
    #[must_use]
    pub fn entry(&self) -> Option<Entry<'_>> {
        self.list.current().and_then(|row| self.entry_of(row.id))
    }

    /// A mailbox with what it depends on.
    #[must_use]
    pub fn entry_of(&self, id: MailboxId) -> Option<Entry<'_>> {
        let fleet = self.fleet.as_ref()?;
        // The list is made of this fleet, in its order.
        let mailbox = fleet.mailboxes.get(self.list.place_of(id)?)?;
        fleet.entry(mailbox).filter(|_| mailbox.id == id)
    }

    /// The applications, by name.
    #[must_use]
    pub fn applications(&self) -> Vec<&Application> {
        let mut all: Vec<&Application> = self.fleet.iter().flat_map(|fleet| fleet.applications.values()).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// What can be copied of a mailbox.
    #[must_use]
    pub fn fields(&self, mailbox: MailboxId) -> Vec<Field> {
        let has_secret = self.entry_of(mailbox).is_some_and(|entry| entry.application.has_client_secret);
        Field::ALL.iter().copied().filter(|field| has_secret || *field != Field::ClientSecret).collect()
    }

    /// What is at work for a mailbox, or for its application.
    #[must_use]
    pub fn work(&self, mailbox: MailboxId, application: &ApplicationName) -> Option<&Work> {
        if self.works.is_empty() {
            return None;
        }
        let of_mailbox = self.works.get(&Subject::Mailbox(mailbox));
        of_mailbox.or_else(|| self.works.get(&Subject::Application(application.clone())))
    }

    /// The steps of the mailbox under the cursor, with what runs.
    #[must_use]
    pub fn steps(&self) -> Option<Steps> {
        let row = self.list.current()?;
        Some(row.steps_while(self.work(row.id, &row.application).map(Work::step)))
    }

    /// The step whose pane is shown where only one is.
    #[must_use]
    pub fn shown_step(&self) -> Step {
        match self.focus {
            Focus::Pane(step, _) => step,
            _ => self.steps().map_or(Step::SmtpAuth, |steps| step_that_matters(&steps)),
        }
    }

    /// Says something for a while.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone, goes: Goes::At(self.now + reading_time(tone)) });
    }

    /// Says what came of something long, until somebody has had the time to read it.
    pub fn say_result(&mut self, tone: Tone, text: impl Into<String>) {
        let goes = Goes::WhenReadAfter(self.now + reading_time(tone));
        self.notice = Some(Notice { text: text.into(), tone, goes });
    }

    /// Takes away what was said long enough.
    pub fn forget_notice(&mut self, does_a_person_something: bool) {
        let now = self.now;
        self.notice.take_if(|notice| match notice.goes {
            Goes::At(moment) => moment <= now,
            Goes::WhenReadAfter(moment) => does_a_person_something && moment <= now,
        });
    }

    /// When the screen changes next by itself; `None` if only something new can change it.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Timestamp> {
        let spins = self.works.values().any(|work| work.waiting().is_none());
        if spins || self.batch.is_some() || self.store.is_moving() {
            return Some(self.now + SignedDuration::from_millis(100));
        }
        let counts = !self.works.is_empty() || matches!(self.overlay, Some(Overlay::Reveal(..)));
        let second = counts.then(|| self.now + SignedDuration::from_secs(1));
        let notice = self.notice.as_ref().and_then(|notice| match notice.goes {
            Goes::At(moment) => Some(moment),
            Goes::WhenReadAfter(_) => None,
        });
        [second, notice, self.next_age()].into_iter().flatten().min()
    }

    /// When the first of the ages on the screen grows.
    fn next_age(&self) -> Option<Timestamp> {
        let height = self.layout().list_height();
        let checked = self.list.window(height).filter_map(|(row, _)| row.checked);
        let current = self.entry().into_iter().flat_map(|entry| {
            let checks = &entry.mailbox.checks;
            let used = entry.grant.token.last_used_at();
            [entry.application.proof.at(), used, checks.imap.at(), checks.pop.at()]
        });
        let moments = checked.chain(current.flatten());
        moments.map(|moment| time::grows_at(moment, self.now)).min()
    }
}

fn reading_time(tone: Tone) -> SignedDuration {
    SignedDuration::from_secs(if tone == Tone::Bad { 20 } else { 8 })
}

/// What runs, else what went wrong, else what is to be done.
fn step_that_matters(steps: &Steps) -> Step {
    let running = steps.iter().find(|(_, state)| **state == StepState::Running);
    running
        .map(|(step, _)| step)
        .or(steps.trouble().map(|(step, _)| step))
        .or(steps.first_open())
        .unwrap_or(Step::SmtpAuth)
}
