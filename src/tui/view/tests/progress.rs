//! What the lines above the keys say of a job over many mailboxes.

use jiff::SignedDuration;

use crate::domain::Trouble;
use crate::engine::{Event, Failure, HostPause, Phase, Progress};
use crate::tui::fixture::{address, at, is, now, screen, tell};
use crate::tui::model::Model;

fn halfway() -> Progress {
    Progress {
        over: 42,
        failed: 1,
        rate: Some(3.52),
        ends_at: Some(now() + SignedDuration::from_secs(24)),
        ..Progress::beginning(128, now())
    }
}

fn showing(progress: Progress, size: (u16, u16)) -> Model {
    let mut model = at(is::AP);
    model.size = size;
    tell(&mut model, Event::Checks(Some(progress)));
    model
}

/// The lines below the list and its panes, without the keys.
fn lines(model: &Model, count: usize) -> Vec<String> {
    let screen = screen(model);
    let all: Vec<&str> = screen.lines().rev().skip(1).map(str::trim).filter(|line| !line.is_empty()).collect();
    all.into_iter().take(count).rev().map(str::to_owned).collect()
}

#[test]
fn it_says_how_far_how_fast_and_how_long() {
    for (size, bar) in [((120, 40), "━━━━━━━━━─────────────────────"), ((60, 16), "───")]
    {
        let model = showing(halfway(), size);
        let line = lines(&model, 1).remove(0);
        let (before, after) = ("Checking 42 of 128 ", " 3.5 a second, 24 s left, 1 failed");
        assert!(line.contains(before) && line.contains(after), "{line}");
        assert!(size.0 < 120 || line.contains(&format!("{before}{bar}{after}")), "{line}");
    }
}

#[test]
fn speed_and_time_are_in_units_that_say_something() {
    for (rate, seconds, said) in [
        (250.4, 5, "250 a second, 5 s left"),
        (0.25, 600, "15 a minute, 10 min left"),
        (1.0, 7_300, "1.0 a second, 2 h left"),
    ] {
        let ends_at = Some(now() + SignedDuration::from_secs(seconds));
        let model = showing(Progress { rate: Some(rate), ends_at, ..halfway() }, (120, 40));
        assert!(screen(&model).contains(said), "{}", lines(&model, 1)[0]);
    }
}

#[test]
fn what_holds_it_up_and_what_went_wrong_last_stand_above() {
    let pause =
        |host: &str, seconds| HostPause { host: host.to_owned(), until: now() + SignedDuration::from_secs(seconds) };
    let failure = |local: &str, what: &str| Failure {
        mailbox: is::HR,
        address: address(&format!("{local}@contoso.example")),
        trouble: Trouble::new("smtp.auth_disabled.mailbox", what, "", ""),
    };
    let pauses = vec![pause("login.microsoftonline.com", 312), pause("smtp.office365.com:587", 5)];
    let failures = vec![failure("ap", "First"), failure("hr", "SMTP AUTH is switched off")];
    let progress = Progress { pauses: pauses[..1].to_vec(), failures, ..halfway() };
    let said = lines(&showing(progress.clone(), (120, 40)), 3);
    assert_eq!(said[0], "▲ hr@contoso.example: SMTP AUTH is switched off");
    assert_eq!(said[1], "◔ login.microsoftonline.com asks for a pause until 09:32:05");
    assert!(said[2].contains("Checking 42 of 128"), "{said:?}");
    assert!(said[2].ends_with(" 24 s left, 1 failed") && !said[2].contains("a second"), "{said:?}");
    let said = lines(&showing(Progress { pauses, ..progress }, (80, 24)), 2);
    assert_eq!(said[0], "◔ login.microsoftonline.com and 1 more ask for a pause until 09:32:05");
    assert!(said[1].contains("Checking 42 of 128"), "{said:?}");
}

#[test]
fn a_job_that_is_stopped_gives_no_time() {
    let said = lines(&showing(Progress { phase: Phase::Stopping, ..halfway() }, (120, 40)), 1);
    assert!(said[0].ends_with(" stopping, 1 failed"), "{said:?}");
}
