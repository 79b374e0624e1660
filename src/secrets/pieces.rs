//! Secrets of any length in entries of limited length, so that whoever is killed at any moment
//! leaves the old value or the new one, and never a mixture.
//!
//! An entry's text says by its first letters what it is:
//!
//! | text | meaning |
//! |---|---|
//! | `t:…` | the secret itself |
//! | `b:…` | the same in base64: some keyrings mangle what is not printable ASCII |
//! | `p:GENERATION:COUNT:SHA-256` | the text is in so many pieces called `NAME/GENERATION/0` and so on |
//! | `x:GENERATION:COUNT` | there is no secret any more, but there may be these pieces |
//!
//! Pieces of a new generation are written before the entry that names them, and those of the old
//! one deleted after it. Generations are random, so that two processes never write the same pieces.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use sha2::{Digest, Sha256};

use crate::domain::{Remedy, Secret, Trouble};

use super::entries::Entries;

/// Writes `secret` under `name` and reads it back.
///
/// # Errors
/// What the store says; `keyring.not_kept` if something else came back.
pub(super) fn put(entries: &mut impl Entries, name: &str, secret: &Secret) -> Result<(), Trouble> {
    let before = entries.read(name)?;
    let text = encode(secret);
    let head = if text.len() <= entries.limit() { text } else { write_pieces(entries, name, &text)? };
    replace(entries, name, &head, before.as_ref())?;
    if let Some(Head::Pieces(old, _) | Head::Deleted(old)) = before.as_ref().and_then(Head::of) {
        // The new value is safe: what is left of the old one is untidy, but no failure.
        if let Err(trouble) = delete_pieces(entries, name, &old) {
            tracing::debug!(name, %trouble, "pieces of an old secret are left in the store");
        }
    }
    Ok(())
}

/// The secret called `name`, if there is one.
///
/// # Errors
/// What the store says; `keyring.broken` if it is not what was written.
pub(super) fn get(entries: &mut impl Entries, name: &str) -> Result<Option<Secret>, Trouble> {
    let mut text = entries.read(name)?;
    loop {
        let Some(head) = &text else { return Ok(None) };
        let whole = match Head::of(head) {
            None => None,
            Some(Head::Deleted(_)) => return Ok(None),
            Some(Head::Whole(secret)) => Some(secret),
            Some(Head::Pieces(pieces, digest)) => assemble(entries, name, &pieces, &digest)?,
        };
        if whole.is_some() {
            return Ok(whole);
        }
        // Another process may have replaced the secret while its pieces were read.
        let now = entries.read(name)?;
        if now == text {
            return Err(broken());
        }
        text = now;
    }
}

/// Deletes the secret called `name`, if there is one.
///
/// # Errors
/// What the store says; the secret is then gone or still there as a whole.
pub(super) fn delete(entries: &mut impl Entries, name: &str) -> Result<(), Trouble> {
    let Some(text) = entries.read(name)? else { return Ok(()) };
    if let Some(Head::Pieces(pieces, _) | Head::Deleted(pieces)) = Head::of(&text) {
        entries.write(name, &pieces.deleted())?;
        delete_pieces(entries, name, &pieces)?;
    }
    entries.delete(name)
}

/// Sixteen random hexadecimal digits. (The generator of a system that is up does not fail.)
pub(super) fn random_word() -> String {
    format!("{:016x}", OsRng.next_u64())
}

/// What an entry's text says.
enum Head {
    Whole(Secret),
    Pieces(Pieces, String),
    Deleted(Pieces),
}

/// The pieces of one generation.
struct Pieces {
    generation: String,
    count: u16,
}

impl Head {
    fn of(text: &Secret) -> Option<Self> {
        let (kind, body) = text.expose().split_once(':')?;
        match kind {
            "t" | "b" => decode(text).map(Self::Whole),
            "p" => {
                let (pieces, digest) = body.rsplit_once(':')?;
                Some(Self::Pieces(Pieces::of(pieces)?, digest.to_owned()))
            }
            "x" => Pieces::of(body).map(Self::Deleted),
            _ => None,
        }
    }
}

impl Pieces {
    fn of(text: &str) -> Option<Self> {
        let (generation, count) = text.split_once(':')?;
        Some(Self { generation: generation.to_owned(), count: count.parse().ok()? })
    }

    fn names<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        (0..self.count).map(move |number| format!("{name}/{}/{number}", self.generation))
    }

    fn head(&self, digest: &str) -> Secret {
        Secret::new(format!("p:{}:{}:{digest}", self.generation, self.count))
    }

    fn deleted(&self) -> Secret {
        Secret::new(format!("x:{}:{}", self.generation, self.count))
    }
}

fn encode(secret: &Secret) -> Secret {
    let text = secret.expose();
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        Secret::new(format!("t:{text}"))
    } else {
        Secret::new(format!("b:{}", STANDARD.encode(text)))
    }
}

fn decode(text: &Secret) -> Option<Secret> {
    match text.expose().split_once(':')? {
        ("t", plain) => Some(Secret::new(plain)),
        ("b", base64) => String::from_utf8(STANDARD.decode(base64).ok()?).ok().map(Secret::new),
        _ => None,
    }
}

/// Writes `text` in pieces and gives the head that names them. What was written of them goes again
/// if not all of it can be.
fn write_pieces(entries: &mut impl Entries, name: &str, text: &Secret) -> Result<Secret, Trouble> {
    let chunks = text.expose().as_bytes().chunks(entries.limit());
    let pieces = Pieces { generation: random_word(), count: u16::try_from(chunks.len()).map_err(|_| too_long())? };
    let digest = digest(text);
    let mut written = pieces.names(name).zip(chunks).map(|(piece, chunk)| {
        // Encoded texts are ASCII, so that a piece is text too.
        entries.write(&piece, &Secret::new(String::from_utf8_lossy(chunk)))
    });
    let outcome = written.try_for_each(|one| one);
    let kept = outcome.and_then(|()| assemble(entries, name, &pieces, &digest));
    match kept {
        Ok(Some(_)) => Ok(pieces.head(&digest)),
        failed => {
            drop(delete_pieces(entries, name, &pieces));
            Err(failed.err().unwrap_or_else(not_kept))
        }
    }
}

/// Reads pieces back into the secret; `None` if they are not what the digest says.
fn assemble(
    entries: &mut impl Entries,
    name: &str,
    pieces: &Pieces,
    expected: &str,
) -> Result<Option<Secret>, Trouble> {
    let mut texts = Vec::new();
    for piece in pieces.names(name) {
        match entries.read(&piece)? {
            Some(text) => texts.push(text),
            None => return Ok(None),
        }
    }
    let mut whole = zeroize::Zeroizing::new(String::with_capacity(texts.iter().map(Secret::len).sum()));
    texts.iter().for_each(|text| whole.push_str(text.expose()));
    let whole = Secret::new(std::mem::take(&mut *whole));
    Ok(if digest(&whole) == expected { decode(&whole) } else { None })
}

/// Writes an entry and reads it back. If something else comes back, the old text is put in its place again.
fn replace(entries: &mut impl Entries, name: &str, text: &Secret, before: Option<&Secret>) -> Result<(), Trouble> {
    entries.write(name, text)?;
    if entries.read(name)?.as_ref() == Some(text) {
        return Ok(());
    }
    match before {
        Some(before) => entries.write(name, before)?,
        None => entries.delete(name)?,
    }
    Err(not_kept())
}

fn delete_pieces(entries: &mut impl Entries, name: &str, pieces: &Pieces) -> Result<(), Trouble> {
    pieces.names(name).try_for_each(|piece| entries.delete(&piece))
}

fn digest(text: &Secret) -> String {
    format!("{:x}", Sha256::digest(text.expose()))
}

fn broken() -> Trouble {
    Trouble::new(
        "keyring.broken",
        "A secret in the secret store is damaged",
        "What is there is not what mailkey wrote: a piece is missing, or another program changed it.",
        "Make it anew: sign in again, or enter the client secret again.",
    )
}

fn not_kept() -> Trouble {
    Trouble::new(
        "keyring.not_kept",
        "The secret store did not keep a secret",
        "When it was read back it was not the same, so that the old one was put back.",
        "Try again. If it happens again, the secret store is out of order.",
    )
    .with(Remedy::Retry { not_before: None })
}

fn too_long() -> Trouble {
    Trouble::new(
        "keyring.failed",
        "A secret is too long for the secret store",
        "It would take more than 65,535 entries.",
        "No provider issues such a token; look at where it came from.",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Entries of at most 100 bytes. After so many operations whoever uses them is dead: nothing
    /// more is done, until `revive`.
    #[derive(Debug, Default, Clone)]
    struct Mortal {
        texts: BTreeMap<String, String>,
        left: Option<usize>,
        done: usize,
        mangles: bool,
    }

    impl Mortal {
        fn step(&mut self) -> Result<(), Trouble> {
            if self.left == Some(self.done) {
                return Err(Trouble::new("test.dead", "", "", ""));
            }
            self.done += 1;
            Ok(())
        }

        fn dying_after(&self, operations: usize) -> Self {
            Self { left: Some(operations), done: 0, ..self.clone() }
        }

        fn revive(self) -> Self {
            Self { left: None, ..self }
        }
    }

    impl Entries for Mortal {
        fn limit(&self) -> usize {
            100
        }

        fn read(&mut self, name: &str) -> Result<Option<Secret>, Trouble> {
            self.step()?;
            Ok(self.texts.get(name).map(Secret::new))
        }

        fn write(&mut self, name: &str, text: &Secret) -> Result<(), Trouble> {
            self.step()?;
            assert!(text.len() <= self.limit() && text.expose().is_ascii());
            let mut kept = text.expose().to_owned();
            if self.mangles {
                kept.push('?');
            }
            self.texts.insert(name.to_owned(), kept);
            Ok(())
        }

        fn delete(&mut self, name: &str) -> Result<(), Trouble> {
            self.step()?;
            self.texts.remove(name);
            Ok(())
        }
    }

    const NAME: &str = "registry/grant/7/refresh-token";

    fn long(letter: &str) -> Secret {
        Secret::new(letter.repeat(250))
    }

    fn holding(secret: Option<&Secret>) -> Mortal {
        let mut entries = Mortal::default();
        if let Some(secret) = secret {
            put(&mut entries, NAME, secret).unwrap();
        }
        entries
    }

    #[test]
    fn any_secret_comes_back_and_nothing_else_stays() {
        let mut entries = Mortal::default();
        let secrets = ["", "p:x:1:y", "grüße\n", &"a".repeat(98), &"a".repeat(99), &"ü".repeat(400), &"b".repeat(5000)];
        for text in secrets {
            put(&mut entries, NAME, &Secret::new(text)).unwrap();
            assert_eq!(get(&mut entries, NAME).unwrap().unwrap().expose(), text);
        }
        assert_eq!(entries.texts.len(), 1 + 5002_usize.div_ceil(100));
        delete(&mut entries, NAME).unwrap();
        assert_eq!(get(&mut entries, NAME), Ok(None));
        assert_eq!(entries.texts.len(), 0);
        delete(&mut entries, NAME).unwrap();
    }

    /// Every change, killed before each of its operations: (old value, new value or none).
    #[test]
    fn a_kill_at_any_moment_leaves_the_old_value_or_the_new() {
        let short = |text| Some(Secret::new(text));
        for (old, new) in [
            (None, short("new")),
            (None, Some(long("n"))),
            (short("old"), short("new")),
            (short("old"), Some(long("n"))),
            (Some(long("o")), short("new")),
            (Some(long("o")), Some(long("n"))),
            (short("old"), None),
            (Some(long("o")), None),
        ] {
            let before = holding(old.as_ref());
            let change = |entries: &mut Mortal| match &new {
                Some(new) => put(entries, NAME, new),
                None => delete(entries, NAME),
            };
            let mut whole = before.dying_after(usize::MAX);
            change(&mut whole).unwrap();
            assert!(whole.done > 1);
            for operations in 0..whole.done {
                let mut entries = before.dying_after(operations);
                let outcome = change(&mut entries);
                let mut entries = entries.revive();
                let found = get(&mut entries, NAME).unwrap();
                assert!(found == new || (found == old && outcome.is_err()), "{old:?} {new:?} {operations}");
                change(&mut entries).unwrap();
                assert_eq!(get(&mut entries, NAME).unwrap(), new);
            }
        }
    }

    #[test]
    fn a_store_that_changes_what_it_keeps_is_found_out_and_the_old_value_stays() {
        for new in [Secret::new("new"), long("n")] {
            let mut entries = holding(None);
            entries.mangles = true;
            assert_eq!(put(&mut entries, NAME, &new).unwrap_err().code(), "keyring.not_kept");
            assert!(entries.texts.is_empty(), "{:?}", entries.texts.keys());
        }
        let mut entries = holding(Some(&Secret::new("old")));
        entries.mangles = true;
        assert_eq!(put(&mut entries, NAME, &long("n")).unwrap_err().code(), "keyring.not_kept");
        assert_eq!(get(&mut entries, NAME).unwrap().unwrap().expose(), "old");
    }

    #[test]
    fn what_another_program_damaged_is_not_taken_for_a_secret() {
        let damage: [fn(&mut Mortal); 4] = [
            |entries| drop(entries.texts.insert(NAME.to_owned(), "something".to_owned())),
            |entries| drop(entries.texts.insert(NAME.to_owned(), "p:a:99999:b".to_owned())),
            |entries| drop(entries.texts.pop_last()),
            |entries| entries.texts.values_mut().next_back().unwrap().insert(0, 'x'),
        ];
        for damage in damage {
            let mut entries = holding(Some(&long("o")));
            damage(&mut entries);
            assert_eq!(get(&mut entries, NAME).unwrap_err().code(), "keyring.broken");
            put(&mut entries, NAME, &Secret::new("new")).unwrap();
            assert_eq!(get(&mut entries, NAME).unwrap().unwrap().expose(), "new");
        }
    }
}
