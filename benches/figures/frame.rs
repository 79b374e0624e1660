//! Drawing one frame: of a list of 10, of one that just fills its window, and of 20,000 mailboxes;
//! beside it a frame with as many lines of plain text, and nothing else.

use mailkey::tui::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Style;

use crate::household::model;
use crate::table::{Table, Times, ratio, shown};

/// How many lines the list has at 120x40.
const WINDOW: usize = 34;
/// As wide as a line of the list there.
const LINE: &str = " person-00001@contoso.example   oooo  89 d    1 d     ";

pub fn measure(table: &mut Table) {
    let models = [10, WINDOW, 20_000].map(model);
    let mut screens = [(); 5].map(|()| Terminal::new(TestBackend::new(120, 40)).unwrap());
    let text = |frame: &mut ratatui::Frame, lines| {
        (0..lines).for_each(|y| frame.buffer_mut().set_string(0, y as u16, LINE, Style::new()));
    };
    let times = Times::of_each::<5>(4_000, |at| {
        let drawn = screens[at].draw(|frame| match at {
            0..3 => view::draw(frame, &models[at]),
            3 => text(frame, 10),
            _ => text(frame, WINDOW),
        });
        assert!(drawn.is_ok());
    });
    let [few, window, many, few_lines, window_lines] = times.map(|times| times.median());
    let full = format!("{}, {} of that of 10 lines", shown(window_lines), ratio(window_lines, few_lines));
    table.add("a frame of 120x40, 10 mailboxes", shown(few), shown(few_lines), "");
    table.add("the same, 34 mailboxes, which fill the list", shown(window), &full, "");
    let against =
        format!("{}, {} of that with 10, {} of that with 34", shown(many), ratio(many, few), ratio(many, window));
    table.add("the same, 20,000 mailboxes", against, full, "1.1 times of that with 10, under 1 ms");
}
