//! The jobs: sign in, exchange, refresh, check, copy. The same for the dashboard and the commands.
//!
//! The engine owns the doors to the world (registry, secret store, clipboard, network) and tells
//! what happens by [`Event`]s. It knows no screen.

mod answers;
mod applications;
mod asking;
mod bulk;
mod cache;
mod case;
pub mod clock;
pub mod config;
mod copying;
mod credentials;
mod device;
mod errands;
mod event;
mod first_checks;
mod history;
pub mod home;
mod import;
mod keep_alive;
mod leases;
mod listening;
mod live_checks;
mod mailboxes;
mod network;
mod pool;
mod redemption;
mod settling;
mod store;
mod tokens;
mod troubles;
mod watch;
mod work;
mod wrong_account;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{RwLock, broadcast};
use tokio_util::task::TaskTracker;

use crate::desktop::Clipboard;
use crate::domain::{Fleet, MailboxId, Secret, Trouble};
use crate::registry::Registry;
use crate::secrets::{Key, Secrets};

pub use answers::Accepted;
pub use bulk::{Checks, End, Failure, HostPause, Phase, Progress, Sum};
pub use clock::Clock;
pub use config::Settings;
pub use copying::Copied;
pub use credentials::Field;
pub use device::DeviceErrand;
pub use errands::{ERRAND_WAITS, Errand};
pub use event::{Event, Subject};
pub use home::Home;
pub use import::{Imported, List};
pub use keep_alive::{KeepAlive, Kept};
pub use settling::Rest;
pub use store::{GivenUp, Keeper, KeyStatus, LeftBehind, MoveProgress, Moved, Person, Question, StoreStatus};
pub use work::{Listening, Waiting, Work};
pub use wrong_account::Choice;

pub use crate::desktop::Signals;
pub use crate::registry::{Event as HistoryLine, Happened};

/// The engine. Cloning it gives another handle to the same one.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

/// What an engine is made of.
pub struct Parts {
    /// The configuration.
    pub settings: Settings,
    /// The registry.
    pub registry: Registry,
    /// The keyring, or what stands for it.
    pub secrets: Secrets,
    /// The clipboard.
    pub clipboard: Clipboard,
    /// The clock.
    pub clock: Clock,
}

struct Inner {
    parts: Parts,
    networks: Mutex<HashMap<String, network::Network>>,
    store: store::Store,
    pool: pool::Pool,
    to_finish: TaskTracker,
    /// Read by every refresh that is on its way.
    on_its_way: RwLock<()>,
    first_checks: TaskTracker,
    works: work::Works,
    bulk: bulk::Bulk,
    errands: errands::Errands,
    copying: copying::Copying,
    command: OnceLock<&'static str>,
    /// Whoever reads the registry to tell it holds this until it is told, so that nothing older
    /// comes after something newer.
    told: tokio::sync::Mutex<watch::Told>,
    events: broadcast::Sender<Event>,
}

/// How many events a slow listener may lag behind; then the fleet is told whole again.
const EVENTS: usize = 2048;

impl Engine {
    /// An engine over these parts. Nothing runs until it is asked.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let (events, _) = broadcast::channel(EVENTS);
        Self(Arc::new(Inner {
            networks: Mutex::default(),
            store: store::Store::new(parts.registry.clone(), parts.secrets.clone(), &parts.settings),
            pool: pool::Pool::new(parts.settings.parallel, fastrand::Rng::new()),
            to_finish: TaskTracker::new(),
            on_its_way: RwLock::default(),
            first_checks: TaskTracker::new(),
            works: work::Works::new(events.clone()),
            bulk: bulk::Bulk::default(),
            errands: errands::Errands::default(),
            copying: copying::Copying::default(),
            command: OnceLock::new(),
            told: tokio::sync::Mutex::default(),
            events,
            parts,
        }))
    }

    /// An engine over this installation's configuration, registry and secret store.
    ///
    /// # Errors
    /// `config.…`, `registry.…`.
    pub fn open(home: &Home) -> Result<Self, Trouble> {
        let settings = Settings::load(&home.config)?;
        let registry = Registry::open(&home.registry)?;
        let secrets = Secrets::keyring();
        Ok(Self::new(Parts { settings, registry, secrets, clipboard: Clipboard::start(), clock: Clock::system() }))
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// The configuration.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// What the secret store is called.
    #[must_use]
    pub fn store_title(&self) -> &'static str {
        self.0.store.title()
    }

    /// What the place is called that the refresh token of this mailbox is in.
    ///
    /// # Errors
    /// `mailbox.unknown`, `registry.…`.
    pub async fn place_of_token(&self, mailbox: MailboxId) -> Result<&'static str, Trouble> {
        let grant = self.registry(move |registry| registry.mailbox(mailbox)).await?.grant;
        self.secrets().place_of(&Key::refresh_token(self.registry_id(), grant)).await
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        self.0.parts.clock.now()
    }

    /// Everything that the registry holds.
    ///
    /// # Errors
    /// `registry.…`.
    pub async fn fleet(&self) -> Result<Arc<Fleet>, Trouble> {
        let providers = self.settings().providers.clone();
        self.registry(move |registry| registry.fleet(&providers)).await.map(Arc::new)
    }

    /// Runs `job` on the registry, away from the threads that must not wait. It runs to its end
    /// even if nobody waits for it any more.
    async fn registry<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Registry) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        on_registry(&self.0.parts.registry, job).await
    }

    fn secrets(&self) -> &store::Store {
        &self.0.store
    }

    fn registry_id(&self) -> &str {
        self.0.parts.registry.id()
    }

    fn publish(&self, event: Event) {
        // Nobody listening is no fault: commands do without events.
        let _ = self.0.events.send(event);
    }

    async fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>, Trouble> {
        self.0.store.seal(context, secret).await
    }

    async fn unseal(&self, context: &str, sealed: &[u8]) -> Result<Secret, Trouble> {
        self.0.store.unseal(context, sealed).await
    }
}

async fn on_registry<T: Send + 'static>(
    registry: &Registry,
    job: impl FnOnce(&Registry) -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let registry = registry.clone();
    blocking(move || job(&registry)).await
}

/// Runs `job` where waiting holds nobody up.
async fn blocking<T: Send + 'static>(job: impl FnOnce() -> Result<T, Trouble> + Send + 'static) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(job).await.unwrap_or_else(|_| Err(broken_job()))
}

/// A job panicked. What it was about is in the log.
#[must_use]
pub fn broken_job() -> Trouble {
    Trouble::new(
        "internal.job",
        "A job broke off",
        "This is a fault in mailkey; the log says more.",
        "Try again. If it happens twice, report it with the log.",
    )
}

/// Locks, also after a panic elsewhere: the maps behind these locks are whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
