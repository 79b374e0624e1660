//! What time alone changes, and when the screen wakes for it.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Check, Fleet, MailboxId, Secret, Token};
use crate::engine::{Field, Work};
use crate::tui::fixture::{
    all_well, at, change_grant, fleet, is, minutes_ago, nothing, now, pass, press, screen, showing, sign_in, work,
};
use crate::tui::message::{Done, Message};
use crate::tui::model::{Model, Tone};
use crate::tui::update::update;

/// How long the screen sleeps.
fn nap(model: &Model) -> Option<SignedDuration> {
    model.wakes_at().map(|moment| moment.duration_since(model.now))
}

fn seconds(seconds: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_secs(seconds))
}

/// Nothing on the screen has an age.
fn ageless() -> Model {
    let mut fleet = fleet();
    fleet.mailboxes.retain(|mailbox| mailbox.id == is::BILLING);
    for application in fleet.applications.values_mut() {
        application.proof = Check::Unknown;
    }
    showing(fleet, (120, 40))
}

/// One mailbox that was checked then.
fn checked(at: Timestamp) -> Fleet {
    let mut fleet = fleet();
    fleet.mailboxes.retain(|mailbox| mailbox.id == is::AP);
    for application in fleet.applications.values_mut() {
        application.proof = Check::Unknown;
    }
    change_grant(&mut fleet, is::AP, |grant| grant.token = Token::None);
    let minutes = now().duration_since(at).as_mins();
    fleet.mailboxes[0].checks = all_well(minutes);
    fleet
}

#[test]
fn an_idle_dashboard_sleeps() {
    assert_eq!(nap(&crate::tui::fixture::blank((120, 40))), None);
    assert_eq!(nap(&showing(nothing(), (120, 40))), None);
    assert_eq!(nap(&ageless()), None);
}

#[test]
fn ages_grow_by_minutes_and_then_by_hours() {
    for (minutes, wanted) in [(2, 60), (59, 60), (60, 3_600), (90, 1_800), (61, 3_540), (60 * 24 * 3, 86_400)] {
        let model = showing(checked(minutes_ago(minutes)), (120, 40));
        assert_eq!(nap(&model), seconds(wanted), "{minutes} minutes");
    }
}

#[test]
fn the_age_that_grows_first_wakes_the_screen() {
    // 90 minutes and 175: the younger grows in half an hour, the older in five minutes.
    let mut all = fleet();
    all.mailboxes.retain(|mailbox| [is::AP, is::HR].contains(&mailbox.id));
    for application in all.applications.values_mut() {
        application.proof = Check::Unknown;
    }
    for (mailbox, minutes) in all.mailboxes.iter_mut().zip([90, 175]) {
        mailbox.checks = all_well(minutes);
    }
    change_grant(&mut all, is::AP, |grant| grant.token = Token::None);
    let model = showing(all, (120, 40));
    assert_eq!(nap(&model), seconds(300));
}

#[test]
fn waking_shows_the_new_age() {
    let mut model = at(is::AP);
    assert!(screen(&model).contains("2 min"));
    let nap = nap(&model).unwrap();
    pass(&mut model, nap.as_secs());
    assert!(screen(&model).contains("3 min"));
}

#[test]
fn work_moves_the_spinner_and_waiting_moves_only_the_clock() {
    let mut model = ageless();
    sign_in(&mut model, is::BILLING);
    assert_eq!(nap(&model), seconds(1));
    work(&mut model, is::BILLING, Work::Exchanging { since: now() });
    assert_eq!(nap(&model), Some(SignedDuration::from_millis(100)));
}

#[test]
fn notices_go_after_a_while_and_bad_ones_later() {
    for (tone, stays) in [(Tone::Good, 8), (Tone::Plain, 8), (Tone::Bad, 20)] {
        let mut model = ageless();
        model.say(tone, "said");
        assert_eq!(nap(&model), seconds(stays));
        pass(&mut model, stays - 1);
        assert!(model.notice.is_some());
        pass(&mut model, 1);
        assert!(model.notice.is_none());
        assert_eq!(nap(&model), None);
    }
}

#[test]
fn a_shown_secret_counts_down_by_seconds() {
    let mut model = ageless();
    let secret = Secret::new("a secret");
    update(&mut model, Message::Done(Done::Revealed(Field::Json, secret)));
    assert_eq!(nap(&model), seconds(1));
}

#[test]
fn a_batch_moves_its_bar() {
    let mut model = at(is::AP);
    press(&mut model, "R");
    assert_eq!(nap(&model), Some(SignedDuration::from_millis(100)));
}

#[test]
fn an_age_from_a_clock_that_runs_ahead_does_no_harm() {
    let mut ahead = checked(minutes_ago(0));
    ahead.mailboxes[0].checks.smtp = Check::Ok { at: now() + SignedDuration::from_secs(90) };
    let model = showing(ahead, (120, 40));
    assert!(nap(&model).is_some_and(|nap| nap > SignedDuration::ZERO));
    assert!(screen(&model).contains("now"));
    assert_eq!(model.list.current().map(|row| row.id), Some(MailboxId(1)));
}
