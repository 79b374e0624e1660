//! The list under any treatment: the cursor stays in its window and with its mailbox.

use jiff::SignedDuration;

use super::*;
use crate::domain::{Check, Grant, Note, Remedy, Step, Token, Trouble};
use crate::tui::fixture::{
    Dice, add, address, all_well, application, change_grant, crowd, fleet, held, is, name, nothing, now,
};

fn list(fleet: &Fleet) -> List {
    let mut list = List::default();
    list.renew(fleet, now());
    list
}

fn shown(list: &List) -> Vec<MailboxId> {
    list.shown_ids()
}

fn filter(list: &mut List, text: &str) {
    list.set_filter(Input::new(text.to_owned()));
}

/// So many mailboxes of two applications, with tokens and checks of every age, or none.
fn mixed(count: i64) -> Fleet {
    let mut fleet = crowd(count);
    let printer = application("Printer", "contoso.example");
    fleet.applications.insert(printer.name.clone(), printer);
    let mut dice = Dice::new(7);
    for mailbox in &mut fleet.mailboxes {
        let application = name(if dice.throw(2) == 0 { "Printer" } else { "Mailer" });
        mailbox.checks = if dice.throw(3) == 0 { Default::default() } else { all_well(dice.throw(99_999) as i64) };
        let age = dice.throw(100) as i64;
        let token = if dice.throw(5) == 0 { Token::None } else { held(age, age) };
        let account = address(&format!("delegate-{:03}@contoso.example", dice.throw(500)));
        fleet
            .grants
            .entry(mailbox.grant)
            .and_modify(|grant| *grant = Grant { application, token, account, ..grant.clone() });
    }
    fleet
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
                    let text = ["", "9", "person-000", "nobody", "00001@", "state:valid"][dice.throw(6)];
                    filter(&mut list, text);
                    format!("filter {text}")
                }
                6 => format!("sort {:?}", list.sort_by(list.sort().following())),
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
fn each_kind_of_term_finds_its_mailboxes() {
    let mut all = fleet();
    all.mailboxes[2].note = Note::parse("Fourth floor, Größe M").unwrap();
    let mut list = list(&all);
    let noted = all.mailboxes[2].id;
    for (text, found) in [
        ("BILLING", vec![is::BILLING]),
        ("blng", vec![is::BILLING]),
        ("alrt ia", vec![is::ALERTS]),
        ("ilosml", vec![]),
        (" \"hr@\" ", vec![is::HR]),
        ("account:maria", vec![is::INFO]),
        ("app:mail", shown(&list)),
        ("app:\"mail\"", vec![]),
        ("-app:\"MAILER\"", vec![]),
        ("token:revoked", vec![is::ALERTS]),
        ("token:none", vec![is::BILLING, is::LEGAL]),
        ("state:due", vec![is::SUPPORT]),
        ("state:todo", vec![is::BILLING]),
        ("state:stuck -token:revoked", vec![is::HR, is::LEGAL]),
        ("step:4", vec![is::HR]),
        ("step:2", vec![is::BILLING, is::LEGAL]),
        ("due:<14d", vec![is::SUPPORT]),
        ("due:>80d", vec![is::AP, is::HR, is::INFO]),
        ("!due:<14d state:due", vec![]),
        ("note:\"fourth floor\"", vec![noted]),
        ("note:floor", vec![noted, is::INFO]),
        ("note:größe", vec![noted]),
        ("note:grö", vec![noted]),
        ("trouble:smtp.auth_disabled", vec![is::HR]),
        ("trouble:auth_disabled", vec![]),
        ("-billing state:todo", vec![]),
        ("nobody", vec![]),
    ] {
        filter(&mut list, text);
        assert_eq!(shown(&list), found, "{text}");
    }
    filter(&mut list, "");
    assert_eq!(list.shown_len(), list.len());
}

/// With the order by address the best match is on top, and the cursor with it; an order that
/// somebody chose stays.
#[test]
fn the_best_match_comes_first_unless_an_order_was_chosen() {
    let mut all = nothing();
    let mailer = application("Mailer", "contoso.example");
    for name in ["archive-hr", "char", "hr", "thomas.h-r"] {
        add(&mut all, &mailer, &format!("{name}@contoso.example"), held(9, 1), all_well(1));
    }
    let mut list = list(&all);
    list.move_to(3, 10);
    filter(&mut list, "hr");
    assert!(list.is_ranked());
    let addresses = |list: &List| list.window(9).map(|(row, _)| row.address.to_string()).collect::<Vec<String>>();
    assert_eq!(addresses(&list)[..2], ["hr@contoso.example", "archive-hr@contoso.example"]);
    assert_eq!(list.position(), 0);
    list.move_to(1, 10);
    list.renew(&all, now());
    assert_eq!(list.position(), 1, "what happens elsewhere leaves the cursor alone");
    list.sort_by(list.sort().reversed());
    assert_eq!(addresses(&list), ["thomas.h-r", "hr", "archive-hr"].map(|name| format!("{name}@contoso.example")));
    assert_eq!(list.current().unwrap().address.as_str(), "archive-hr@contoso.example");
}

#[test]
fn what_the_filter_cannot_make_sense_of_is_said() {
    let mut list = list(&fleet());
    filter(&mut list, "state:stuk step:4");
    assert_eq!(shown(&list), [], "the next key would act on what nobody asked for");
    assert!(list.complaint().is_some_and(|complaint| complaint.contains("stuk")));
    filter(&mut list, "state:stuck step:4");
    assert_eq!((list.complaint(), shown(&list)), (None, vec![is::HR]));
}

#[test]
fn the_counts_are_filters_one_after_the_other_and_then_none() {
    let mut list = list(&fleet());
    filter(&mut list, "-hr");
    let mut seen = Vec::new();
    for _ in 0..5 {
        list.cycle_standing();
        seen.push((list.filter().value().to_owned(), list.shown_len()));
    }
    let wanted =
        [("-hr state:stuck", 2), ("-hr state:due", 1), ("-hr state:todo", 1), ("-hr state:valid", 2), ("-hr", 6)];
    assert_eq!(seen, wanted.map(|(filter, count)| (filter.to_owned(), count)));
    let mut quiet = List::default();
    quiet.renew(&crowd(3), now());
    quiet.cycle_standing();
    assert_eq!(quiet.filter().value(), "state:valid", "nobody is stuck, due or to do");
    quiet.cycle_standing();
    assert_eq!(quiet.filter().value(), "");
}

#[test]
fn each_order_puts_first_what_it_is_for_and_backward_what_it_is_not() {
    let mut all = fleet();
    change_grant(&mut all, is::AP, |grant| grant.account = address("zoe@contoso.example"));
    let mut list = list(&all);
    for (word, first, last) in [
        ("by address", is::AP, is::SUPPORT),
        ("by state", is::HR, is::AP),
        ("by token", is::SUPPORT, is::AP),
        ("by check", is::BILLING, is::AP),
        ("by application", is::AP, is::AP),
        ("by account", is::BILLING, is::AP),
        ("by address", is::AP, is::SUPPORT),
    ] {
        assert_eq!((list.sort().word(), shown(&list)[0]), (word, first));
        list.sort_by(list.sort().reversed());
        assert_eq!((list.sort().word(), shown(&list)[0]), (word, last), "backward");
        list.sort_by(list.sort().following());
    }
}

/// What the list shows is what a plain filter and a plain sort of the whole fleet would show.
#[test]
fn at_every_size_it_shows_what_a_plain_search_finds() {
    for count in [10, 1_000, 20_000] {
        let all = mixed(count);
        let mut list = list(&all);
        let rows: Vec<Row> = all.entries().map(|entry| Row::of(&entry, now())).collect();
        let limit = now() + SignedDuration::from_hours(24 * 40);
        let found = rows
            .iter()
            .filter(|row| !row.address.as_str().contains("person-00007") && row.application.as_str() == "Printer")
            .filter(|row| row.deadline.is_some_and(|deadline| now() < deadline && deadline < limit));
        let found: Vec<&Row> = found.collect();
        assert!(found.len() > count as usize / 10, "{count}: there is something to sort");
        filter(&mut list, "-\"person-00007\" app:print due:<40d");
        for column in [Column::State, Column::Token, Column::Checked, Column::Account] {
            list.sort_by(Sort { column, direction: Direction::Backward });
            let mut wanted = found.clone();
            wanted.sort_by(|a, b| match column {
                Column::State => b.standing.cmp(&a.standing),
                Column::Token => b.deadline.cmp(&a.deadline),
                Column::Checked => b.checked.cmp(&a.checked),
                _ => b.account.cmp(&a.account),
            });
            let wanted: Vec<MailboxId> = wanted.into_iter().map(|row| row.id).collect();
            assert_eq!(shown(&list), wanted, "{count} {column:?}");
        }
    }
}

#[test]
fn a_range_reaches_from_where_it_began_and_shrinks_again() {
    let mut list = list(&crowd(30));
    let selected = |list: &List| list.selection().map(|row| row.id.0).collect::<Vec<i64>>();
    list.move_to(5, 10);
    list.stretch_by(2, 10);
    assert_eq!((selected(&list), list.position()), (vec![6, 7, 8], 7));
    list.stretch_by(-4, 10);
    assert_eq!(selected(&list), [4, 5, 6]);
    list.move_by(10, 10);
    list.stretch_by(1, 10);
    assert_eq!(selected(&list), [4, 5, 6, 14, 15], "another range, beside the first");
    list.deselect();
    list.move_to(2, 10);
    list.toggle();
    list.move_to(4, 10);
    list.reach();
    assert_eq!(selected(&list), [3, 4, 5], "from the one that was selected last");
    list.move_to(0, 10);
    list.reach();
    assert_eq!(selected(&list), [1, 2, 3, 4, 5]);
    filter(&mut list, "\"person-0002\"");
    list.stretch_to(usize::MAX, 10);
    assert_eq!(list.selected_len(), 5 + 10, "what is hidden stays selected");
}

#[test]
fn every_mailbox_counts_once() {
    let tally = list(&fleet()).tally();
    assert_eq!((tally.valid, tally.due, tally.stuck, tally.todo), (2, 1, 3, 1));
}

#[test]
fn selecting_all_is_selecting_what_is_shown() {
    let mut list = list(&fleet());
    filter(&mut list, "state:stuck");
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
    filter(&mut list, "account:zoe");
    assert_eq!(shown(&list), [is::AP]);
}

#[test]
fn the_weeks_are_kept_while_mailboxes_change_and_begin_anew_when_time_passes() {
    let mut fleet = mixed(500);
    let mut list = list(&fleet);
    let counted = |fleet: &Fleet, from| {
        let deadlines = fleet.entries().map(|entry| entry.grant.token.idle_deadline(entry.idle_limit_days()));
        Weeks::of(deadlines, from)
    };
    assert!(list.weeks().all() > 300);
    for (at, age) in [(3, 80), (4, 1), (5, 88), (3, 0)] {
        let id = fleet.mailboxes[at].id;
        change_grant(&mut fleet, id, |grant| grant.token = held(age, age));
        list.refresh(fleet.entries().skip(at).take(1), now());
        assert_eq!(*list.weeks(), counted(&fleet, now()));
    }
    let later = now() + SignedDuration::from_hours(50);
    list.keep_weeks(later);
    assert_eq!(*list.weeks(), counted(&fleet, later));
}

/// What a bar counts and what its filter shows are the same mailboxes.
#[test]
fn every_week_shows_as_many_as_it_counts() {
    let mut list = list(&mixed(500));
    let weeks = list.weeks().clone();
    for (week, count) in weeks.counts().iter().enumerate() {
        list.toggle_due(Weeks::days(week));
        assert_eq!(list.shown_len(), *count, "{}", list.filter().value());
    }
    list.toggle_due(Weeks::days(weeks.counts().len() - 1));
    assert_eq!((list.filter().value(), list.shown_len()), ("", 500));
}

#[test]
fn the_sum_of_a_selection_follows_what_is_selected_and_what_changes() {
    let mut fleet = crate::tui::fixture::fleet();
    let mut list = list(&fleet);
    list.toggle_all();
    let counted = |list: &List| {
        let Counts { todo, ready, running, done, stuck } = list.sum().step(Step::Token).counts;
        ([done, ready, running, stuck, todo], list.sum().sign_ins, list.sum().power_shell, list.sum().weeks.all())
    };
    assert_eq!(counted(&list), ([4, 0, 0, 1, 2], 2, 1, 4));
    let legal = fleet.mailboxes.iter().position(|mailbox| mailbox.id == is::LEGAL).unwrap();
    change_grant(&mut fleet, is::LEGAL, |grant| (grant.token, grant.trouble) = (held(1, 1), None));
    list.refresh(fleet.entries().skip(legal).take(1), now());
    assert_eq!(counted(&list), ([5, 0, 0, 1, 1], 2, 1, 5));
    list.toggle_all();
    assert_eq!(counted(&list), ([0; 5], 0, 0, 0));
}

#[test]
fn the_most_frequent_troubles_of_a_step_are_named_and_the_filter_shows_just_them() {
    let mut fleet = crowd(20);
    for (number, code) in
        [(1, "a.once"), (2, "b.often"), (3, "b.often"), (4, "c.twice"), (5, "c.twice"), (6, "b.often"), (7, "d.once")]
    {
        let trouble = crate::domain::Trouble::new(code, "", "", "");
        change_grant(&mut fleet, MailboxId(number), |grant| grant.trouble = Some((Step::Token, trouble)));
    }
    let mut list = list(&fleet);
    list.toggle_all();
    let named = list.sum().step(Step::Token).troubles.clone();
    assert_eq!(named, [("b.often".to_owned(), 3), ("c.twice".to_owned(), 2), ("a.once".to_owned(), 1)]);
    assert_eq!(list.sum().step(Step::SmtpAuth).troubles, []);
    for (code, count) in named {
        filter(&mut list, &format!("trouble:{code}"));
        assert_eq!(list.shown_len(), count, "{code}");
    }
}

/// "97 d" beside a token that is found dead just now would send whoever sorts by it the wrong way.
#[test]
fn a_mailbox_without_a_token_that_works_is_not_checked() {
    let mut fleet = crowd(2);
    change_grant(&mut fleet, MailboxId(1), |grant| grant.token = held(97, 97));
    let list = list(&fleet);
    let checked = [1, 2].map(|number| list.find(MailboxId(number)).unwrap().checked.is_some());
    assert_eq!(checked, [false, true]);
}

/// There is one rule for what IMAP and POP refuse: it is trouble of its mailbox like that of a step.
#[test]
fn what_imap_refuses_is_trouble_for_counts_filters_and_the_selection() {
    let mut fleet = crowd(3);
    let refused = |code: &str, line: &str| Check::Failed {
        at: now(),
        trouble: Trouble::new(code.to_owned(), "", "", "").with(Remedy::PowerShell(line.to_owned())),
    };
    fleet.mailboxes[0].checks.imap = refused("imap.not_connected", "imap on");
    fleet.mailboxes[0].checks.pop = refused("pop.not_connected", "pop on");
    let without_token = fleet.mailboxes[1].id;
    fleet.mailboxes[1].checks.imap = refused("imap.not_connected", "imap on");
    change_grant(&mut fleet, without_token, |grant| grant.token = Token::None);
    let mut list = list(&fleet);
    assert_eq!(list.tally().stuck, 1, "what was found with a token that is gone is no trouble");
    for asked in ["trouble:imap", "state:stuck", "step:4"] {
        filter(&mut list, asked);
        assert_eq!(shown(&list), [MailboxId(1)], "{asked}");
    }
    list.toggle_all();
    let step = list.sum().step(Step::SmtpAuth);
    assert_eq!((step.counts.done, &step.troubles[..]), (1, &[("imap.not_connected".to_owned(), 1)][..]));
    assert_eq!(list.sum().power_shell, 1);
    let row = list.find(MailboxId(1)).unwrap();
    assert_eq!(row.power_shell().collect::<Vec<_>>(), ["imap on", "pop on"]);
}
