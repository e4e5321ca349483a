//! `GET /chat/v1/events`: the conversation as it goes on, as server-sent events.
//!
//! | event | data |
//! | --- | --- |
//! | `state` | `{conversation, assurance}`: where the visitor stands; first of all, and after every change |
//! | `entry` | one entry; its id is `<conversation>:<seq>` |
//! | `deliveries` | `[{seq, status}]`: how far the latest answers came |
//! | `waiting` | `{ahead, about_ms}`: how many are before a visitor who waits for a person, and how long it may take, as far as the chat tells; `null` for all others. First of all, for every conversation, and after noticeable changes |
//! | `callback` | `{ends_in, at, own}`: the call a visitor waits for, `ends_in` null unless it is their own; `null` when none. Sent like `waiting` |
//! | `typing` | `{typing, name}`: somebody at the desk writes |
//! | `end` | the token counts no more |
//!
//! A stream resumes after the `Last-Event-ID` header, or after `?after=<seq>`, of the conversation the visitor is
//! in. What becomes visible only by a proof comes again from the start; entries are known by their id.

use super::callback::ToBeCalled;
use super::guest::Guest;
use super::hub::Listener;
use super::lobby::Effort;
use super::shape::{self, ChatEntry, ConversationInfo};
use super::waiting::{self, Waiting};
use crate::api::input::Query;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;
use throughline_engine::{routing, visitor};
use throughline_model::assurance::Assurance;
use throughline_model::conversation::CaseStatus;
use throughline_model::id::{ConversationId, EndpointId};
use throughline_model::outbound::DeliveryStatus;

/// A line on the wire now and then shows both sides that the other is there. So often who waits for a person is told how
/// the line moves, too.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// After so many silent heartbeats the stream looks for itself, in case a hint was lost.
const LOOK_AFTER: u32 = 6;
/// The most entries read at once.
const PAGE: usize = 100;
/// How many of the latest numbers are told how far their answers came.
const RECENT: i64 = 50;

/// Where to go on.
#[derive(Deserialize)]
pub struct From {
    after: Option<i64>,
}

/// Where a stream stands.
struct Place {
    token: Box<str>,
    chat: EndpointId,
    /// The conversation and the number after which to go on.
    after: Option<(ConversationId, i64)>,
    /// The number after which to go on in whatever conversation it will be.
    first_after: i64,
    told: Option<Standing>,
    waiting: Option<Waiting>,
    called: Option<ToBeCalled>,
    deliveries: Vec<Told>,
}

/// What the visitor was told about where they stand.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
struct Standing {
    conversation: Option<ConversationInfo>,
    assurance: Assurance,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
struct Told {
    seq: i64,
    status: DeliveryStatus,
}

/// What a look found.
struct Found {
    standing: Standing,
    entries: Vec<ChatEntry>,
    /// The last number looked at; entries that are no messages count too.
    last: i64,
    more: bool,
    deliveries: Vec<Told>,
    /// The conversation waits for a person.
    waits: bool,
    /// The call its visitor waits for.
    called: Option<ToBeCalled>,
}

/// Opens the stream.
///
/// # Errors
/// 401, and 429 for too many streams.
pub async fn listen(
    State(app): State<App>,
    guest: Guest,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Read, now)?;
    let listener = app
        .lobby()
        .hub()
        .listen(app.db().hints(), guest.visitor.identifier)
        .ok_or_else(|| Problem::too_many(5_000))?;
    let place = Place {
        token: guest.token.into_boxed_str(),
        chat: guest.visitor.endpoint,
        after: last_event(&headers),
        first_after: from.after.unwrap_or(0).max(0),
        told: None,
        waiting: None,
        called: None,
        deliveries: Vec::new(),
    };
    let mut response = Sse::new(stream(app, listener, place)).into_response();
    response.headers_mut().insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `<conversation>:<seq>`, as our own events are numbered.
fn last_event(headers: &HeaderMap) -> Option<(ConversationId, i64)> {
    let (conversation, seq) = headers
        .get("last-event-id")?
        .to_str()
        .ok()?
        .split_once(':')?;
    Some((conversation.parse().ok()?, seq.parse::<i64>().ok()?.max(0)))
}

fn stream(
    app: App,
    mut listener: Listener,
    mut place: Place,
) -> impl Stream<Item = Result<Event, Infallible>> {
    async_stream::stream! {
        loop {
            // Whatever happens from here on is heard; what happened before is read now.
            let found = match place.look(&app).await {
                Ok(Some(found)) => found,
                Ok(None) => {
                    yield Ok(Event::default().event("end").data("{}"));
                    return;
                }
                Err(problem) => {
                    tracing::warn!(detail = problem.detail, "a chat stream ends; its client comes back");
                    return;
                }
            };
            let turned = listener.turn_to(found.standing.conversation.map(|one| one.id));
            let more = found.more;
            let waiting = place.waiting_now(&app, &found).await;
            for event in place.tell(found, waiting) {
                yield Ok(event);
            }
            if turned || more {
                continue;
            }
            let mut silent = 0;
            loop {
                match tokio::time::timeout(HEARTBEAT, listener.news()).await {
                    Ok(news) => {
                        if let Some(event) = news.typing.and_then(|typing| event("typing", &typing)) {
                            yield Ok(event);
                        }
                        if news.look {
                            break;
                        }
                    }
                    Err(_) => {
                        yield Ok(Event::default().comment(""));
                        if let Some(event) = place.moves_up(&app).await {
                            yield Ok(event);
                        }
                        silent += 1;
                        if silent >= LOOK_AFTER {
                            break;
                        }
                    }
                }
            }
        }
    }
}

impl Place {
    /// What there is to see now; none when the token counts no more.
    async fn look(&mut self, app: &App) -> Result<Option<Found>, Problem> {
        let (setup, terms) = (app.setup().clone(), app.lobby().terms().clone());
        let (token, after, first_after) = (self.token.clone(), self.after, self.first_after);
        let was_whole = self
            .told
            .is_none_or(|told| told.assurance >= Assurance::PROVEN);
        let found = app
            .db()
            .read(move |tx| {
                let Some(visitor) = visitor::open(tx, &setup, &terms, &token)? else {
                    return Ok::<_, throughline_engine::Error>(None);
                };
                let sight = visitor::sight(tx, &setup, &visitor)?;
                let conversation = shape::conversation(tx, &sight)?;
                let after = match (conversation, after) {
                    _ if sight.is_whole() && !was_whole => 0,
                    (Some(now), Some((then, seq))) if now.id == then => seq,
                    (_, None) => first_after,
                    _ => 0,
                };
                let lines = sight.lines(tx, after, PAGE)?;
                let last = lines.last().map_or(after, |line| line.entry.seq);
                let newest = sight.conversation.as_ref().map_or(0, |one| one.last_seq);
                let deliveries = sight
                    .deliveries(tx, newest - RECENT)?
                    .into_iter()
                    .map(|(seq, status)| Told { seq, status })
                    .collect();
                let open = conversation.filter(|one| one.status == CaseStatus::Open);
                let waits = match open {
                    Some(one) => routing::waits(tx, one.id)?,
                    None => false,
                };
                let called = ToBeCalled::of(&sight, visitor.identifier);
                Ok(Some(Found {
                    standing: Standing {
                        conversation,
                        assurance: sight.assurance,
                    },
                    more: lines.len() == PAGE,
                    entries: shape::entries(tx, lines)?,
                    last,
                    deliveries,
                    waits,
                    called,
                }))
            })
            .await?;
        Ok(found)
    }

    /// How it stands with the line. The router is asked only about those who are in it.
    async fn waiting_now(&self, app: &App, found: &Found) -> Option<Waiting> {
        let conversation = found.standing.conversation.filter(|_| found.waits)?;
        waiting::look(app, self.chat, conversation.id, self.waiting).await
    }

    /// Nothing but the line is looked at again, and only for who was in it.
    async fn moves_up(&mut self, app: &App) -> Option<Event> {
        let (conversation, _) = self.after.filter(|_| self.waiting.is_some())?;
        let waiting = waiting::look(app, self.chat, conversation, self.waiting).await;
        self.tell_waiting(waiting, false)
    }

    fn tell_waiting(&mut self, waiting: Option<Waiting>, anyway: bool) -> Option<Event> {
        if self.waiting == waiting && !anyway {
            return None;
        }
        self.waiting = waiting;
        event("waiting", &waiting)
    }

    /// The events that tell what was found.
    fn tell(&mut self, found: Found, waiting: Option<Waiting>) -> Vec<Event> {
        let mut events = Vec::new();
        let here = |standing: Standing| standing.conversation.map(|one| one.id);
        let is_elsewhere = self.told.map(here) != Some(here(found.standing));
        if self.told != Some(found.standing) {
            events.extend(event("state", &found.standing));
            self.told = Some(found.standing);
        }
        for entry in &found.entries {
            let id = format!("{}:{}", entry.conversation, entry.seq);
            events.extend(event("entry", entry).map(|event| event.id(id)));
        }
        if self.deliveries != found.deliveries {
            events.extend(event("deliveries", &found.deliveries));
            self.deliveries = found.deliveries;
        }
        // Whoever comes back may still show how it stood before.
        events.extend(self.tell_waiting(waiting, is_elsewhere));
        if self.called != found.called || is_elsewhere {
            events.extend(event("callback", &found.called));
            self.called = found.called;
        }
        self.after = found.standing.conversation.map(|one| (one.id, found.last));
        events
    }
}

fn event(name: &str, data: &impl Serialize) -> Option<Event> {
    // These forms always can be JSON; if one could not, a gap is better than a broken stream.
    Event::default().event(name).json_data(data).ok()
}
