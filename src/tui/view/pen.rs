//! Writing into the frame, cell by cell. What it takes to lay out any text in any script would be
//! most of a frame's time, and nearly all text here is plain.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::UnicodeWidthChar;

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
        if plain_columns(text).is_some_and(|columns| columns <= usize::from(width)) {
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
    if plain_columns(text).is_none() {
        return buffer.set_stringn(x, y, text, usize::from(width), style).0;
    }
    let end = x.saturating_add(width);
    let mut next = x;
    for (letter, x) in text.chars().zip(x..end) {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_char(letter).set_style(style);
        }
        next = x + 1;
    }
    next
}

/// How many columns a text has if each of its characters is a letter or symbol for itself, of one
/// column; `None` if that takes more to find out.
fn plain_columns(text: &str) -> Option<usize> {
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
