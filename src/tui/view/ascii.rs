//! The program's own signs for terminals that have only ASCII. Names and addresses stay as they are.

use ratatui::buffer::Buffer;

/// Signs of the texts, and what stands for each in one column.
const SIGNS: &[(&str, &str)] = &[
    ("“", "\""),
    ("”", "\""),
    ("‘", "'"),
    ("’", "'"),
    ("…", "~"),
    ("–", "-"),
    ("—", "-"),
    ("·", "-"),
    ("›", ">"),
    ("‹", "<"),
    ("→", ">"),
    ("←", "<"),
    ("↑", "^"),
    ("↓", "v"),
];

/// Replaces them wherever they were drawn.
pub fn spell(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if let Some((_, ascii)) = SIGNS.iter().find(|(sign, _)| *sign == cell.symbol()) {
            cell.set_symbol(ascii);
        }
    }
}
