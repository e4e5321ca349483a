//! `/api/v1/webhooks`: who is told what happens here, and the log of what they were told.

use crate::api::guard::Caller;
use crate::api::input::{Json, Nothing, Path, Query};
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
use throughline_engine::webhook::{
    self, Change, DeliveryDetails, EventDelivery, EventStatus, Place, REPLAY_LIMIT, Subscription,
    WithSecret,
};
use throughline_model::clock::Millis;
use throughline_model::id::WebhookId;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// How long a replaced secret signs beside the new one when nothing is said, in seconds.
const USUAL_OVERLAP_S: i64 = 86_400;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(read_webhook, change_webhook, delete_webhook))
        .routes(routes!(rotate_webhook_secret))
        .routes(routes!(ping_webhook))
        .routes(routes!(list_webhook_deliveries))
        .routes(routes!(replay_failed_webhook_deliveries))
        .routes(routes!(read_webhook_delivery))
        .routes(routes!(replay_webhook_delivery))
}

/// A subscription to be made.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// Where events are to be posted to: an https:// URL on the public internet.
    url: String,
    /// What it is for, in words.
    #[serde(default)]
    description: String,
    /// The events it wants: `entry.created`, `conversation.changed`, `delivery.updated`, `customer.changed`,
    /// `entry.*` for all of one kind, `*` for all.
    events: Vec<String>,
}

/// What to change of a subscription; what is left out stays.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookChange {
    /// Where events are to be posted to: an https:// URL on the public internet.
    url: Option<String>,
    /// What it is for, in words.
    description: Option<String>,
    /// The events it wants.
    events: Option<Vec<String>>,
    /// Whether it is told anything. What happens while it is not is not told later either.
    enabled: Option<bool>,
}

/// How to change over to a new secret.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// How long the old secret signs beside the new one, 0 to 604800 seconds; a day when left out.
    #[serde(default = "usual_overlap_s")]
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_s: i64,
}

fn usual_overlap_s() -> i64 {
    USUAL_OVERLAP_S
}

/// Which part of the log.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// Where the page begins: `next` of the page before. Leave it out for the first page.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Only what stands like this.
    status: Option<EventStatus>,
}

/// What to tell again.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayWish {
    /// Everything that was given up and happened at this time or later, in milliseconds since 1970.
    since: Millis,
}

/// How much is told again.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
struct ReplayedEvents {
    /// So many events are in the queue again.
    replayed: usize,
    /// True when there may be more: ask again.
    more: bool,
}

/// List webhooks
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", params(PageQuery),
    responses((status = 200, description = "Newest first.", body = Page<Subscription>)),
    extensions(("x-permission" = json!("admin"))))]
async fn list_webhooks(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| webhook::list(tx, after, fetch))
        .await?;
    Ok(wanted.answer(rows, |webhook| webhook.id).into_response())
}

/// Subscribe to events
///
/// Events are posted as Standard Webhooks (standardwebhooks.com): check `webhook-signature` with the secret, which
/// is shown only in this answer. Answer with 2xx within 15 seconds. Anything else is tried again after 5 s, 5 min,
/// 30 min, 2 h, 5 h, 10 h and 10 h; 410 ends it. An event may come twice, under the same `webhook-id`, and events may
/// come in another order than they happened: `seq` is the place in the conversation.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, description = "Subscribed.", body = WithSecret)),
    extensions(("x-permission" = json!("admin"))))]
async fn create_webhook(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<NewWebhook>,
) -> Result<Response, Problem> {
    let place = Place::find(app.outside()?, &body.url).await?;
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let create = move |tx: &mut Tx<'_>| {
        let made = webhook::create(tx, &setup, &place, &body.description, &body.events)?;
        let object = made.webhook.id.to_string();
        let details = json!({ "url": made.webhook.url, "events": made.webhook.events });
        audit::record(
            tx,
            &setup.clock,
            &actor,
            "webhook.create",
            &object,
            &details,
        )?;
        Ok(made)
    };
    once.run_keeping(&app, StatusCode::CREATED, create, hide)
        .await
}

fn hide(made: &mut WithSecret) {
    made.secret = None;
}

/// Read a webhook
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(("id" = WebhookId, Path)),
    responses((status = 200, description = "The subscription.", body = Subscription)),
    extensions(("x-permission" = json!("admin"))))]
async fn read_webhook(
    State(app): State<App>,
    Path(id): Path<WebhookId>,
) -> Result<axum::Json<Subscription>, Problem> {
    let webhook = app.db().read(move |tx| webhook::get(tx, id)).await?;
    Ok(axum::Json(webhook))
}

/// Change a webhook
///
/// Enabling one that the platform disabled forgives its failures; what it missed can be replayed.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(("id" = WebhookId, Path)),
    request_body = WebhookChange,
    responses((status = 200, description = "Changed.", body = Subscription)),
    extensions(("x-permission" = json!("admin"))))]
async fn change_webhook(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    Json(wish): Json<WebhookChange>,
) -> Result<axum::Json<Subscription>, Problem> {
    let place = match &wish.url {
        Some(url) => Some(Place::find(app.outside()?, url).await?),
        None => None,
    };
    let change = Change {
        place,
        description: wish.description,
        events: wish.events,
        enabled: wish.enabled,
    };
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let changed = app
        .db()
        .write(move |tx| {
            let changed = webhook::update(tx, id, &change)?;
            let details =
                json!({ "url": changed.url, "events": changed.events, "enabled": changed.enabled });
            audit::record(
                tx,
                &clock,
                &actor,
                "webhook.change",
                &id.to_string(),
                &details,
            )?;
            Ok::<_, throughline_engine::Error>(changed)
        })
        .await?;
    Ok(axum::Json(changed))
}

/// Delete a webhook
///
/// Its log goes with it.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(("id" = WebhookId, Path)),
    responses((status = 204, description = "It is told nothing more.")),
    extensions(("x-permission" = json!("admin"))))]
async fn delete_webhook(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    app.db()
        .write(move |tx| {
            let url = webhook::get(tx, id)?.url;
            webhook::remove(tx, id)?;
            let details = json!({ "url": url });
            audit::record(
                tx,
                &clock,
                &actor,
                "webhook.delete",
                &id.to_string(),
                &details,
            )
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook a new secret
///
/// The new secret is shown only in this answer. For a while events carry a signature by each, so that the receiver
/// can change over without missing anything.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/rotate-secret", tag = "webhooks", params(("id" = WebhookId, Path)),
    request_body = Rotation,
    responses((status = 200, description = "The new secret.", body = WithSecret)),
    extensions(("x-permission" = json!("admin"))))]
async fn rotate_webhook_secret(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    Posted { body, once }: Posted<Rotation>,
) -> Result<Response, Problem> {
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let overlap_ms = body.overlap_s.saturating_mul(1000);
    let rotate = move |tx: &mut Tx<'_>| {
        let rotated = webhook::rotate_secret(tx, &setup, id, overlap_ms)?;
        let details = json!({ "overlap_s": body.overlap_s });
        audit::record(
            tx,
            &setup.clock,
            &actor,
            "webhook.rotate_secret",
            &id.to_string(),
            &details,
        )?;
        Ok(rotated)
    };
    once.run_keeping(&app, StatusCode::OK, rotate, hide).await
}

/// Send a ping
///
/// An event of type `ping`, whatever the webhook asks for. How it went is in the log.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/ping", tag = "webhooks", params(("id" = WebhookId, Path)),
    responses((status = 202, description = "It is on its way.", body = EventDelivery)),
    extensions(("x-permission" = json!("admin"))))]
async fn ping_webhook(
    State(app): State<App>,
    Path(id): Path<WebhookId>,
    Posted {
        body: Nothing {},
        once,
    }: Posted<Nothing>,
) -> Result<Response, Problem> {
    let setup = app.setup().clone();
    let ping = move |tx: &mut Tx<'_>| webhook::ping(tx, &setup, id);
    once.run(&app, StatusCode::ACCEPTED, ping).await
}

/// List what a webhook was told
///
/// The log goes back 30 days.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = WebhookId, Path), LogQuery),
    responses((status = 200, description = "Newest first.", body = Page<EventDelivery>)),
    extensions(("x-permission" = json!("admin"))))]
async fn list_webhook_deliveries(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<WebhookId>,
    Query(query): Query<LogQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch, status) = (wanted.after, wanted.fetch, query.status);
    let rows = app
        .db()
        .read(move |tx| webhook::deliveries(tx, id, status, after, fetch))
        .await?;
    Ok(wanted.answer(rows, |delivery| delivery.id).into_response())
}

/// Read one event of the log
///
/// With every try: when, how long, what was answered.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries/{delivery}", tag = "webhooks",
    params(("id" = WebhookId, Path), ("delivery" = Uuid, Path)),
    responses((status = 200, description = "The event.", body = DeliveryDetails)),
    extensions(("x-permission" = json!("admin"))))]
async fn read_webhook_delivery(
    State(app): State<App>,
    Path((id, delivery)): Path<(WebhookId, Uuid)>,
) -> Result<axum::Json<DeliveryDetails>, Problem> {
    let details = app
        .db()
        .read(move |tx| webhook::delivery(tx, id, delivery))
        .await?;
    Ok(axum::Json(details))
}

/// Send an event again
///
/// With all its tries, under the same `webhook-id`.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/replay", tag = "webhooks",
    params(("id" = WebhookId, Path), ("delivery" = Uuid, Path)),
    responses((status = 202, description = "It is on its way.", body = EventDelivery)),
    extensions(("x-permission" = json!("admin"))))]
async fn replay_webhook_delivery(
    State(app): State<App>,
    Path((id, delivery)): Path<(WebhookId, Uuid)>,
    Posted {
        body: Nothing {},
        once,
    }: Posted<Nothing>,
) -> Result<Response, Problem> {
    let setup = app.setup().clone();
    let replay = move |tx: &mut Tx<'_>| webhook::replay(tx, &setup, id, delivery);
    once.run(&app, StatusCode::ACCEPTED, replay).await
}

/// Send again what was given up
///
/// Everything since a time, oldest first, at most 1000 events at once.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/replay", tag = "webhooks", params(("id" = WebhookId, Path)),
    request_body = ReplayWish,
    responses((status = 202, description = "They are on their way.", body = ReplayedEvents)),
    extensions(("x-permission" = json!("admin"))))]
async fn replay_failed_webhook_deliveries(
    State(app): State<App>,
    Path(id): Path<WebhookId>,
    Posted { body, once }: Posted<ReplayWish>,
) -> Result<Response, Problem> {
    let setup = app.setup().clone();
    let replay = move |tx: &mut Tx<'_>| {
        let replayed = webhook::replay_failed(tx, &setup, id, body.since)?;
        Ok(ReplayedEvents {
            replayed,
            more: replayed == REPLAY_LIMIT,
        })
    };
    once.run(&app, StatusCode::ACCEPTED, replay).await
}
