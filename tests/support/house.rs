//! A household for a test: the demo tenant, a registry on a real file, a store in memory, and a
//! clock that the test sets ahead. Every engine over it is like another program on one machine.

#![allow(dead_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use mailkey::demo::{Demo, Options};
use mailkey::desktop::Clipboard;
use mailkey::domain::{
    Address, Application, ApplicationName, Check, Entry, Grant, MailboxId, RedirectUri, Secret, Step, Steps, StoreKind,
    Token, Trouble,
};
use mailkey::engine::{Clock, End, Engine, Errand, Event, Parts, Phase, Settings};
use mailkey::registry::{Owner, Registry, SealedSecret};
use mailkey::secrets::seal::SealKey;
use mailkey::secrets::{Key, Secrets};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use url::Url;

/// Longer than any machine needs; no test waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// The demo's registration at Contoso.
pub const CLIENT_ID: &str = "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18";
/// What the store of a household without a keyring is called.
pub const MEMORY: &str = "memory (the demo's own)";
/// What the tests call it.
pub const MAILER: &str = "Mailer";

/// What the engines of a test share.
pub struct House {
    pub folder: TempDir,
    pub demo: Demo,
    pub secrets: Secrets,
    pub settings: Settings,
    pub registry: Registry,
    seconds_ahead: Arc<AtomicU64>,
}

impl House {
    /// A household with the application “Mailer” and no mailbox.
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// The same, with a tenant that behaves otherwise.
    pub async fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(options).await.unwrap();
        std::fs::write(folder.path().join("ca.pem"), demo.ca_pem()).unwrap();
        let config = folder.path().join("config.toml");
        std::fs::write(&config, demo.config_toml()).unwrap();
        let house = Self {
            settings: Settings::load(&config).unwrap(),
            registry: Registry::open(&folder.path().join("registry.db")).unwrap(),
            secrets: Secrets::memory(),
            seconds_ahead: Arc::default(),
            folder,
            demo,
        };
        house.registry.add_application(&mailer()).unwrap();
        house
    }

    /// A household whose secrets are sealed in the registry.
    pub async fn sealed() -> Self {
        let mut house = Self::new().await;
        house.settings.store = StoreKind::Sealed;
        house
    }

    /// Another engine, with a connection to the registry of its own.
    pub fn engine(&self) -> Engine {
        let ahead = Arc::clone(&self.seconds_ahead);
        Engine::new(Parts {
            settings: self.settings.clone(),
            registry: Registry::open(&self.folder.path().join("registry.db")).unwrap(),
            secrets: self.secrets.clone(),
            clipboard: Clipboard::start(),
            clock: Clock::of(move || Timestamp::now() + Duration::from_secs(ahead.load(Ordering::Relaxed))),
        })
    }

    /// Sets the clocks ahead: the engines' and the tenant's.
    pub fn later(&self, by: Duration) {
        self.later_for_engines(by);
        self.demo.advance(by);
    }

    /// Sets the engines' clocks ahead, and not the tenant's.
    pub fn later_for_engines(&self, by: Duration) {
        self.seconds_ahead.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    /// Sets the engines' clocks back, to before they were set ahead.
    pub fn earlier(&self, by: Duration) {
        self.seconds_ahead.fetch_sub(by.as_secs(), Ordering::Relaxed);
    }

    /// The engines' time.
    pub fn now(&self) -> Timestamp {
        let ahead = self.seconds_ahead.load(Ordering::Relaxed);
        Timestamp::now() + SignedDuration::from_secs(ahead.try_into().unwrap())
    }

    /// A new mailbox of Contoso, by the part before the `@`.
    pub fn mailbox(&self, local: &str) -> MailboxId {
        self.mailbox_for(local, local)
    }

    /// A new mailbox of Contoso whose account is another one.
    pub fn mailbox_for(&self, local: &str, account: &str) -> MailboxId {
        let added = self.registry.add_mailbox(&contoso(local), &mailer_name(), &contoso(account));
        added.unwrap().id
    }

    /// A mailbox that has signed in, and whose checks are over.
    pub async fn signed_in(&self, engine: &Engine, local: &str) -> MailboxId {
        let mailbox = self.mailbox(local);
        self.sign_in(engine, mailbox).await;
        mailbox
    }

    /// Signs in for a mailbox, and waits until its checks are over.
    pub async fn sign_in(&self, engine: &Engine, mailbox: MailboxId) {
        let errand = engine.begin_sign_in(mailbox).await.unwrap();
        let begun = self.now();
        self.demo.play(&errand.link).await.unwrap();
        engine.outcome(&errand.state).await.unwrap();
        self.until("the mailbox is checked", || {
            let checks = self.registry.mailbox(mailbox).unwrap().checks;
            // What an earlier sign-in found stands there until it is found anew.
            [checks.smtp, checks.imap, checks.pop].iter().all(|check| check.at().is_some_and(|at| at >= begun))
        })
        .await;
    }

    /// The mailboxes of the tenant's crowd, each with a refresh token of its own.
    pub async fn crowd(&self) -> Vec<MailboxId> {
        let mut mailboxes = Vec::new();
        for address in self.demo.crowd().unwrap() {
            let mailbox = self.registry.add_mailbox(&address, &mailer_name(), &address).unwrap();
            let key = Key::refresh_token(self.registry.id(), mailbox.grant);
            self.secrets.put(&key, &self.demo.issue(&address).unwrap()).await.unwrap();
            self.registry.record_sign_in(mailbox.grant, None, self.now()).unwrap();
            mailboxes.push(mailbox.id);
        }
        mailboxes
    }

    /// A program that begins a sign-in and is ended, so that nobody listens for the answer.
    pub async fn begun_elsewhere(&self, mailbox: MailboxId) -> Errand {
        let engine = self.engine();
        let elsewhere = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let errand = runtime.block_on(engine.begin_sign_in(mailbox)).unwrap();
            runtime.shutdown_timeout(PATIENCE);
            errand
        });
        tokio::task::spawn_blocking(|| elsewhere.join().unwrap()).await.unwrap()
    }

    /// The address that the browser ends on for such a sign-in.
    pub async fn answered_elsewhere(&self, mailbox: MailboxId) -> (Errand, Url) {
        let errand = self.begun_elsewhere(mailbox).await;
        let answer = self.demo.play(&errand.link).await.unwrap();
        (errand, answer)
    }

    /// The grant of a mailbox, as the registry has it now.
    pub fn grant(&self, mailbox: MailboxId) -> Grant {
        let grant = self.registry.mailbox(mailbox).unwrap().grant;
        self.registry.grant(grant).unwrap()
    }

    /// The refresh token of a mailbox, as the store has it now.
    pub async fn refresh_token(&self, mailbox: MailboxId) -> Option<Secret> {
        let key = Key::refresh_token(self.registry.id(), self.registry.mailbox(mailbox).unwrap().grant);
        self.secret(&key).await
    }

    /// A secret, from the store that has it now.
    pub async fn secret(&self, key: &Key) -> Option<Secret> {
        match self.registry.kept_secret(key.as_str(), self.settings.store).unwrap().sealed {
            Some(sealed) => Some(self.unseal(key.as_str(), &sealed).await),
            None => self.secrets.get(key).await.unwrap(),
        }
    }

    /// Changes the registry's file behind everybody's back.
    pub fn sql(&self, text: &str) {
        rusqlite::Connection::open(self.folder.path().join("registry.db")).unwrap().execute_batch(text).unwrap();
    }

    /// Changes a byte of a sealed secret, as a fault of the disk would, or somebody with an editor.
    pub fn tamper(&self, key: &Key) {
        let mut sealed = self.registry.kept_secret(key.as_str(), self.settings.store).unwrap().sealed.unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        let registry = rusqlite::Connection::open(self.folder.path().join("registry.db")).unwrap();
        let changed = "UPDATE secrets SET sealed = ?1 WHERE name = ?2";
        assert_eq!(registry.execute(changed, (sealed, key.as_str())), Ok(1));
    }

    /// A refresh token lies sealed in the registry, as if the keyring had not taken it yet.
    pub async fn leave_on_its_way(&self, mailbox: MailboxId, token: &Secret) {
        let (grant, entry) = (self.grant(mailbox), self.seal_key());
        let key = Key::refresh_token(self.registry.id(), grant.id);
        let seal_key = SealKey::from_secret(&self.secrets.get(&entry).await.unwrap().unwrap()).unwrap();
        let sealed = seal_key.seal(key.as_str(), token);
        let row =
            SealedSecret { owner: Owner::of(&grant), name: key.as_str().to_owned(), sealed, key_id: seal_key.id() };
        assert_eq!(self.registry.keep_secrets(&[row], StoreKind::Keyring), Ok(vec![Ok(StoreKind::Keyring)]));
    }

    /// What is sealed in the registry.
    pub async fn unseal(&self, context: &str, sealed: &[u8]) -> Secret {
        let key = self.secrets.get(&self.seal_key()).await.unwrap().unwrap();
        SealKey::from_secret(&key).unwrap().open(context, sealed).unwrap()
    }

    /// The name of the seal key in the store.
    pub fn seal_key(&self) -> Key {
        Key::seal(self.registry.id(), &self.registry.seal_key_record().unwrap().unwrap().id)
    }

    /// How far a mailbox is, as the registry has it now.
    pub fn steps(&self, mailbox: MailboxId) -> Steps {
        let mailbox = self.registry.mailbox(mailbox).unwrap();
        let grant = self.registry.grant(mailbox.grant).unwrap();
        let application = self.registry.application(&grant.application).unwrap();
        let entry = Entry { mailbox: &mailbox, grant: &grant, application: &application, provider: None };
        Steps::of(&entry, grant.token.state(Some(90), self.now()))
    }

    /// The words of the four steps.
    pub fn words(&self, mailbox: MailboxId) -> [&'static str; 4] {
        let steps = self.steps(mailbox);
        Step::ALL.map(|step| steps.get(step).word())
    }

    /// The code of the first trouble of a mailbox, or nothing.
    pub fn trouble(&self, mailbox: MailboxId) -> String {
        let steps = self.steps(mailbox);
        steps.trouble().map_or(String::new(), |(_, trouble)| trouble.code().to_owned())
    }

    /// Everything that the registry's files hold.
    pub fn bytes_of_registry(&self) -> Vec<u8> {
        ["registry.db", "registry.db-wal", "registry.db-shm"]
            .into_iter()
            .filter_map(|name| std::fs::read(self.folder.path().join(name)).ok())
            .flatten()
            .collect()
    }

    /// Looks again and again until it holds.
    pub async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "waited in vain until {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// What `pick` makes of the next event that is to its liking.
pub async fn next<T>(events: &mut Receiver<Event>, what: &str, mut pick: impl FnMut(Event) -> Option<T>) -> T {
    let told = async {
        loop {
            if let Some(picked) = pick(events.recv().await.unwrap()) {
                return picked;
            }
        }
    };
    tokio::time::timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// An address of Contoso.
pub fn contoso(local: &str) -> Address {
    Address::parse(&format!("{local}@contoso.example")).unwrap()
}

/// The name of the tests' application.
pub fn mailer_name() -> ApplicationName {
    ApplicationName::parse(MAILER).unwrap()
}

/// The tests' application.
pub fn mailer() -> Application {
    Application {
        name: mailer_name(),
        provider: "demo".to_owned(),
        tenant: "contoso.example".to_owned(),
        client_id: CLIENT_ID.to_owned(),
        redirect_uri: RedirectUri::parse("http://localhost").unwrap(),
        scopes: Vec::new(),
        has_client_secret: false,
        proof: Check::Unknown,
        consent: Check::Unknown,
    }
}

/// Whether a token is held.
pub fn is_held(grant: &Grant) -> bool {
    matches!(grant.token, Token::Held { .. })
}

/// The value of a parameter in an address.
pub fn parameter(url: &Url, name: &str) -> String {
    let value = url.query_pairs().find(|(known, _)| known == name);
    value.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Checks one mailbox: what the provider, a server or something in the way says; `check.none` if it
/// came to nothing.
pub async fn check(engine: &Engine, mailbox: MailboxId) -> Result<(), Trouble> {
    let sum = engine.check_many([mailbox], engine.now()).over().await?;
    if let Some(failure) = sum.failures.iter().find(|failure| failure.mailbox == mailbox) {
        return Err(failure.trouble.clone());
    }
    match &sum.progress.phase {
        Phase::Over(End::Obstacle(trouble)) => Err(trouble.clone()),
        _ if sum.checked.contains(&mailbox) => Ok(()),
        _ => Err(Trouble::new("check.none", "It was not checked", "", "")),
    }
}

/// The code of what went wrong.
pub fn code_of<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> String {
    outcome.unwrap_err().code().to_owned()
}

/// Whether `text` is somewhere in `bytes`.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    assert!(text.len() > 20, "too short to be a secret");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
