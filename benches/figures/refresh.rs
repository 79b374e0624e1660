//! A thousand grants refreshed, 64 at once, each answer 200 ms on its way: with the sealed store,
//! with the operating system's keyring, and by a bare HTTP client.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use mailkey::demo::{Demo, Options};
use mailkey::desktop::Clipboard;
use mailkey::domain::{MailboxId, StoreKind};
use mailkey::engine::{Clock, Engine, Parts, Settings};
use mailkey::registry::Registry;
use mailkey::secrets::{Key, Secrets};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::household::{application, name};
use crate::table::{Table, shown};

const GRANTS: usize = 1_000;
const AT_ONCE: usize = 64;
const ANSWER: Duration = Duration::from_millis(200);

/// With the sealed store; its key is in a keyring of this process's memory.
pub fn measure(table: &mut Table) {
    let runtime = Runtime::new().unwrap();
    let limit = ANSWER * GRANTS as u32 / AT_ONCE as u32;
    let (took, bare) = runtime.block_on(async {
        let house = House::new(Secrets::memory()).await;
        let engine = house.engine();
        engine.move_store(StoreKind::Sealed, None).await.unwrap();
        (house.refresh_all(&engine).await, house.refresh_all_barely().await)
    });
    let against = format!("{}, {:.2} times the limit", shown(took), took.as_secs_f64() / limit.as_secs_f64());
    let to_hold = format!("1.1 times the limit of {}", shown(limit));
    table.add("1,000 grants refreshed, 64 at once, 200 ms answers, sealed store", against, shown(bare), &to_hold);
}

/// With the keyring of the desktop session that this runs in: entries are written into it.
pub fn measure_with_keyring(table: &mut Table) {
    let runtime = Runtime::new().unwrap();
    let (stored, took) = runtime.block_on(async {
        let begin = Instant::now();
        let house = House::new(Secrets::keyring()).await;
        (begin.elapsed(), house.refresh_all(&house.engine()).await)
    });
    table.add("the same with the operating system's keyring", shown(took), "", "");
    table.add("a thousand entries written into the empty keyring", shown(stored), "", "");
}

/// The tenant, and a registry with a grant for each of its crowd.
struct House {
    demo: Demo,
    folder: TempDir,
    secrets: Secrets,
    mailboxes: Vec<MailboxId>,
}

impl House {
    async fn new(secrets: Secrets) -> Self {
        let demo = Demo::start(Options { delay: ANSWER, crowd: GRANTS, ..Options::default() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), demo.ca_pem()).unwrap();
        let config = format!("[network]\nparallel = {AT_ONCE}\n{}", demo.config_toml());
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let registry = Registry::open(&folder.path().join("registry.db")).unwrap();
        registry.add_application(&application("demo")).unwrap();
        let mut mailboxes = Vec::new();
        for address in demo.crowd().unwrap() {
            let mailbox = registry.add_mailbox(&address, &name(), &address).unwrap();
            let token = demo.issue(&address).unwrap();
            secrets.put(&Key::refresh_token(registry.id(), mailbox.grant), &token).await.unwrap();
            registry.record_sign_in(mailbox.grant, None, Timestamp::now()).unwrap();
            mailboxes.push(mailbox.id);
        }
        Self { demo, folder, secrets, mailboxes }
    }

    fn engine(&self) -> Engine {
        Engine::new(Parts {
            settings: Settings::load(&self.folder.path().join("config.toml")).unwrap(),
            registry: Registry::open(&self.folder.path().join("registry.db")).unwrap(),
            secrets: self.secrets.clone(),
            clipboard: Clipboard::start(),
            clock: Clock::system(),
        })
    }

    /// As a check does it: twice as many as there may be requests at once are begun.
    async fn refresh_all(&self, engine: &Engine) -> Duration {
        let begin = Instant::now();
        let refreshes = stream::iter(&self.mailboxes).map(|mailbox| engine.access_token(*mailbox));
        let refreshed = refreshes.buffer_unordered(2 * AT_ONCE).filter(|outcome| std::future::ready(outcome.is_ok()));
        assert_eq!(refreshed.count().await, GRANTS);
        begin.elapsed()
    }

    /// The same requests, and nothing is kept of their answers.
    async fn refresh_all_barely(&self) -> Duration {
        // Whoever was first has set one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let application = application("demo");
        let url = self.demo.provider().endpoints.token.replace("{tenant}", &application.tenant);
        let tokens: Vec<_> = self.demo.crowd().unwrap().iter().map(|it| self.demo.issue(it).unwrap()).collect();
        let begin = Instant::now();
        let answers = stream::iter(&tokens).map(|token| {
            let form = [
                ("client_id", &*application.client_id),
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose()),
            ];
            let request = client.post(&url).form(&form);
            async move { request.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap() }
        });
        assert_eq!(answers.buffer_unordered(AT_ONCE).count().await, GRANTS);
        begin.elapsed()
    }
}
