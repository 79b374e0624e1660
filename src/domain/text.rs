//! Text from servers, clipboards and files, made harmless for a terminal.

/// `text` on one line and safe to print: control characters (escape sequences among them), line
/// breaks and invisible direction marks become single spaces, and what is longer than `most`
/// characters is cut with an ellipsis.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most * 4));
    let mut count = 0;
    let mut gap = false;
    for character in text.chars() {
        if is_unprintable(character) || character.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if count + usize::from(gap) >= most {
            out.push('…');
            return out;
        }
        if gap {
            out.push(' ');
            count += 1;
            gap = false;
        }
        out.push(character);
        count += 1;
    }
    out
}

/// Whether a terminal could act on `character` instead of showing it, or a reader be misled by it:
/// C0 and C1 controls, zero-width characters and bidirectional overrides (Unicode TR 36).
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn escape_sequences_and_line_breaks_do_not_survive() {
        assert_eq!(plain("a\x1b[31mb\r\nc\u{9b}2J\u{202e}d", 99), "a [31mb c 2J d");
        assert_eq!(plain("  \n x \t y \n", 99), "x y");
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(plain("äöüß", 3), "äöü…");
        assert_eq!(plain("äöü", 3), "äöü");
        assert_eq!(plain("ab cd", 3), "ab…");
    }
}
