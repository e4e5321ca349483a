//! `/api/v1/routing`: who gets which work.

mod agent;

use crate::api::guard::Caller;
use crate::api::input::{Json, Path};
use crate::api::page::{Listed, Page};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::conversation;
use throughline_engine::routing::{Board, Me, Presence, Settings, Transfer, WorkerSettings};
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, MemberId, QueueId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest note to whoever gets a conversation, and the longest reason why they do.
const NOTE_CHARACTERS: usize = 2_000;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_my_work))
        .routes(routes!(set_my_presence))
        .routes(routes!(accept_offer))
        .routes(routes!(decline_offer))
        .routes(routes!(read_board))
        .routes(routes!(list_queues))
        .routes(routes!(transfer_conversation))
        .routes(routes!(override_conversation))
        .routes(routes!(read_worker, set_worker))
        .routes(routes!(read_routing_settings, set_routing_settings))
        .merge(agent::router())
}

/// Whether somebody takes work.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PresenceChange {
    /// What they say.
    presence: Presence,
}

/// An offer that was answered.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct AnsweredOffer {
    /// The conversation it was about.
    conversation: ConversationId,
}

/// A queue, as far as whoever hands work on has to know it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct RoutingQueue {
    /// Its id.
    id: QueueId,
    /// Its name.
    name: String,
    /// Within how much business time a customer should be served, in milliseconds, if that is set.
    target_ms: Option<Millis>,
}

/// To whom a conversation is handed on: give a member or a queue.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TransferWish {
    /// One member; if they do not take it, its queue takes over.
    member: Option<MemberId>,
    /// A queue, by name or id.
    queue: Option<String>,
    /// What the next one should know.
    #[serde(default)]
    note: String,
}

/// Who is to have a conversation, by a supervisor's decision.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Override {
    /// The member who gets it.
    member: MemberId,
    /// Why: for the timeline, and for whoever gets it.
    reason: String,
}

fn myself(caller: &Caller) -> Result<MemberId, Problem> {
    let member = caller.principal.member();
    member.ok_or_else(|| Problem::not_found("only a member has work of their own"))
}

/// Read your own work
#[utoipa::path(get, path = "/api/v1/routing/me", tag = "routing",
    responses((status = 200, description = "Your presence, offers and assignments.", body = Me)),
    extensions(("x-permission" = json!("session"))))]
async fn read_my_work(State(app): State<App>, caller: Caller) -> Result<axum::Json<Me>, Problem> {
    let me = myself(&caller)?;
    Ok(axum::Json(app.routing()?.me(me).await?))
}

/// Say whether you take work
///
/// Who is offline, away or busy is offered nothing new.
#[utoipa::path(put, path = "/api/v1/routing/me/presence", tag = "routing", request_body = PresenceChange,
    responses((status = 200, description = "How you stand now.", body = Me)),
    extensions(("x-permission" = json!("session"))))]
async fn set_my_presence(
    State(app): State<App>,
    caller: Caller,
    Json(change): Json<PresenceChange>,
) -> Result<axum::Json<Me>, Problem> {
    let (me, routing) = (myself(&caller)?, app.routing()?);
    routing.set_presence(me, change.presence).await?;
    Ok(axum::Json(routing.me(me).await?))
}

/// Take what you are offered
///
/// The conversation is yours from then on. An offer that is over is answered with a 409.
#[utoipa::path(post, path = "/api/v1/routing/offers/{token}/accept", tag = "routing",
    params(("token" = u64, Path)),
    responses((status = 200, description = "It is yours.", body = AnsweredOffer)),
    extensions(("x-permission" = json!("session"))))]
async fn accept_offer(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<u64>,
) -> Result<axum::Json<AnsweredOffer>, Problem> {
    let me = myself(&caller)?;
    let conversation = app.routing()?.answer(me, token, true).await?;
    Ok(axum::Json(AnsweredOffer { conversation }))
}

/// Do not take what you are offered
///
/// It goes to somebody else, or back in line with the clock it had.
#[utoipa::path(post, path = "/api/v1/routing/offers/{token}/decline", tag = "routing",
    params(("token" = u64, Path)),
    responses((status = 200, description = "It is offered to others.", body = AnsweredOffer)),
    extensions(("x-permission" = json!("session"))))]
async fn decline_offer(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<u64>,
) -> Result<axum::Json<AnsweredOffer>, Problem> {
    let me = myself(&caller)?;
    let conversation = app.routing()?.answer(me, token, false).await?;
    Ok(axum::Json(AnsweredOffer { conversation }))
}

/// Read the board
#[utoipa::path(get, path = "/api/v1/routing/board", tag = "routing",
    responses((status = 200, description = "Queues and workers as they are now.", body = Board)),
    extensions(("x-permission" = json!("oversee"))))]
async fn read_board(State(app): State<App>) -> Result<axum::Json<Board>, Problem> {
    Ok(axum::Json(app.routing()?.board().await?))
}

/// List queues
#[utoipa::path(get, path = "/api/v1/routing/queues", tag = "routing",
    responses((status = 200, description = "All of them.", body = Page<RoutingQueue>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_queues(State(app): State<App>) -> Result<Response, Problem> {
    let queues = app.routing()?.settings().await?.queues.into_iter();
    let queues = queues.map(|(id, queue)| RoutingQueue {
        id,
        name: queue.name,
        target_ms: queue.target_ms,
    });
    Ok(Listed::whole(queues.collect()).into_response())
}

/// Hand a conversation on
#[utoipa::path(post, path = "/api/v1/conversations/{id}/transfer", tag = "routing",
    params(("id" = ConversationId, Path)), request_body = TransferWish,
    responses((status = 200, description = "Handed on.", body = conversation::Conversation)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn transfer_conversation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(wish): Json<TransferWish>,
) -> Result<axum::Json<conversation::Conversation>, Problem> {
    let to = match (wish.member, wish.queue) {
        (Some(member), None) => Transfer::Member(member),
        (None, Some(queue)) => Transfer::Queue(queue),
        _ => return Err(Problem::invalid("member", "give a member or a queue")),
    };
    check_length("note", &wish.note)?;
    let by = caller.principal.member();
    app.routing()?.transfer(id, by, to, wish.note).await?;
    let found = app.db().read(move |tx| conversation::get(tx, id)).await?;
    Ok(axum::Json(found))
}

/// Decide who has a conversation
///
/// The member gets it at once, whatever they serve and whether or not they take work now; only who is offline cannot.
/// Room counts: without it, they get nothing else until there is. The timeline says who decided, for whom and why, so a
/// token cannot.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/override", tag = "routing",
    params(("id" = ConversationId, Path)), request_body = Override,
    responses((status = 200, description = "It is theirs, or will be once they have room.", body = conversation::Conversation)),
    extensions(("x-permission" = json!("oversee"))))]
async fn override_conversation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(wish): Json<Override>,
) -> Result<axum::Json<conversation::Conversation>, Problem> {
    let (by, reason) = (caller.member()?, wish.reason.trim().to_owned());
    if reason.is_empty() {
        return Err(Problem::invalid("reason", "say why"));
    }
    check_length("reason", &reason)?;
    let details = json!({ "member": wish.member, "reason": reason });
    app.routing()?.give(id, by, wish.member, reason).await?;
    note(&app, &caller, "routing.override", &id.to_string(), details).await?;
    let found = app.db().read(move |tx| conversation::get(tx, id)).await?;
    Ok(axum::Json(found))
}

fn check_length(field: &'static str, text: &str) -> Result<(), Problem> {
    match text.chars().count() > NOTE_CHARACTERS {
        true => {
            let most = format!("write at most {NOTE_CHARACTERS} characters");
            Err(Problem::invalid(field, most))
        }
        false => Ok(()),
    }
}

/// Read how work is routed
#[utoipa::path(get, path = "/api/v1/routing/settings", tag = "routing",
    responses((status = 200, description = "Queues, hours and rules.", body = Object)),
    extensions(("x-permission" = json!("admin"))))]
async fn read_routing_settings(
    State(app): State<App>,
    _caller: Caller,
) -> Result<axum::Json<Settings>, Problem> {
    Ok(axum::Json(app.routing()?.settings().await?))
}

/// Set how work is routed
///
/// All of it: what is left out is as usual. What waits is looked at anew.
#[utoipa::path(put, path = "/api/v1/routing/settings", tag = "routing", request_body = Object,
    responses((status = 200, description = "In force.", body = Object)),
    extensions(("x-permission" = json!("admin"))))]
async fn set_routing_settings(
    State(app): State<App>,
    caller: Caller,
    Json(settings): Json<Settings>,
) -> Result<axum::Json<Settings>, Problem> {
    let routing = app.routing()?;
    let before = routing.settings().await?;
    routing.set_settings(settings).await?;
    let now = routing.settings().await?;
    let details = json!({ "changed": audit::changed(&json!(before), &json!(now)) });
    note(&app, &caller, "routing.set", "routing", details).await?;
    Ok(axum::Json(now))
}

/// Read what a member takes
#[utoipa::path(get, path = "/api/v1/routing/workers/{member}", tag = "routing",
    params(("member" = MemberId, Path)),
    responses((status = 200, description = "Their queues, skills and room.", body = WorkerSettings)),
    extensions(("x-permission" = json!("oversee"))))]
async fn read_worker(
    State(app): State<App>,
    Path(member): Path<MemberId>,
) -> Result<axum::Json<WorkerSettings>, Problem> {
    Ok(axum::Json(app.routing()?.worker(member).await?))
}

/// Set what a member takes
///
/// All of it: what is left out is as usual. What they have stays theirs.
#[utoipa::path(put, path = "/api/v1/routing/workers/{member}", tag = "routing",
    params(("member" = MemberId, Path)), request_body = WorkerSettings,
    responses((status = 200, description = "In force.", body = WorkerSettings)),
    extensions(("x-permission" = json!("oversee"))))]
async fn set_worker(
    State(app): State<App>,
    caller: Caller,
    Path(member): Path<MemberId>,
    Json(settings): Json<WorkerSettings>,
) -> Result<axum::Json<WorkerSettings>, Problem> {
    let routing = app.routing()?;
    let before = routing.worker(member).await?;
    routing.set_worker(member, settings).await?;
    let now = routing.worker(member).await?;
    let details = json!({ "changed": audit::changed(&json!(before), &json!(now)) });
    let object = member.to_string();
    note(&app, &caller, "routing.worker", &object, details).await?;
    Ok(axum::Json(now))
}

/// Who did what, for the audit log.
async fn note(
    app: &App,
    caller: &Caller,
    act: &'static str,
    object: &str,
    details: serde_json::Value,
) -> Result<(), Problem> {
    let (clock, actor, object) = (app.setup().clock.clone(), caller.actor(), object.to_owned());
    let noting = app
        .db()
        .write(move |tx| audit::record(tx, &clock, &actor, act, &object, &details));
    Ok(noting.await?)
}
