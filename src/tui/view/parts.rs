//! Small parts that several places of the screen are made of.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Paragraph, Wrap};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::keymap::Binding;
use crate::tui::model::Model;
use crate::tui::theme::{Role, Symbols, Theme};

/// How wide the labels of a pane are.
const LABEL: usize = 12;

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

/// `⏎ saves   esc closes`: what the keys of a place do.
pub fn hints<'a>(theme: Theme, hints: impl IntoIterator<Item = (&'a str, &'a str)>) -> Line<'static> {
    let keys = hints.into_iter().map(|(name, does)| key(theme, name, format!("{does}   ")));
    Line::from_iter(keys.flat_map(|key| key.spans))
}

/// The first key and the hint of those bindings that have one.
pub fn hints_of<A: 'static>(
    table: impl IntoIterator<Item = &'static Binding<A>>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let shown = table.into_iter().filter(|binding| !binding.hint.is_empty());
    shown.map(|binding| (binding.hint_key(), binding.hint))
}

/// The text of a pane, wrapped to its width; what belongs to a label stays beside it.
pub struct Text {
    theme: Theme,
    width: usize,
    /// The lines so far.
    pub lines: Vec<Line<'static>>,
}

impl Text {
    /// An empty text of so many columns.
    pub fn new(theme: Theme, width: usize) -> Self {
        Self { theme, width: width.max(LABEL + 8), lines: Vec::new() }
    }

    /// `Label       value`.
    pub fn field(&mut self, label: &str, value: impl AsRef<str>) {
        self.labelled(label, &[], value.as_ref());
    }

    /// `Label       ● value`, the symbol in the colour of a role.
    pub fn marked(&mut self, label: &str, symbol: &'static str, role: Role, value: impl AsRef<str>) {
        let mark = [Span::styled(symbol, self.theme.style(role)), Span::raw(" ")];
        self.labelled(label, &mark, value.as_ref());
    }

    /// `● value`, the symbol in the colour of a role.
    pub fn item(&mut self, symbol: &'static str, role: Role, value: impl Into<String>) {
        let mark = Span::styled(format!("{symbol} "), self.theme.style(role));
        self.lines.push(Line::from(vec![mark, Span::raw(value.into())]));
    }

    /// `● 34 done  ▲ 3 stuck`: symbols in their colours, as many beside each other as there is room for.
    pub fn marks(&mut self, marks: impl IntoIterator<Item = (&'static str, Role, String)>) {
        let mut line = Line::default();
        for (symbol, role, value) in marks {
            let gap = if line.spans.is_empty() { "" } else { "  " };
            let mark = [Span::raw(gap), Span::styled(symbol, self.theme.style(role)), Span::raw(format!(" {value}"))];
            if line.width() + mark.iter().map(Span::width).sum::<usize>() > self.width {
                self.lines.push(std::mem::take(&mut line));
            }
            let begin = usize::from(line.spans.is_empty());
            line.spans.extend(mark.into_iter().skip(begin));
        }
        self.lines.push(line);
    }

    /// Sentences in the colour of a role.
    pub fn say(&mut self, role: Role, text: impl AsRef<str>) {
        let style = self.theme.style(role);
        self.lines.extend(
            textwrap::wrap(text.as_ref(), self.width).into_iter().map(|line| Line::styled(line.into_owned(), style)),
        );
    }

    /// `⏎ signs in`: what a key does.
    pub fn key(&mut self, name: &str, does: &str) {
        let indent = key_name(self.theme, name).width() + 1;
        let mut parts = textwrap::wrap(does, self.width.saturating_sub(indent).max(1)).into_iter();
        self.lines.push(key(self.theme, name, parts.next().unwrap_or_default().into_owned()));
        self.lines.extend(parts.map(|part| Line::raw(format!("{}{part}", " ".repeat(indent)))));
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// How many columns it has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many columns a value has.
    pub fn room(&self) -> usize {
        self.width - LABEL
    }

    fn labelled(&mut self, label: &str, mark: &[Span<'static>], value: &str) {
        let marked: usize = mark.iter().map(Span::width).sum();
        let room = self.room().saturating_sub(marked).max(1);
        let fits_alone = value.width() > room && value.width() + 2 <= self.width && !value.contains(' ');
        if fits_alone {
            // An address is not torn apart where a line of its own holds it.
            self.say(Role::Faint, label);
            self.lines.push(Line::raw(format!("  {value}")));
            return;
        }
        for (at, part) in textwrap::wrap(value, room).into_iter().enumerate() {
            let mut spans = if at == 0 {
                vec![Span::styled(format!("{label:<LABEL$}"), self.theme.style(Role::Faint))]
            } else {
                vec![Span::raw(" ".repeat(LABEL + marked))]
            };
            if at == 0 {
                spans.extend_from_slice(mark);
            }
            spans.push(Span::raw(part.into_owned()));
            self.lines.push(Line::from(spans));
        }
    }
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
    let (width, height) = (width.min(all.width.saturating_sub(2)), height.min(all.height.saturating_sub(2)));
    let area = Rect::new((all.width.saturating_sub(width)) / 2, (all.height.saturating_sub(height)) / 2, width, height);
    let block = frame(theme, true)
        .title(Line::from(Span::styled(format!(" {title} "), theme.style(Role::Title))))
        .padding(Padding::horizontal(1));
    let inside = block.inner(area);
    screen.render_widget(Clear, area);
    screen.render_widget(block, area);
    inside
}

/// How many columns a [`dialog`] of this width has for its text.
pub fn dialog_room(screen: &Frame, width: u16) -> usize {
    room(screen.area().width, width)
}

/// The same, in a window of so many columns.
pub fn room(columns: u16, width: u16) -> usize {
    // A frame of two columns, and one of padding on either side.
    usize::from(width.min(columns.saturating_sub(2)).saturating_sub(4))
}

/// A window over the dashboard that is as high as its text.
pub fn dialog(screen: &mut Frame, model: &Model, title: &str, width: u16, lines: Vec<Line<'static>>) {
    let room = u16::try_from(dialog_room(screen, width)).unwrap_or(u16::MAX);
    let text = Paragraph::new(lines).wrap(Wrap { trim: false });
    let height = u16::try_from(text.line_count(room)).unwrap_or(u16::MAX).saturating_add(2);
    let inside = window(screen, model, title, width, height);
    screen.render_widget(text, inside);
}

/// `text` in at most `width` columns, cut with an ellipsis.
#[must_use]
pub fn cut(theme: Theme, text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
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
        out.push_str(ellipsis(theme));
    }
    out
}

/// Stands for what was cut off.
#[must_use]
pub fn ellipsis(theme: Theme) -> &'static str {
    theme.pick("…", "~")
}

/// The end of `text` in at most `width` columns, after an ellipsis if it is not the whole.
#[must_use]
pub fn end_of(theme: Theme, text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let turned: String = cut(theme, &text.chars().rev().collect::<String>(), width);
    turned.chars().rev().collect()
}

/// `text` cut or filled up to exactly `width` columns.
#[must_use]
pub fn fit(theme: Theme, text: &str, width: usize) -> String {
    let mut out = cut(theme, text, width);
    let missing = width.saturating_sub(out.as_str().width());
    out.extend(std::iter::repeat_n(' ', missing));
    out
}
