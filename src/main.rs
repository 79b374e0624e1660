//! The program: reads the command line, puts the parts together, ends with the right code.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use mailkey::cli::{self, Cli, Command, Exit, log};
use mailkey::demo::{Demo, Options};
use mailkey::desktop::{Clipboard, memory};
use mailkey::domain::{Secret, Trouble};
use mailkey::engine::{Clock, Engine, Home, Parts, Settings};
use mailkey::registry::Registry;
use mailkey::secrets::Secrets;
use mailkey::tui::model::DemoNote;
use mailkey::tui::perform::Person;
use mailkey::tui::theme::Theme;
use mailkey::tui::{self, Start};

/// Holds the passphrase of the sealed secrets, for services.
const PASSPHRASE: &str = "MAILKEY_PASSPHRASE";

fn main() -> ExitCode {
    memory::share();
    let passphrase = take_passphrase();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return end(Err(Trouble::new(
                "internal.runtime",
                "The program cannot start",
                error.to_string(),
                "Free some memory or threads.",
            )));
        }
    };
    let outcome = runtime.block_on(run(cli, passphrase));
    // A thread that still waits for standard input must not keep the program from ending.
    runtime.shutdown_timeout(Duration::from_millis(100));
    end(outcome)
}

async fn run(cli: Cli, passphrase: Option<Secret>) -> Result<Exit, Trouble> {
    if let Some(Command::Demo { serve }) = cli.command {
        return match serve {
            Some(folder) => serve_demo(&folder).await,
            None => demo().await,
        };
    }
    let home = Home::find(std::env::var_os("MAILKEY_HOME").map(Into::into))?;
    log::write_to(&home.log, std::env::var("MAILKEY_LOG").ok());
    let engine = Engine::open(&home)?;
    engine.take_passphrase(passphrase, cli::passphrase::person());
    if let Some(command) = cli.command {
        return cli::run(command, engine).await;
    }
    cli::unlock(&engine).await?;
    tui::run(Start { engine, theme: theme(), demo: None }).await.map(|()| Exit::Well)
}

/// Takes the passphrase out of the environment, so that no program that is started from here has it.
fn take_passphrase() -> Option<Secret> {
    let passphrase = std::env::var(PASSPHRASE).ok().map(Secret::new);
    // SAFETY: the program has one thread yet, so that nobody reads the environment meanwhile.
    unsafe { std::env::remove_var(PASSPHRASE) };
    passphrase
}

/// The dashboard on an embedded tenant, with registry and store of its own.
async fn demo() -> Result<Exit, Trouble> {
    let folder = tempfile::Builder::new().prefix("mailkey-demo-").tempdir().map_err(|error| no_folder(&error))?;
    let demo = Arc::new(Demo::start_in(folder.path(), Options::default()).await?);
    let home = Home::in_folder(folder.path());
    let (registry, secrets, clock) = (Registry::open(&home.registry)?, Secrets::memory(), Clock::system());
    demo.seed(&registry, &secrets, clock.now()).await?;
    let settings = Settings::load(&home.config)?;
    let engine = Engine::new(Parts { settings, registry, secrets, clipboard: Clipboard::start(), clock });
    let note = DemoNote { admin_page: demo.admin_url().to_string() };
    let person: Person = Arc::new(move |link| {
        let demo = demo.clone();
        Box::pin(async move { demo.play(&link).await.map(|_| ()) })
    });
    tui::run(Start { engine, theme: theme(), demo: Some((note, person)) }).await?;
    Ok(Exit::Well)
}

/// The tenant alone, for whoever wants to try the commands on it.
async fn serve_demo(folder: &Path) -> Result<Exit, Trouble> {
    let demo = Demo::start_in(folder, Options::default()).await?;
    eprintln!("mailkey: The demo tenant runs; its administrator's page is {}", demo.admin_url());
    eprintln!("mailkey: In another terminal, as far as you like (its sign-in page asks for no password):");
    demo.commands(folder).iter().for_each(|command| eprintln!("  {command}"));
    eprintln!("mailkey: ctrl-c ends it.");
    let _ = tokio::signal::ctrl_c().await;
    Ok(Exit::Well)
}

fn no_folder(error: &std::io::Error) -> Trouble {
    Trouble::new(
        "demo.folder",
        "The demo has no folder to work in",
        error.to_string(),
        "Free some space, or set TMPDIR to another folder.",
    )
}

fn theme() -> Theme {
    Theme::from_environment(|name| std::env::var(name).ok())
}

/// Help and version as clap says them; what is wrong, in the form of every other error.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A reader that went away is no fault of ours.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    eprint!("mailkey: {}", text.strip_prefix("error: ").unwrap_or(&text));
    ExitCode::from(Exit::Usage as u8)
}

fn end(outcome: Result<Exit, Trouble>) -> ExitCode {
    let exit = outcome.unwrap_or_else(|trouble| {
        eprintln!("mailkey: {trouble}");
        cli::exit_of(&trouble)
    });
    ExitCode::from(exit as u8)
}
