//! `mailkey import`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, stdin};

use super::{Exit, print, tell};
use crate::domain::import::{Defaults, Different, MOST_BYTES, Malformed, Plan, Wish};
use crate::domain::{Address, ApplicationName, Trouble};
use crate::engine::{Engine, Imported, List};

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
    /// Change mailboxes that are there already as their lines say; without this they are left.
    #[arg(long)]
    change: bool,
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
    let wish = Wish {
        malformed: if arguments.skip_bad { Malformed::IsLeftOut } else { Malformed::StopsAll },
        different: if arguments.change { Different::IsChanged } else { Different::IsLeft },
    };
    let defaults = Defaults { application: arguments.app, account: arguments.account };
    let plan = Arc::new(engine.plan_import(list, defaults).await?);
    let outcome = if arguments.dry_run {
        plan.accept(wish.malformed).map(|_| Imported::default())
    } else {
        engine.import(Arc::clone(&plan), wish).await
    };
    if arguments.json {
        let imported = outcome.as_ref().copied().unwrap_or_default();
        print(&format!("{:#}", record(&plan, wish.different, imported)))?;
    } else if arguments.dry_run {
        lines(&plan, wish.different).iter().try_for_each(|line| print(line))?;
    } else {
        lines(&plan, wish.different).iter().for_each(|line| tell(line));
    }
    let imported = outcome?;
    if !arguments.dry_run {
        tell(&done(imported));
    }
    let is_left = wish.different == Different::IsLeft && !plan.different.is_empty();
    let is_well = plan.malformed.is_empty() && !is_left;
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

fn done(Imported { added, changed }: Imported) -> String {
    let added = match added {
        0 => "No mailbox was imported: none is new.".to_owned(),
        1 => "1 mailbox was imported. `mailkey signin ADDRESS` takes it on.".to_owned(),
        added => format!("{added} mailboxes were imported. The dashboard takes them on, or `mailkey signin ADDRESS`."),
    };
    match changed {
        0 => added,
        1 => format!("{added} 1 mailbox was changed."),
        changed => format!("{added} {changed} mailboxes were changed."),
    }
}

/// `{"imported", "changed", "new", "known", "different", "doubles", "malformed", "unused_columns"}`, as
/// the README documents it.
fn record(plan: &Plan, different: Different, Imported { added, changed }: Imported) -> Value {
    let problem = |line: usize, trouble: &Trouble| json!({ "line": line, "code": trouble.code(), "what": trouble.what(), "why": trouble.why(), "next": trouble.next() });
    json!({
        "imported": added,
        "changed": changed,
        "new": plan.new.len(),
        "known": plan.known,
        "different": plan.different.iter().map(|it| problem(it.line, &it.trouble(different))).collect::<Vec<Value>>(),
        "doubles": plan.doubles.iter().map(|it| json!({ "line": it.line, "first": it.first })).collect::<Vec<Value>>(),
        "malformed": plan.malformed.iter().map(|it| problem(it.line, &it.trouble)).collect::<Vec<Value>>(),
        "unused_columns": plan.unused_columns,
    })
}

/// The plan for people: the sum, then line by line what is not plain.
fn lines(plan: &Plan, becomes: Different) -> Vec<String> {
    let Plan { new, known, different, doubles, malformed, unused_columns } = plan;
    let mut lines = vec![format!(
        "{} new, {known} known already, {} {}, {} double, {} malformed.",
        new.len(),
        different.len(),
        match becomes {
            Different::IsLeft => "known otherwise",
            Different::IsChanged => "changed",
        },
        doubles.len(),
        malformed.len()
    )];
    if !unused_columns.is_empty() {
        lines.push(format!("Columns that are not used: {}.", unused_columns.join(", ")));
    }
    let malformed = malformed.iter().map(|it| format!("Line {}: {}", it.line, it.trouble));
    let different = different.iter().map(|it| format!("Line {}: {}", it.line, it.trouble(becomes)));
    let doubles = doubles.iter().map(|it| format!("Line {} says the same as line {}.", it.line, it.first));
    let mut rest = malformed.chain(different).chain(doubles);
    lines.extend(rest.by_ref().take(MOST_TOLD));
    match rest.count() {
        0 => {}
        more => lines.push(format!("And {more} more lines; --json lists them all.")),
    }
    lines
}
