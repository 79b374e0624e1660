//! How many tokens fall due in which week, as bars.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Padding, Paragraph};

use super::parts::frame as border;
use crate::domain::Weeks;
use crate::domain::grant::DUE_DAYS;
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};
use crate::tui::time;
use crate::tui::weeks::bar_width;

/// An eighth of a line and more, and what stands for them without Unicode. The first is the ground:
/// nothing is due.
const EIGHTHS: [(&str, &str); 8] =
    [("▁", "_"), ("▂", "."), ("▃", ":"), ("▄", "-"), ("▅", "="), ("▆", "+"), ("▇", "*"), ("█", "#")];
/// The columns of a day: `03-14`.
const DAY: usize = 5;

/// Draws them in a frame of their own, each with its number and its first day.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model) {
    let (theme, weeks) = (model.setting.theme, model.list.weeks());
    let title = format!(" Due by week · {} this week ", weeks.this_week());
    let block = border(theme, false).title(Span::styled(title, theme.style(Role::Title)));
    let inside = block.clone().padding(Padding::horizontal(1)).inner(area);
    frame.render_widget(block, area);
    let wide = bar_width(weeks, usize::from(inside.width));
    if weeks.all() == 0 || wide == 0 {
        return frame.render_widget(Paragraph::new("No token has days that could run out."), inside);
    }
    let mut lines = bars(theme, weeks, (usize::from(inside.height.saturating_sub(2)), wide));
    lines.extend(below(weeks, wide, |_, count| count.to_string()));
    if wide > DAY {
        lines.extend(below(weeks, wide, |week, _| time::day_of_year(weeks.begin(week), &model.setting.zone)));
    }
    frame.render_widget(Paragraph::new(lines), inside);
}

/// Bars of so many lines at most, in so many columns each.
pub fn bars(theme: Theme, weeks: &Weeks, (lines, wide): (usize, usize)) -> Vec<Line<'static>> {
    let counts = weeks.counts();
    let most = counts.iter().max().copied().unwrap_or(0);
    let line = |line: usize| {
        counts.iter().enumerate().map(move |(week, count)| {
            let eighths = eighths(*count, most, 8 * lines).saturating_sub(8 * line);
            let is_due = i64::from(Weeks::days(week).end) <= DUE_DAYS;
            let role = if *count > 0 && is_due { Role::Warn } else { Role::Text };
            Span::styled(bar(theme, eighths, wide), theme.style(role))
        })
    };
    (0..lines).rev().map(|at| Line::from_iter(line(at))).collect()
}

/// How high a bar is where the highest has so many eighths: the ground for none, and more for any.
fn eighths(count: usize, most: usize, highest: usize) -> usize {
    let above = count.saturating_mul(highest.saturating_sub(2)).checked_div(most).unwrap_or(0);
    if count == 0 { 1 } else { above + 2 }
}

fn bar(theme: Theme, eighths: usize, wide: usize) -> String {
    let sign = eighths.checked_sub(1).and_then(|at| EIGHTHS.get(at.min(7)));
    let sign = sign.map_or(" ", |(unicode, ascii)| theme.pick(unicode, ascii));
    let gap = usize::from(wide > 1);
    sign.repeat(wide - gap) + &" ".repeat(gap)
}

/// A line of texts below the bars, unless one of them has no room.
fn below(weeks: &Weeks, wide: usize, text: impl Fn(usize, usize) -> String) -> Option<Line<'static>> {
    let texts: Vec<String> = weeks.counts().iter().enumerate().map(|(week, count)| text(week, *count)).collect();
    let fits = texts.iter().all(|text| text.len() < wide);
    fits.then(|| texts.iter().map(|text| Span::raw(format!("{text:<wide$}"))).collect())
}
