//! A person in a browser: opens a link, fills the demo's pages, and follows the way back.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Client, Response};
use url::Url;

use super::markup::{Form, alert, kind};
use crate::domain::{Address, Trouble};

/// What kind of person it is.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Who they sign in as; the page's own suggestion without one.
    account: Option<Address>,
    mind: Mind,
    /// What a device shows them.
    user_code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mind {
    Agrees,
    Declines,
}

/// What the person does next.
enum Act {
    Open(Url),
    Submit(Form),
    Done,
}

/// How many pages a sign-in may have.
const MOST_PAGES: usize = 12;
/// The largest page that is read, in bytes.
const LARGEST_PAGE: usize = 1 << 20;

impl Person {
    /// Someone who is who the link says.
    pub fn hinted() -> Self {
        Self { account: None, mind: Mind::Agrees, user_code: None }
    }

    /// Someone who is who they are.
    pub fn signing_in_as(account: &Address) -> Self {
        Self { account: Some(account.clone()), ..Self::hinted() }
    }

    /// Someone who cancels.
    pub fn declining() -> Self {
        Self { mind: Mind::Declines, ..Self::hinted() }
    }

    /// Someone who holds a device.
    pub fn with_user_code(mut self, user_code: &str) -> Self {
        self.user_code = Some(user_code.to_owned());
        self
    }

    /// Opens `link` and goes on until the browser is sent away from `base`. Gives the last address.
    ///
    /// # Errors
    /// `demo.person` with what stood in the way.
    pub async fn follow(&self, base: &str, link: &Url) -> Result<Url, Trouble> {
        let browser = browser()?;
        let mut here = link.clone();
        let mut act = Act::Open(link.clone());
        for _ in 0..MOST_PAGES {
            let response = match act {
                Act::Done => return Ok(here),
                Act::Open(url) if !is_at(base, &url) => return Ok(visit(&browser, url).await),
                Act::Open(url) => {
                    here = url.clone();
                    browser.get(url).send().await.map_err(unreachable_page)?
                }
                Act::Submit(form) => {
                    here = joined(&here, &form.action)?;
                    let sent = browser.post(here.clone()).form(&form.fields).send().await;
                    if !is_at(base, &here) {
                        sent.map_err(unreachable_page)?;
                        return Ok(here);
                    }
                    sent.map_err(unreachable_page)?
                }
            };
            act = match redirect(&response) {
                Some(location) => Act::Open(joined(&here, location)?),
                None => self.read(&page(response).await?)?,
            };
        }
        Err(stuck("The pages go round in a circle."))
    }

    /// What there is to do on a page.
    fn read(&self, html: &str) -> Result<Act, Trouble> {
        if let Some(complaint) = alert(html) {
            return Err(stuck(&complaint));
        }
        let form = Form::first(html);
        match (kind(html).as_str(), form) {
            ("notice" | "native_client", _) => Ok(Act::Done),
            ("form_post", Some(form)) => Ok(Act::Submit(form)),
            ("refused", Some(form)) => Ok(Act::Submit(form.with("action", "return"))),
            ("device", Some(form)) => {
                let code = self.user_code.as_deref().unwrap_or_default();
                Ok(Act::Submit(form.with("user_code", code)))
            }
            ("sign_in", Some(form)) => self.sign_in(form),
            ("consent" | "organization_consent", Some(form)) => {
                Ok(Act::Submit(form.with("action", self.button("accept"))))
            }
            (kind, _) => Err(stuck(&format!("Nobody knows what to do on the page “{kind}”."))),
        }
    }

    fn sign_in(&self, form: Form) -> Result<Act, Trouble> {
        let hinted = form.get("username").unwrap_or_default().to_owned();
        let name = self.account.as_ref().map_or(hinted.as_str(), Address::as_str);
        if name.is_empty() && self.mind == Mind::Agrees {
            return Err(stuck("The link does not hint at an account."));
        }
        let form = form.with("username", name);
        Ok(Act::Submit(form.with("action", self.button("next"))))
    }

    fn button(&self, agreeing: &'static str) -> &'static str {
        match self.mind {
            Mind::Agrees => agreeing,
            Mind::Declines => "cancel",
        }
    }
}

fn browser() -> Result<Client, Trouble> {
    // Only http:// on this machine is ever visited: nothing has to be trusted.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| stuck(&error.to_string()))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .map_err(|error| stuck(&error.to_string()))
}

fn is_at(base: &str, url: &Url) -> bool {
    url.origin().ascii_serialization() == base
}

/// Shows the redirect to whoever listens. If nobody does, it is still in the address bar.
async fn visit(browser: &Client, url: Url) -> Url {
    let is_loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    if url.scheme() == "http"
        && is_loopback
        && let Err(error) = browser.get(url.clone()).send().await
    {
        let error = error.without_url();
        tracing::debug!(%error, "nobody listened for the redirect");
    }
    url
}

fn redirect(response: &Response) -> Option<&str> {
    let is_redirect = response.status().is_redirection();
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    is_redirect.then_some(location)
}

fn joined(here: &Url, reference: &str) -> Result<Url, Trouble> {
    here.join(reference).map_err(|_| stuck("A page leads to an address that is none."))
}

async fn page(mut response: Response) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable_page)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST_PAGE {
            return Err(stuck("A page does not end."));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unreachable_page(error: reqwest::Error) -> Trouble {
    stuck(&error.without_url().to_string())
}

fn stuck(why: &str) -> Trouble {
    Trouble::new("demo.person", "The demo could not play the person’s part", why, "Open the link in a browser.")
}
