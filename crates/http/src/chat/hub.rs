//! Who listens to which conversation now, and waking them.
//!
//! One task reads the hints of the process and wakes only the streams a hint concerns: ten thousand chats that
//! are silent cost neither time nor a queue of their own. A wake-up carries nothing but "look"; what there is to
//! see stands in the log.

use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use throughline_engine::visitor::offline::Presence;
use throughline_model::id::{ConversationId, IdentifierId};
use throughline_storage::{Hint, Hints};
use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;

/// The streams one visitor may have open at once: windows of one browser.
const STREAMS_PER_VISITOR: usize = 6;

/// All streams of this process.
#[derive(Clone, Default)]
pub struct Hub(Arc<Mutex<Rooms>>);

#[derive(Default)]
struct Rooms {
    listening: bool,
    next: u64,
    by_visitor: HashMap<IdentifierId, Vec<Arc<Seat>>>,
    by_conversation: HashMap<ConversationId, Vec<Arc<Seat>>>,
}

/// One open stream.
struct Seat {
    number: u64,
    wake: Notify,
    news: Mutex<News>,
}

/// What a stream has not looked at yet.
#[derive(Debug, Default)]
pub struct News {
    /// Something may have changed.
    pub look: bool,
    /// Who writes at the desk, or has stopped, as last heard.
    pub typing: Option<Typing>,
}

/// Whether somebody at the desk writes to the customer.
#[derive(Debug, Clone, Serialize)]
pub struct Typing {
    typing: bool,
    name: serde_json::Value,
}

impl Typing {
    /// What people at the desk do is told; what the customer does is known in the chat, and who of the desk has the
    /// conversation open is not for the customer.
    fn heard(fleeting: &str) -> Option<Self> {
        let event: serde_json::Value = serde_json::from_str(fleeting).ok()?;
        let by_customer =
            event.pointer("/author/kind").and_then(|kind| kind.as_str()) == Some("customer");
        if event.get("type")?.as_str()? != "typing" || by_customer {
            return None;
        }
        let typing = event.get("typing").and_then(|typing| typing.as_bool());
        Some(Self {
            typing: typing.unwrap_or(true),
            name: event.pointer("/author/name").cloned().unwrap_or_default(),
        })
    }
}

/// A stream's place in the hub; dropping it gives the place up.
pub struct Listener {
    hub: Weak<Mutex<Rooms>>,
    seat: Arc<Seat>,
    visitor: IdentifierId,
    conversation: Option<ConversationId>,
}

impl Hub {
    /// Takes a place for a stream of `visitor`. None when they have too many.
    pub fn listen(&self, hints: &Hints, visitor: IdentifierId) -> Option<Listener> {
        let mut rooms = self.rooms();
        if !std::mem::replace(&mut rooms.listening, true) {
            let (rooms, heard) = (Arc::downgrade(&self.0), hints.listen());
            tokio::spawn(hear(rooms, heard));
        }
        rooms.next += 1;
        let seat = Arc::new(Seat {
            number: rooms.next,
            wake: Notify::new(),
            news: Mutex::default(),
        });
        let seats = rooms.by_visitor.entry(visitor).or_default();
        if seats.len() >= STREAMS_PER_VISITOR {
            return None;
        }
        seats.push(Arc::clone(&seat));
        drop(rooms);
        Some(Listener {
            hub: Arc::downgrade(&self.0),
            seat,
            visitor,
            conversation: None,
        })
    }

    /// The visitor's streams should look again: they are in another conversation, or proven.
    pub fn wake(&self, visitor: IdentifierId) {
        if let Some(seats) = self.rooms().by_visitor.get(&visitor) {
            seats.iter().for_each(|seat| seat.look());
        }
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.rooms().by_visitor.values().map(Vec::len).sum()
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Presence for Hub {
    fn is_here(&self, visitor: IdentifierId) -> bool {
        self.rooms().by_visitor.contains_key(&visitor)
    }
}

impl Listener {
    /// From now on hears of `conversation` and of no other. Says whether that is another one than before; then
    /// what happened in it meanwhile was not heard.
    pub fn turn_to(&mut self, conversation: Option<ConversationId>) -> bool {
        if self.conversation == conversation {
            return false;
        }
        let Some(hub) = self.hub.upgrade() else {
            return false;
        };
        let mut rooms = hub.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = self.conversation.take() {
            leave(&mut rooms.by_conversation, old, &self.seat);
        }
        if let Some(new) = conversation {
            let seats = rooms.by_conversation.entry(new).or_default();
            seats.push(Arc::clone(&self.seat));
        }
        self.conversation = conversation;
        true
    }

    /// Waits until there may be something new.
    pub async fn news(&self) -> News {
        self.seat.wake.notified().await;
        let mut news = self.seat.news();
        std::mem::take(&mut *news)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            let mut rooms = hub.lock().unwrap_or_else(PoisonError::into_inner);
            leave(&mut rooms.by_visitor, self.visitor, &self.seat);
            if let Some(conversation) = self.conversation {
                leave(&mut rooms.by_conversation, conversation, &self.seat);
            }
        }
    }
}

impl Seat {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.news());
        self.wake.notify_one();
    }

    fn look(&self) {
        self.tell(|news| news.look = true);
    }
}

/// Nobody keeps a room that is empty.
fn leave<K: std::hash::Hash + Eq>(rooms: &mut HashMap<K, Vec<Arc<Seat>>>, room: K, seat: &Seat) {
    if let std::collections::hash_map::Entry::Occupied(mut seats) = rooms.entry(room) {
        seats.get_mut().retain(|one| one.number != seat.number);
        if seats.get().is_empty() {
            seats.remove();
        }
    }
}

/// Reads hints for as long as there is a hub.
async fn hear(rooms: Weak<Mutex<Rooms>>, mut hints: tokio::sync::broadcast::Receiver<Hint>) {
    loop {
        let heard = hints.recv().await;
        let Some(rooms) = rooms.upgrade() else {
            return;
        };
        let rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
        match heard {
            Ok(Hint::Entry { conversation, .. } | Hint::Changed { conversation }) => {
                let seats = rooms.by_conversation.get(&conversation);
                seats.into_iter().flatten().for_each(|seat| seat.look());
            }
            Ok(Hint::Fleeting {
                conversation,
                event,
            }) => {
                let seats = rooms.by_conversation.get(&conversation);
                let mut seats = seats.into_iter().flatten().peekable();
                let Some(typing) = seats.peek().and_then(|_| Typing::heard(&event)) else {
                    continue;
                };
                seats.for_each(|seat| seat.tell(|news| news.typing = Some(typing.clone())));
            }
            Ok(Hint::Identity { customer }) => {
                let seats = rooms.by_visitor.get(&IdentifierId(customer));
                seats.into_iter().flatten().for_each(|seat| seat.look());
            }
            Ok(_) => {}
            // Some hints were missed, nobody knows whose.
            Err(RecvError::Lagged(_)) => {
                let seats = rooms.by_visitor.values().flatten();
                seats.for_each(|seat| seat.look());
            }
            Err(RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn visitor(number: u128) -> IdentifierId {
        IdentifierId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_hint_wakes_those_it_concerns_and_nobody_else() {
        let (hub, hints) = (Hub::default(), Hints::default());
        let conversation = ConversationId(Uuid::from_u128(7));
        let mut ana = hub
            .listen(&hints, visitor(1))
            .into_iter()
            .collect::<Vec<_>>();
        let mut ben = hub
            .listen(&hints, visitor(2))
            .into_iter()
            .collect::<Vec<_>>();
        assert!(ana[0].turn_to(Some(conversation)));
        assert!(ben[0].turn_to(Some(ConversationId(Uuid::from_u128(8)))));
        hints.publish(Hint::Changed { conversation });
        assert!(ana[0].news().await.look);
        assert!(!ben[0].seat.news().look);
    }

    #[tokio::test]
    async fn who_leaves_is_not_here_any_more() {
        let (hub, hints) = (Hub::default(), Hints::default());
        let first = hub.listen(&hints, visitor(1));
        let second = hub.listen(&hints, visitor(1));
        drop(first);
        assert!(hub.is_here(visitor(1)));
        drop(second);
        assert!(!hub.is_here(visitor(1)));
        assert_eq!(hub.streams(), 0);
    }

    #[tokio::test]
    async fn a_visitor_has_a_handful_of_streams_at_most() {
        let (hub, hints) = (Hub::default(), Hints::default());
        let open: Vec<_> = (0..20)
            .filter_map(|_| hub.listen(&hints, visitor(1)))
            .collect();
        assert_eq!(open.len(), STREAMS_PER_VISITOR);
    }
}
