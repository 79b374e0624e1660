//! The dashboard in memory: the loop of the program, on a screen that a test can read, over a real
//! engine and the demo tenant. Keys go in; the test waits until the screen shows what it should.

#![allow(dead_code)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use mailkey::demo::{Demo, Options};
use mailkey::desktop::Clipboard;
use mailkey::domain::{Secret, Trouble};
use mailkey::engine::{Clock, Engine, Home, Parts, Settings};
use mailkey::registry::Registry;
use mailkey::secrets::Secrets;
use mailkey::tui::message::Message;
use mailkey::tui::model::{DemoNote, Model, Setting};
use mailkey::tui::perform::{Performer, Person};
use mailkey::tui::runner::{self, Surface};
use mailkey::tui::theme::{Palette, Symbols, Theme};
use mailkey::tui::{background, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use url::Url;

/// How long a screen is waited for: long enough for a busy machine, short enough for a person.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running dashboard. It ends when it is dropped.
pub struct Dashboard {
    /// The tenant.
    pub demo: Arc<Demo>,
    /// The engine.
    pub engine: Engine,
    /// Straight into the loop, as the engine's own messages go.
    pub messages: UnboundedSender<Message>,
    keys: UnboundedSender<Event>,
    seen: Arc<Seen>,
    tasks: JoinSet<()>,
    _folder: TempDir,
}

/// What came out of the loop.
#[derive(Default)]
struct Seen {
    screen: Mutex<String>,
    earlier: Mutex<Vec<String>>,
    draws: AtomicUsize,
    handed_over: Mutex<Vec<String>>,
    suspended: AtomicUsize,
}

/// How large the window is when the shell has given it back.
pub const AFTERWARDS: (u16, u16) = (100, 30);

struct Glass {
    terminal: Terminal<TestBackend>,
    seen: Arc<Seen>,
}

impl Surface for Glass {
    fn draw(&mut self, model: &Model) -> Result<(), Trouble> {
        let (width, height) = model.size;
        self.terminal.backend_mut().resize(width, height);
        self.terminal.draw(|frame| view::draw(frame, model)).unwrap();
        let screen = text(self.terminal.backend(), width);
        let earlier = std::mem::replace(&mut *self.seen.screen.lock().unwrap(), screen);
        self.seen.earlier.lock().unwrap().push(earlier);
        self.seen.draws.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn hand_over(&mut self, text: &Secret) {
        self.seen.handed_over.lock().unwrap().push(text.expose().to_owned());
    }

    fn suspend(&mut self) -> Result<(u16, u16), Trouble> {
        self.seen.suspended.fetch_add(1, Ordering::SeqCst);
        Ok(AFTERWARDS)
    }
}

fn text(backend: &TestBackend, width: u16) -> String {
    let cells = backend.buffer().content();
    let lines = cells.chunks(usize::from(width).max(1)).map(|line| {
        let line: String = line.iter().map(|cell| cell.symbol()).collect();
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How a dashboard starts.
pub struct Beginning {
    /// How the tenant behaves.
    pub options: Options,
    /// Checks at once.
    pub parallel: usize,
    /// Whether the sample mailboxes are there.
    pub seeded: bool,
}

impl Default for Beginning {
    fn default() -> Self {
        Self { options: Options::default(), parallel: 16, seeded: true }
    }
}

impl Dashboard {
    /// A dashboard with the sample mailboxes, shown.
    pub async fn start() -> Self {
        Self::start_as(Beginning::default()).await
    }

    /// A dashboard, shown.
    pub async fn start_as(beginning: Beginning) -> Self {
        without_desktop();
        let folder = tempfile::tempdir().unwrap();
        let demo = Arc::new(Demo::start(beginning.options.clone()).await.unwrap());
        let engine = engine(&demo, &folder, &beginning).await;
        let (messages, mut inbox) = unbounded_channel();
        let (keys, mut input) = unbounded_channel();
        let seen = Arc::new(Seen::default());
        let terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        let mut glass = Glass { terminal, seen: seen.clone() };
        let mut model = Model::new(setting(&demo, &engine), engine.now(), (120, 40));
        let performer = Performer::new(engine.clone(), messages.clone(), Some(person(&demo)));
        let mut tasks = background(&engine, &messages);
        tasks.spawn(async move {
            runner::run(&mut glass, &mut model, &mut input, &performer, &mut inbox).await.unwrap();
        });
        let dashboard = Self { demo, engine, messages, keys, seen, tasks, _folder: folder };
        dashboard.sees(if beginning.seeded { "Mailboxes" } else { "Welcome" }).await;
        dashboard
    }

    /// Presses keys: `⏎`, `esc`, or letters.
    pub fn press(&self, keys: &[&str]) {
        for key in keys {
            self.send(Event::Key(self::key(key)));
        }
    }

    /// Types a text.
    pub fn type_in(&self, text: &str) {
        for character in text.chars() {
            self.press(&[&character.to_string()]);
        }
    }

    /// Pastes a text.
    pub fn paste(&self, text: &str) {
        self.send(Event::Paste(text.to_owned()));
    }

    /// Begins a sign-in. Where there is neither browser nor clipboard its link is shown; `esc` goes back.
    pub async fn begins_to_sign_in(&self) {
        self.press(&["⏎"]);
        self.sees("This link signs in").await;
        self.press(&["esc"]);
        self.sees("Waiting for the browser").await;
    }

    /// Sends an event of the terminal.
    pub fn send(&self, event: Event) {
        self.keys.send(event).unwrap();
    }

    /// Puts the cursor on a mailbox by filtering for it.
    pub async fn go_to(&self, address: &str) {
        self.press(&["/", "esc", "/"]);
        self.type_in(address);
        self.press(&["⏎"]);
        self.sees(&format!("▌  {address}")).await;
    }

    /// Waits until the screen shows this.
    pub async fn sees(&self, wanted: &str) {
        self.until(wanted, |screen| screen.contains(wanted)).await;
    }

    /// Waits until the screen no longer shows this.
    pub async fn sees_no_more(&self, unwanted: &str) {
        self.until(&format!("no {unwanted}"), |screen| !screen.contains(unwanted)).await;
    }

    /// Waits until the screen is as it should be; shows the last one if it does not come to that.
    pub async fn until(&self, what: &str, is_there: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_there(&self.screen()) {
            assert!(Instant::now() < deadline, "{what} did not come:\n{}", self.screen());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits for what the screen does not show.
    pub async fn wait_for(&self, holds: impl Fn() -> bool) {
        self.until("what is waited for", |_| holds()).await;
    }

    /// Whether some frame before this one showed this, however short.
    pub fn saw(&self, wanted: &str) -> bool {
        self.seen.earlier.lock().unwrap().iter().any(|screen| screen.contains(wanted))
    }

    /// The numbers that stood between these two, frame by frame, each once.
    pub fn saw_between(&self, before: &str, after: &str) -> Vec<usize> {
        let earlier = self.seen.earlier.lock().unwrap();
        let numbers = earlier.iter().filter_map(|screen| {
            let (_, rest) = screen.split_once(before)?;
            rest.split_once(after)?.0.parse().ok()
        });
        let mut numbers: Vec<usize> = numbers.collect();
        numbers.dedup();
        numbers
    }

    /// What the person sees now.
    pub fn screen(&self) -> String {
        self.seen.screen.lock().unwrap().clone()
    }

    /// How often something was drawn.
    pub fn draws(&self) -> usize {
        self.seen.draws.load(Ordering::SeqCst)
    }

    /// Waits until nothing has been drawn for this long, and gives the number of draws.
    pub async fn rests_for(&self, rest: Duration) -> usize {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let before = self.draws();
            tokio::time::sleep(rest).await;
            if self.draws() == before {
                return before;
            }
            assert!(Instant::now() < deadline, "it does not rest:\n{}", self.screen());
        }
    }

    /// How often the program was suspended.
    pub fn suspended(&self) -> usize {
        self.seen.suspended.load(Ordering::SeqCst)
    }

    /// What was handed to the terminal, once: there is no browser and no clipboard in these tests.
    pub async fn handed_over(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(text) = self.seen.handed_over.lock().unwrap().pop() {
                return text;
            }
            assert!(Instant::now() < deadline, "nothing was handed over:\n{}", self.screen());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The link of a sign-in that has begun.
    pub async fn link(&self) -> Url {
        Url::parse(&self.handed_over().await).unwrap()
    }

    /// Whether the loop has ended.
    pub async fn ends(mut self) {
        let ended = async { while self.tasks.join_next().await.is_some_and(|task| task.is_err()) {} };
        tokio::time::timeout(PATIENCE, ended).await.expect("the loop goes on");
    }
}

/// A registry and a store of its own; nothing of the person's is touched.
async fn engine(demo: &Demo, folder: &TempDir, beginning: &Beginning) -> Engine {
    let home = Home::in_folder(folder.path());
    std::fs::write(folder.path().join("ca.pem"), demo.ca_pem()).unwrap();
    let mut settings = Settings::parse(&demo.config_toml(), &home.config).unwrap();
    settings.parallel = beginning.parallel;
    let (registry, secrets, clock) = (Registry::open(&home.registry).unwrap(), Secrets::memory(), Clock::system());
    if beginning.seeded {
        demo.seed(&registry, &secrets, clock.now()).await.unwrap();
    }
    Engine::new(Parts { settings, registry, secrets, clipboard: Clipboard::start(), clock })
}

fn setting(demo: &Demo, engine: &Engine) -> Setting {
    Setting {
        theme: Theme { palette: Palette::Sixteen, symbols: Symbols::Unicode },
        zone: TimeZone::UTC,
        store: engine.store_title(),
        clear_after: engine.settings().clear_after,
        demo: Some(DemoNote { admin_page: demo.admin_url().to_string() }),
    }
}

fn person(demo: &Arc<Demo>) -> Person {
    let demo = demo.clone();
    Arc::new(move |link| {
        let demo = demo.clone();
        Box::pin(async move { demo.play(&link).await.map(|_| ()) })
    })
}

fn key(name: &str) -> KeyEvent {
    let code = match name {
        "⏎" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "ctrl-z" => return KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL),
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// No test opens the browser or touches the clipboard of whoever runs it.
fn without_desktop() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WSL_INTEROP", "WSL_DISTRO_NAME"] {
            // SAFETY: every test of this program begins here, so none has started a thread that reads
            // the environment by other means than the standard library, which locks it.
            unsafe { std::env::remove_var(name) };
        }
        // SAFETY: as above. A text-mode browser is never opened; SSH has no clipboard on any system.
        unsafe { std::env::set_var("BROWSER", "lynx") };
        unsafe { std::env::set_var("SSH_TTY", "/dev/null") };
    });
}
