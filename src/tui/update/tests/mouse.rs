//! Clicks and the wheel, wherever they land.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::domain::Step;
use crate::tui::fixture::{at, crowd, is, nothing, press, screen, showing};
use crate::tui::message::Message;
use crate::tui::model::{Focus, Model};
use crate::tui::overlay::Overlay;
use crate::tui::update::update;

fn mouse(model: &mut Model, kind: MouseEventKind, place: (u16, u16)) {
    mouse_with(model, KeyModifiers::NONE, kind, place);
}

fn mouse_with(model: &mut Model, modifiers: KeyModifiers, kind: MouseEventKind, (column, row): (u16, u16)) {
    assert_eq!(update(model, Message::Mouse(MouseEvent { kind, column, row, modifiers })), []);
}

fn click(model: &mut Model, place: (u16, u16)) {
    mouse(model, MouseEventKind::Down(MouseButton::Left), place);
}

/// Where a text stands on the screen.
fn place(model: &Model, text: &str) -> (u16, u16) {
    let screen = screen(model);
    let found = screen.lines().enumerate().find_map(|(row, line)| {
        let at = line.find(text)?;
        Some((line[..at].chars().count() as u16, row as u16))
    });
    found.unwrap_or_else(|| panic!("{text} is not on\n{screen}"))
}

#[test]
fn a_click_on_a_mailbox_puts_the_cursor_there() {
    for size in [(120, 40), (80, 24)] {
        let mut model = at(is::AP);
        update(&mut model, Message::Resize(size.0, size.1));
        press(&mut model, "2");
        let there = place(&model, "billing@contoso");
        click(&mut model, there);
        assert_eq!((model.list.current().unwrap().id, model.focus), (is::BILLING, Focus::List), "{size:?}");
    }
}

#[test]
fn a_click_in_a_scrolled_list_counts_from_its_first_line() {
    let mut model = showing(crowd(500), (120, 40));
    press(&mut model, "G");
    let there = place(&model, "person-00490");
    click(&mut model, there);
    assert_eq!(model.list.current().unwrap().address.as_str(), "person-00490@contoso.example");
}

#[test]
fn a_click_below_the_last_mailbox_or_on_a_frame_moves_nothing() {
    let mut model = at(is::HR);
    for there in [(10, 30), (0, 1), (10, 2), (10, 37), (10, 38), (119, 39), (500, 500)] {
        click(&mut model, there);
        assert_eq!(model.list.current().unwrap().id, is::HR, "{there:?}");
    }
}

#[test]
fn shift_and_dragging_select_a_range_and_ctrl_one() {
    let left = MouseEventKind::Down(MouseButton::Left);
    let mut model = at(is::AP);
    let there = |model: &Model, name: &str| place(model, &format!("{name}@contoso"));
    let (hr, legal, billing) = (there(&model, "hr"), there(&model, "legal"), there(&model, "billing"));
    mouse_with(&mut model, KeyModifiers::SHIFT, left, hr);
    assert_eq!(model.list.targets(), [is::AP, is::BILLING, is::HR]);
    mouse_with(&mut model, KeyModifiers::CONTROL, left, billing);
    assert_eq!(model.list.targets(), [is::AP, is::HR]);
    model.list.deselect();
    click(&mut model, hr);
    assert_eq!(model.list.selected_len(), 0, "a click alone selects nothing");
    for (drag, count) in [(hr, 0), (legal, 4), (hr, 1), (billing, 2), ((70, 70), 2)] {
        mouse(&mut model, MouseEventKind::Drag(MouseButton::Left), drag);
        assert_eq!(model.list.selected_len(), count, "dragged to {drag:?}");
    }
}

#[test]
fn a_click_on_a_columns_title_sorts_by_it_and_once_more_backward() {
    for (title, word) in [
        ("1234", "by state"),
        ("TOKEN", "by token"),
        ("CHECKED", "by check"),
        ("APPLICATION", "by application"),
        ("ACCOUNT", "by account"),
        ("MAILBOX", "by address"),
    ] {
        let mut model = at(is::AP);
        update(&mut model, Message::Resize(200, 40));
        let other = if word == "by address" { "ACCOUNT" } else { "MAILBOX" };
        for (title, order) in [(other, None), (title, Some(word.to_owned())), (title, Some(format!("{word} reversed")))]
        {
            let (column, row) = place(&model, title);
            click(&mut model, (column + title.len() as u16 - 1, row));
            let screen = screen(&model);
            assert!(order.is_none_or(|order| screen.contains(&format!("· {order} "))), "{title}\n{screen}");
        }
    }
}

#[test]
fn a_click_on_a_count_shows_what_it_counts_and_once_more_all() {
    for size in [(120, 40), (80, 24)] {
        let mut model = at(is::AP);
        update(&mut model, Message::Resize(size.0, size.1));
        for (count, filter, shown) in [
            ("2 valid", "state:valid", 2),
            ("1 due", "state:due", 1),
            ("3 stuck", "state:stuck", 3),
            ("1 to do", "state:todo", 1),
        ] {
            let (column, row) = place(&model, count);
            click(&mut model, (column - 2, row));
            assert_eq!((model.list.filter().value(), model.list.shown_len()), (filter, shown), "{size:?}");
        }
        let todo = place(&model, "1 to do");
        click(&mut model, todo);
        assert_eq!((model.list.filter().value(), model.list.shown_len()), ("", 7));
        click(&mut model, (20, 0));
        assert_eq!(model.list.filter().value(), "", "what is no count filters nothing");
    }
    let mut model = at(is::AP);
    let (stuck, all) = (place(&model, "3 stuck"), place(&model, "7 mailboxes"));
    click(&mut model, stuck);
    click(&mut model, all);
    assert_eq!(model.list.shown_len(), 7);
}

#[test]
fn a_click_on_a_pane_or_on_its_tab_focuses_it() {
    for size in [(120, 40), (80, 24), (60, 16)] {
        for step in Step::ALL {
            let mut model = at(is::AP);
            update(&mut model, Message::Resize(size.0, size.1));
            // Where there is no room for all titles, the tabs have their numbers.
            let narrow = size.0 < 70 && step != Step::SmtpAuth;
            let title = if narrow { "●" } else { &step.title()[..4] };
            let title = format!("{} {title}", step.number());
            let there = place(&model, &title);
            click(&mut model, there);
            assert_eq!(model.focus, Focus::Pane(step, 0), "{title} at {size:?}\n{}", screen(&model));
        }
    }
}

#[test]
fn the_wheel_moves_the_cursor_by_three() {
    let mut model = showing(crowd(500), (120, 40));
    for _ in 0..4 {
        mouse(&mut model, MouseEventKind::ScrollDown, (100, 20));
    }
    mouse(&mut model, MouseEventKind::ScrollUp, (3, 3));
    assert_eq!(model.list.position(), 9);
}

#[test]
fn over_a_page_to_read_the_wheel_scrolls_it_and_clicks_do_nothing() {
    let mut model = at(is::AP);
    press(&mut model, "?");
    mouse(&mut model, MouseEventKind::ScrollDown, (5, 5));
    click(&mut model, (5, 5));
    assert!(matches!(model.overlay, Some(Overlay::Help(3))));
    assert_eq!(model.list.current().unwrap().id, is::AP);
}

#[test]
fn other_buttons_and_an_empty_dashboard_do_no_harm() {
    let mut model = showing(nothing(), (120, 40));
    for kind in [
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollLeft,
    ] {
        mouse(&mut model, kind, (10, 10));
        assert!(model.list.current().is_none() && model.overlay.is_none());
    }
}

#[test]
fn a_click_on_a_week_shows_what_is_due_in_it() {
    for size in [(120, 40), (200, 60)] {
        let mut model = at(is::AP);
        update(&mut model, Message::Resize(size.0, size.1));
        let screen = screen(&model);
        let bar = |line: &str| line.chars().position(|c| ('▂'..='▇').contains(&c));
        let found = screen.lines().enumerate().find_map(|(row, line)| Some((bar(line)? as u16, row as u16)));
        let second_week = found.unwrap_or_else(|| panic!("no bar on\n{screen}"));
        click(&mut model, second_week);
        assert_eq!(model.list.filter().value(), "due:>7d due:<14d", "{size:?}");
        assert_eq!(model.list.current().unwrap().id, is::SUPPORT);
        click(&mut model, second_week);
        assert_eq!((model.list.filter().value(), model.list.shown_len()), ("", 7), "{size:?}");
    }
}
