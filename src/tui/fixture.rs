//! A fleet made by hand, a screen to look at, and keys to press: what the dashboard's tests share.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::message::{Effect, Message};
use super::model::{DemoNote, Model, Setting};
use super::theme::{Palette, Symbols, Theme};
use super::update::update;
use super::view;
use crate::domain::{
    Address, Application, ApplicationName, Check, Checks, Fleet, Grant, GrantId, Identity, Mailbox, MailboxId,
    RedirectUri, Remedy, Step, Token, TokenEnd, Trouble,
};
use crate::engine::{Event, Settings, Subject, Waiting, Work};

/// A terminal with everything.
pub const COLOURFUL: Theme = Theme {
    palette: Palette::Sixteen,
    symbols: Symbols::Unicode,
};

/// The moment at which all tests happen.
pub fn now() -> Timestamp {
    "2026-03-14T09:26:53Z".parse().unwrap()
}

/// So many minutes before [`now`].
pub fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// So many days before [`now`].
pub fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

/// An address.
pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// An application's name.
pub fn name(text: &str) -> ApplicationName {
    ApplicationName::parse(text).unwrap()
}

/// A fleet without anything but the providers that everybody has.
pub fn nothing() -> Fleet {
    let providers = Settings::parse("", Path::new("config.toml")).unwrap().providers;
    Fleet {
        providers,
        ..Fleet::default()
    }
}

/// An application that its provider knows.
pub fn application(called: &str, tenant: &str) -> Application {
    Application {
        name: name(called),
        provider: "microsoft".to_owned(),
        tenant: tenant.to_owned(),
        client_id: "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18".to_owned(),
        redirect_uri: RedirectUri::parse("http://localhost").unwrap(),
        scopes: Vec::new(),
        has_client_secret: false,
        proof: Check::Ok { at: minutes_ago(26) },
        consent: Check::Unknown,
    }
}

/// A token that somebody signed in for, and that was used since.
pub fn held(obtained_days_ago: i64, used_days_ago: i64) -> Token {
    Token::Held {
        obtained_at: days_ago(obtained_days_ago),
        last_used_at: days_ago(used_days_ago),
    }
}

/// All three servers took the token.
pub fn all_well(minutes: i64) -> Checks {
    let ok = Check::Ok {
        at: minutes_ago(minutes),
    };
    Checks {
        smtp: ok.clone(),
        imap: ok.clone(),
        pop: ok,
    }
}

/// The submission server refused, the other two did not.
pub fn smtp_off(minutes: i64, mailbox: &str) -> Checks {
    let trouble = Trouble::new(
        "smtp.auth_disabled.mailbox",
        format!("SMTP AUTH is switched off for {mailbox}"),
        "The mailbox has a setting of its own, whatever the organisation's is.",
        format!(
            "Run the PowerShell line, or open Users › Active users › {mailbox} › Mail › Manage email apps in \
             admin.microsoft.com and tick Authenticated SMTP. It can take an hour; then check again."
        ),
    );
    let line = format!("Set-CASMailbox -Identity '{mailbox}' -SmtpClientAuthenticationDisabled $false");
    Checks {
        smtp: Check::Failed {
            at: minutes_ago(minutes),
            trouble: trouble.with(Remedy::PowerShell(line)),
        },
        ..all_well(minutes)
    }
}

/// Adds a mailbox that is its own account, and gives its number.
pub fn add(fleet: &mut Fleet, application: &Application, mailbox: &str, token: Token, checks: Checks) -> MailboxId {
    let number = fleet.mailboxes.iter().map(|mailbox| mailbox.id.0).max().unwrap_or(0) + 1;
    fleet
        .applications
        .entry(application.name.clone())
        .or_insert_with(|| application.clone());
    let identity = (token != Token::None).then(|| Identity {
        issuer: "5f0c9a41-7d3e-4b52-9c86-1e2a70d4b8f3".to_owned(),
        subject: format!("object-{number}"),
        username: mailbox.to_owned(),
    });
    let grant = Grant {
        id: GrantId(number),
        application: application.name.clone(),
        account: address(mailbox),
        identity,
        token,
        trouble: None,
    };
    fleet.grants.insert(grant.id, grant);
    fleet.mailboxes.push(Mailbox {
        id: MailboxId(number),
        address: address(mailbox),
        application: application.name.clone(),
        grant: GrantId(number),
        checks,
    });
    fleet.mailboxes.sort_by(|a, b| a.address.cmp(&b.address));
    MailboxId(number)
}

/// The numbers of the mailboxes of [`fleet`].
pub mod is {
    use crate::domain::MailboxId;

    /// All is well.
    pub const AP: MailboxId = MailboxId(1);
    /// Never begun.
    pub const BILLING: MailboxId = MailboxId(2);
    /// SMTP AUTH is off.
    pub const HR: MailboxId = MailboxId(3);
    /// The token was revoked.
    pub const ALERTS: MailboxId = MailboxId(4);
    /// An administrator has to consent.
    pub const LEGAL: MailboxId = MailboxId(5);
    /// The token is near its end.
    pub const SUPPORT: MailboxId = MailboxId(6);
    /// Maria opens it.
    pub const INFO: MailboxId = MailboxId(7);
}

/// Seven mailboxes, no two in the same state, and one application.
pub fn fleet() -> Fleet {
    let mut fleet = nothing();
    let mailer = application("Mailer", "contoso.example");
    add(&mut fleet, &mailer, "ap@contoso.example", held(61, 0), all_well(2));
    add(
        &mut fleet,
        &mailer,
        "billing@contoso.example",
        Token::None,
        Checks::default(),
    );
    add(
        &mut fleet,
        &mailer,
        "hr@contoso.example",
        held(12, 1),
        smtp_off(240, "hr@contoso.example"),
    );
    let alerts = add(
        &mut fleet,
        &mailer,
        "it-alerts@contoso.example",
        revoked(),
        all_well(1_800),
    );
    assert_eq!(alerts, is::ALERTS);
    add(
        &mut fleet,
        &mailer,
        "legal@contoso.example",
        Token::None,
        Checks::default(),
    );
    add(
        &mut fleet,
        &mailer,
        "support@contoso.example",
        held(81, 81),
        all_well(116_640),
    );
    add(&mut fleet, &mailer, "info@contoso.example", held(25, 1), all_well(300));
    let approval = Trouble::new(
        "aadsts.90094",
        "An administrator has to consent first",
        "People may not allow IMAP and POP access themselves in most tenants.",
        "Have an administrator open the admin consent link, then sign in again.",
    );
    change_grant(&mut fleet, is::LEGAL, |grant| {
        grant.trouble = Some((Step::Authorize, approval.with(Remedy::AdminConsent)));
    });
    change_grant(&mut fleet, is::INFO, |grant| {
        grant.account = address("maria.lopez@contoso.example")
    });
    fleet
}

fn revoked() -> Token {
    let trouble = Trouble::new(
        "aadsts.50173",
        "The refresh token was revoked",
        "The password was changed or reset, or an administrator revoked the sessions.",
        "Sign in again.",
    );
    Token::Ended {
        obtained_at: days_ago(47),
        last_used_at: days_ago(2),
        at: days_ago(1),
        end: TokenEnd::Revoked,
        trouble: trouble.with(Remedy::SignIn),
    }
}

/// Changes the grant of a mailbox.
pub fn change_grant(fleet: &mut Fleet, mailbox: MailboxId, change: impl FnOnce(&mut Grant)) {
    let grant = fleet.mailboxes.iter().find(|known| known.id == mailbox).unwrap().grant;
    change(fleet.grants.get_mut(&grant).unwrap());
}

/// A dashboard of this size that has read no registry yet.
pub fn blank(size: (u16, u16)) -> Model {
    let setting = Setting {
        theme: COLOURFUL,
        zone: TimeZone::UTC,
        store: "the keyring",
        clear_after: std::time::Duration::from_secs(45),
        demo: None,
    };
    Model::new(setting, now(), size)
}

/// A dashboard of this size with a fleet on it.
pub fn showing(fleet: Fleet, size: (u16, u16)) -> Model {
    let mut model = blank(size);
    tell(&mut model, Event::Fleet(Arc::new(fleet)));
    model
}

/// The dashboard with [`fleet`], the cursor on this mailbox.
pub fn at(mailbox: MailboxId) -> Model {
    let mut model = showing(fleet(), (120, 40));
    put_cursor_on(&mut model, mailbox);
    model
}

/// The same, in the demo.
pub fn demo_at(mailbox: MailboxId) -> Model {
    let mut model = at(mailbox);
    model.setting.demo = Some(DemoNote {
        admin_page: "http://localhost:4711/".to_owned(),
    });
    model
}

/// Moves the cursor to a mailbox.
pub fn put_cursor_on(model: &mut Model, mailbox: MailboxId) {
    let height = model.layout().list_height();
    model.list.go_to(mailbox, height);
    assert_eq!(model.list.current().map(|row| row.id), Some(mailbox));
}

/// A sign-in that waits for its answer since 42 seconds.
pub fn waiting() -> Waiting {
    Waiting {
        state: "a-state".to_owned(),
        link: "https://login.example/authorize?state=a-state".parse().unwrap(),
        redirect_uri: RedirectUri::parse("http://localhost:49213").unwrap(),
        listening: true,
        since: now() - SignedDuration::from_secs(42),
        until: now() + SignedDuration::from_secs(558),
    }
}

/// A sign-in of this mailbox waits for its answer.
pub fn sign_in(model: &mut Model, mailbox: MailboxId) {
    work(model, mailbox, Work::SigningIn(waiting()));
}

/// A job is at work for this mailbox.
pub fn work(model: &mut Model, mailbox: MailboxId, work: Work) {
    tell(model, Event::Work(Subject::Mailbox(mailbox), Some(work)));
}

/// The engine tells something; the update wants nothing done.
pub fn tell(model: &mut Model, event: Event) {
    assert_eq!(update(model, Message::Engine(event)), []);
}

/// The key that the table calls by this name.
pub fn key(name: &str) -> KeyEvent {
    let (modifiers, name) = match name.strip_prefix("ctrl-") {
        Some(plain) => (KeyModifiers::CONTROL, plain),
        None => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "⏎" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "↑" => KeyCode::Up,
        "↓" => KeyCode::Down,
        "←" => KeyCode::Left,
        "→" => KeyCode::Right,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "tab" => KeyCode::Tab,
        "shift-tab" => KeyCode::BackTab,
        one => {
            let mut characters = one.chars();
            let character = characters.next().unwrap();
            assert_eq!(characters.next(), None, "{one} is no key");
            KeyCode::Char(character)
        }
    };
    KeyEvent::new(code, modifiers)
}

/// Presses a key, and gives what the update wants done.
pub fn press(model: &mut Model, name: &str) -> Vec<Effect> {
    update(model, Message::Key(key(name)))
}

/// Types a text, one key after the other.
pub fn type_in(model: &mut Model, text: &str) {
    for character in text.chars() {
        let typed = KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE);
        assert_eq!(update(model, Message::Key(typed)), []);
    }
}

/// So many seconds pass.
pub fn pass(model: &mut Model, seconds: i64) {
    let later = model.now + SignedDuration::from_secs(seconds);
    assert_eq!(update(model, Message::Time(later)), []);
}

/// What the person sees, with its colours.
pub fn picture(model: &Model) -> Buffer {
    let (width, height) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(frame, model)).unwrap();
    terminal.backend().buffer().clone()
}

/// What the person sees, as text without trailing blanks.
pub fn screen(model: &Model) -> String {
    let picture = picture(model);
    let lines = picture.content().chunks(usize::from(picture.area.width).max(1));
    let text: Vec<String> = lines
        .map(|cells| cells.iter().map(|cell| cell.symbol()).collect::<String>())
        .map(|line| line.trim_end().to_owned())
        .collect();
    text.join("\n")
}

/// A number that looks random, and is the same every time.
pub struct Dice(u64);

impl Dice {
    /// Dice that fall in the order that `seed` stands for.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides` (xorshift64).
    pub fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % sides.max(1)
    }
}

/// So many mailboxes.
pub fn crowd(count: i64) -> Fleet {
    let mut fleet = nothing();
    let mailer = application("Mailer", "contoso.example");
    add(
        &mut fleet,
        &mailer,
        "person-00001@contoso.example",
        held(9, 1),
        all_well(1),
    );
    let first = fleet.mailboxes.remove(0);
    let grants: HashMap<GrantId, Grant> = std::mem::take(&mut fleet.grants);
    let grant = grants.get(&GrantId(1)).unwrap();
    for number in 1..=count {
        let id = GrantId(number);
        let person = address(&format!("person-{number:05}@contoso.example"));
        let account = person.clone();
        fleet.grants.insert(
            id,
            Grant {
                id,
                account,
                ..grant.clone()
            },
        );
        fleet.mailboxes.push(Mailbox {
            id: MailboxId(number),
            address: person,
            grant: id,
            ..first.clone()
        });
    }
    fleet
}
