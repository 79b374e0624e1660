//! HTTP to token and discovery endpoints: bounded in time and size, without redirects or cookies,
//! and every way in which it can fail told apart.

mod fault;
mod reply;
mod tls;

use std::time::Duration;

use reqwest::{ClientBuilder, RequestBuilder, redirect};
use url::{Host, Url};

use crate::domain::Trouble;

pub(super) use fault::Fault;
pub(super) use reply::Reply;

/// An HTTP client for token and discovery endpoints.
#[derive(Debug, Clone)]
pub struct Http {
    /// Goes through the system's proxy, if there is one.
    proxied: reqwest::Client,
    /// Goes straight to a server on this machine, where no proxy could follow.
    direct: reqwest::Client,
    timeout: Duration,
}

impl Http {
    /// `timeout` bounds a request from its first byte to the answer's last, and half of it is for
    /// name, connection and TLS; `extra_ca` is PEM, trusted in addition to the system's.
    ///
    /// # Errors
    /// `config.ca_file` if `extra_ca` holds no certificate, `network.trust` if the system has no
    /// certificate authorities to offer.
    pub fn new(timeout: Duration, extra_ca: Option<&[u8]>) -> Result<Self, Trouble> {
        let tls = tls::config(extra_ca)?;
        let client = |builder: ClientBuilder| {
            builder
                .tls_backend_preconfigured(tls.clone())
                .user_agent(concat!("mailkey/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(timeout / 2)
                .timeout(timeout)
                .build()
                .map_err(|error| cannot_begin(&error))
        };
        Ok(Self {
            proxied: client(reqwest::Client::builder())?,
            direct: client(reqwest::Client::builder().no_proxy())?,
            timeout,
        })
    }

    /// A `GET`.
    pub(super) async fn get(&self, url: &Url) -> Result<Reply, Fault> {
        self.send(url, self.client(url).get(url.clone())).await
    }

    /// A `POST` of a form. Its values may be secrets: nothing of them is logged.
    pub(super) async fn post_form(&self, url: &Url, form: &[(&str, &str)]) -> Result<Reply, Fault> {
        self.send(url, self.client(url).post(url.clone()).form(form)).await
    }

    async fn send(&self, url: &Url, request: RequestBuilder) -> Result<Reply, Fault> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let outcome = reply::receive(request.header("accept", "application/json"), self.timeout, &host).await;
        match &outcome {
            Ok(reply) => tracing::debug!(host, path = url.path(), status = reply.status(), "answered"),
            Err(fault) => tracing::debug!(host, path = url.path(), ?fault, "failed"),
        }
        outcome
    }

    fn client(&self, url: &Url) -> &reqwest::Client {
        if is_this_machine(url) { &self.direct } else { &self.proxied }
    }
}

/// Whether `url` names this machine.
pub(super) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn cannot_begin(error: &reqwest::Error) -> Trouble {
    Trouble::new(
        "network.client",
        "The network cannot be used",
        error.to_string(),
        "Check the proxy settings of this system.",
    )
}

#[cfg(test)]
mod tests;
