//! `/api/v1/events`: what happens anywhere, for the desk. Hints only: whoever is interested reads the conversation.

use crate::api::conversations::{HEARTBEAT, still_here};
use crate::api::guard::Caller;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use futures::Stream;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use throughline_engine::access::Permission;
use throughline_engine::conversation::{self, Conversation, Filter};
use throughline_model::clock::Millis;
use throughline_model::id::ConversationId;
use throughline_storage::Hint;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, interval_at};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Conversations looked at when hints may have been missed. If more have changed, the listener is told to read anew.
const LOOK_BACK: usize = 200;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(follow_everything))
}

/// Follow everything live
///
/// Server-sent events: `entry` (`{"conversation", "seq"}`: it has entries up to there), `changed`
/// (`{"conversation"}`: its state, owner or a delivery), `identity` (`{"customer"}`: who they are), `resync` (too
/// much happened: read the lists again), `member` (there is news under /api/v1/notifications or
/// /api/v1/routing/me), `heartbeat` (at once, and every 15 seconds: a connection that is silent for longer has died),
/// `ended` (the caller's session or token counts no more). The stream ends when the caller may not read any more.
#[utoipa::path(get, path = "/api/v1/events", tag = "live",
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream")),
    extensions(("x-permission" = json!("read"))))]
async fn follow_everything(
    State(app): State<App>,
    caller: Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let watcher = Watcher {
        hints: app.db().hints().listen(),
        since: app.setup().clock.now(),
        told: HashMap::new(),
        heartbeat: interval_at(Instant::now() + HEARTBEAT, HEARTBEAT),
        app,
        caller,
    };
    Ok(Sse::new(watcher.events()))
}

struct Watcher {
    app: App,
    caller: Caller,
    hints: Receiver<Hint>,
    heartbeat: Interval,
    /// What changed before has been told.
    since: Millis,
    /// How far the listener knows each conversation that has changed since then.
    told: HashMap<ConversationId, i64>,
}

impl Watcher {
    fn events(mut self) -> impl Stream<Item = Result<Event, Infallible>> {
        async_stream::stream! {
            yield Ok(still_here());
            self.lets_hear().await;
            loop {
                let hint = tokio::select! {
                    hint = self.hints.recv() => hint,
                    _ = self.heartbeat.tick() => {
                        if !self.still_may().await {
                            yield Ok(event("ended", &json!({})));
                            return;
                        }
                        self.lets_hear().await;
                        let Some(missed) = self.missed().await else { return };
                        for event in missed {
                            yield Ok(event);
                        }
                        yield Ok(still_here());
                        continue;
                    }
                };
                match hint {
                    Ok(Hint::Member { member }) => {
                        if self.caller.principal.member() == Some(member) {
                            yield Ok(event("member", &json!({})));
                        }
                    }
                    Ok(Hint::Access) => {
                        if !self.still_may().await {
                            yield Ok(event("ended", &json!({})));
                            return;
                        }
                    }
                    Ok(hint) => {
                        if let Some(event) = self.told(hint) {
                            yield Ok(event);
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        yield Ok(event("resync", &json!({})));
                    }
                    Err(RecvError::Closed) => return,
                }
            }
        }
    }

    /// The member's desk is open: the router may offer work there.
    async fn lets_hear(&self) {
        let (Some(member), Ok(routing)) = (self.caller.principal.member(), self.app.routing())
        else {
            return;
        };
        if let Err(error) = routing.heard_of(member).await {
            tracing::warn!(%error, "the router does not hear of a desk");
        }
    }

    async fn still_may(&self) -> bool {
        let asked = self.caller.still_may(&self.app, Permission::Read).await;
        asked.unwrap_or(false)
    }

    /// The event for a hint, unless it is nothing for the desk.
    fn told(&mut self, hint: Hint) -> Option<Event> {
        match hint {
            Hint::Entry { conversation, seq } => {
                self.told.insert(conversation, seq);
                Some(entry(conversation, seq))
            }
            Hint::Changed { conversation } => {
                Some(event("changed", &json!({ "conversation": conversation })))
            }
            Hint::Identity { customer } => {
                Some(event("identity", &json!({ "customer": customer })))
            }
            Hint::Fleeting { .. } | Hint::Jobs { .. } | Hint::Member { .. } | Hint::Access => None,
        }
    }

    /// What other processes wrote, whose hints do not come here. None ends the stream.
    async fn missed(&mut self) -> Option<Vec<Event>> {
        let since = self.since;
        let read = self
            .app
            .db()
            .read(|tx| conversation::list(tx, &Filter::default(), None, LOOK_BACK));
        let mut latest: Vec<Conversation> = read
            .await
            .inspect_err(|error| tracing::error!(%error, "a live stream ends"))
            .ok()?;
        let too_many = latest.len() == LOOK_BACK
            && latest
                .last()
                .is_some_and(|oldest| oldest.updated_at >= since);
        latest.retain(|one| one.updated_at >= since);
        if let Some(newest) = latest.first() {
            self.since = newest.updated_at;
        }
        let known = std::mem::take(&mut self.told);
        self.told = latest.iter().map(|one| (one.id, one.last_seq)).collect();
        if too_many {
            return Some(vec![event("resync", &json!({}))]);
        }
        let news = latest
            .iter()
            .filter(|one| known.get(&one.id).is_none_or(|told| *told < one.last_seq));
        Some(news.map(|one| entry(one.id, one.last_seq)).collect())
    }
}

fn entry(conversation: ConversationId, seq: i64) -> Event {
    event(
        "entry",
        &json!({ "conversation": conversation, "seq": seq }),
    )
}

fn event(name: &str, data: &Value) -> Event {
    Event::default().event(name).data(data.to_string())
}
