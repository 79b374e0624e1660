//! The commands: the engine for scripts, cron and other programs. One file a command; it knows no
//! screen.

mod add;
mod app;
mod check;
mod columns;
mod get;
mod history;
mod import;
mod input;
pub mod json;
mod list;
pub mod log;
pub mod markdown;
pub mod passphrase;
mod redeem;
mod remove;
mod signin;
mod store;
mod token;

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::domain::{Address, ApplicationName, Note, RedirectUri, StoreKind, Trouble};
use crate::engine::{Engine, Field, Keeper, Signals};

/// Takes Microsoft 365 mailboxes to OAuth 2.0: register, authorize, token, SMTP AUTH.
///
/// Without a command it opens the dashboard. `mailkey demo` opens it on a tenant of its own.
#[derive(Debug, Parser)]
#[command(name = "mailkey", version, max_term_width = 100, disable_help_subcommand = false)]
pub struct Cli {
    /// What to do; nothing: the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The dashboard on an embedded tenant; nothing of yours is touched.
    Demo {
        /// Only serve the tenant, and write the configuration to reach it into this folder.
        #[arg(long, value_name = "FOLDER")]
        serve: Option<PathBuf>,
    },
    /// Applications: your app registrations.
    #[command(subcommand)]
    App(AppCommand),
    /// Add mailboxes.
    Add {
        /// Their addresses.
        #[arg(required = true, value_name = "ADDRESS")]
        addresses: Vec<Address>,
        /// The application that they are onboarded to.
        #[arg(long, value_name = "NAME")]
        app: ApplicationName,
        /// Who signs in for them, if not each for itself: a delegate.
        #[arg(long, value_name = "WHO")]
        account: Option<Address>,
        /// What to remember of them.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        note: Note,
    },
    /// Import mailboxes: CSV with a header, or an address a line; all of them or none.
    Import(import::Arguments),
    /// Remove mailboxes, and the refresh tokens that nobody else uses.
    Remove {
        /// Their addresses.
        #[arg(required = true, value_name = "ADDRESS")]
        addresses: Vec<Address>,
    },
    /// Sign in for a mailbox, and wait until its token is stored and its servers were tried.
    Signin {
        /// The mailbox.
        address: Address,
        /// Print the link, that line alone, instead of opening the browser.
        #[arg(long)]
        print: bool,
        /// Use a device code (many tenants block this).
        #[arg(long, conflicts_with = "print")]
        device: bool,
    },
    /// Read a redirect URL on standard input and finish the sign-in that it belongs to.
    Redeem,
    /// Every mailbox and its states.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// What happened to a mailbox, or to all, newest first.
    History {
        /// The mailbox; all if none is given.
        address: Option<Address>,
        /// At most this many lines.
        #[arg(long, value_name = "LINES", default_value = "200")]
        most: NonZeroUsize,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Refresh tokens and try them at the mail servers; without addresses, all that have one.
    Check {
        /// The mailboxes.
        #[arg(value_name = "ADDRESS")]
        addresses: Vec<Address>,
        /// Only those whose token dies soon if nobody uses it.
        #[arg(long)]
        due: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print an access token, from the cache or refreshed.
    Token {
        /// The mailbox.
        address: Address,
    },
    /// Print one credential, or copy it.
    Get {
        /// The mailbox.
        address: Address,
        /// client-id, tenant, account, refresh-token, access-token, xoauth2, json, curl or client-secret.
        #[arg(value_parser = field, value_name = "FIELD")]
        field: Field,
        /// Copy it to the clipboard instead, for a while.
        #[arg(long)]
        copy: bool,
    },
    /// Where secrets are kept, and moving them.
    #[command(subcommand)]
    Store(StoreCommand),
}

/// What to do with the secret stores.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Which store is in use, how many secrets are in each, and who keeps the seal key.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Move every secret to the keyring, or sealed into the registry; go on after an interruption.
    Move {
        /// Where to: `keyring` or `sealed`.
        #[arg(value_name = "STORE")]
        to: StoreKind,
        /// Who keeps the key of the sealed secrets: `keyring` or `passphrase`.
        #[arg(long, value_name = "KEEPER", value_parser = keeper)]
        key: Option<Keeper>,
    },
    /// Change the passphrase of the sealed secrets.
    Passphrase,
    /// Delete the sealed secrets when their key or passphrase is lost, so that all can sign in anew.
    GiveUp {
        /// Do it: nothing brings them back.
        #[arg(long, required = true)]
        yes: bool,
    },
}

/// What to do with applications.
#[derive(Debug, Subcommand)]
pub enum AppCommand {
    /// Add an application as it was registered with its provider.
    Add(AddApplication),
    /// Every application and what is known of it.
    List,
    /// Ask the provider whether tenant and client exist.
    Check {
        /// Its name.
        name: ApplicationName,
    },
    /// Remove an application that no mailbox uses.
    Remove {
        /// Its name.
        name: ApplicationName,
    },
}

/// An application as it was registered.
#[derive(Debug, clap::Args)]
pub struct AddApplication {
    /// What you call it.
    pub name: ApplicationName,
    /// The application (client) id.
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// The tenant's id, or one of its domains; Microsoft's providers need it.
    #[arg(long, value_name = "TENANT", default_value = "", hide_default_value = true)]
    pub tenant: String,
    /// The provider.
    #[arg(long, default_value = "microsoft")]
    pub provider: String,
    /// The redirect URI exactly as registered.
    #[arg(long, value_name = "URI", default_value = crate::domain::redirect_uri::DEFAULT)]
    pub redirect_uri: RedirectUri,
    /// A mail scope; the provider's own if none is given.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Read the client secret from standard input (Google; Microsoft's public clients have none).
    #[arg(long)]
    pub secret_stdin: bool,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All well.
    Well = 0,
    /// Some mailbox needs attention.
    Attention = 1,
    /// Wrong usage.
    Usage = 2,
    /// It could not run.
    CouldNot = 3,
}

/// Runs a command other than `demo`.
///
/// # Errors
/// What went wrong; [`exit_of`] says with which code to end.
pub async fn run(command: Command, engine: Engine) -> Result<Exit, Trouble> {
    engine.act_for(command.word());
    let mut signals = command.signals();
    tokio::select! {
        outcome = obey(command, &engine) => {
            engine.settle().await;
            if outcome.is_ok() {
                engine.first_checks_over().await;
            }
            outcome
        }
        () = signals.come() => {
            passphrase::stop_asking();
            // A second one does not even wait for a token that is on its way.
            tokio::select! {
                () = engine.settle() => {}
                () = signals.come() => {}
            }
            Err(ended())
        }
    }
}

/// Has the passphrase at hand, if one is needed, before the dashboard takes the screen.
///
/// # Errors
/// `internal.ended` if a signal came first; `seal.…`, `registry.…`.
pub async fn unlock(engine: &Engine) -> Result<(), Trouble> {
    let mut signals = Signals::end();
    tokio::select! {
        outcome = engine.unlock() => outcome,
        () = signals.come() => {
            passphrase::stop_asking();
            Err(ended())
        }
    }
}

impl Command {
    /// What ends it from without. Some give ctrl-c a meaning of their own.
    fn signals(&self) -> Signals {
        match self {
            Self::Check { .. } | Self::Signin { device: false, .. } | Self::Get { copy: true, .. } => Signals::end(),
            _ => Signals::end().and(Signals::ctrl_c()),
        }
    }

    /// The word after `mailkey`, for the history.
    fn word(&self) -> &'static str {
        match self {
            Self::Demo { .. } => "demo",
            Self::App(_) => "app",
            Self::Add { .. } => "add",
            Self::Import(_) => "import",
            Self::Remove { .. } => "remove",
            Self::Signin { .. } => "signin",
            Self::Redeem => "redeem",
            Self::List { .. } => "list",
            Self::Check { .. } => "check",
            Self::History { .. } => "history",
            Self::Token { .. } => "token",
            Self::Get { .. } => "get",
            Self::Store(_) => "store",
        }
    }
}

async fn obey(command: Command, engine: &Engine) -> Result<Exit, Trouble> {
    match command {
        Command::App(command) => app::run(command, engine).await,
        Command::Add { addresses, app, account, note } => add::run(engine, addresses, app, account, note).await,
        Command::Import(arguments) => import::run(engine, arguments).await,
        Command::Remove { addresses } => remove::run(engine, addresses).await,
        Command::Signin { address, device: true, .. } => signin::by_device(engine, address).await,
        Command::Signin { address, print, .. } => signin::by_browser(engine, address, print).await,
        Command::Redeem => redeem::run(engine).await,
        Command::List { json } => list::run(engine, json).await,
        Command::History { address, most, json } => history::run(engine, address, most, json).await,
        Command::Check { addresses, due, json } => check::run(engine, addresses, due, json).await,
        Command::Token { address } => token::run(engine, address).await,
        Command::Get { address, field, copy } => get::run(engine, address, field, copy).await,
        Command::Store(command) => store::run(command, engine).await,
        Command::Demo { .. } => Ok(Exit::Usage),
    }
}

/// The code to end with for a trouble.
#[must_use]
pub fn exit_of(trouble: &Trouble) -> Exit {
    let family = trouble.code().split('.').next().unwrap_or_default();
    match family {
        "config" | "registry" | "keyring" | "seal" | "store" | "home" | "internal" | "terminal" | "network"
        | "listener" | "output" | "demo" | "clipboard" | "grant" => Exit::CouldNot,
        "address" | "answer" | "application" | "import" | "mailbox" | "provider" => Exit::Usage,
        _ => Exit::Attention,
    }
}

/// A signal came before the command was done.
fn ended() -> Trouble {
    Trouble::new("internal.ended", "The command was ended before it was done", "", "Run it again.")
}

/// Prints a line to standard output. A reader that went away is no fault of ours (`| head`).
fn print(line: &str) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Trouble::new(
            "output.failed",
            "Standard output cannot be written",
            error.to_string(),
            "Mend where it goes to.",
        )),
        _ => Ok(()),
    }
}

/// Tells the person something, on standard error.
fn tell(line: &str) {
    // Nobody reads it: then nobody misses it.
    let _ = writeln!(std::io::stderr(), "mailkey: {line}");
}

fn keeper(name: &str) -> Result<Keeper, &'static str> {
    let all = [Keeper::Keyring, Keeper::Passphrase];
    all.into_iter().find(|keeper| keeper.word() == name).ok_or("it is keyring or passphrase")
}

fn field(name: &str) -> Result<Field, String> {
    Field::ALL.into_iter().find(|field| field.name() == name).ok_or_else(|| {
        let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
        format!("it is one of {}", names.join(", "))
    })
}
