//! Every size of a window: nothing panics, and what matters is there.

use super::overlays;
use crate::domain::{StepState, Token};
use crate::engine::Work;
use crate::tui::fixture::{
    add, application, at, blank, crowd, fleet, held, is, nothing, now, picture, press, put_cursor_on, screen, showing,
    sign_in, smtp_off, type_in, work,
};
use crate::tui::message::Message;
use crate::tui::model::{Model, Tone};
use crate::tui::update::update;

const SIZES: [(u16, u16); 5] = [(60, 16), (80, 24), (119, 40), (120, 40), (200, 60)];

fn resized(model: &mut Model, (width, height): (u16, u16)) {
    assert_eq!(update(model, Message::Resize(width, height)), []);
}

fn states() -> Vec<Model> {
    let mut models = vec![blank((0, 0)), showing(nothing(), (0, 0)), showing(crowd(300), (0, 0))];
    models.extend([is::AP, is::BILLING, is::HR, is::ALERTS, is::LEGAL, is::SUPPORT, is::INFO].map(at));
    let mut running = at(is::BILLING);
    sign_in(&mut running, is::BILLING);
    running.say(Tone::Bad, "Something that is long enough to be cut. ".repeat(9));
    models.push(running);
    let mut many = at(is::AP);
    press(&mut many, "*");
    press(&mut many, "R");
    models.push(many);
    let mut filtered = at(is::AP);
    press(&mut filtered, "/");
    type_in(&mut filtered, "grüße 邮箱 nobody has such an address, and no window such a width");
    models.push(filtered);
    models.extend(overlays());
    models
}

#[test]
fn no_window_is_too_small_or_too_large() {
    for mut model in states() {
        for width in [0, 1, 7, 30, 59, 60, 77, 109, 110, 130] {
            for height in [0, 1, 6, 15, 16, 23, 24, 31, 45] {
                resized(&mut model, (width, height));
                picture(&model);
            }
        }
    }
}

#[test]
fn a_window_that_is_too_small_says_how_large_it_has_to_be() {
    for size in [(59, 16), (60, 15), (30, 3)] {
        let mut model = at(is::AP);
        resized(&mut model, size);
        assert_eq!(screen(&model).trim(), "mailkey needs 60x16");
    }
}

#[test]
fn the_cursors_mailbox_its_states_and_the_way_to_help_are_always_there() {
    for size in SIZES {
        let mut model = at(is::HR);
        resized(&mut model, size);
        let screen = screen(&model);
        for wanted in ["hr@contoso.example", "stuck", "? help", "q quit", "Mailboxes", "3/7"] {
            assert!(screen.contains(wanted), "{wanted} at {size:?}\n{screen}");
        }
    }
}

#[test]
fn the_cursor_is_drawn_wherever_it_goes() {
    for size in SIZES {
        let mut model = showing(crowd(300), size);
        for key in ["G", "PgUp", "PgUp", "↑", "g", "PgDn"] {
            press(&mut model, key);
            let address = model.list.current().unwrap().address.clone();
            let screen = screen(&model);
            let there = screen.lines().any(|line| line.contains('▌') && line.contains(&address.as_str()[..12]));
            assert!(there, "{address} at {size:?} after {key}\n{screen}");
        }
    }
}

/// Whoever is stuck is told on the screen what to do, at every size that is large enough for a screen at all.
#[test]
fn what_to_do_when_stuck_is_never_cut_off() {
    for size in SIZES {
        let mut model = at(is::HR);
        resized(&mut model, size);
        let screen = screen(&model);
        // The smallest windows have room for the trouble, and the key is in the last line.
        for wanted in ["SMTP AUTH is switched off", "⏎ cop", "PowerShell line"] {
            assert!(screen.contains(wanted), "{wanted} at {size:?}\n{screen}");
        }
    }
}

#[test]
fn a_sign_in_says_what_to_do_at_every_size() {
    for size in SIZES {
        let mut model = at(is::BILLING);
        sign_in(&mut model, is::BILLING);
        resized(&mut model, size);
        let screen = screen(&model);
        for wanted in ["Waiting for the browser", "stops it"] {
            assert!(screen.contains(wanted), "{wanted} at {size:?}\n{screen}");
        }
    }
}

#[test]
fn overlays_keep_their_way_out_at_every_size() {
    for size in SIZES {
        for mut model in overlays() {
            resized(&mut model, size);
            let screen = screen(&model);
            let ways = ["esc", "any key closes", "any other key closes"];
            let overlay = format!("{:?}", model.overlay);
            assert!(ways.iter().any(|way| screen.contains(way)), "{overlay} at {size:?}\n{screen}");
        }
    }
}

/// What is typed last, how many match, and what is wrong with it are in sight in every window.
#[test]
fn a_long_filter_shows_its_end_and_leaves_the_counts_room() {
    for size in SIZES {
        let mut model = at(is::HR);
        resized(&mut model, size);
        press(&mut model, "/");
        type_in(&mut model, "account:somebody app:Mailer 郵便箱 state:stuk the-end");
        let screen = screen(&model);
        for wanted in ["the-end▏", " 0/0 · best match", "state: takes stuck, due"] {
            assert!(screen.contains(wanted), "{wanted} at {size:?}\n{screen}");
        }
    }
}

#[test]
fn the_note_of_a_mailbox_stands_in_its_pane() {
    assert!(screen(&at(is::INFO)).contains("third floor"));
    assert!(!screen(&at(is::AP)).contains("Note"), "where there is none, none is spoken of");
}

#[test]
fn every_state_is_said_in_words_beside_its_symbol() {
    for mailbox in [is::AP, is::BILLING, is::HR, is::ALERTS, is::LEGAL] {
        let mut model = at(mailbox);
        let running = mailbox == is::BILLING;
        if running {
            work(&mut model, mailbox, Work::Exchanging { since: now() });
        }
        let text = screen(&model);
        let said = |word: &str| text.lines().map(|line| line.matches(&format!(" {word} ╮")).count()).sum::<usize>();
        let steps = model.steps().unwrap();
        for word in ["todo", "ready", "running", "done", "stuck"] {
            let wanted = steps.iter().filter(|(_, state)| state.word() == word).count();
            assert_eq!(said(word), wanted, "{word}\n{text}");
        }
        assert_eq!(running, steps.iter().any(|(_, state)| *state == StepState::Running));
    }
}

#[test]
fn long_names_are_cut_and_never_spill() {
    let mut fleet = fleet();
    let long = format!("{}@contoso.example", "x".repeat(200));
    let mailer = application("Mailer", "contoso.example");
    let id = add(&mut fleet, &mailer, &long, held(3, 1), smtp_off(3, &long));
    let wide = "郵便箱".repeat(20) + "@contoso.example";
    let other = add(&mut fleet, &mailer, &wide, Token::None, Default::default());
    for size in SIZES {
        for mailbox in [id, other] {
            let mut model = showing(fleet.clone(), size);
            put_cursor_on(&mut model, mailbox);
            let screen = screen(&model);
            let frame = screen.lines().nth(3).unwrap();
            let closed = frame.ends_with('│') || frame.ends_with('╮');
            assert!(closed, "the frame is broken at {size:?}\n{screen}");
        }
    }
}

/// What is due when is said whole or not at all.
#[test]
fn the_weeks_are_in_every_window_and_never_cut() {
    for size in SIZES {
        let mut model = showing(crowd(20_000), size);
        assert!(screen(&model).contains("0 this week"), "{size:?}\n{}", screen(&model));
        press(&mut model, "/");
        assert!(!screen(&model).contains("due within"), "{size:?}\n{}", screen(&model));
    }
    let empty = showing(crate::tui::fixture::without_tokens(9), (120, 40));
    assert!(!screen(&empty).contains("week"));
}
