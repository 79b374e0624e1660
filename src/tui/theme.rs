//! Colours by role, from the terminal's own sixteen, and symbols. Nothing is said by colour alone.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::{Standing, StepState, TokenState};

/// How the screen looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// With colours, or (`NO_COLOR`) without.
    pub palette: Palette,
    /// Which symbols the terminal can show.
    pub symbols: Symbols,
}

/// With colours or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// The terminal's own sixteen.
    Sixteen,
    /// None: bold, dim and reverse only.
    None,
}

/// Which symbols the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbols {
    /// Circles and triangles.
    Unicode,
    /// Letters and signs.
    Ascii,
}

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Labels and lesser things.
    Faint,
    /// Titles.
    Title,
    /// The program's name, and keys.
    Accent,
    /// Well done.
    Good,
    /// At work.
    Busy,
    /// To be done now.
    Ready,
    /// Soon too late.
    Warn,
    /// In trouble.
    Bad,
    /// The line under the cursor.
    Cursor,
    /// The frame of what has the focus.
    Focus,
    /// The frame of the rest.
    Frame,
}

impl Theme {
    /// What the environment asks for: `NO_COLOR` (no-color.org), `MAILKEY_ASCII`, and a locale or
    /// terminal without Unicode.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()));
        let unicode = match locale {
            Some(locale) => locale.to_lowercase().replace('-', "").contains("utf8"),
            // Windows and macOS terminals set no locale and show Unicode; a bare Linux console does not.
            None => !cfg!(target_os = "linux"),
        };
        let linux_console = variable("TERM").as_deref() == Some("linux");
        Self {
            palette: if set("NO_COLOR") { Palette::None } else { Palette::Sixteen },
            symbols: if set("MAILKEY_ASCII") || !unicode || linux_console { Symbols::Ascii } else { Symbols::Unicode },
        }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        // A title lies on a faint frame and is not to be faint with it.
        let plain = Style::new().remove_modifier(Modifier::DIM);
        let style = match role {
            Role::Text => plain,
            Role::Faint | Role::Frame => Style::new().add_modifier(Modifier::DIM),
            Role::Title => plain.add_modifier(Modifier::BOLD),
            // Magenta is the one hue that reads well on black and on white with every common palette.
            Role::Accent => plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            Role::Good => plain.fg(Color::Green),
            Role::Busy => plain.fg(Color::Magenta),
            Role::Ready => plain.add_modifier(Modifier::BOLD),
            Role::Warn => plain.fg(Color::Yellow),
            Role::Bad => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            Role::Cursor => plain.add_modifier(Modifier::REVERSED),
            Role::Focus => plain.fg(Color::Magenta),
        };
        match self.palette {
            Palette::Sixteen => style,
            Palette::None => Style { fg: None, bg: None, ..style },
        }
    }

    /// The role of a step's state.
    #[must_use]
    pub fn of_step(state: &StepState) -> Role {
        match state {
            StepState::Todo => Role::Faint,
            StepState::Ready => Role::Ready,
            StepState::Running => Role::Busy,
            StepState::Done => Role::Good,
            StepState::Stuck(_) => Role::Bad,
        }
    }

    /// The symbol of a step's state.
    #[must_use]
    pub fn step(self, state: &StepState) -> &'static str {
        let (unicode, ascii) = match state {
            StepState::Todo => ("○", "."),
            StepState::Ready => ("◇", ">"),
            StepState::Running => ("◐", "~"),
            StepState::Done => ("●", "*"),
            StepState::Stuck(_) => ("▲", "!"),
        };
        self.pick(unicode, ascii)
    }

    /// Symbol and role of a standing.
    #[must_use]
    pub fn standing(self, standing: Standing) -> (&'static str, Role) {
        match standing {
            Standing::Valid => (self.pick("●", "*"), Role::Good),
            Standing::Due => (self.pick("◔", "%"), Role::Warn),
            Standing::Stuck => (self.pick("▲", "!"), Role::Bad),
            Standing::Todo => (self.pick("○", "."), Role::Faint),
        }
    }

    /// The role of a token's state.
    #[must_use]
    pub fn of_token(state: TokenState) -> Role {
        match state {
            TokenState::None | TokenState::Unknown => Role::Faint,
            TokenState::Valid => Role::Text,
            TokenState::Due => Role::Warn,
            TokenState::Expired | TokenState::Revoked => Role::Bad,
        }
    }

    /// One or the other, by what the terminal can show.
    #[must_use]
    pub fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.symbols {
            Symbols::Unicode => unicode,
            Symbols::Ascii => ascii,
        }
    }

    /// The spinner's picture at `tick` tenths of a second.
    #[must_use]
    pub fn spinner(self, tick: i64) -> &'static str {
        const UNICODE: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
        const ASCII: [&str; 4] = ["|", "/", "-", "\\"];
        let frames: &[&'static str] = match self.symbols {
            Symbols::Unicode => &UNICODE,
            Symbols::Ascii => &ASCII,
        };
        let at = tick.rem_euclid(frames.len() as i64) as usize;
        frames.get(at).copied().unwrap_or(" ")
    }
}
