//! The identity provider's paths, in Microsoft's layout.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::Uri;
use axum::http::header::{HOST, HeaderMap};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::faults::status;
use super::pages::{Page, notice, template};
use super::state::Shared;
use super::{admin, authorize, consent, device, discovery, signin, token};

/// The longest body that is read, in octets.
const LONGEST_BODY: usize = 64 * 1024;
/// The longest path with its query: a browser's own limit is near.
const LONGEST_PATH: usize = 32 * 1024;

/// The identity provider.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(admin::page).post(admin::clicked))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::authorize))
        .route("/{tenant}/oauth2/v2.0/token", post(token::token).get(token::get))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device::device_code))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery::document))
        .route("/{tenant}/v2.0/adminconsent", get(consent::page).post(consent::clicked))
        .route("/sign-in", post(signin::sign_in))
        .route("/consent", post(signin::consent))
        .route("/return", post(signin::go_back))
        .route("/devicelogin", get(device::page).post(device::typed))
        .route("/common/oauth2/nativeclient", get(native_client))
        .route("/common/wrongplace", get(wrong_place))
        .route("/error", get(about_error))
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn_with_state(shared.clone(), guard))
        .with_state(shared)
}

/// Only who asked for this very host gets in: a page elsewhere whose name was bent to 127.0.0.1
/// does not (DNS rebinding).
async fn guard(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    uri: Uri,
    request: Request,
    next: Next,
) -> Response {
    let port = shared.base.rsplit(':').next().unwrap_or_default();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if ![format!("localhost:{port}"), format!("127.0.0.1:{port}")].iter().any(|known| known == host) {
        return (status(421), "The demo answers to localhost only.\n").into_response();
    }
    let length = uri.path_and_query().map_or(0, |path| path.as_str().len());
    if length > LONGEST_PATH {
        return (status(414), "That address is too long.\n").into_response();
    }
    next.run(request).await
}

/// Where the old recipe ends: the code is in the address bar, for three seconds (`facts` B2).
async fn native_client() -> Response {
    Page::new("native_client", "This page is not normally shown", template::NOTICE)
        .text("heading", "You have reached a page that is not normally shown.")
        .text("text", "Microsoft will never ask you to copy or share this URL.")
        .html("script", "<script>setTimeout(() => location.replace('/common/wrongplace'), 3000)</script>")
        .respond(200)
}

async fn wrong_place() -> Response {
    notice("This is not the right page", "You can close this window and go back to the application.")
}

#[derive(serde::Deserialize)]
struct About {
    code: Option<u32>,
}

async fn about_error(Query(about): Query<About>) -> Response {
    let heading = about.code.map_or("An error".to_owned(), |code| format!("AADSTS{code}"));
    notice(&heading, "In a real tenant this page describes the error number.")
}

async fn nowhere() -> Response {
    let page = Page::new("notice", "Nothing here", template::NOTICE);
    page.text("heading", "Nothing here").text("text", "The demo has no such page.").respond(404)
}
