//! Pages of somebody else, at an address of their own, under a policy that lets nothing run that is not named.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, serve};
use std::collections::BTreeMap;
use std::sync::Arc;
use throughline_http::widget::WidgetTag;
use tokio::net::TcpListener;

/// A server for such pages, not open yet.
pub struct Host(TcpListener);

impl Host {
    pub async fn bind() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// Opens pages with each of the tags: `/<language>/<endpoint>/<anything>`.
    pub fn open(self, tags: BTreeMap<String, WidgetTag>) -> String {
        let origin = self.origin();
        let router = Router::new()
            .route("/{language}/{endpoint}/{name}", get(show))
            .route("/queue.js", get(script))
            .with_state(Arc::new(tags));
        tokio::spawn(async move { serve(self.0, router).await });
        origin
    }
}

type Tags = Arc<BTreeMap<String, WidgetTag>>;

async fn show(
    State(tags): State<Tags>,
    Path((language, endpoint, name)): Path<(String, String, String)>,
) -> Response {
    page(&language, &tags[&endpoint], &name)
}

fn page(language: &str, tag: &WidgetTag, name: &str) -> Response {
    let policy = format!(
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; {}",
        tag.policy.replace("script-src", "script-src 'self'")
    );
    let html = &tag.html;
    let document = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{name}</title>\n<link rel=\"icon\" href=\"data:,\">\n<script \
         src=\"/queue.js\"></script>\n{html}\n<main>\n<h1>{name}</h1>\n<p><a href=\"other\">Another page</a></p>\n\
         <p><button type=\"button\">A button of the page</button></p>\n</main>\n</html>\n"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(document)).into_response()
}

/// What a page calls before the chat is there waits.
async fn script() -> Response {
    let text = "window.heard = [];\n\
        window.throughline = (...words) => { (window.throughline.q ??= []).push(words); };\n\
        for (const event of ['ready', 'open', 'close', 'unread', 'message', 'identified', 'error'])\n\
        \u{20} throughline('on', event, (detail) => window.heard.push({ event, ...detail }));\n";
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "text/javascript")],
        text,
    )
        .into_response()
}
