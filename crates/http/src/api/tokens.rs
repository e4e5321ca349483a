//! `/api/v1/tokens`: what programs hold.

use crate::api::guard::Caller;
use crate::api::input::{Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Page, PageQuery, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use throughline_engine::access::token::{self, ApiToken, NewToken};
use throughline_model::id::TokenId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_tokens, create_token))
        .routes(routes!(revoke_token))
}

/// A token that was just made.
#[derive(Serialize, utoipa::ToSchema)]
struct CreatedToken {
    /// The token.
    token: ApiToken,
    /// What to send as `Authorization: Bearer …`; null when this answer was given before, for it is shown only once.
    secret: Option<String>,
}

/// List API tokens
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", params(PageQuery),
    responses((status = 200, description = "Newest first, revoked ones too.", body = Page<ApiToken>)),
    extensions(("x-permission" = json!("admin"))))]
async fn list_tokens(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| token::list(tx, after, fetch))
        .await?;
    Ok(wanted.answer(rows, |token| token.id).into_response())
}

/// Make an API token
///
/// Its secret is shown only in this answer.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, description = "Made.", body = CreatedToken)),
    extensions(("x-permission" = json!("admin"))))]
async fn create_token(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<NewToken>,
) -> Result<Response, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let create = move |tx: &mut throughline_storage::Tx<'_>| {
        let (token, secret) = token::create(tx, &clock, &body, &actor)?;
        Ok(CreatedToken {
            token,
            secret: Some(secret),
        })
    };
    let hide = |created: &mut CreatedToken| created.secret = None;
    once.run_keeping(&app, StatusCode::CREATED, create, hide)
        .await
}

/// Revoke an API token
///
/// It stops working at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", params(("id" = TokenId, Path)),
    responses((status = 200, description = "Revoked.", body = ApiToken)),
    extensions(("x-permission" = json!("admin"))))]
async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TokenId>,
) -> Result<axum::Json<ApiToken>, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let token = app
        .db()
        .write(move |tx| token::revoke(tx, &clock, id, &actor))
        .await?;
    Ok(axum::Json(token))
}
