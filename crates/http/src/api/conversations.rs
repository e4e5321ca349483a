//! `/api/v1/conversations`: the customers' issues.

mod agent;
mod facts;
mod lines;
mod live;

mod messages;

pub(super) use live::{HEARTBEAT, still_here};

use crate::api::guard::Caller;
use crate::api::input::{Json, Path, Query};
use crate::api::page::{Listed, Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use throughline_engine::access::member;
use throughline_engine::attachment::{self, StoredFile};
use throughline_engine::conversation::{self, Change, Conversation, Entry, Filter, View};
use throughline_engine::delivery::{self, Delivery};
use throughline_engine::{Error, Result as EngineResult};
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::CaseStatus;
use throughline_model::id::{ConversationId, EntryId, MemberId};
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file and of those beneath it.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_conversations))
        .routes(routes!(read_conversation, change_conversation))
        .routes(routes!(list_entries))
        .routes(routes!(list_deliveries))
        .merge(agent::router())
        .merge(lines::router())
        .merge(messages::router())
        .merge(facts::router())
        .merge(live::router())
}

/// One line of the timeline, with its files.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct EntryView {
    #[serde(flatten)]
    pub(super) entry: Entry,
    /// Files that came or went along.
    files: Vec<StoredFile>,
}

impl EntryView {
    /// Puts its files to each entry.
    pub(super) fn of(tx: &mut Tx<'_>, entries: Vec<Entry>) -> EngineResult<Vec<Self>> {
        let mut files: HashMap<EntryId, Vec<StoredFile>> = HashMap::new();
        let mut places: Vec<ConversationId> =
            entries.iter().map(|entry| entry.conversation).collect();
        places.sort_unstable();
        places.dedup();
        for conversation in places {
            for (entry, file) in attachment::of_conversation(tx, conversation)? {
                files.entry(entry).or_default().push(file);
            }
        }
        Ok(entries
            .into_iter()
            .map(|entry| Self {
                files: files.remove(&entry.id).unwrap_or_default(),
                entry,
            })
            .collect())
    }

    /// Its place in a timeline.
    pub(super) fn when(&self) -> (Millis, EntryId) {
        (self.entry.at, self.entry.id)
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConversationQuery {
    /// Only those that stand here.
    status: Option<CaseStatus>,
    /// Only those this member looks after.
    owner: Option<MemberId>,
    /// Only those with contact on this channel.
    channel: Option<Channel>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// List conversations
///
/// One that changes while the list is read moves to its top and is then found again on the first page.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(ConversationQuery),
    responses((status = 200, description = "The latest change first.", body = Page<Conversation>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_conversations(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ConversationQuery>,
) -> Result<Response, Problem> {
    let wanted =
        Wanted::<(Millis, ConversationId)>::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let filter = Filter {
        status: query.status,
        owner: query.owner,
        channel: query.channel,
    };
    let rows = app
        .db()
        .read(move |tx| conversation::list(tx, &filter, after, fetch))
        .await?;
    let key = |one: &Conversation| (one.updated_at, one.id);
    Ok(wanted.answer(rows, key).into_response())
}

/// Read a conversation
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = ConversationId, Path)),
    responses((status = 200, description = "The conversation.", body = Conversation)),
    extensions(("x-permission" = json!("read"))))]
async fn read_conversation(
    State(app): State<App>,
    Path(id): Path<ConversationId>,
) -> Result<axum::Json<Conversation>, Problem> {
    let found = app.db().read(move |tx| conversation::get(tx, id)).await?;
    Ok(axum::Json(found))
}

/// Change a conversation's state
///
/// What is left out stays. The change is an entry of its timeline.
#[utoipa::path(patch, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = ConversationId, Path)), request_body = Change,
    responses((status = 200, description = "Changed.", body = Conversation)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn change_conversation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(change): Json<Change>,
) -> Result<axum::Json<Conversation>, Problem> {
    let setup = app.setup().clone();
    let changed = app
        .db()
        .write(move |tx| {
            check_owner(tx, change.owner)?;
            conversation::change(tx, &setup, id, &change, caller.author())
        })
        .await?;
    Ok(axum::Json(changed))
}

fn check_owner(tx: &mut Tx<'_>, owner: Option<MemberId>) -> EngineResult<()> {
    let Some(owner) = owner else {
        return Ok(());
    };
    match member::get(tx, owner) {
        Ok(member) if member.enabled => Ok(()),
        Ok(_) | Err(Error::NotFound { .. }) => Err(Error::invalid(
            "owner",
            "name a member who can log in; see /api/v1/members",
        )),
        Err(error) => Err(error),
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EntryQuery {
    /// Only entries after this number.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Where the page begins: `next` of the page before. Goes before `after`.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// List a conversation's entries
#[utoipa::path(get, path = "/api/v1/conversations/{id}/entries", tag = "conversations",
    params(("id" = ConversationId, Path), EntryQuery),
    responses((status = 200, description = "In order, numbered without gaps.", body = Page<EntryView>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_entries(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<ConversationId>,
    Query(query): Query<EntryQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::<i64>::new(uri, query.cursor.as_deref(), query.limit)?;
    let after = wanted.after.or(query.after).unwrap_or(0);
    let fetch = wanted.fetch;
    let rows = app
        .db()
        .read(move |tx| {
            conversation::get(tx, id)?;
            let entries = conversation::entries(tx, id, after, fetch, View::Everything)?;
            EntryView::of(tx, entries)
        })
        .await?;
    Ok(wanted.answer(rows, |view| view.entry.seq).into_response())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveryQuery {
    /// Only those of entries after this number.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only those of entries up to this number.
    #[param(minimum = 0)]
    until: Option<i64>,
}

/// List a conversation's deliveries
#[utoipa::path(get, path = "/api/v1/conversations/{id}/deliveries", tag = "deliveries",
    params(("id" = ConversationId, Path), DeliveryQuery),
    responses((status = 200, description = "The oldest first, all of them.", body = Page<Delivery>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_deliveries(
    State(app): State<App>,
    Path(id): Path<ConversationId>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Response, Problem> {
    let (after, until) = (query.after.unwrap_or(0), query.until.unwrap_or(i64::MAX));
    let rows = app
        .db()
        .read(move |tx| {
            conversation::get(tx, id)?;
            delivery::of_entries(tx, id, after, until)
        })
        .await?;
    Ok(Listed::whole(rows).into_response())
}
