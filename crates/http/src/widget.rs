//! The chat on pages of others: the loader they name in one script tag, and the page it shows in a frame.
//!
//! | address | what |
//! | --- | --- |
//! | `/widget.js` | the loader of this program, for pages that name no checksum |
//! | `/widget/{checksum}.js` | one loader, as it was when its tag was printed |
//! | `/widget/{endpoint}` | the chat, in a frame on pages of its allowed origins only |

use crate::api::input::{Path, Query};
use crate::app::{App, ConfiguredEndpoint};
use crate::assets;
use crate::chat::{Wish, frame};
use crate::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest as _, Sha256, Sha384};
use throughline_config::Config;
use throughline_engine::widget;
use throughline_model::channel::Channel;

/// The loader's name among the built files.
const LOADER: &str = "widget.js";
/// How much of its checksum a loader's name has, in bytes.
const NAME_BYTES: usize = 8;

/// The loaders and the frame.
pub fn router() -> Router<App> {
    Router::new()
        .route("/widget.js", get(newest))
        .route("/widget/{name}", get(named))
}

/// `GET /widget.js`
async fn newest(headers: HeaderMap) -> Result<Response, Problem> {
    let response = assets::serve(assets::CHAT, LOADER, &headers)?;
    Ok(for_everybody(response))
}

/// `GET /widget/{name}`: a loader, or the chat of an endpoint.
async fn named(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(loader) = name.strip_suffix(".js") else {
        let chat = app.endpoint(&name, &[Channel::Webchat])?;
        return Ok(frame(&app, chat, &wish, &headers).await);
    };
    let loader = loader.to_owned();
    let body = app
        .db()
        .read(move |tx| widget::loader(tx, &loader))
        .await?
        .ok_or_else(|| {
            Problem::not_found("this loader was never handed out here; print the tag anew")
        })?;
    let fresh = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok(for_everybody((fresh, body).into_response()))
}

/// A page can check a script of another origin only if it may read it.
fn for_everybody(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let everybody = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

/// Keeps the loader of this program, so that the tag printed today works after every update.
///
/// # Errors
/// When the database fails.
pub async fn keep_loader(app: &App) -> throughline_engine::Result<()> {
    let Some(body) = loader() else {
        return Ok(());
    };
    let setup = app.setup().clone();
    app.db()
        .write(move |tx| widget::keep_loader(tx, &setup, &name_of(body), body))
        .await
}

/// What the owner of a page puts into it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WidgetTag {
    /// The whole tag.
    pub html: String,
    /// The loader's address.
    pub src: String,
    /// Its checksum (Subresource Integrity).
    pub integrity: String,
    /// What a Content-Security-Policy of the page has to allow.
    pub policy: String,
    /// The origins whose pages may show the chat: `allowed_origins` of the endpoint.
    pub allowed_origins: Vec<String>,
}

/// The tag that puts `chat` on a page; none when the loader is not built into this program.
pub fn tag(config: &Config, chat: &throughline_config::Endpoint) -> Option<WidgetTag> {
    let body = loader()?;
    let base = config.server.public_base();
    let src = format!("{base}widget/{}.js", name_of(body));
    let integrity = format!("sha384-{}", STANDARD.encode(Sha384::digest(body)));
    let origin = base.trim_end_matches('/');
    Some(WidgetTag {
        html: format!(
            "<script async src=\"{src}\" integrity=\"{integrity}\" crossorigin=\"anonymous\" data-endpoint=\"{}\"></script>",
            chat.name
        ),
        policy: format!("script-src {origin}; frame-src {origin}; connect-src {origin}"),
        allowed_origins: embedders(chat).collect(),
        src,
        integrity,
    })
}

/// [`tag`] of an endpoint of the running installation.
///
/// # Errors
/// 404 for what is no chat, and when nothing is built in.
pub fn tag_of(app: &App, name: &str) -> Result<WidgetTag, Problem> {
    let ConfiguredEndpoint { config, .. } = app.endpoint(name, &[Channel::Webchat])?;
    tag(app.config(), config).ok_or_else(|| {
        Problem::not_found("the widget is not built into this program; see docs/widget.md")
    })
}

/// The origins whose pages may show a chat.
pub fn embedders(chat: &throughline_config::Endpoint) -> impl Iterator<Item = String> {
    let origins = chat.webchat.iter().flat_map(|chat| &chat.allowed_origins);
    origins.map(|origin| origin.origin().ascii_serialization())
}

/// The loader of this program.
fn loader() -> Option<&'static [u8]> {
    let file = assets::CHAT.iter().find(|file| file.name == LOADER)?;
    Some(file.body)
}

/// What a loader is called, by its content.
fn name_of(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..NAME_BYTES])
}
