//! The chat's own page and its frame: one HTML document, its script and its style, all embedded in the binary.

use super::look::look;
use super::settings::{self, Wish};
use crate::api::input::{Path, Query};
use crate::app::{App, ConfiguredEndpoint};
use crate::assets;
use crate::html::escaped;
use crate::problem::Problem;
use crate::widget::embedders;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use throughline_model::channel::Channel;

/// Nothing but our own script and style runs. `img-src` and `frame-ancestors` come behind it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     worker-src 'self'; base-uri 'none'; form-action 'none'";

/// The pages.
pub fn router() -> Router<App> {
    Router::new()
        .route("/chat/{endpoint}", get(chat))
        .route("/chat/resume/{token}", get(link))
        .route("/chat/preview/{endpoint}", get(preview))
        .route("/chat/assets/{name}", get(asset))
        .route("/chat/worker.js", get(worker))
}

/// What the page is for its script.
#[derive(Clone, Copy)]
enum View {
    /// The whole window.
    Page,
    /// A frame on somebody's page.
    Frame,
    /// A frame at the desk, for a look that nobody has saved yet.
    Preview,
    /// The page behind a link.
    Resume,
}

/// `GET /chat/{endpoint}`
async fn chat(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let chat = app.endpoint(&name, &[Channel::Webchat])?;
    Ok(page(&app, chat, View::Page, &wish, &headers).await)
}

/// `GET /chat/preview/{endpoint}`: the chat for the desk to try a look on. It says nothing to the server.
async fn preview(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let chat = app.endpoint(&name, &[Channel::Webchat])?;
    Ok(page(&app, chat, View::Preview, &wish, &headers).await)
}

/// The chat in a frame on the pages that may show it.
pub async fn frame(
    app: &App,
    chat: &ConfiguredEndpoint,
    wish: &Wish,
    headers: &HeaderMap,
) -> Response {
    page(app, chat, View::Frame, wish, headers).await
}

/// `GET /chat/resume/{token}`. Only shows a page with a button: programs that look at links in mail must not use
/// them up.
async fn link(headers: HeaderMap) -> Response {
    let languages = accepted(&headers);
    let language = settings::known(languages.iter().map(String::as_str)).unwrap_or("en");
    document(View::Resume, language, "", "{}", "", "'none'")
}

/// `GET /chat/assets/{name}`
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    assets::serve(assets::CHAT, &name, &headers)
}

/// `GET /chat/worker.js`: what shows the news of an answer while no page is open. It stands here because a worker may
/// only serve pages below its own address.
async fn worker(headers: HeaderMap) -> Result<Response, Problem> {
    assets::serve(assets::CHAT, "worker.js", &headers)
}

async fn page(
    app: &App,
    chat: &ConfiguredEndpoint,
    view: View,
    wish: &Wish,
    headers: &HeaderMap,
) -> Response {
    let look = look(app, chat).await;
    let pictures = match view {
        // A logo that is being tried out may come from anywhere.
        View::Preview => " http: https:".to_owned(),
        _ => look.widget.logo.as_ref().map_or_else(String::new, |logo| {
            format!(" {}", logo.origin().ascii_serialization())
        }),
    };
    let accepted = accepted(headers);
    let wanted = wish.language.split(',');
    let wanted = wanted.chain(accepted.iter().map(String::as_str));
    let settings = settings::of(app, chat, look, wanted);
    let ancestors = match view {
        View::Frame => {
            embedders(&chat.config).fold("'self'".to_owned(), |all, one| all + " " + &one)
        }
        View::Preview => "'self'".to_owned(),
        View::Page | View::Resume => "'none'".to_owned(),
    };
    let data = serde_json::to_string(&settings).unwrap_or_default();
    document(
        view,
        settings.language,
        &settings.title,
        &data,
        &pictures,
        &ancestors,
    )
}

fn accepted(headers: &HeaderMap) -> Vec<String> {
    crate::help::languages(None, headers)
}

fn document(
    view: View,
    language: &str,
    title: &str,
    settings: &str,
    pictures: &str,
    ancestors: &str,
) -> Response {
    let view = match view {
        View::Page => "page",
        View::Frame => "frame",
        View::Preview => "preview",
        View::Resume => "resume",
    };
    let direction = match language {
        "ar" => "rtl",
        _ => "ltr",
    };
    let content = match assets::CHAT.is_empty() {
        true => {
            "<p>The chat's page is not built into this program. Start it with <code>cargo xtask run</code>, which builds it.</p>"
        }
        false => "<noscript><p>The chat needs JavaScript.</p></noscript>",
    };
    let title = match title {
        "" => "Chat".to_owned(),
        title => escaped(title),
    };
    let document = format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1, interactive-widget=resizes-content\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<link rel=\"icon\" \
         href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/chat/assets/style.css\">\n<script type=\"module\" \
         src=\"/chat/assets/chat.js\"></script>\n</head>\n<body>\n<div id=\"chat\" data-view=\"{view}\" \
         data-settings=\"{}\">{content}</div>\n</body>\n</html>\n",
        escaped(settings),
    );
    let policy =
        format!("{POLICY}; img-src 'self' blob: data:{pictures}; frame-ancestors {ancestors}");
    let mut response = Html(document).into_response();
    let headers = response.headers_mut();
    // An origin that cannot stand in a header lets nobody in.
    let closed = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    let policy = HeaderValue::from_str(&policy).unwrap_or(closed);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
