//! Random names: GUIDs, and texts that nobody can guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A random GUID (RFC 9562 section 5.4), as Microsoft writes them: in lower case.
pub(super) fn guid() -> String {
    format_guid(bytes())
}

/// The GUID that always belongs to `name`.
pub(super) fn guid_of(name: &str) -> String {
    use sha2::Digest;
    let digest: [u8; 32] = sha2::Sha256::digest(name.as_bytes()).into();
    let mut first = [0; 16];
    first.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    format_guid(first)
}

/// `COUNT` random bytes in base64url.
pub(super) fn opaque<const COUNT: usize>() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<COUNT>())
}

/// `count` characters that look random; only the first 43 are.
pub(super) fn filler(count: usize) -> String {
    opaque::<32>().chars().cycle().take(count).collect()
}

/// `COUNT` random bytes.
pub(super) fn bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    // Safe: a system without random numbers could not have made the demo's TLS keys either.
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

fn format_guid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut rest = hex.as_str();
    let mut groups = Vec::new();
    for length in [8, 4, 4, 4, 12] {
        let (group, after) = rest.split_at(length);
        groups.push(group);
        rest = after;
    }
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_have_version_and_variant() {
        for guid in [guid(), guid_of("billing@contoso.example")] {
            let groups: Vec<usize> = guid.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12]);
            assert_eq!(guid.chars().nth(14), Some('4'));
        }
        assert_ne!(guid(), guid());
        assert_eq!(guid_of("a"), guid_of("a"));
    }
}
