use super::*;
use crate::domain::{Address, GrantId, Trouble};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn ids(numbers: std::ops::Range<i64>) -> Vec<MailboxId> {
    numbers.map(MailboxId).collect()
}

fn address() -> Address {
    Address::parse("ap@contoso.example").unwrap()
}

/// A group of one mailbox.
fn group(MailboxId(number): MailboxId) -> (String, Group) {
    let (job, grant, mailboxes) = (JobId::default(), GrantId(number), vec![(MailboxId(number), address())]);
    let group = Group { job, grant, mailboxes, seen_at: at(0) };
    ("provider".to_owned(), group)
}

/// A job over so many mailboxes, all queued.
fn job(count: i64) -> Job {
    let mut job = Job::new(JobId::default(), at(0));
    let new = job.add(ids(0..count), at(1));
    job.enlist(new.into_iter().map(group).collect());
    job
}

fn begun(job: &mut Job, most: usize) -> Vec<MailboxId> {
    job.begin(most).iter().flat_map(|(_, group)| group.ids()).collect()
}

fn counts(job: &Job) -> (usize, usize) {
    let progress = job.progress(at(10), Vec::new());
    (progress.over, progress.all)
}

#[test]
fn each_provider_has_a_line_of_its_own() {
    let mut job = job(5);
    assert_eq!(job.add(ids(3..7), at(1)), ids(5..7), "those that are in it already join");
    let other = ids(5..7).into_iter().map(|id| ("other".to_owned(), group(id).1));
    job.enlist(other.collect());
    let mut first = begun(&mut job, 2);
    first.sort();
    assert_eq!(first, [MailboxId(0), MailboxId(1), MailboxId(5), MailboxId(6)]);
    assert_eq!(begun(&mut job, 2), []);
    job.end_group("provider");
    assert_eq!(begun(&mut job, 2), [MailboxId(2)]);
}

#[test]
fn what_is_asked_for_twice_counts_once() {
    let mut job = job(3);
    let refused = Trouble::new("smtp.refused", "", "", "");
    let failure = Failure { mailbox: MailboxId(0), address: address(), trouble: refused };
    job.checked(MailboxId(0), Some(failure), at(1));
    assert_eq!(job.add(ids(0..3), at(0)), [], "all of it is, or was, in it since then");
    assert_eq!(counts(&job), (1, 3));
    assert_eq!(job.add(ids(0..1), at(2)), ids(0..1), "it is asked for anew");
    assert_eq!((counts(&job), job.progress(at(3), vec![]).failed), ((0, 3), 0));
    job.checked(MailboxId(0), None, at(3));
    assert_eq!(counts(&job), (1, 3));
}

#[test]
fn what_was_left_out_counts_as_asked_for_until_somebody_asks_anew() {
    let mut job = job(5);
    begun(&mut job, 2);
    job.checked(MailboxId(0), None, at(1));
    let sign = job.stop_sign();
    job.stop(End::Stopped);
    assert!(sign.is_cancelled() && begun(&mut job, 9).is_empty());
    assert_eq!((counts(&job), job.progress(at(1), vec![]).phase), ((1, 5), Phase::Stopping));
    // Somebody goes on before the last has ended: with the new ones, and without what was left out.
    assert_eq!(job.add(ids(1..3), at(1)), ids(2..3));
    job.enlist(vec![group(MailboxId(2))]);
    assert!(!job.stop_sign().is_cancelled());
    assert_eq!((counts(&job), job.progress(at(1), vec![]).phase), ((1, 3), Phase::Running));
    job.checked(MailboxId(1), None, at(2));
    job.checked(MailboxId(2), None, at(2));
    assert_eq!(job.progress(at(2), vec![]).phase, Phase::Over(End::Complete));
}

#[test]
fn who_was_enlisted_after_the_stop_is_not_begun() {
    let mut job = Job::new(JobId::default(), at(0));
    job.add(ids(0..3), at(1));
    job.stop(End::Stopped);
    assert!(!job.is_over(), "they are still being read");
    job.enlist(ids(0..3).into_iter().map(group).collect());
    assert_eq!(job.progress(at(1), vec![]).phase, Phase::Over(End::Stopped));
    assert_eq!(counts(&job), (0, 3));
}

#[test]
fn the_first_reason_to_stop_counts() {
    let mut job = job(2);
    let obstacle = End::Obstacle(Trouble::new("keyring.locked", "It is locked", "", ""));
    job.stop(obstacle.clone());
    job.stop(End::Stopped);
    assert_eq!(job.progress(at(1), vec![]).phase, Phase::Over(obstacle));
}

#[test]
fn a_mailbox_that_is_gone_has_no_say_and_none_speaks_twice() {
    let mut job = job(3);
    begun(&mut job, 9);
    job.forget(MailboxId(0));
    let trouble = Trouble::new("network.timeout", "It is slow", "", "");
    let failure = Failure { mailbox: MailboxId(0), address: address(), trouble };
    job.checked(MailboxId(0), Some(failure.clone()), at(1));
    job.checked(MailboxId(1), Some(Failure { mailbox: MailboxId(1), ..failure }), at(1));
    job.checked(MailboxId(1), None, at(1));
    let progress = job.progress(at(1), vec![]);
    assert_eq!((progress.over, progress.failed, progress.all), (1, 1, 2));
}

#[test]
fn the_end_is_estimated_from_the_newest_answers_and_put_off_by_a_pause() {
    let mut job = job(300);
    begun(&mut job, 300);
    // Slow at first, then ten a second.
    (0..100).for_each(|number| job.checked(MailboxId(number), None, at(number * 10)));
    (100..200).for_each(|number| job.checked(MailboxId(number), None, at(1_000 + (number - 100) / 10)));
    let progress = job.progress(at(1_010), vec![]);
    assert!((8.0..11.0).contains(&progress.rate.unwrap()), "{:?}", progress.rate);
    let left = |progress: &Progress| progress.ends_at.unwrap().duration_since(at(1_010)).as_secs();
    assert!((9..13).contains(&left(&progress)), "{} s", left(&progress));
    let pause = HostPause { host: "login.example".to_owned(), until: at(1_100) };
    let held = job.progress(at(1_010), vec![pause]);
    assert_eq!(left(&held) - left(&progress), 90);
}
