//! The bytes of a list as text.

use crate::domain::trouble::Trouble;

/// The largest list that is read, in bytes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The text of a list in UTF-8, with a byte order mark or without, or in UTF-16 with one, as
/// spreadsheets and PowerShell write it. In it each line ends with `\n`.
///
/// # Errors
/// `import.too_large`, `import.encoding`.
pub fn text(bytes: &[u8]) -> Result<String, Trouble> {
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest)?,
        _ => utf8(bytes)?,
    };
    match text.split_once('\0') {
        Some((before, _)) => Err(encoding(format!("There is a NUL character on line {}.", line(before.as_bytes())))),
        None => Ok(text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, Trouble> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        encoding(format!("Line {} is not UTF-8; perhaps it is Windows-1252 or Latin-1.", line(good)))
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Trouble> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().copied().map(unit)).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(encoding("It begins as UTF-16, but does not go on so.".to_owned())),
    }
}

/// On which line the text after `before` begins.
fn line(before: &[u8]) -> usize {
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

fn too_large() -> Trouble {
    Trouble::new(
        "import.too_large",
        "The list is too large",
        format!("{} MiB are the most.", MOST_BYTES / 1024 / 1024),
        "See that it is a list of mailboxes; if it is, import it in parts.",
    )
}

fn encoding(why: String) -> Trouble {
    Trouble::new(
        "import.encoding",
        "The list is not text in UTF-8",
        why,
        "Save it as UTF-8: in Excel “CSV UTF-8”, in PowerShell Export-Csv -Encoding UTF8.",
    )
}
