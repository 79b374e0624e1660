//! The picture of the model. It changes nothing.

mod applications;
mod ascii;
mod footer;
mod form;
mod header;
mod history;
mod import;
mod link;
mod list;
mod menus;
mod panes;
mod parts;
mod pen;
mod progress;
mod questions;
mod start;
mod steps;
mod sum;
mod texts;
mod weeks;

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::widgets::Paragraph;

use super::layout::{Layout, Panes, SMALLEST};
use super::model::Model;
use super::overlay::{Overlay, Question};
use super::theme::Symbols;

pub use history::history_lines;
pub use panes::hidden_lines;
pub use texts::{help_lines, last_top, walkthrough_lines};

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, model: &Model) {
    draw_parts(frame, model);
    if model.setting.theme.symbols == Symbols::Ascii {
        ascii::spell(frame.buffer_mut());
    }
}

fn draw_parts(frame: &mut Frame, model: &Model) {
    let Layout::Roomy { header, list, weeks, panes, footer } = model.layout() else {
        return too_small(frame);
    };
    header::draw(frame, header, model);
    if start::is_due(model) {
        let body = Rect::new(list.x, list.y, header.width, footer.y.saturating_sub(list.y));
        start::draw(frame, body, model);
    } else {
        list::draw(frame, list, model);
        if let Some(area) = weeks {
            weeks::draw(frame, area, model);
        }
        match panes {
            Panes::Four(areas) => panes::four(frame, areas, model),
            Panes::One(area) => panes::tabs(frame, area, model),
        }
    }
    footer::draw(frame, footer, model);
    if let Some(overlay) = &model.overlay {
        draw_overlay(frame, model, overlay);
    }
}

fn draw_overlay(frame: &mut Frame, model: &Model, overlay: &Overlay) {
    match overlay {
        Overlay::Help(top) => texts::help(frame, model, *top),
        Overlay::Walkthrough(top) => texts::walkthrough(frame, model, *top),
        Overlay::Form(form) => form::draw(frame, model, form),
        Overlay::History(history) => history::draw(frame, model, history),
        Overlay::Import(preview) => import::draw(frame, model, preview),
        Overlay::Applications(at) => applications::draw(frame, model, *at),
        Overlay::CopyMenu(mailbox, at) => menus::copy(frame, model, *mailbox, *at),
        Overlay::Reveal(field, secret, until) => menus::reveal(frame, model, *field, secret, *until),
        Overlay::Link(errand) => link::draw(frame, model, errand),
        Overlay::Confirm(confirmation) => questions::confirm(frame, model, confirmation),
        Overlay::Question(Question::WrongAccount(asked), at) => questions::wrong_account(frame, model, asked, *at),
        Overlay::Question(Question::WhichSignIn(asked), at) => questions::which_sign_in(frame, model, asked, *at),
    }
}

fn too_small(frame: &mut Frame) {
    let (width, height) = SMALLEST;
    let text = format!("mailkey needs {width}x{height}");
    frame.render_widget(Paragraph::new(text).alignment(Alignment::Center), frame.area());
}

#[cfg(test)]
mod tests;
