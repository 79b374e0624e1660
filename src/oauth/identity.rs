//! Who signed in, from the id_token.
//!
//! Its signature is not checked: it came straight from the token endpoint over TLS, which stands
//! for it (OpenID Connect Core 1.0 section 3.1.3.7, item 6).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use crate::domain::provider::Dialect;
use crate::domain::text::is_unprintable;
use crate::domain::{Identity, Remedy, Secret, Trouble};

/// The longest id_token that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// The longest claim that is taken, in bytes. OpenID Connect lets `sub` have 255.
const LONGEST_CLAIM: usize = 512;

/// base64url (RFC 7515 section 2), with or without the padding that it should not have.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads an id_token that was given to `client_id`.
///
/// # Errors
/// `id_token.malformed` if it is none, `id_token.audience` if it is for another client,
/// `id_token.claims` if it does not say who signed in.
pub fn identity(id_token: &Secret, dialect: Dialect, client_id: &str) -> Result<Identity, Trouble> {
    let claims = claims(id_token.expose()).ok_or_else(malformed)?;
    if !is_for(&claims, client_id) {
        return Err(for_another_client());
    }
    let (issuer, subject) = match dialect {
        Dialect::Microsoft => ("tid", "oid"),
        Dialect::Standard => ("iss", "sub"),
    };
    let claim = |name: &str| text(&claims, name).ok_or_else(|| missing(name));
    let username = ["preferred_username", "upn", "email"]
        .iter()
        .find_map(|name| text(&claims, name))
        .ok_or_else(|| missing("preferred_username"))?;
    Ok(Identity { issuer: claim(issuer)?, subject: claim(subject)?, username })
}

/// The payload of a signed token (RFC 7519 section 3).
fn claims(id_token: &str) -> Option<Value> {
    if id_token.len() > LONGEST {
        return None;
    }
    let mut parts = id_token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let claims: Value = serde_json::from_slice(&BASE64URL.decode(payload).ok()?).ok()?;
    claims.is_object().then_some(claims)
}

/// `aud` is one client id or a list of them (RFC 7519 section 4.1.3).
fn is_for(claims: &Value, client_id: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(several)) => several.iter().any(|one| one == client_id),
        _ => false,
    }
}

fn text(claims: &Value, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?;
    let usable = !text.is_empty() && text.len() <= LONGEST_CLAIM && !text.chars().any(is_unprintable);
    usable.then(|| text.to_owned())
}

fn malformed() -> Trouble {
    cannot_tell("id_token.malformed", "The id_token cannot be read.")
}

fn for_another_client() -> Trouble {
    cannot_tell("id_token.audience", "The id_token was made out to another application.")
}

fn missing(claim: &str) -> Trouble {
    cannot_tell("id_token.claims", &format!("The id_token lacks the claim {claim}."))
}

fn cannot_tell(code: &'static str, why: &str) -> Trouble {
    Trouble::new(
        code,
        "The provider does not say who signed in",
        why,
        "Nothing was stored. Check the application's client id, and that its scopes have openid, profile and email.",
    )
    .with(Remedy::EditApplication)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::test_support::id_token;
    use super::*;

    fn read(claims: &Value, dialect: Dialect) -> Result<Identity, Trouble> {
        identity(&Secret::new(id_token(claims)), dialect, "me")
    }

    #[test]
    fn each_dialect_names_the_person_by_its_immutable_claims() {
        let claims = json!({
            "aud": "me", "iss": "https://issuer.example", "sub": "subject", "tid": "tenant", "oid": "object",
            "preferred_username": "billing@contoso.com", "email": "other@contoso.com",
        });
        let microsoft = read(&claims, Dialect::Microsoft).unwrap();
        assert_eq!((&*microsoft.issuer, microsoft.subject.as_str()), ("tenant", "object"));
        assert_eq!(&*microsoft.username, "billing@contoso.com");
        let standard = read(&claims, Dialect::Standard).unwrap();
        assert_eq!((&*standard.issuer, standard.subject.as_str()), ("https://issuer.example", "subject"));
    }

    #[test]
    fn the_name_comes_from_the_first_claim_that_has_one() {
        for (names, expected) in [
            (json!({"upn": "u@x", "email": "e@x"}), "u@x"),
            (json!({"email": "e@x"}), "e@x"),
            (json!({"preferred_username": "", "email": "grüße@x"}), "grüße@x"),
        ] {
            let mut claims = json!({"aud": ["other", "me"], "iss": "i", "sub": "s"});
            claims.as_object_mut().unwrap().extend(names.as_object().unwrap().clone());
            assert_eq!(&*read(&claims, Dialect::Standard).unwrap().username, expected);
        }
    }

    #[test]
    fn what_does_not_say_who_signed_in_is_refused() {
        for (claims, dialect, code) in [
            (json!({"aud": "me", "tid": "t", "email": "e@x"}), Dialect::Microsoft, "id_token.claims"),
            (json!({"aud": "me", "iss": "i", "sub": "s"}), Dialect::Standard, "id_token.claims"),
            (json!({"aud": "me", "iss": "i", "sub": 7, "email": "e@x"}), Dialect::Standard, "id_token.claims"),
            (
                json!({"aud": "me", "iss": "i", "sub": "s", "email": "e\u{1b}[2J@x"}),
                Dialect::Standard,
                "id_token.claims",
            ),
            (
                json!({"aud": "me", "iss": "i", "sub": "x".repeat(LONGEST_CLAIM + 1), "email": "e@x"}),
                Dialect::Standard,
                "id_token.claims",
            ),
            (json!({"aud": "you", "iss": "i", "sub": "s", "email": "e@x"}), Dialect::Standard, "id_token.audience"),
            (json!({"iss": "i", "sub": "s", "email": "e@x"}), Dialect::Standard, "id_token.audience"),
            (json!(["aud", "me"]), Dialect::Standard, "id_token.malformed"),
        ] {
            assert_eq!(read(&claims, dialect).unwrap_err().code(), code, "{claims}");
        }
    }

    #[test]
    fn what_is_no_id_token_is_refused_without_being_repeated() {
        for text in ["", "x", "a.b", "a.b.c", "a.e30.c.d.e", &format!("a.{}.c", "A".repeat(LONGEST))] {
            let trouble = identity(&Secret::new(text), Dialect::Microsoft, "me").unwrap_err();
            assert_eq!(trouble.code(), "id_token.malformed");
            assert!(!trouble.to_string().contains("a."), "{trouble}");
        }
    }
}
