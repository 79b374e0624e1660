//! The list of 20,000: a keystroke in the filter, sorting, and news of one mailbox.

use std::hint::black_box;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mailkey::domain::News;
use mailkey::engine::Event;
use mailkey::tui::message::Message;
use mailkey::tui::model::Model;
use mailkey::tui::update::update;

use crate::household::model;
use crate::table::{Table, Times, shown};

pub fn measure(table: &mut Table) {
    let mut model = model(20_000);
    let addresses: Vec<String> =
        model.fleet.iter().flat_map(|it| &it.mailboxes).map(|it| it.address.to_string()).collect();
    let bare = Times::of(100, || _ = black_box(addresses.iter().filter(|it| it.contains("son-123")).count()));

    press(&mut model, KeyCode::Char('/'));
    let typed = Times::of(50, || {
        for character in "psn123".chars() {
            press(&mut model, KeyCode::Char(character));
        }
        (0..6).for_each(|_| press(&mut model, KeyCode::Backspace));
    });
    let keystroke = typed.p95() / 12;
    table.add(
        "a filter keystroke over 20,000",
        shown(keystroke),
        format!("{} (contains)", shown(bare.median())),
        "under 5 ms",
    );
    press(&mut model, KeyCode::Esc);

    let sorted = Times::of(50, || press(&mut model, KeyCode::Char('s')));
    table.add("sorting 20,000 by another column", shown(sorted.p95()), "", "no pause");

    let fleet = model.fleet.clone().unwrap();
    let mailbox = fleet.mailboxes[9_999].clone();
    let news = Arc::new(News { grants: vec![fleet.grants[&mailbox.grant].clone()], mailboxes: vec![mailbox] });
    drop(fleet);
    let told = Times::of(500, || drop(update(&mut model, Message::Engine(Event::News(news.clone())))));
    table.add("news of one of 20,000 mailboxes taken", shown(told.p95()), "", "no pause");
}

fn press(model: &mut Model, code: KeyCode) {
    drop(update(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE))));
}
