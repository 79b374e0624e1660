//! Drawing one frame: with 10 mailboxes, with 20,000, and an empty one.

use mailkey::tui::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::household::model;
use crate::table::{Table, Times, ratio, shown};

pub fn measure(table: &mut Table) {
    let [few, many] = [10, 20_000].map(|mailboxes| {
        let model = model(mailboxes);
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        Times::of(2_000, || _ = terminal.draw(|frame| view::draw(frame, &model)).unwrap()).median()
    });
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let empty = Times::of(2_000, || _ = terminal.draw(|_| {}).unwrap()).median();
    table.add("a frame of 120x40, 10 mailboxes", shown(few), shown(empty), "");
    let against = format!("{}, {} of that with 10", shown(many), ratio(many, few));
    table.add("a frame of 120x40, 20,000 mailboxes", against, shown(empty), "1.1 times of that with 10, under 1 ms");
}
