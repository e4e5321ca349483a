//! `/api/v1/macros`: answers written once, with what is to be done to the case along with them.

use crate::api::guard::Caller;
use crate::api::input::{Json, Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Page, PageQuery, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use throughline_engine::macros::{self, Macro, NewMacro};
use throughline_model::id::MacroId;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_macros, create_macro))
        .routes(routes!(replace_macro, delete_macro))
}

/// List macros
///
/// Everybody's, and a member's own. A text may hold variables such as `{{customer.first_name | there}}`, filled in by
/// whoever inserts it.
#[utoipa::path(get, path = "/api/v1/macros", tag = "macros", params(PageQuery),
    responses((status = 200, description = "By name.", body = Page<Macro>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_macros(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::<(String, MacroId)>::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after.clone(), wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| macros::list(tx, &caller.principal, after.clone(), fetch))
        .await?;
    Ok(wanted.answer(rows, Macro::place).into_response())
}

/// Keep a macro
///
/// A member may keep their own; one for everybody needs the permission `oversee`.
#[utoipa::path(post, path = "/api/v1/macros", tag = "macros", request_body = NewMacro,
    responses((status = 201, description = "Kept.", body = Macro)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn create_macro(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<NewMacro>,
) -> Result<Response, Problem> {
    let clock = app.setup().clock.clone();
    let create = move |tx: &mut Tx<'_>| macros::create(tx, &clock, &caller.principal, &body);
    once.run(&app, StatusCode::CREATED, create).await
}

/// Replace a macro
///
/// As with making one: everybody's needs the permission `oversee`.
#[utoipa::path(put, path = "/api/v1/macros/{id}", tag = "macros", params(("id" = MacroId, Path)),
    request_body = NewMacro,
    responses((status = 200, description = "Replaced.", body = Macro)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn replace_macro(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MacroId>,
    Json(new): Json<NewMacro>,
) -> Result<axum::Json<Macro>, Problem> {
    let clock = app.setup().clock.clone();
    let replaced = app
        .db()
        .write(move |tx| macros::replace(tx, &clock, &caller.principal, id, &new))
        .await?;
    Ok(axum::Json(replaced))
}

/// Delete a macro
///
/// As with making one: everybody's needs the permission `oversee`.
#[utoipa::path(delete, path = "/api/v1/macros/{id}", tag = "macros", params(("id" = MacroId, Path)),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn delete_macro(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MacroId>,
) -> Result<StatusCode, Problem> {
    let clock = app.setup().clock.clone();
    app.db()
        .write(move |tx| macros::delete(tx, &clock, &caller.principal, id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
