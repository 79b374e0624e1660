//! The way back to the application, by query, fragment or form post.

use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::errors::Refusal;
use super::faults::status;
use super::pages::{Page, escape, template};
use super::state::Shared;

/// Where the browser goes when the sign-in is over.
#[derive(Debug, Clone)]
pub(super) struct Back {
    pub redirect_uri: String,
    pub mode: ResponseMode,
    pub state: Option<String>,
}

/// OAuth 2.0 Multiple Response Types section 2.1, Form Post Response Mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl Back {
    /// Sends the browser back with these parameters, and `state` if there was one.
    pub fn carry(&self, mut params: Vec<(&'static str, String)>) -> Response {
        params.extend(self.state.clone().map(|state| ("state", state)));
        // A browser is sent to `http://localhost:1/` where `http://localhost:1` was asked for.
        let Ok(mut url) = Url::parse(&self.redirect_uri) else {
            return status(400).into_response();
        };
        match self.mode {
            ResponseMode::Query => {
                url.query_pairs_mut().extend_pairs(&params);
                found(url.as_str())
            }
            ResponseMode::Fragment => {
                let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
                url.set_fragment(Some(&encoded));
                found(url.as_str())
            }
            ResponseMode::FormPost => form_post(url.as_str(), &params),
        }
    }

    /// Sends the browser back with a refusal (RFC 6749 section 4.1.2.1).
    pub fn refuse(&self, shared: &Shared, refusal: &Refusal) -> Response {
        let told = refusal.told(shared.world().now());
        // At the authorization endpoint every policy that says no is the same word.
        let error = match refusal.error {
            "invalid_grant" => "access_denied",
            other => other,
        };
        let mut params = vec![
            ("error", error.to_owned()),
            ("error_description", told.description()),
            ("error_uri", told.uri(&shared.base)),
        ];
        if refusal.code == 65_004 {
            params.insert(1, ("error_subcode", "cancel".to_owned()));
        }
        self.carry(params)
    }
}

/// 302: a browser follows a form's answer with a GET.
pub(super) fn found(address: &str) -> Response {
    let headers = [(LOCATION, address), (CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];
    (status(302), headers).into_response()
}

fn form_post(action: &str, params: &[(&'static str, String)]) -> Response {
    let fields: String = params
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value)))
        .collect();
    Page::new("form_post", "Working…", template::FORM_POST).text("action", action).html("fields", fields).respond(200)
}
