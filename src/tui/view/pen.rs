//! Writing into the frame, cell by cell. What it takes to lay out any text in any script would be
//! most of a frame's time, and nearly all text here is plain.

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::UnicodeWidthChar;

use super::parts::{cut, ellipsis};
use crate::tui::theme::Theme;

/// Writes a line from left to right.
pub struct Pen<'a> {
    pub theme: Theme,
    pub buffer: &'a mut Buffer,
    pub x: u16,
    pub y: u16,
    /// Where the line ends.
    pub end: u16,
}

impl Pen<'_> {
    /// Writes a symbol of the theme's, which has one column.
    pub fn mark(&mut self, symbol: &'static str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut((self.x, self.y)).filter(|_| self.x < self.end) {
            // Told, ratatui need not find out in each frame anew.
            let width = CellDiffOption::ForcedWidth(NonZeroU16::MIN);
            cell.set_symbol(symbol).set_style(style).set_diff_option(width);
        }
        self.skip(1);
    }

    /// Writes it if something is the case, and else leaves the place free.
    pub fn mark_if(&mut self, is_so: bool, symbol: &'static str, style: Style) {
        if is_so { self.mark(symbol, style) } else { self.skip(1) }
    }

    /// Writes a text into a column, of which the last place stays free.
    pub fn cell(&mut self, text: &str, width: usize, style: Style) {
        self.write(text, width.saturating_sub(1), style);
        self.skip(usize::from(width > 0));
    }

    /// Writes a text into a column of this width; one that is longer is cut.
    pub fn write(&mut self, text: &str, width: usize, style: Style) {
        let room = usize::from(self.end.saturating_sub(self.x)).min(width);
        let end = self.x.saturating_add(u16::try_from(room).unwrap_or(u16::MAX));
        match plain_columns(text) {
            Some(columns) if columns > room && room > 0 => {
                self.x = put_plain(self.buffer, (self.x, self.y), text, room - 1, style);
                self.mark(ellipsis(self.theme), style);
            }
            Some(columns) => _ = put_plain(self.buffer, (self.x, self.y), text, columns.min(room), style),
            None => _ = put(self.buffer, (self.x, self.y), &cut(self.theme, text, room), room, style),
        }
        self.x = end;
    }

    /// Leaves so many columns as they are.
    pub fn skip(&mut self, columns: usize) {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.x = self.x.saturating_add(columns).min(self.end);
    }
}

/// Writes lines, each from the left and cut at the right.
pub fn lines(buffer: &mut Buffer, area: Rect, lines: &[Line<'_>]) {
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        let mut x = area.x;
        for span in &line.spans {
            let (room, style) = (area.right().saturating_sub(x), line.style.patch(span.style));
            x = put(buffer, (x, y), &span.content, usize::from(room), style);
        }
    }
}

/// Writes a text of at most so many columns, and gives the place behind it.
fn put(buffer: &mut Buffer, (x, y): (u16, u16), text: &str, room: usize, style: Style) -> u16 {
    match plain_columns(text) {
        Some(columns) => put_plain(buffer, (x, y), text, columns.min(room), style),
        None => buffer.set_stringn(x, y, text, room, style).0,
    }
}

/// Writes so many letters of a plain text, and gives the place behind them.
fn put_plain(buffer: &mut Buffer, (x, y): (u16, u16), text: &str, letters: usize, style: Style) -> u16 {
    let cells = cells(buffer, (x, y), letters);
    if text.is_ascii() {
        // A symbol that is known to be one octet is set in a third of the time.
        for (at, cell) in cells.iter_mut().enumerate() {
            if let Some(letter) = text.get(at..=at) {
                cell.set_symbol(letter).set_style(style);
            }
        }
    } else {
        for (cell, letter) in cells.iter_mut().zip(text.chars()) {
            cell.set_char(letter).set_style(style);
        }
    }
    x.saturating_add(u16::try_from(letters).unwrap_or(u16::MAX))
}

/// So many cells of a line, from a place of it on; none if it is not in the buffer.
fn cells(buffer: &mut Buffer, (x, y): (u16, u16), columns: usize) -> &mut [Cell] {
    if columns == 0 || !buffer.area.contains((x, y).into()) {
        return &mut [];
    }
    let begin = buffer.index_of(x, y);
    let end = begin + columns.min(usize::from(buffer.area.right() - x));
    buffer.content.get_mut(begin..end).unwrap_or_default()
}

/// How many columns a text has if each of its characters is a letter or symbol for itself, of one
/// column; `None` if that takes more to find out.
fn plain_columns(text: &str) -> Option<usize> {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
        return Some(text.len());
    }
    let is_plain = |letter| match letter {
        ' '..='~' => true,
        // European letters; then dashes, arrows, lines, blocks and shapes. Nothing here joins another.
        '\u{ae}'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{2190}'..='\u{27bf}' => letter.width() == Some(1),
        _ => false,
    };
    text.chars().all(is_plain).then(|| text.chars().count())
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::domain::StepState;
    use crate::tui::theme::{Palette, Symbols};

    const THEME: Theme = Theme { palette: Palette::None, symbols: Symbols::Unicode };

    /// What a pen leaves on a line of twelve columns, of which it may use ten.
    fn written(write: impl FnOnce(&mut Pen<'_>)) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        write(&mut Pen { theme: THEME, buffer: &mut buffer, x: 0, y: 0, end: 10 });
        buffer.content.iter().map(Cell::symbol).collect()
    }

    #[test]
    fn what_is_too_long_is_cut_and_nothing_is_written_behind_the_end() {
        let cell = |text: &'static str, width| written(move |pen| pen.cell(text, width, Style::new()));
        assert_eq!(cell("billing", 8), "billing     ");
        assert_eq!(cell("billing", 7), "billi…      ");
        assert_eq!(cell("Grüße an", 5), "Grü…        ");
        assert_eq!(cell("経理経理", 6), "経\u{20}理\u{20}…       ");
        assert_eq!(cell("billing", 0), " ".repeat(12));
        assert_eq!(cell("billing@contoso.com", 40), "billing@c…  ");
        let two = |pen: &mut Pen<'_>| ["ap", "hr"].iter().for_each(|text| pen.cell(text, 4, Style::new()));
        assert_eq!(written(two), "ap  hr      ");
    }

    #[test]
    fn a_mark_has_one_column_and_none_is_written_behind_the_end() {
        let marks = |pen: &mut Pen<'_>| (0..15).for_each(|at| pen.mark_if(at != 1, "●", Style::new()));
        assert_eq!(written(marks), "● ●●●●●●●●  ");
        let states = [StepState::Todo, StepState::Ready, StepState::Running, StepState::Done];
        let spinner = (0..10).map(|tick| THEME.spinner(tick));
        for symbol in states.iter().map(|state| THEME.step(state)).chain(spinner).chain(["▌", "✓", "▲", "…"]) {
            assert_eq!(symbol.width(), 1, "{symbol}");
        }
    }

    #[test]
    fn plain_text_is_as_wide_as_it_is_long_and_all_other_is_left_to_those_who_know() {
        for plain in ["", "billing@contoso.com", "Grüße, Ærø", "● ◐ ▲ ▌ – … ✓ │"] {
            assert_eq!(plain_columns(plain), Some(plain.width()), "{plain}");
        }
        for other in ["経理@例.jp", "e\u{301}", "⌚", "☎\u{fe0f}", "🇫🇷", "a\tb", "\u{ad}", "\u{200d}", "กำ"]
        {
            assert_eq!(plain_columns(other), None, "{other}");
        }
    }
}
