//! `/desk`: the page people work at. One HTML document for every address beneath it, its scripts and its style, all
//! embedded in the binary. It knows nothing by itself: everything comes from the API, with the member's session.

use crate::api::input::Path;
use crate::app::App;
use crate::assets;
use crate::problem::Problem;
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// Nothing but our own script and style runs, nothing is loaded from elsewhere, and nobody frames the page. Mail is
/// shown in a frame that inherits this and in which no script runs at all.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' blob: data:; media-src 'self' blob:; frame-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

const PAGE: &str = include_str!("desk/page.html");

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<title>Throughline</title>\n<p>The desk is not built into \
     this program. Start it with <code>cargo xtask run</code>, which builds it.</p>\n</html>\n";

/// The pages.
pub fn router() -> Router<App> {
    Router::new()
        .route("/desk", get(page))
        .route("/desk/", get(page))
        .route("/desk/assets/{name}", get(asset))
        .route("/desk/{*place}", get(page))
}

/// `GET /desk/…`: which of its places is meant, the script reads from the address.
async fn page() -> Response {
    let text = match assets::DESK.is_empty() {
        true => NOT_BUILT,
        false => PAGE,
    };
    let careful = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (careful, Html(text)).into_response()
}

/// `GET /desk/assets/{name}`
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    assets::serve(assets::DESK, &name, &headers)
}
