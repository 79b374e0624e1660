//! `mailkey signin`.

use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use super::{Exit, print, tell};
use crate::domain::{Address, Check, MailboxId, Remedy, Secret, Trouble};
use crate::engine::{Accepted, ERRAND_WAITS, Engine, Listening, Signals, Subject};

/// Opens the browser, or prints the link, and waits for whoever answers first.
pub async fn by_browser(engine: &Engine, address: Address, print_link: bool) -> Result<Exit, Trouble> {
    let mailbox = engine.mailbox_at(address).await?;
    // Whoever has the link may stop it at once.
    let mut ctrl_c = Signals::ctrl_c();
    let errand = engine.begin_sign_in(mailbox.id).await?;
    if print_link {
        print(errand.link.as_str())?;
    } else if let Err(trouble) = engine.open_browser(errand.link.clone()).await {
        tell(&format!("{}. Open this link yourself:", trouble.what()));
        print(errand.link.as_str())?;
    } else {
        tell("The browser was opened.");
    }
    tell(&waits(errand.listening));
    let outcome = tokio::select! {
        outcome = engine.outcome(&errand.state) => outcome,
        () = take_standard_input(engine) => Ok(()),
        () = engine.watch() => Ok(()),
        () = ctrl_c.come() => {
            engine.cancel_errand(&Subject::Mailbox(mailbox.id)).await?;
            Err(Trouble::new("signin.cancelled", "The sign-in was stopped", "", "Begin again."))
        }
    };
    match outcome {
        Err(trouble) if trouble.code() == "signin.wrong_account" => Err(trouble_with_hint(trouble)),
        Err(trouble) => Err(trouble),
        Ok(()) => tokio::select! {
            exit = report(engine, &mailbox.address, mailbox.id) => exit,
            () = ctrl_c.come() => Err(not_tried()),
        },
    }
}

/// Shows a code to type on any machine.
pub async fn by_device(engine: &Engine, address: Address) -> Result<Exit, Trouble> {
    let mailbox = engine.mailbox_at(address).await?;
    let errand = engine.begin_device_sign_in(mailbox.id).await?;
    tell(&format!(
        "Open {} and type {}. The code lives {} minutes.",
        errand.page,
        errand.user_code,
        errand.patience.as_secs() / 60
    ));
    match engine.finish_device_sign_in(errand).await? {
        Accepted::WrongAccount { expected, username, .. } => Err(wrong_account(&expected, &username)),
        _ => report(engine, &mailbox.address, mailbox.id).await,
    }
}

/// Says that the token is stored, and what came of the first live checks with it.
pub async fn report(engine: &Engine, signed_in: &Address, mailbox: MailboxId) -> Result<Exit, Trouble> {
    let place = engine.place_of_token(mailbox).await?;
    tell(&format!("{signed_in} is signed in. The refresh token is in {place}."));
    match engine.others_of_account(mailbox).await? {
        0 => {}
        1 => tell("1 other mailbox uses it, which was not tried: `mailkey check` does that."),
        others => tell(&format!("{others} other mailboxes use it, which were not tried: `mailkey check` does that.")),
    }
    let checks = engine.first_checks(mailbox).await?;
    for (server, check) in [("IMAP", &checks.imap), ("POP", &checks.pop)] {
        if let Check::Failed { trouble, .. } = check {
            tell_refusal(server, trouble);
        }
    }
    match checks.smtp {
        Check::Ok { .. } => {
            tell("SMTP AUTH works.");
            Ok(Exit::Well)
        }
        Check::Failed { trouble, .. } => {
            tell_refusal("SMTP AUTH", &trouble);
            Ok(Exit::Attention)
        }
        Check::Unknown => {
            tell("SMTP AUTH was not tried in time.");
            Ok(Exit::Attention)
        }
    }
}

fn tell_refusal(server: &str, trouble: &Trouble) {
    tell(&format!("{server}: {trouble}"));
    if let Remedy::PowerShell(line) = trouble.remedy() {
        tell(line);
    }
}

fn not_tried() -> Trouble {
    Trouble::new(
        "signin.not_tried",
        "The token is stored, and its servers were not tried to the end",
        "You stopped it.",
        "`mailkey list` shows what is known.",
    )
}

/// Another account signed in where nobody can be asked.
pub fn wrong_account(expected: &Address, username: &str) -> Trouble {
    trouble_with_hint(Trouble::new(
        "signin.wrong_account",
        format!("{username} signed in, not {expected}, and its token was not kept"),
        "The browser was signed in with another account than this mailbox's.",
        "",
    ))
}

fn trouble_with_hint(trouble: Trouble) -> Trouble {
    Trouble::new(
        "signin.wrong_account",
        trouble.what(),
        trouble.why(),
        "Sign in again in a private window. If that account is a delegate, give it to the mailbox: e on the dashboard, \
         or `mailkey import - --app NAME --account WHO --change` with the address on standard input.",
    )
}

/// What is waited for, how long, and what to do if it does not come by itself.
fn waits(listening: Listening) -> String {
    let minutes = ERRAND_WAITS.as_mins();
    let by_hand = match listening {
        Listening::Here(_) => "If the browser ends on a page that does not load, paste its address here.".to_owned(),
        Listening::Elsewhere(port) => format!(
            "Another program has port {port} of localhost. If it does not take the answer, paste the address that \
             the browser ends on here."
        ),
        Listening::Nowhere => "Paste the address that the browser ends on here.".to_owned(),
    };
    format!("Waiting for the answer, {minutes} minutes at most; ctrl-c stops it. {by_hand}")
}

/// Every line is tried as an answer, to this sign-in or to another; the end of standard input is
/// none. What becomes of this one is found in the registry, whoever ends it.
async fn take_standard_input(engine: &Engine) {
    let mut lines = BufReader::new(stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.trim().is_empty() {
            continue;
        }
        if let Err(trouble) = engine.accept(&Secret::new(line)).await
            && trouble.code().starts_with("answer.")
        {
            tell(&trouble.to_string());
        }
    }
    std::future::pending().await
}
