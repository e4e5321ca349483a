//! Published articles, for a visitor who looks for an answer before or while they chat.

use super::guest::check_origin;
use super::look::look;
use crate::api::input::{Path, Query};
use crate::app::App;
use crate::client::ClientAddress;
use crate::help::excerpt;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use throughline_engine::knowledge::{Audience, published};
use throughline_knowledge::{checked_locale, document};
use throughline_model::channel::Channel;

/// The most articles one search finds.
const RESULTS: usize = 5;
/// How much of a passage is shown, in characters.
const EXCERPT: usize = 160;

/// A question.
#[derive(Deserialize)]
pub struct Question {
    q: String,
    #[serde(default)]
    language: Option<String>,
}

/// Which translation.
#[derive(Deserialize)]
pub struct Translation {
    #[serde(default)]
    language: Option<String>,
}

/// What was found, the best first.
#[derive(Serialize)]
pub struct Hits {
    items: Vec<Hit>,
}

/// An article that may answer.
#[derive(Serialize)]
pub struct Hit {
    slug: String,
    locale: String,
    title: String,
    /// Where in the article.
    anchor: String,
    excerpt: String,
}

/// An article to read.
#[derive(Serialize)]
pub struct Article {
    slug: String,
    locale: String,
    title: String,
    /// Safe to show: made from Markdown in which markup is text.
    html: String,
}

/// `GET /chat/v1/articles/{endpoint}?q=`
///
/// # Errors
/// 404 for a chat without articles, 403, 429.
pub async fn search(
    State(app): State<App>,
    client: ClientAddress,
    Path(endpoint): Path<String>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Json<Hits>, Problem> {
    check(&app, &endpoint, client, &headers).await?;
    let language = locale(question.language.as_deref());
    let found = app
        .knowledge()
        .find(
            &question.q,
            Audience::Public,
            language.as_deref(),
            3 * RESULTS,
        )
        .await;
    let mut items: Vec<Hit> = Vec::new();
    for hit in found.passages {
        if items.len() < RESULTS && !items.iter().any(|one| one.slug == hit.slug) {
            items.push(Hit {
                excerpt: excerpt(&hit.text, EXCERPT),
                slug: hit.slug,
                locale: hit.locale,
                title: hit.title,
                anchor: hit.anchor,
            });
        }
    }
    Ok(Json(Hits { items }))
}

/// `GET /chat/v1/articles/{endpoint}/{slug}`
///
/// # Errors
/// 404 for what is not published, 403, 429.
pub async fn read(
    State(app): State<App>,
    client: ClientAddress,
    Path((endpoint, slug)): Path<(String, String)>,
    Query(translation): Query<Translation>,
    headers: HeaderMap,
) -> Result<Json<Article>, Problem> {
    check(&app, &endpoint, client, &headers).await?;
    let wanted: Vec<String> = locale(translation.language.as_deref())
        .into_iter()
        .collect();
    let found = app
        .db()
        .read(move |tx| published(tx, Audience::Public, &slug, &wanted))
        .await?
        .ok_or_else(|| Problem::not_found("there is no such article"))?;
    Ok(Json(Article {
        html: document::html(&found.body),
        slug: found.slug,
        locale: found.locale,
        title: found.title,
    }))
}

async fn check(
    app: &App,
    endpoint: &str,
    client: ClientAddress,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let chat = app.endpoint(endpoint, &[Channel::Webchat])?;
    check_origin(app, chat, headers)?;
    if !look(app, chat).await.widget.articles {
        return Err(Problem::not_found(
            "this chat shows no articles; see widget.articles",
        ));
    }
    let verdict = app
        .help_limit()
        .take(&client.counted(), app.setup().clock.now());
    match verdict.allowed {
        true => Ok(()),
        false => Err(Problem::too_many(verdict.reset_ms)),
    }
}

fn locale(wish: Option<&str>) -> Option<String> {
    checked_locale(wish?).ok()
}
