//! Articles as their authors work on them.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::knowledge::{
    self, Article, ArticleSummary, Audience, Draft, Filter, Status,
};
use throughline_knowledge::document;
use throughline_model::id::ArticleId;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_articles, create_article))
        .routes(routes!(read_article, change_article))
        .routes(routes!(preview_article))
}

/// Which articles.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ArticleQuery {
    /// Where the page begins: `next` of the page before. Leave it out for the first page.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Only those that stand like this.
    status: Option<Status>,
    /// Only those for this audience.
    audience: Option<Audience>,
}

/// An article to be made.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewArticle {
    /// The name in its address: lower-case letters, digits and hyphens. Translations share it.
    slug: String,
    /// Its language, such as `en` or `de-AT`; `en` when left out.
    locale: Option<String>,
    /// Its title.
    title: String,
    /// Its text, in Markdown.
    #[serde(default)]
    body: String,
    /// Who it is for; `internal` when left out, so that nothing is shown to customers by oversight.
    audience: Option<Audience>,
    /// What it is about.
    #[serde(default)]
    tags: Vec<String>,
    /// Other ways to ask for it; each is found like the article's own words.
    #[serde(default)]
    questions: Vec<String>,
}

/// What to change of an article's working text; what is left out stays.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ArticleChange {
    /// Its title.
    title: Option<String>,
    /// Its text, in Markdown.
    body: Option<String>,
    /// Who it is for.
    audience: Option<Audience>,
    /// What it is about.
    tags: Option<Vec<String>>,
    /// Other ways to ask for it.
    questions: Option<Vec<String>>,
}

/// What readers and search will get of a working text.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct ArticlePreview {
    /// The text as HTML, as the help pages show it.
    html: String,
    /// The passages it is cut into.
    passages: Vec<PassageView>,
}

/// A piece of an article that is found and cited by itself.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PassageView {
    /// Its place in the article, from 0.
    number: usize,
    /// The anchor on the article's page; empty for its beginning.
    anchor: String,
    /// The title and the headings above, outermost first.
    headings: Vec<String>,
    /// Its text.
    text: String,
    /// The questions it answers.
    questions: Vec<String>,
}

impl From<throughline_knowledge::Passage> for PassageView {
    fn from(passage: throughline_knowledge::Passage) -> Self {
        Self {
            number: passage.number,
            anchor: passage.anchor,
            headings: passage.headings,
            text: passage.text,
            questions: passage.questions,
        }
    }
}

/// List articles
#[utoipa::path(get, path = "/api/v1/articles", tag = "knowledge", params(ArticleQuery),
    responses((status = 200, description = "Newest first.", body = Page<ArticleSummary>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_articles(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ArticleQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let filter = Filter {
        status: query.status,
        audience: query.audience,
    };
    let rows = app
        .db()
        .read(move |tx| knowledge::list(tx, filter, after, fetch))
        .await?;
    Ok(wanted.answer(rows, |article| article.id).into_response())
}

/// Write an article
///
/// It is a draft: nobody finds it before it is published.
#[utoipa::path(post, path = "/api/v1/articles", tag = "knowledge", request_body = NewArticle,
    responses((status = 201, description = "Made.", body = Article)),
    extensions(("x-permission" = json!("write:knowledge"))))]
async fn create_article(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<NewArticle>,
) -> Result<Response, Problem> {
    let draft = Draft {
        slug: body.slug,
        locale: body.locale.unwrap_or_else(|| "en".to_owned()),
        title: body.title,
        body: body.body,
        audience: body.audience.unwrap_or(Audience::Internal),
        tags: body.tags,
        questions: body.questions,
    };
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let create = move |tx: &mut Tx<'_>| {
        let made = knowledge::create(tx, &clock, draft.clone(), None)?;
        let details = json!({ "slug": made.summary.slug, "locale": made.summary.locale });
        let object = made.summary.id.to_string();
        audit::record(tx, &clock, &actor, "article.create", &object, &details)?;
        Ok(made)
    };
    once.run(&app, StatusCode::CREATED, create).await
}

/// Read an article
///
/// Its working text; what is published is under `versions`.
#[utoipa::path(get, path = "/api/v1/articles/{id}", tag = "knowledge", params(("id" = ArticleId, Path)),
    responses((status = 200, description = "The article.", body = Article)),
    extensions(("x-permission" = json!("read"))))]
async fn read_article(
    State(app): State<App>,
    Path(id): Path<ArticleId>,
) -> Result<axum::Json<Article>, Problem> {
    let article = app.db().read(move |tx| knowledge::get(tx, id)).await?;
    Ok(axum::Json(article))
}

/// Change an article's working text
///
/// What is published stays as it is until the article is published again.
#[utoipa::path(patch, path = "/api/v1/articles/{id}", tag = "knowledge", params(("id" = ArticleId, Path)),
    request_body = ArticleChange,
    responses((status = 200, description = "Changed.", body = Article)),
    extensions(("x-permission" = json!("write:knowledge"))))]
async fn change_article(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ArticleId>,
    Json(wish): Json<ArticleChange>,
) -> Result<axum::Json<Article>, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let changed = app
        .db()
        .write(move |tx| {
            let before = knowledge::get(tx, id)?.draft();
            let wish = wish.clone();
            let draft = Draft {
                title: wish.title.unwrap_or(before.title),
                body: wish.body.unwrap_or(before.body),
                audience: wish.audience.unwrap_or(before.audience),
                tags: wish.tags.unwrap_or(before.tags),
                questions: wish.questions.unwrap_or(before.questions),
                ..before
            };
            let changed = knowledge::change(tx, &clock, id, draft)?;
            let (object, details) = (id.to_string(), json!({ "slug": changed.summary.slug }));
            audit::record(tx, &clock, &actor, "article.change", &object, &details)?;
            Ok::<_, throughline_engine::Error>(changed)
        })
        .await?;
    Ok(axum::Json(changed))
}

/// Preview an article
///
/// The working text as readers and search will get it once it is published.
#[utoipa::path(get, path = "/api/v1/articles/{id}/preview", tag = "knowledge", params(("id" = ArticleId, Path)),
    responses((status = 200, description = "The preview.", body = ArticlePreview)),
    extensions(("x-permission" = json!("read"))))]
async fn preview_article(
    State(app): State<App>,
    Path(id): Path<ArticleId>,
) -> Result<axum::Json<ArticlePreview>, Problem> {
    let draft = app
        .db()
        .read(move |tx| knowledge::get(tx, id))
        .await?
        .draft();
    let passages = throughline_knowledge::passages(&draft);
    Ok(axum::Json(ArticlePreview {
        html: document::html(&draft.body),
        passages: passages.into_iter().map(PassageView::from).collect(),
    }))
}
