//! The list under any treatment: the cursor stays in its window and with its mailbox.

use super::*;
use crate::tui::fixture::{Dice, address, change_grant, crowd, fleet, is, now};

fn list(fleet: &Fleet) -> List {
    let mut list = List::default();
    list.renew(fleet, now());
    list
}

fn shown(list: &List) -> Vec<MailboxId> {
    list.shown_ids()
}

fn filter(list: &mut List, text: &str) {
    list.filter = Input::new(text.to_owned());
    list.refilter();
}

/// The window is never beside the rows, and the cursor never beside the window.
fn assert_in_window(list: &List, height: usize, after: &str) {
    let (at, offset, shown) = (list.position(), list.offset(), list.shown_len());
    if shown == 0 {
        assert_eq!((at, offset, list.current().is_none()), (0, 0, true), "{after}");
        return;
    }
    assert!(offset <= at && at < offset + height, "{offset} <= {at} < {offset}+{height} after {after}");
    assert!(at < shown, "{at} of {shown} after {after}");
    assert!(offset == 0 || offset + height <= shown, "a gap at the end after {after}");
    let drawn: Vec<bool> = list.window(height).map(|(_, at)| at).collect();
    assert_eq!(drawn.len(), height.min(shown), "{after}");
    assert_eq!(drawn.iter().filter(|at| **at).count(), 1, "{after}");
}

#[test]
fn whatever_is_done_the_cursor_stays_in_a_full_window() {
    let (all, few) = (crowd(20_000), crowd(7));
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let mut list = list(&all);
        let mut height = 30;
        for _ in 0..40 {
            let after = match dice.throw(9) {
                0 => format!("to {:?}", list.move_to(dice.throw(25_000), height)),
                1 => format!("by {:?}", list.move_by(dice.throw(400) as isize - 200, height)),
                2 => format!("end {:?}", list.move_to(usize::MAX, height)),
                3 => format!("by {:?}", list.move_by(isize::MIN, height)),
                4 => {
                    height = 1 + dice.throw(60);
                    format!("height {height}")
                }
                5 => {
                    let text = ["", "9", "person-000", "nobody", "00001@", "valid"][dice.throw(6)];
                    filter(&mut list, text);
                    format!("filter {text}")
                }
                6 => format!("sort {:?}", list.sort_by_next()),
                7 => format!("renew {:?}", list.renew(if dice.throw(3) == 0 { &few } else { &all }, now())),
                _ => format!("go to {:?}", list.go_to(MailboxId(dice.throw(20_001) as i64), height)),
            };
            list.keep_in_window(height);
            assert_in_window(&list, height, &format!("{after} (seed {seed})"));
        }
    }
}

#[test]
fn a_window_without_lines_breaks_nothing() {
    let mut list = list(&crowd(5));
    list.move_to(4, 0);
    assert_eq!((list.position(), list.window(0).count()), (4, 0));
}

#[test]
fn cursor_and_selection_stay_with_their_mailboxes() {
    let mut all = fleet();
    let mut list = list(&all);
    list.go_to(is::HR, 10);
    list.toggle();
    let before = list.position();
    all.mailboxes.retain(|mailbox| mailbox.id != is::AP);
    list.renew(&all, now());
    assert_eq!(list.current().map(|row| row.id), Some(is::HR));
    assert_eq!(list.position() + 1, before);
    assert_eq!(list.targets(), [is::HR]);
}

#[test]
fn a_removed_mailbox_leaves_the_cursor_on_its_neighbour_and_the_selection_without_it() {
    let mut all = fleet();
    let mut list = list(&all);
    list.go_to(is::HR, 10);
    list.toggle();
    all.mailboxes.retain(|mailbox| mailbox.id != is::HR);
    list.renew(&all, now());
    assert_eq!(list.selected_len(), 0);
    assert_eq!(list.current().map(|row| row.id), Some(is::INFO), "the one that followed it");
    all.mailboxes.clear();
    list.renew(&all, now());
    assert!(list.current().is_none() && list.targets().is_empty());
}

#[test]
fn the_filter_looks_at_all_that_the_row_says() {
    let mut list = list(&fleet());
    for (text, found) in [
        ("BILLING", vec![is::BILLING]),
        (" maria ", vec![is::INFO]),
        ("mailer", shown(&list)),
        ("revoked", vec![is::ALERTS]),
        ("due", vec![is::SUPPORT]),
        ("to do", vec![is::BILLING]),
        ("smtp.auth_disabled", vec![is::HR]),
        ("auth_disabled", vec![]),
        ("aadsts.90094", vec![is::LEGAL]),
        ("nobody", vec![]),
    ] {
        filter(&mut list, text);
        assert_eq!(shown(&list), found, "{text}");
    }
    filter(&mut list, "");
    assert_eq!(list.shown_len(), list.len());
}

#[test]
fn each_order_puts_first_what_it_is_for() {
    let mut list = list(&fleet());
    assert_eq!(shown(&list).first(), Some(&is::AP));
    let mut firsts = Vec::new();
    for _ in 0..4 {
        list.sort_by_next();
        firsts.push((list.sort().word(), shown(&list)[0]));
    }
    assert_eq!(
        firsts,
        [("by state", is::HR), ("by token", is::SUPPORT), ("by check", is::BILLING), ("by address", is::AP)]
    );
}

#[test]
fn every_mailbox_counts_once() {
    let tally = list(&fleet()).tally();
    assert_eq!((tally.valid, tally.due, tally.stuck, tally.todo), (2, 1, 3, 1));
}

#[test]
fn selecting_all_is_selecting_what_is_shown() {
    let mut list = list(&fleet());
    filter(&mut list, "stuck");
    list.toggle_all();
    filter(&mut list, "");
    assert_eq!(list.targets(), [is::HR, is::ALERTS, is::LEGAL]);
    list.toggle_all();
    assert_eq!(list.selected_len(), list.len());
    list.toggle_all();
    assert_eq!(list.selected_len(), 0);
}

#[test]
fn without_a_selection_a_command_is_about_the_cursor() {
    let mut list = list(&fleet());
    list.go_to(is::LEGAL, 10);
    assert_eq!(list.targets(), [is::LEGAL]);
    list.toggle();
    list.move_to(0, 10);
    assert_eq!(list.targets(), [is::LEGAL]);
}

#[test]
fn a_mailbox_that_changes_its_account_is_found_by_the_new_one() {
    let mut all = fleet();
    let mut list = list(&all);
    change_grant(&mut all, is::AP, |grant| grant.account = address("zoe@contoso.example"));
    list.renew(&all, now());
    filter(&mut list, "zoe");
    assert_eq!(shown(&list), [is::AP]);
}
