//! `NO_COLOR` and terminals without Unicode.

use ratatui::style::Color;

use super::overlays;
use crate::domain::Trouble;
use crate::engine::{Event, Work};
use crate::tui::fixture::{at, blank, demo_at, is, nothing, now, picture, press, screen, showing, sign_in, tell, work};
use crate::tui::model::{Model, Tone};
use crate::tui::theme::{Palette, Symbols, Theme};

fn states() -> Vec<Model> {
    let mut models = vec![blank((120, 40)), showing(nothing(), (120, 40)), demo_at(is::AP)];
    models.extend([is::BILLING, is::HR, is::ALERTS, is::LEGAL, is::SUPPORT, is::INFO].map(at));
    for clipboard in [Ok(()), Err(Trouble::new("clipboard.unavailable", "", "", ""))] {
        let mut model = demo_at(is::BILLING);
        sign_in(&mut model, is::BILLING);
        tell(&mut model, Event::ClipboardWatch(clipboard));
        models.push(model);
    }
    let mut exchanging = at(is::BILLING);
    work(&mut exchanging, is::BILLING, Work::Exchanging { since: now() });
    models.push(exchanging);
    for keys in [&["*", "R"][..], &["/"], &["3"], &["v"], &["N", "tab", "⏎"], &["n", "tab"]] {
        let mut model = at(is::AP);
        keys.iter().for_each(|key| {
            press(&mut model, key);
        });
        models.push(model);
    }
    for tone in [Tone::Good, Tone::Plain, Tone::Bad] {
        let mut model = at(is::AP);
        model.say(tone, "Something was said. ".repeat(20));
        models.push(model);
    }
    let mut proving = showing(nothing(), (120, 40));
    press(&mut proving, "n");
    models.push(proving);
    models.extend(overlays());
    models
}

#[test]
fn no_color_means_no_colour() {
    for mut model in states() {
        model.setting.theme.palette = Palette::None;
        for cell in picture(&model).content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{}", screen(&model));
        }
    }
}

#[test]
fn with_colours_it_uses_the_terminals_own_sixteen() {
    for model in states() {
        for cell in picture(&model).content() {
            assert!(!matches!(cell.fg, Color::Rgb(..) | Color::Indexed(_)));
            assert_eq!(cell.bg, Color::Reset, "a background suits either light or dark");
        }
    }
}

#[test]
fn without_unicode_the_programs_own_text_is_ascii() {
    for size in [(120, 40), (80, 24)] {
        for mut model in states() {
            model.setting.theme.symbols = Symbols::Ascii;
            model.size = size;
            let screen = screen(&model);
            let odd: String = screen.chars().filter(|c| !c.is_ascii()).collect();
            assert!(odd.is_empty(), "{odd} in\n{screen}");
        }
    }
}

#[test]
fn people_keep_their_names_without_unicode() {
    let mut fleet = crate::tui::fixture::nothing();
    let mailer = crate::tui::fixture::application("Mailer", "contoso.example");
    let none = crate::domain::Token::None;
    crate::tui::fixture::add(&mut fleet, &mailer, "grüße@contoso.example", none, Default::default());
    let mut model = showing(fleet, (120, 40));
    model.setting.theme.symbols = Symbols::Ascii;
    assert!(screen(&model).contains("grüße@contoso.example"));
}

#[test]
fn the_environment_chooses() {
    let unicode = cfg!(not(target_os = "linux"));
    for (environment, palette, ascii) in [
        ("", Palette::Sixteen, !unicode),
        ("LANG=C.UTF-8", Palette::Sixteen, false),
        ("LANG=de_DE.utf8", Palette::Sixteen, false),
        ("LANG=C.UTF-8 LC_ALL=C", Palette::Sixteen, true),
        ("LANG=C.UTF-8 LC_ALL=", Palette::Sixteen, false),
        ("LANG=C.UTF-8 NO_COLOR=1", Palette::None, false),
        ("LANG=C.UTF-8 NO_COLOR=", Palette::Sixteen, false),
        ("LANG=C.UTF-8 TERM=linux", Palette::Sixteen, true),
        ("LANG=C.UTF-8 MAILKEY_ASCII=1", Palette::Sixteen, true),
    ] {
        let theme = Theme::from_environment(|name| {
            let pairs = environment.split(' ').filter_map(|pair| pair.split_once('='));
            let mut found = pairs.filter(|(known, _)| *known == name);
            found.next().map(|(_, value)| value.to_owned())
        });
        let symbols = if ascii { Symbols::Ascii } else { Symbols::Unicode };
        assert_eq!(theme, Theme { palette, symbols }, "{environment}");
    }
}
