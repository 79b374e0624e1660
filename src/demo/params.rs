//! The parameters of a request, from its query or its form body.

use super::errors::Refusal;

/// Parameters, each at most once (RFC 6749 section 3.1). Codes are among them, so there is no `Debug`.
#[derive(Clone, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// AADSTS9000411 if a parameter comes twice.
    pub fn parse(encoded: &[u8]) -> Result<Self, Refusal> {
        let mut params: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(encoded).into_owned() {
            if params.iter().any(|(known, _)| *known == name) {
                return Err(Refusal::new(
                    "invalid_request",
                    9_000_411,
                    format!("The request is not properly formatted. The parameter '{name}' is duplicated."),
                ));
            }
            params.push((name, value));
        }
        Ok(Self(params))
    }

    /// A parameter; one without a value counts as left out (RFC 6749 section 3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether it was sent at all, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// AADSTS900144.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_count_as_left_out() {
        let params = Params::parse(b"scope=a+b%20c&state=").unwrap_or_default();
        assert_eq!(params.get("scope"), Some("a b c"));
        assert_eq!((params.get("state"), params.has("state")), (None, true));
        assert_eq!(params.required("code").unwrap_err().code, 900_144);
    }

    #[test]
    fn a_parameter_that_comes_twice_is_refused() {
        assert_eq!(Params::parse(b"a=1&a=2").err().unwrap().code, 9_000_411);
    }
}
