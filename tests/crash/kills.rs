//! `kill -9`, again and again, at a tenant that ends a grant whose used refresh token comes back:
//! whatever a process was at, the next one finds the newest token whose answer had arrived.
//!
//! Two losses are no client's to avoid, and are told apart from all others by what the process left.
//! The tenant had changed the token and the process had not its whole answer: nothing in the log
//! says that one arrived. Or it was about to write it down: then that line is the last one of its
//! log. (In Microsoft's mode the old token works on, and nothing is lost.)

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use mailkey::demo::{Fault, Options};
use mailkey::domain::StoreKind;

use super::dice::Dice;
use super::keyring_session::{in_session, without_bus};
use super::program::{Home, Running};
use super::seal_under_passphrase;
use super::victim::{Phase, Scene, times_of_writing, wait_for};

/// How long every answer of the tenant takes.
const DELAY: Duration = Duration::from_millis(60);
/// How long after the answer kills are aimed: it takes 3 ms to the disk, and a keyring's time is longer.
const WRITING: Duration = Duration::from_millis(50);
/// A process that was killed has no code of its own.
const KILLED: i32 = -1;
const LOCALS: [&str; 3] = ["billing", "sales", "ap"];

#[test]
fn a_sealed_token_outlives_its_process() {
    without_bus("kills::a_sealed_token_outlives_its_process", |_| {
        let home = home(true);
        seal_under_passphrase(&home);
        let mut killing = Killing::begin("sealed, strict", &home, StoreKind::Sealed);
        killing.go_on(kills(36));
        killing.end();
    });
}

#[test]
fn a_token_on_its_way_to_the_keyring_outlives_its_process() {
    in_session("kills::a_token_on_its_way_to_the_keyring_outlives_its_process", |session| {
        session.start_keyring("a password");
        let home = home(true);
        let mut killing = Killing::begin("keyring, strict", &home, StoreKind::Keyring);
        killing.go_on(kills(14));
        killing.end();
    });
}

/// However long the keyring takes: it was killed while it waited for that.
#[test]
fn a_token_that_the_keyring_has_not_yet_taken_outlives_its_process() {
    in_session("kills::a_token_that_the_keyring_has_not_yet_taken_outlives_its_process", |session| {
        session.start_keyring("a password");
        let home = home(true);
        home.add(&["billing"]);
        home.sign_in("billing");
        for _ in 0..3 {
            home.forget_leases();
            home.expire_cache("billing");
            let (scene, held) = (Scene::before(&home, "billing", StoreKind::Sealed), home.hold());
            let mut command = home.command(&["token", "billing@contoso.example"]);
            let mut process = home.start(command.env("MAILKEY_LOG", "mailkey=debug"));
            wait_for(&mut process, || scene.was_asked());
            session.hold_keyring();
            drop(held);
            wait_for(&mut process, || scene.phase(false, StoreKind::Sealed) == Phase::Kept);
            process.signal("KILL");
            assert_eq!(process.end().code, KILLED, "it waits for the keyring");
            session.let_keyring_go_on();
        }
        home.forget_leases();
        home.expire_cache("billing");
        home.run(&["token", "billing@contoso.example"]).well();
        assert_eq!(home.registry().count_sealed_secrets(), Ok(0), "the keyring has it now");
    });
}

#[test]
fn where_old_tokens_work_on_nothing_is_lost_at_all() {
    without_bus("kills::where_old_tokens_work_on_nothing_is_lost_at_all", |_| {
        let home = home(false);
        seal_under_passphrase(&home);
        let mut killing = Killing::begin("sealed, Microsoft's mode", &home, StoreKind::Sealed);
        killing.go_on(kills(10));
        assert_eq!(killing.end(), 0);
    });
}

/// How many processes are killed: `MAILKEY_KILLS` says how many in a long run.
fn kills(usually: usize) -> usize {
    std::env::var("MAILKEY_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(usually)
}

fn home(strict: bool) -> Home {
    Home::with(Options { strict, delay: DELAY, ..Options::default() })
}

/// When a process is to be killed.
#[derive(Debug, Clone, Copy)]
enum Aim {
    /// At any moment of its usual life.
    Anywhere,
    /// After the tenant was asked.
    UnderWay,
    /// After the answer arrived.
    Arrived,
    /// While the tenant, which has changed the token already, holds its answer back.
    HeldBack,
}

/// What a process is asked for.
#[derive(Debug, Clone, Copy)]
enum Command {
    Token,
    Check,
    Redeem,
}

/// A loop of kills in one home.
struct Killing<'a> {
    name: &'static str,
    home: &'a Home,
    store: StoreKind,
    dice: Dice,
    commands: Vec<Command>,
    /// How long a process lives that nobody kills.
    life: Duration,
    killed: BTreeMap<Phase, usize>,
    /// The tenant's answer was on its way.
    lost_on_its_way: usize,
    /// It had arrived, and was being written down.
    lost_in_writing: usize,
}

impl<'a> Killing<'a> {
    fn begin(name: &'static str, home: &'a Home, store: StoreKind) -> Self {
        home.add(&LOCALS);
        LOCALS.iter().for_each(|local| home.sign_in(local));
        home.expire_cache("ap");
        let begin = Instant::now();
        home.run(&["token", "ap@contoso.example"]).well();
        let life = begin.elapsed();
        let commands = vec![Command::Token, Command::Token, Command::Token, Command::Redeem, Command::Check];
        let (dice, killed) = (Dice::of(name), BTreeMap::new());
        Self { name, home, store, dice, commands, life, killed, lost_on_its_way: 0, lost_in_writing: 0 }
    }

    fn go_on(&mut self, kills: usize) {
        while self.killed.values().sum::<usize>() < kills {
            let local = self.dice.pick(&LOCALS);
            self.kill_one(local);
        }
    }

    fn kill_one(&mut self, local: &str) {
        let aim =
            self.dice.pick(&[Aim::Anywhere, Aim::Anywhere, Aim::UnderWay, Aim::Arrived, Aim::Arrived, Aim::HeldBack]);
        let command = self.dice.pick(&self.commands);
        self.home.forget_leases();
        self.home.expire_cache(local);
        let answer = matches!(command, Command::Redeem).then(|| self.abandoned_answer(local));
        let scene = Scene::before(self.home, local, self.store);
        let mut process = self.start(command, local, answer.as_deref());
        self.wait(aim, &mut process, &scene);
        let ended = !process.runs();
        process.signal_if_it_runs("KILL");
        process.end();
        let phase = scene.phase(ended, self.store);
        *self.killed.entry(phase).or_default() += 1;
        self.see_what_is_left(local, phase, &format!("{command:?} aimed {aim:?}"));
    }

    fn start(&self, command: Command, local: &str, answer: Option<&str>) -> Running<'a> {
        let address = format!("{local}@contoso.example");
        let mut command = match command {
            Command::Token => self.home.command(&["token", &address]),
            Command::Check => self.home.command(&["check", &address]),
            Command::Redeem => self.home.command(&["redeem"]),
        };
        command.env("MAILKEY_LOG", "mailkey=debug").stdin(Stdio::piped());
        let mut process = self.home.start(&mut command);
        process.write(answer.unwrap_or_default());
        process.close_input();
        process
    }

    /// The answer to a sign-in whose own process was killed too.
    fn abandoned_answer(&self, local: &str) -> String {
        let (running, link) = self.home.signin(&format!("{local}@contoso.example"));
        let answer = self.home.copied_answer(&link);
        running.signal("KILL");
        running.end();
        format!("{answer}\n")
    }

    /// Waits for the moment that is aimed at.
    fn wait(&mut self, aim: Aim, process: &mut Running<'_>, scene: &Scene<'_>) {
        let until = match aim {
            Aim::Anywhere => self.random(self.life),
            Aim::UnderWay => self.after(process, || scene.was_asked(), DELAY),
            Aim::HeldBack => {
                self.home.demo.fault(Fault::Late(DELAY * 4));
                self.after(process, || scene.was_asked(), DELAY) + DELAY
            }
            Aim::Arrived => self.after(process, || scene.has_arrived(), WRITING),
        };
        let until = Instant::now() + until;
        while Instant::now() < until && process.runs() {
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    fn after(&mut self, process: &mut Running<'_>, holds: impl FnMut() -> bool, most: Duration) -> Duration {
        wait_for(process, holds);
        self.random(most)
    }

    fn random(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.dice.throw(usize::try_from(most.as_micros()).unwrap()) as u64)
    }

    /// The next process on the same grant: it works, or it is said why it could not.
    fn see_what_is_left(&mut self, local: &str, phase: Phase, what: &str) {
        let address = format!("{local}@contoso.example");
        self.home.forget_leases();
        self.home.expire_cache(local);
        let next = self.home.start(self.home.command(&["token", &address]).env("MAILKEY_LOG", "mailkey=debug")).end();
        if next.code == 0 {
            return;
        }
        assert!(next.err.contains("used twice"), "{what}, killed {phase}: {}", next.err);
        match phase {
            Phase::UnderWay => self.lost_on_its_way += 1,
            Phase::Arrived => self.lost_in_writing += 1,
            _ => panic!("{}: a grant was lost: {what}, killed {phase}", self.name),
        }
        self.home.forget_leases();
        self.home.sign_in(local);
    }

    /// Says what it came to, sees that everybody still works, and gives how many grants were lost.
    fn end(self) -> usize {
        println!("{}: {} killed", self.name, self.killed.values().sum::<usize>());
        for phase in Phase::ALL {
            println!("  {:3} {phase}", self.killed.get(&phase).unwrap_or(&0));
        }
        println!("  {:3} grants lost with an answer on its way", self.lost_on_its_way);
        println!("  {:3} grants lost while their answer was written down", self.lost_in_writing);
        println!("    0 grants lost otherwise");
        let times = times_of_writing(self.home);
        println!(
            "  from answer to disk: {:?} in the middle, {:?} at most",
            times[times.len() / 2],
            times[times.len() - 1]
        );
        for local in LOCALS {
            self.home.forget_leases();
            self.home.expire_cache(local);
            self.home.run(&["token", &format!("{local}@contoso.example")]).well();
        }
        self.lost_on_its_way + self.lost_in_writing
    }
}
