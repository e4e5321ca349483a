//! A conversation as it happens. Hints only say when to look; what is sent comes from the log, so a lost hint costs
//! a delay and never an entry.

use super::EntryView;
use crate::api::guard::Caller;
use crate::api::input::{Path, Query};
use crate::api::viewing::tell_gone;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures::Stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use throughline_engine::access::Permission;
use throughline_engine::conversation::{self, Conversation, View};
use throughline_model::id::{ConversationId, CustomerId};
use throughline_storage::Hint;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, interval_at};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How often something is sent and the log is read, even if nothing happens.
pub(in crate::api) const HEARTBEAT: Duration = Duration::from_secs(15);

/// No comment, which browsers keep to themselves: a page that hears it knows that its network lives.
pub(in crate::api) fn still_here() -> Event {
    Event::default().event("heartbeat").data("{}")
}

/// Entries read at once.
const BATCH: usize = 100;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(follow_conversation))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LiveQuery {
    /// Only entries after this number. The header `Last-Event-ID`, which browsers send when they connect again, goes
    /// before it.
    #[param(minimum = 0)]
    after: Option<i64>,
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that is read by hand")]
struct LiveHeaders {
    /// The id of the last event received.
    #[param(rename = "last-event-id", minimum = 0)]
    last_event_id: Option<i64>,
}

/// Follow a conversation live
///
/// Server-sent events: `entry` (an entry; its number is the event's id), `conversation` (its state, whenever that, a
/// delivery or who its customer is may have changed), `fleeting` (typing and the like; not stored), `heartbeat` (every
/// 15 seconds: a connection that is silent for longer has died). Connect again with `Last-Event-ID` or `after` and no
/// entry is missing or repeated. The stream ends when the caller may not read any more.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/events", tag = "live",
    params(("id" = ConversationId, Path), LiveQuery, LiveHeaders),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream")),
    extensions(("x-permission" = json!("read"))))]
async fn follow_conversation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(query): Query<LiveQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let after = last_event(&headers)?.or(query.after).unwrap_or(0);
    // Listening starts before the first look, so that nothing can happen between the two.
    let hints = app.db().hints().listen();
    let found = app.db().read(move |tx| conversation::get(tx, id)).await?;
    let follower = Follower {
        app,
        caller,
        id,
        customer: found.customer,
        after,
        hints,
        heartbeat: interval_at(Instant::now() + HEARTBEAT, HEARTBEAT),
    };
    Ok(Sse::new(follower.events()))
}

fn last_event(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    headers
        .get("last-event-id")
        .map(|value| {
            let number = value
                .to_str()
                .ok()
                .and_then(|text| text.trim().parse().ok());
            number.ok_or_else(|| Problem::invalid("Last-Event-ID", "send the number of an entry"))
        })
        .transpose()
}

struct Follower {
    app: App,
    caller: Caller,
    id: ConversationId,
    /// Whose it was at the last look.
    customer: CustomerId,
    /// The last entry that was sent.
    after: i64,
    hints: Receiver<Hint>,
    heartbeat: Interval,
}

/// Why to look.
enum Look {
    Entries,
    State,
    Fleeting(String),
    Heartbeat,
    End,
}

/// A browser that is closed or crashes says nothing; its connection does.
impl Drop for Follower {
    fn drop(&mut self) {
        if self.caller.member().is_ok() {
            tell_gone(self.app.db().hints(), self.id, &self.caller);
        }
    }
}

impl Follower {
    fn events(mut self) -> impl Stream<Item = Result<Event, Infallible>> {
        async_stream::stream! {
            let mut look = Look::Entries;
            loop {
                match &look {
                    Look::End => return,
                    Look::Fleeting(event) => {
                        yield Ok(Event::default().event("fleeting").data(one_line(event)));
                    }
                    Look::State => {
                        let Some(state) = self.state().await else { return };
                        self.customer = state.customer;
                        yield Ok(event("conversation", &state));
                    }
                    Look::Heartbeat => {
                        if !self.still_may().await { return }
                        yield Ok(still_here());
                    }
                    Look::Entries => {}
                }
                loop {
                    let Some(entries) = self.entries().await else { return };
                    let more = entries.len() == BATCH;
                    for entry in entries {
                        self.after = entry.entry.seq;
                        yield Ok(event("entry", &entry).id(entry.entry.seq.to_string()));
                    }
                    if !more { break }
                }
                look = self.next().await;
            }
        }
    }

    /// Waits until there is a reason to look.
    async fn next(&mut self) -> Look {
        loop {
            let hint = tokio::select! {
                hint = self.hints.recv() => hint,
                _ = self.heartbeat.tick() => return Look::Heartbeat,
            };
            match hint {
                Ok(Hint::Entry { conversation, seq })
                    if conversation == self.id && seq > self.after =>
                {
                    return Look::Entries;
                }
                Ok(Hint::Changed { conversation }) if conversation == self.id => {
                    return Look::State;
                }
                Ok(Hint::Identity { customer }) if customer == self.customer.uuid() => {
                    return Look::State;
                }
                Ok(Hint::Fleeting {
                    conversation,
                    event,
                }) if conversation == self.id => return Look::Fleeting(event),
                Ok(Hint::Access) => return Look::Heartbeat,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Look::State,
                Err(RecvError::Closed) => return Look::End,
            }
        }
    }

    /// None ends the stream: the client connects again and goes on where it was.
    async fn entries(&self) -> Option<Vec<EntryView>> {
        let (id, after) = (self.id, self.after);
        let read = self.app.db().read(move |tx| {
            let entries = conversation::entries(tx, id, after, BATCH, View::Everything)?;
            EntryView::of(tx, entries)
        });
        read.await
            .inspect_err(|error| tracing::error!(%error, "a live stream ends"))
            .ok()
    }

    async fn state(&self) -> Option<Conversation> {
        let id = self.id;
        let read = self.app.db().read(move |tx| conversation::get(tx, id));
        read.await
            .inspect_err(|error| tracing::error!(%error, "a live stream ends"))
            .ok()
    }

    async fn still_may(&self) -> bool {
        let asked = self.caller.still_may(&self.app, Permission::Read).await;
        asked.unwrap_or(false)
    }
}

fn event(name: &str, data: &impl serde::Serialize) -> Event {
    let text = serde_json::to_string(data).unwrap_or_default();
    Event::default().event(name).data(text)
}

/// An event's data must not smuggle in fields of its own.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
