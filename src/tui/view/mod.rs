//! The picture of the model. It changes nothing.

mod footer;
mod form;
mod header;
mod list;
mod menus;
mod panes;
mod parts;
mod start;
mod steps;
mod texts;

use ratatui::Frame;
use ratatui::layout::Alignment;
use ratatui::widgets::Paragraph;

use super::layout::{Layout, SMALLEST};
use super::model::{Model, Overlay};

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, model: &Model) {
    match model.layout() {
        Layout::TooSmall => return too_small(frame),
        Layout::Wide {
            header,
            list,
            panes,
            footer,
        } => {
            header::draw(frame, header, model);
            if start::is_due(model) {
                start::draw(frame, panes.iter().fold(list, |all, pane| all.union(*pane)), model);
            } else {
                list::draw(frame, list, model);
                panes::four(frame, panes, model);
            }
            footer::draw(frame, footer, model);
        }
        Layout::Narrow {
            header,
            list,
            pane,
            footer,
        } => {
            header::draw(frame, header, model);
            if start::is_due(model) {
                start::draw(frame, list.union(pane), model);
            } else {
                list::draw(frame, list, model);
                panes::tabs(frame, pane, model);
            }
            footer::draw(frame, footer, model);
        }
    }
    if let Some(overlay) = &model.overlay {
        draw_overlay(frame, model, overlay);
    }
}

fn draw_overlay(frame: &mut Frame, model: &Model, overlay: &Overlay) {
    match overlay {
        Overlay::Help(top) => texts::help(frame, model, *top),
        Overlay::Walkthrough(top) => texts::walkthrough(frame, model, *top),
        Overlay::Form(form) => form::draw(frame, model, form),
        Overlay::CopyMenu(mailbox, at) => menus::copy(frame, model, *mailbox, *at),
        Overlay::Reveal(field, secret, until) => menus::reveal(frame, model, *field, secret, *until),
        Overlay::Remove(ids) => menus::remove(frame, model, ids),
        Overlay::WrongAccount(asked) => menus::wrong_account(frame, model, asked),
        Overlay::WhichSignIn(asked, at) => menus::which_sign_in(frame, model, asked, *at),
    }
}

fn too_small(frame: &mut Frame) {
    let (width, height) = SMALLEST;
    let text = format!("mailkey needs {width}x{height}");
    frame.render_widget(Paragraph::new(text).alignment(Alignment::Center), frame.area());
}
