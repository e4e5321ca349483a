//! `/help`: what is published for everybody, as pages. They need no script and load nothing from elsewhere.

mod page;

use crate::api::input::{Path, Query};
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use page::Page;
pub(crate) use page::excerpt;
use serde::Deserialize;
use throughline_engine::knowledge::{Audience, published, published_titles};
use throughline_knowledge::{checked_locale, document};

/// Everything here is for everybody.
const READER: Audience = Audience::Public;
/// The most titles on the first page.
const TITLES: usize = 2_000;
/// The most passages on a page of results.
const RESULTS: usize = 10;

/// The pages and their style.
pub fn router() -> Router<App> {
    Router::new()
        .route("/help", get(contents))
        .route("/help/search", get(search))
        .route("/help/style.css", get(style))
        .route("/help/{slug}", get(article))
}

/// What may stand after the question mark. Links from elsewhere may bring more along.
#[derive(Debug, Default, Deserialize)]
struct Wish {
    /// A question.
    q: Option<String>,
    /// A language.
    lang: Option<String>,
}

/// `GET /help`
async fn contents(
    State(app): State<App>,
    headers: HeaderMap,
    Query(wish): Query<Wish>,
) -> Result<Response, Problem> {
    let languages = languages(wish.lang.as_deref(), &headers);
    let titles = app
        .db()
        .read(move |tx| published_titles(tx, READER, &languages, TITLES))
        .await?;
    Ok(page::contents(&titles).answer(StatusCode::OK))
}

/// `GET /help/{slug}`
async fn article(
    State(app): State<App>,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, Problem> {
    let languages = languages(wish.lang.as_deref(), &headers);
    let found = app
        .db()
        .read(move |tx| published(tx, READER, &slug, &languages))
        .await?;
    Ok(match found {
        Some(article) => {
            let html = document::html(&article.body);
            page::article(&article, &html).answer(StatusCode::OK)
        }
        None => Page::missing().answer(StatusCode::NOT_FOUND),
    })
}

/// `GET /help/search?q=`
async fn search(
    State(app): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    Query(wish): Query<Wish>,
) -> Result<Response, Problem> {
    let question = wish.q.clone().unwrap_or_default();
    if question.trim().is_empty() {
        return contents(State(app), headers, Query(wish)).await;
    }
    let verdict = app
        .help_limit()
        .take(&client.counted(), app.setup().clock.now());
    if !verdict.allowed {
        return Err(Problem::too_many(verdict.reset_ms));
    }
    let languages = languages(wish.lang.as_deref(), &headers);
    let language = languages.first().map(String::as_str);
    let found = app
        .knowledge()
        .find(&question, READER, language, RESULTS)
        .await;
    Ok(page::results(&question, &found).answer(StatusCode::OK))
}

/// `GET /help/style.css`
async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, include_str!("help/style.css")).into_response()
}

/// The reader's languages, the one they like best first: the one asked for, then those of the browser.
pub(crate) fn languages(wish: Option<&str>, headers: &HeaderMap) -> Vec<String> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut weighed: Vec<(f32, String)> = accepted
        .split(',')
        .take(16)
        .filter_map(|part| {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let weight = rest
                .trim()
                .strip_prefix("q=")
                .map_or(Some(1.0), |text| text.parse().ok())?;
            (weight > 0.0).then_some((weight, checked_locale(tag.trim()).ok()?))
        })
        .collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let asked = wish.and_then(|tag| checked_locale(tag).ok());
    asked
        .into_iter()
        .chain(weighed.into_iter().map(|(_, tag)| tag))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn the_language_asked_for_comes_before_the_browsers() {
        let mut headers = HeaderMap::new();
        assert!(languages(None, &headers).is_empty());
        let accepted = "fr;q=0.5, de-AT, *;q=0.1, x;q=odd, it;q=0";
        headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
        assert_eq!(languages(None, &headers), ["de-AT", "fr"]);
        assert_eq!(languages(Some("es"), &headers), ["es", "de-AT", "fr"]);
        assert_eq!(languages(Some("../x"), &headers), ["de-AT", "fr"]);
    }
}
