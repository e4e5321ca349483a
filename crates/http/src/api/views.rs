//! `/api/v1/views`: filters of the inbox with a name.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use throughline_engine::saved_view::{self, NewSavedView, SavedView};
use throughline_model::id::SavedViewId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_views, create_view))
        .routes(routes!(replace_view, delete_view))
}

/// List saved views
#[utoipa::path(get, path = "/api/v1/views", tag = "views",
    responses((status = 200, description = "The member's own and everybody's, by name.", body = Page<SavedView>)),
    extensions(("x-permission" = json!("session"))))]
async fn list_views(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let member = caller.member()?;
    let rows = app
        .db()
        .read(move |tx| saved_view::list(tx, member))
        .await?;
    Ok(Listed::whole(rows).into_response())
}

/// Save a view
///
/// One for everybody needs the permission `oversee`.
#[utoipa::path(post, path = "/api/v1/views", tag = "views", request_body = NewSavedView,
    responses((status = 201, description = "Saved.", body = SavedView)),
    extensions(("x-permission" = json!("session"))))]
async fn create_view(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewSavedView>,
) -> Result<(StatusCode, axum::Json<SavedView>), Problem> {
    let clock = app.setup().clock.clone();
    let saved = app
        .db()
        .write(move |tx| saved_view::create(tx, &clock, &caller.principal, &new))
        .await?;
    Ok((StatusCode::CREATED, axum::Json(saved)))
}

/// Replace a saved view
///
/// Everybody's needs the permission `oversee`.
#[utoipa::path(put, path = "/api/v1/views/{id}", tag = "views", params(("id" = SavedViewId, Path)),
    request_body = NewSavedView,
    responses((status = 200, description = "Replaced.", body = SavedView)),
    extensions(("x-permission" = json!("session"))))]
async fn replace_view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SavedViewId>,
    Json(new): Json<NewSavedView>,
) -> Result<axum::Json<SavedView>, Problem> {
    let clock = app.setup().clock.clone();
    let replaced = app
        .db()
        .write(move |tx| saved_view::replace(tx, &clock, &caller.principal, id, &new))
        .await?;
    Ok(axum::Json(replaced))
}

/// Delete a saved view
///
/// Everybody's needs the permission `oversee`.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "views", params(("id" = SavedViewId, Path)),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-permission" = json!("session"))))]
async fn delete_view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SavedViewId>,
) -> Result<StatusCode, Problem> {
    app.db()
        .write(move |tx| saved_view::delete(tx, &caller.principal, id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
