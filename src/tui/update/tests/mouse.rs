//! Clicks and the wheel, wherever they land.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::domain::Step;
use crate::tui::fixture::{at, crowd, is, nothing, press, screen, showing};
use crate::tui::message::Message;
use crate::tui::model::{Focus, Model};
use crate::tui::overlay::Overlay;
use crate::tui::update::update;

fn mouse(model: &mut Model, kind: MouseEventKind, (column, row): (u16, u16)) {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    assert_eq!(update(model, Message::Mouse(event)), []);
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
    assert_eq!(model.list.current().unwrap().address, "person-00490@contoso.example");
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
