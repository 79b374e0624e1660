//! A client by hand: raw requests, so that the demo is not judged by the code that it has to judge.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use crate::demo::{Demo, Options};
use crate::domain::Address;

pub const CONTOSO: &str = "5f0c9a41-7d3e-4b52-9c86-1e2a70d4b8f3";
pub const CLIENT_ID: &str = "6f1c2a90-3b8d-4e57-a1f4-92d0c7b56e18";
pub const FABRIKAM_CLIENT_ID: &str = "b84d0e35-9f62-4c1a-8d7b-05e3a6f91c2d";
pub const REDIRECT_URI: &str = "http://localhost:9";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const SCOPE: &str = "https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All \
                         https://outlook.office.com/POP.AccessAsUser.All offline_access openid profile email";

/// Parameters by name: `with` replaces one, and leaves it out if it is empty.
#[derive(Clone)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    pub fn of(params: &[(&str, &str)]) -> Self {
        let owned = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self(owned.collect())
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        match value {
            "" => self.0.remove(name),
            value => self.0.insert(name.to_owned(), value.to_owned()),
        };
        self
    }
}

pub struct Client {
    pub demo: Demo,
    pub http: reqwest::Client,
}

impl Client {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let demo = Demo::start(options).await.unwrap();
        Self { demo, http: http() }
    }

    pub fn url(&self, path: &str) -> Url {
        self.demo.admin_url().join(path).unwrap()
    }

    pub fn authorize_form(account: &str) -> Form {
        Form::of(&[
            ("client_id", CLIENT_ID),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", SCOPE),
            ("state", "s-1"),
            ("login_hint", account),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))),
            ("code_challenge_method", "S256"),
        ])
    }

    pub fn link(&self, form: &Form) -> Url {
        let mut link = self.url("/contoso.example/oauth2/v2.0/authorize");
        link.query_pairs_mut().extend_pairs(&form.0);
        link
    }

    /// Signs in and gives the form that redeems the code.
    pub async fn sign_in(&self, account: &str) -> Form {
        let link = self.link(&Self::authorize_form(account));
        let back = self.demo.play(&link).await.unwrap();
        Form::of(&[
            ("client_id", CLIENT_ID),
            ("grant_type", "authorization_code"),
            ("code", &param(&back, "code").unwrap()),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ])
    }

    pub async fn post(&self, path: &str, form: &Form) -> (u16, Value) {
        let response = self.http.post(self.url(path)).form(&form.0).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub async fn token(&self, form: &Form) -> (u16, Value) {
        self.post("/contoso.example/oauth2/v2.0/token", form).await
    }

    /// The AADSTS number with which the token endpoint refuses.
    pub async fn refusal(&self, form: &Form) -> (u16, u64) {
        let (status, body) = self.token(form).await;
        (status, code(&body))
    }

    /// What the token endpoint gives for an account that signs in now.
    pub async fn tokens(&self, account: &str) -> Value {
        let form = self.sign_in(account).await;
        let (status, body) = self.token(&form).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub fn refresh_form(refresh_token: &Value) -> Form {
        Form::of(&[
            ("client_id", CLIENT_ID),
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str().unwrap()),
            ("scope", SCOPE),
        ])
    }
}

/// No redirect is followed, no proxy asked; http:// only.
pub fn http() -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

pub fn param(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

pub fn code(body: &Value) -> u64 {
    body["error_codes"][0].as_u64().unwrap_or_default()
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// The claims of an id_token.
pub fn claims(body: &Value) -> Value {
    let token = body["id_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
