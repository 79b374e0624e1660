//! Small parts that several places of the screen are made of.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::model::Model;
use crate::tui::theme::{Role, Symbols, Theme};

/// How wide the labels of a pane are.
const LABEL: usize = 13;

/// `Label        value`.
pub fn field(theme: Theme, label: &str, value: impl Into<String>) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("{label:<LABEL$}"), theme.style(Role::Faint)),
        Span::raw(value.into()),
    ])
}

/// `Label        ● value`, in the colour of a role.
pub fn marked(theme: Theme, label: &str, symbol: &str, role: Role, value: impl Into<String>) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("{label:<LABEL$}"), theme.style(Role::Faint)),
        Span::styled(format!("{symbol} "), theme.style(role)),
        Span::raw(value.into()),
    ])
}

/// A sentence in the colour of a role.
pub fn say(theme: Theme, role: Role, text: impl Into<String>) -> Line<'static> {
    Line::from(Span::styled(text.into(), theme.style(role)))
}

/// `⏎ signs in`: what a key does.
pub fn key(theme: Theme, key: &str, does: impl Into<String>) -> Line<'static> {
    Line::from(vec![
        Span::styled(key_name(theme, key), theme.style(Role::Accent)),
        Span::raw(" "),
        Span::raw(does.into()),
    ])
}

/// The name of a key, as the terminal can show it.
#[must_use]
pub fn key_name(theme: Theme, key: &str) -> String {
    match (theme.symbols, key) {
        (Symbols::Ascii, "⏎") => "enter".to_owned(),
        (Symbols::Ascii, "↑") => "up".to_owned(),
        (Symbols::Ascii, "↓") => "down".to_owned(),
        _ => key.to_owned(),
    }
}

/// A frame, brighter if it has the focus.
#[must_use]
pub fn frame(theme: Theme, has_focus: bool) -> Block<'static> {
    let role = if has_focus { Role::Focus } else { Role::Frame };
    let block = Block::bordered().border_style(theme.style(role));
    match theme.symbols {
        Symbols::Unicode => block.border_type(BorderType::Rounded),
        Symbols::Ascii => block.border_set(ASCII_BORDER),
    }
}

const ASCII_BORDER: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// A window over the dashboard, `width` by `height` where there is room; gives the room inside.
pub fn window(screen: &mut Frame, model: &Model, title: &str, width: u16, height: u16) -> Rect {
    let theme = model.setting.theme;
    let all = screen.area();
    let (width, height) = (
        width.min(all.width.saturating_sub(2)),
        height.min(all.height.saturating_sub(2)),
    );
    let area = Rect::new(
        (all.width.saturating_sub(width)) / 2,
        (all.height.saturating_sub(height)) / 2,
        width,
        height,
    );
    let block = frame(theme, true)
        .title(Line::from(Span::styled(format!(" {title} "), theme.style(Role::Title))))
        .padding(Padding::horizontal(1));
    let inside = block.inner(area);
    screen.render_widget(Clear, area);
    screen.render_widget(block, area);
    inside
}

/// `text` in at most `width` columns, cut with an ellipsis.
#[must_use]
pub fn cut(theme: Theme, text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let ellipsis = theme.pick("…", "~");
    let mut room = width.saturating_sub(1);
    let mut out = String::new();
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if wide > room {
            break;
        }
        room -= wide;
        out.push(character);
    }
    if width > 0 {
        out.push_str(ellipsis);
    }
    out
}

/// `text` cut or filled up to exactly `width` columns.
#[must_use]
pub fn fit(theme: Theme, text: &str, width: usize) -> String {
    let mut out = cut(theme, text, width);
    let missing = width.saturating_sub(out.as_str().width());
    out.extend(std::iter::repeat_n(' ', missing));
    out
}
