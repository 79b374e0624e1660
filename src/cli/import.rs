//! `mailkey import`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, stdin};

use super::{Exit, print, tell};
use crate::domain::import::{Defaults, MOST_BYTES, Malformed, Plan, Problem};
use crate::domain::{Address, ApplicationName, Trouble};
use crate::engine::{Engine, List};

/// The most lines that a person is told about one by one.
const MOST_TOLD: usize = 50;

/// What to import, and how.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The list; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The application of mailboxes whose line names none.
    #[arg(long, value_name = "NAME")]
    app: ApplicationName,
    /// Who signs in where a line names no account, if not each mailbox for itself: a delegate.
    #[arg(long, value_name = "WHO")]
    account: Option<Address>,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Leave malformed lines out; without this, one of them stops all.
    #[arg(long)]
    skip_bad: bool,
    /// Say what was done, or would be, as JSON.
    #[arg(long)]
    json: bool,
}

/// Imports all of the list, or nothing.
pub async fn run(engine: &Engine, arguments: Arguments) -> Result<Exit, Trouble> {
    let list = if arguments.file.as_os_str() == "-" {
        List::Bytes(read().await.map_err(|error| unreadable(&error))?)
    } else {
        List::File(arguments.file)
    };
    let malformed = if arguments.skip_bad { Malformed::IsLeftOut } else { Malformed::StopsAll };
    let defaults = Defaults { application: arguments.app, account: arguments.account };
    let plan = Arc::new(engine.plan_import(list, defaults).await?);
    let outcome = if arguments.dry_run {
        plan.accept(malformed).map(|_| 0)
    } else {
        engine.import(Arc::clone(&plan), malformed).await
    };
    if arguments.json {
        print(&format!("{:#}", record(&plan, outcome.as_ref().map_or(0, |count| *count))))?;
    } else if arguments.dry_run {
        lines(&plan).iter().try_for_each(|line| print(line))?;
    } else {
        lines(&plan).iter().for_each(|line| tell(line));
    }
    let count = outcome?;
    if !arguments.dry_run {
        tell(&done(count));
    }
    let is_well = plan.malformed.is_empty() && plan.different.is_empty();
    Ok(if is_well { Exit::Well } else { Exit::Attention })
}

async fn read() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stdin().take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> Trouble {
    Trouble::new(
        "import.unreadable",
        "Standard input cannot be read",
        format!("{error}."),
        "Pipe the list in, or name its file.",
    )
}

fn done(count: usize) -> String {
    match count {
        0 => "No mailbox was imported: none is new.".to_owned(),
        1 => "1 mailbox was imported. `mailkey signin ADDRESS` takes it on.".to_owned(),
        count => format!("{count} mailboxes were imported. The dashboard takes them on, or `mailkey signin ADDRESS`."),
    }
}

/// `{"imported", "new", "known", "different", "doubles", "malformed", "unused_columns"}`, as the
/// README documents it.
fn record(plan: &Plan, imported: usize) -> Value {
    let problem = |Problem { line, trouble }: &Problem| json!({ "line": line, "code": trouble.code(), "what": trouble.what(), "why": trouble.why(), "next": trouble.next() });
    json!({
        "imported": imported,
        "new": plan.new.len(),
        "known": plan.known,
        "different": plan.different.iter().map(problem).collect::<Vec<Value>>(),
        "doubles": plan.doubles.iter().map(|it| json!({ "line": it.line, "first": it.first })).collect::<Vec<Value>>(),
        "malformed": plan.malformed.iter().map(problem).collect::<Vec<Value>>(),
        "unused_columns": plan.unused_columns,
    })
}

/// The plan for people: the sum, then line by line what is not plain.
fn lines(plan: &Plan) -> Vec<String> {
    let Plan { new, known, different, doubles, malformed, unused_columns } = plan;
    let mut lines = vec![format!(
        "{} new, {known} known already, {} known otherwise, {} double, {} malformed.",
        new.len(),
        different.len(),
        doubles.len(),
        malformed.len()
    )];
    if !unused_columns.is_empty() {
        lines.push(format!("Columns that are not used: {}.", unused_columns.join(", ")));
    }
    let problems = malformed.iter().chain(different).map(|it| format!("Line {}: {}", it.line, it.trouble));
    let doubles = doubles.iter().map(|it| format!("Line {} says the same as line {}.", it.line, it.first));
    let mut rest = problems.chain(doubles);
    lines.extend(rest.by_ref().take(MOST_TOLD));
    match rest.count() {
        0 => {}
        more => lines.push(format!("And {more} more lines; --json lists them all.")),
    }
    lines
}
