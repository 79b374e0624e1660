//! The line under any treatment: no mailbox is lost, and none counts twice.

use super::*;
use crate::domain::Fleet;
use crate::engine::Work;
use crate::tui::fixture::{Dice, now, waiting, without_tokens};

fn line(fleet: &Fleet) -> Queue {
    Queue::of(fleet.entries()).expect("something to sign in")
}

fn id(number: i64) -> MailboxId {
    MailboxId(number)
}

fn storing() -> Work {
    Work::Storing { since: now() }
}

fn asking() -> Work {
    Work::Asking { state: "a-state".to_owned(), username: "alex".to_owned(), since: now() }
}

fn counts(line: &Queue) -> [usize; 4] {
    let Count { done, waiting, failed, left } = line.count();
    [done, waiting, failed, left]
}

#[test]
fn the_next_is_opened_as_soon_as_the_last_is_answered() {
    let mut line = line(&without_tokens(3));
    assert_eq!(line.open_next(), [id(1)]);
    assert_eq!(line.open_next(), [], "one at a time");
    line.hear(id(1), &Work::SigningIn(waiting()));
    assert_eq!(line.open_next(), [], "a person is still asked");
    line.hear(id(1), &Work::Exchanging { since: now() });
    assert_eq!(line.open_next(), [], "who signed in is not known yet");
    line.hear(id(1), &storing());
    assert_eq!(line.open_next(), [id(2)], "the store needs nobody");
    line.succeed(id(1));
    line.end(id(1));
    assert_eq!(counts(&line), [1, 1, 0, 1]);
}

#[test]
fn a_question_holds_its_place_until_it_is_answered() {
    let mut line = line(&without_tokens(3));
    line.open_next();
    line.hear(id(1), &asking());
    assert_eq!(line.open_next(), []);
    line.hear(id(1), &storing());
    assert_eq!(line.open_next(), [id(2)]);
    line.hear(id(1), &asking());
    line.hear(id(2), &storing());
    assert_eq!(line.open_next(), [], "the first could not be stored, and is asked about again");
    line.end(id(1));
    assert_eq!(line.open_next(), [id(3)]);
}

#[test]
fn several_are_kept_open_if_asked() {
    let mut line = line(&without_tokens(5));
    assert_eq!(line.change_at_once(2), 3);
    assert_eq!(line.open_next(), [id(1), id(2), id(3)]);
    line.hear(id(2), &storing());
    assert_eq!(line.open_next(), [id(4)]);
    assert_eq!((line.change_at_once(-9), line.change_at_once(99)), (1, MOST_OPEN));
}

#[test]
fn one_sign_in_serves_all_mailboxes_of_its_grant() {
    let mut fleet = without_tokens(4);
    let shared = fleet.mailboxes[0].grant;
    fleet.mailboxes[2].grant = shared;
    fleet.mailboxes[3].grant = shared;
    let mut line = line(&fleet);
    assert_eq!(line.open_next(), [id(1)]);
    line.hear(id(1), &storing());
    line.succeed(id(3));
    assert_eq!(line.open_next(), [id(2)]);
    assert_eq!(counts(&line), [3, 1, 0, 0]);
}

#[test]
fn without_a_mailbox_there_is_no_line() {
    assert_eq!(Queue::of(without_tokens(0).entries()), None);
}

#[test]
fn one_that_is_skipped_comes_back_and_its_end_meanwhile_is_no_failure() {
    let mut line = line(&without_tokens(2));
    line.open_next();
    assert_eq!(line.skip(None), Some(id(1)));
    line.end(id(1));
    assert_eq!(line.open_next(), [id(2)]);
    line.hear(id(2), &storing());
    assert_eq!(line.open_next(), [id(1)]);
    assert_eq!(line.skip(Some(id(1))), None, "nothing else is left");
    assert_eq!(counts(&line), [0, 2, 0, 0]);
}

#[test]
fn a_sign_in_whose_mailbox_is_removed_is_left_to_the_next_of_its_grant() {
    let mut fleet = without_tokens(3);
    fleet.mailboxes[1].grant = fleet.mailboxes[0].grant;
    let mut line = line(&fleet);
    line.open_next();
    line.retain(|mailbox| mailbox != id(1));
    line.end(id(1));
    assert_eq!(counts(&line), [0, 0, 0, 2]);
    assert_eq!(line.open_next(), [id(2)]);
    line.retain(|mailbox| mailbox == id(3));
    assert_eq!(line.open_next(), [id(3)]);
}

#[test]
fn whatever_happens_every_mailbox_is_somewhere_once() {
    for seed in 0..200 {
        let mut dice = Dice::new(seed);
        let mut fleet = without_tokens(12);
        for _ in 0..4 {
            let (a, b) = (dice.throw(12), dice.throw(12));
            fleet.mailboxes[a].grant = fleet.mailboxes[b].grant;
        }
        let mut line = line(&fleet);
        let mut there: Vec<MailboxId> = fleet.mailboxes.iter().map(|mailbox| mailbox.id).collect();
        let mut over = 0;
        for _ in 0..120 {
            let mailbox = id(1 + dice.throw(12) as i64);
            match dice.throw(9) {
                0 | 1 => {
                    let before = line.open.len();
                    let opened = line.open_next().len();
                    assert!(opened == 0 || before + opened <= line.at_once(), "never too many (seed {seed})");
                }
                7 => line.hear(mailbox, &asking()),
                2 => line.hear(mailbox, &storing()),
                3 => line.succeed(mailbox),
                4 => line.end(mailbox),
                5 => drop(line.skip(Some(mailbox))),
                6 => line.put_back(mailbox),
                _ if dice.throw(5) == 0 => {
                    there.retain(|known| *known != mailbox);
                    line.retain(|known| there.contains(&known));
                }
                _ => drop(line.change_at_once(dice.throw(5) as isize - 2)),
            }
            let Count { done, failed, .. } = line.count();
            assert!(done + failed >= over, "what is over stays over (seed {seed})");
            over = done + failed;
            assert!(line.count().all() <= 12, "nobody counts twice (seed {seed})");
            assert!(there.len() < 12 || line.count().all() == 12, "nobody is lost (seed {seed})");
        }
        while !line.is_over() {
            line.open_next();
            (1..=12).for_each(|number| line.succeed(id(number)));
        }
        assert_eq!((line.count().left, line.count().waiting), (0, 0));
    }
}
