//! The first line: whose fleet it is, and how it does.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::parts::cut;
use super::pen;
use crate::tui::counts::{Count, counts};
use crate::tui::model::Model;
use crate::tui::theme::Role;

/// Draws it.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let counts = line(model);
    let room = usize::from(area.width).saturating_sub(counts.width());
    let right = Rect { x: area.x.saturating_add(u16::try_from(room).unwrap_or(u16::MAX)), ..area }.intersection(area);
    pen::lines(frame.buffer_mut(), area, &[title(model, room.saturating_sub(1))]);
    pen::lines(frame.buffer_mut(), right, &[counts]);
}

fn title(model: &Model, room: usize) -> Line<'static> {
    let theme = model.setting.theme;
    let mut parts = vec![Span::styled(" mailkey ", theme.style(Role::Accent))];
    let mut room = room.saturating_sub(9);
    if model.setting.demo.is_some() && room >= 6 {
        parts.push(Span::styled(" DEMO ", theme.style(Role::Cursor)));
        room -= 6;
    }
    let whose = model.entry().map(|entry| {
        let provider = entry.provider.map_or(entry.application.provider.as_str(), |provider| provider.title.as_str());
        let tenant = entry.application.tenant.as_str();
        let separator = if tenant.is_empty() { "" } else { theme.pick(" · ", " - ") };
        format!(" {provider}{separator}{tenant}")
    });
    // A few letters of it say nothing.
    if room >= 12 {
        parts.push(Span::raw(cut(theme, &whose.unwrap_or_default(), room)));
    }
    Line::from(parts)
}

fn line(model: &Model) -> Line<'static> {
    let theme = model.setting.theme;
    let mut parts = Vec::new();
    for Count { standing, number, text } in counts(model) {
        if let Some(standing) = standing {
            let (symbol, role) = theme.standing(standing);
            let role = if number == 0 { Role::Faint } else { role };
            parts.push(Span::styled(format!("{symbol} "), theme.style(role)));
        }
        parts.push(Span::raw(text));
    }
    Line::from(parts)
}
