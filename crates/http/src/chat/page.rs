//! The hosted chat page: one HTML document, its script and its style, all embedded in the binary.

use super::shape::outlets;
use crate::api::input::Path;
use crate::app::App;
use crate::assets;
use crate::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use throughline_model::channel::Channel;

/// Nothing but our own script and style runs, and nobody frames the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The pages.
pub fn router() -> Router<App> {
    Router::new()
        .route("/chat/{endpoint}", get(chat))
        .route("/chat/resume/{token}", get(link))
        .route("/chat/assets/{name}", get(asset))
}

/// `GET /chat/{endpoint}`
async fn chat(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let endpoint = app.endpoint(&name, &[Channel::Webchat])?;
    let own = endpoint.config.webchat.clone().unwrap_or_default();
    let outlets: Vec<&str> = outlets(&app, endpoint)
        .into_iter()
        .map(Channel::as_str)
        .collect();
    let data = [
        ("endpoint", name.as_str()),
        ("greeting", own.greeting.as_deref().unwrap_or_default()),
        ("outlets", &outlets.join(" ")),
        ("most", &app.files().max_bytes().to_string()),
    ];
    Ok(page(&own.title, &data))
}

/// `GET /chat/resume/{token}`. Only shows a page with a button: programs that look at links in mail must not use
/// them up.
async fn link() -> Response {
    page("Continue the conversation", &[("view", "resume")])
}

/// `GET /chat/assets/{name}`
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    assets::serve(assets::CHAT, &name, &headers)
}

fn page(title: &str, data: &[(&str, &str)]) -> Response {
    let data: String = data
        .iter()
        .map(|(name, value)| format!(" data-{name}=\"{}\"", escaped(value)))
        .collect();
    let title = escaped(title);
    let content = match assets::CHAT.is_empty() {
        true => {
            "<p>The chat's page is not built into this program. Start it with <code>cargo xtask run</code>, which builds it.</p>"
        }
        false => "<noscript><p>The chat needs JavaScript.</p></noscript>",
    };
    let document = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1, interactive-widget=resizes-content\">\n<meta \
         name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<link rel=\"icon\" \
         href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/chat/assets/style.css\">\n<script type=\"module\" \
         src=\"/chat/assets/chat.js\"></script>\n</head>\n<body>\n<main id=\"chat\"{data} \
         data-title=\"{title}\">{content}</main>\n</body>\n</html>\n"
    );
    let careful = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (careful, Html(document)).into_response()
}

/// Text as it may stand in an element or a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
