//! Writing into the frame, cell by cell. What it takes to lay out any text in any script would be
//! most of a frame's time, and nearly all text here is plain.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::parts::fit;
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
    /// Writes a text into a column, of which the last place stays free.
    pub fn cell(&mut self, text: &str, width: usize, style: Style) {
        self.write(text, width.saturating_sub(1), style);
        self.x += u16::from(width > 0);
    }

    /// Writes a text into a column of this width; one that is longer is cut.
    pub fn write(&mut self, text: &str, width: usize, style: Style) {
        let width = u16::try_from(width).unwrap_or(u16::MAX).min(self.end.saturating_sub(self.x));
        if text.len() <= usize::from(width) {
            put(self.buffer, (self.x, self.y), text, width, style);
        } else {
            let text = fit(self.theme, text, usize::from(width));
            put(self.buffer, (self.x, self.y), &text, width, style);
        }
        self.x += width;
    }
}

/// Writes lines, each from the left and cut at the right.
pub fn lines(buffer: &mut Buffer, area: Rect, lines: &[Line<'_>]) {
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        let mut x = area.x;
        for span in &line.spans {
            let style = line.style.patch(span.style);
            x = put(buffer, (x, y), &span.content, area.right().saturating_sub(x), style);
        }
    }
}

/// Writes a text, and gives the place behind it.
fn put(buffer: &mut Buffer, (x, y): (u16, u16), text: &str, width: u16, style: Style) -> u16 {
    let is_plain = |byte| matches!(byte, b' '..=b'~');
    if !text.bytes().all(is_plain) {
        return buffer.set_stringn(x, y, text, usize::from(width), style).0;
    }
    let end = x.saturating_add(width);
    let mut next = x;
    for (byte, x) in text.bytes().zip(x..end) {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_char(char::from(byte)).set_style(style);
        }
        next = x + 1;
    }
    next
}
