//! Articles as they were published: versions, and which of them counts.

use super::articles::PassageView;
use super::follow;
use crate::api::guard::Caller;
use crate::api::input::{Nothing, Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Page, PageQuery, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::knowledge::{self, Article, ArticleVersion, VersionSummary};
use throughline_model::id::ArticleId;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(publish_article))
        .routes(routes!(roll_back_article))
        .routes(routes!(archive_article))
        .routes(routes!(list_article_versions))
        .routes(routes!(read_article_version))
}

/// Which version to go back to.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ArticleRollback {
    /// The version's number.
    version: i64,
}

/// A version with the passages that are cited.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct ArticleVersionView {
    #[serde(flatten)]
    version: ArticleVersion,
    /// The passages it was cut into.
    passages: Vec<PassageView>,
}

/// Publish an article
///
/// The working text becomes a new version and is found from now on. When it is what is published already, nothing
/// happens.
#[utoipa::path(post, path = "/api/v1/articles/{id}/publish", tag = "knowledge", params(("id" = ArticleId, Path)),
    request_body = Object,
    responses((status = 200, description = "It is published.", body = Article)),
    extensions(("x-permission" = json!("write:knowledge"))))]
async fn publish_article(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ArticleId>,
    Posted { once, .. }: Posted<Nothing>,
) -> Result<Response, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let publish = move |tx: &mut Tx<'_>| {
        let published = knowledge::publish(tx, &clock, id, &actor)?;
        let details =
            json!({ "slug": published.summary.slug, "version": published.summary.version });
        audit::record(
            tx,
            &clock,
            &actor,
            "article.publish",
            &id.to_string(),
            &details,
        )?;
        Ok(published)
    };
    let answer = once.run(&app, StatusCode::OK, publish).await?;
    follow(&app).await;
    Ok(answer)
}

/// Roll an article back
///
/// Publishes an earlier version's text again, as a new version.
#[utoipa::path(post, path = "/api/v1/articles/{id}/rollback", tag = "knowledge", params(("id" = ArticleId, Path)),
    request_body = ArticleRollback,
    responses((status = 200, description = "The earlier text is published.", body = Article)),
    extensions(("x-permission" = json!("write:knowledge"))))]
async fn roll_back_article(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ArticleId>,
    Posted { body, once }: Posted<ArticleRollback>,
) -> Result<Response, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let roll_back = move |tx: &mut Tx<'_>| {
        let published = knowledge::roll_back(tx, &clock, id, body.version, &actor)?;
        let details = json!({ "to": body.version, "version": published.summary.version });
        audit::record(
            tx,
            &clock,
            &actor,
            "article.rollback",
            &id.to_string(),
            &details,
        )?;
        Ok(published)
    };
    let answer = once.run(&app, StatusCode::OK, roll_back).await?;
    follow(&app).await;
    Ok(answer)
}

/// Archive an article
///
/// Nobody finds it any more. Conversations that cited it still show what they cited; publishing brings it back.
#[utoipa::path(post, path = "/api/v1/articles/{id}/archive", tag = "knowledge", params(("id" = ArticleId, Path)),
    request_body = Object,
    responses((status = 200, description = "It is withdrawn.", body = Article)),
    extensions(("x-permission" = json!("write:knowledge"))))]
async fn archive_article(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ArticleId>,
    Posted { once, .. }: Posted<Nothing>,
) -> Result<Response, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let archive = move |tx: &mut Tx<'_>| {
        let archived = knowledge::archive(tx, &clock, id)?;
        let details = json!({ "slug": archived.summary.slug });
        audit::record(
            tx,
            &clock,
            &actor,
            "article.archive",
            &id.to_string(),
            &details,
        )?;
        Ok(archived)
    };
    let answer = once.run(&app, StatusCode::OK, archive).await?;
    follow(&app).await;
    Ok(answer)
}

/// List an article's versions
#[utoipa::path(get, path = "/api/v1/articles/{id}/versions", tag = "knowledge",
    params(("id" = ArticleId, Path), PageQuery),
    responses((status = 200, description = "Newest first.", body = Page<VersionSummary>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_article_versions(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<ArticleId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| knowledge::versions(tx, id, after, fetch))
        .await?;
    Ok(wanted
        .answer(rows, |version| version.number)
        .into_response())
}

/// Read a version of an article
///
/// As it was published, with the passages that conversations cite.
#[utoipa::path(get, path = "/api/v1/articles/{id}/versions/{number}", tag = "knowledge",
    params(("id" = ArticleId, Path), ("number" = i64, Path)),
    responses((status = 200, description = "The version.", body = ArticleVersionView)),
    extensions(("x-permission" = json!("read"))))]
async fn read_article_version(
    State(app): State<App>,
    Path((id, number)): Path<(ArticleId, i64)>,
) -> Result<axum::Json<ArticleVersionView>, Problem> {
    let view = app
        .db()
        .read(move |tx| {
            let version = knowledge::version(tx, id, number)?;
            let passages = knowledge::passages_of(tx, id, number)?;
            Ok::<_, throughline_engine::Error>(ArticleVersionView {
                version,
                passages: passages.into_iter().map(PassageView::from).collect(),
            })
        })
        .await?;
    Ok(axum::Json(view))
}
