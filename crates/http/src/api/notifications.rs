//! `/api/v1/notifications`: what a member should know of.

use crate::api::guard::Caller;
use crate::api::input::{Json, Query};
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use throughline_engine::notification::{self, Notification, Seen};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notifications))
        .routes(routes!(count_notifications))
        .routes(routes!(see_notifications))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NotificationQuery {
    /// True for only those not seen yet.
    #[serde(default)]
    unseen: bool,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// How many were not seen yet.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
struct UnseenNotifications {
    /// So many.
    unseen: i64,
}

/// List one's notifications
///
/// Mentions, conversations one was given, what customers wrote in conversations one looks after, and those that are no
/// longer put aside; for supervisors, that a customer waits for longer than their queue promises. The stream of /api/v1/events says `member` when there are new ones.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "notifications", params(NotificationQuery),
    responses((status = 200, description = "Newest first.", body = Page<Notification>)),
    extensions(("x-permission" = json!("session"))))]
async fn list_notifications(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<NotificationQuery>,
) -> Result<Response, Problem> {
    let member = caller.member()?;
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| notification::list(tx, member, query.unseen, after, fetch))
        .await?;
    Ok(wanted.answer(rows, |one| one.id).into_response())
}

/// Count one's unseen notifications
#[utoipa::path(get, path = "/api/v1/notifications/unseen", tag = "notifications",
    responses((status = 200, description = "How many.", body = UnseenNotifications)),
    extensions(("x-permission" = json!("session"))))]
async fn count_notifications(
    State(app): State<App>,
    caller: Caller,
) -> Result<axum::Json<UnseenNotifications>, Problem> {
    let member = caller.member()?;
    let unseen = app
        .db()
        .read(move |tx| notification::unseen(tx, member))
        .await?;
    Ok(axum::Json(UnseenNotifications { unseen }))
}

/// Say which notifications were seen
///
/// One, those of a conversation, or all.
#[utoipa::path(post, path = "/api/v1/notifications/seen", tag = "notifications", request_body = Seen,
    responses((status = 200, description = "How many are left.", body = UnseenNotifications)),
    extensions(("x-permission" = json!("session"))))]
async fn see_notifications(
    State(app): State<App>,
    caller: Caller,
    Json(seen): Json<Seen>,
) -> Result<axum::Json<UnseenNotifications>, Problem> {
    let member = caller.member()?;
    let clock = app.setup().clock.clone();
    let unseen = app
        .db()
        .write(move |tx| {
            notification::see(tx, &clock, member, &seen)?;
            notification::unseen(tx, member)
        })
        .await?;
    Ok(axum::Json(UnseenNotifications { unseen }))
}
