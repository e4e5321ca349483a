//! What members see of routing: their own work, and the board.

use super::ai_agent::AI_AGENT;
use super::{Dispatcher, member_of, worker_of};
use crate::access::member;
use crate::error::Result;
use serde::Serialize;
use std::collections::HashMap;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, MemberId, QueueId};
use throughline_routing::{
    AssignmentState, Place, Presence, Router, Token, WorkClass, WorkItem, WorkerKind,
};

/// A member's own work.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RoutingMe)]
pub struct Me {
    /// Whether they take work.
    pub presence: Presence,
    /// Since when, in milliseconds since 1970.
    pub presence_since: Millis,
    /// How much of them is taken.
    pub load: u64,
    /// How much of them there is.
    pub capacity: u32,
    /// What they are asked to take.
    pub offers: Vec<LiveOffer>,
    /// What they have.
    pub assignments: Vec<Held>,
}

/// Something a member is asked to take.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LiveOffer {
    /// What it is answered with.
    pub token: Token,
    /// The conversation.
    pub conversation: ConversationId,
    /// The kind of work.
    pub class: WorkClass,
    /// The queue it waits in.
    pub queue: QueueId,
    /// Since when the customer waits, in milliseconds since 1970.
    pub since: Millis,
    /// Until when it can be answered, in milliseconds since 1970.
    pub expires_at: Millis,
    /// The customer is to be called back.
    pub callback: bool,
}

/// Something a member has.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RoutingAssignment)]
pub struct Held {
    /// The conversation.
    pub conversation: ConversationId,
    /// The kind of work.
    pub class: WorkClass,
    /// How it stands.
    pub state: AssignmentState,
    /// Since when they have it, in milliseconds since 1970.
    pub since: Millis,
}

/// What supervisors see.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Board {
    /// Every queue.
    pub queues: Vec<QueueView>,
    /// Everybody who works.
    pub workers: Vec<WorkerView>,
}

/// A queue on the board.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct QueueView {
    /// Its id.
    pub id: QueueId,
    /// Its name.
    pub name: String,
    /// How many wait in it, offers under way left out.
    pub waiting: usize,
    /// Since when the first of them waits, in milliseconds since 1970.
    pub oldest_since: Option<Millis>,
    /// How long the last of them will probably go on waiting, in milliseconds; none while nobody could take it.
    pub estimate_ms: Option<Millis>,
}

/// A member, or the AI agent, on the board.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WorkerView {
    /// Whether it is a person.
    pub kind: WorkerKind,
    /// The member; nobody for the AI agent.
    pub member: Option<MemberId>,
    /// Their name; empty for the AI agent.
    pub name: String,
    /// Whether they take work.
    pub presence: Presence,
    /// Since when, in milliseconds since 1970.
    pub presence_since: Millis,
    /// How much of them is taken.
    pub load: u64,
    /// How much of them there is.
    pub capacity: u32,
    /// Their queues.
    pub queues: Vec<QueueId>,
    /// How much they are asked to take.
    pub offers: usize,
    /// How much they have.
    pub assignments: usize,
}

impl Dispatcher {
    /// A member's own work. Who is not known yet is offline.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn me(&self, member: MemberId) -> Result<Me> {
        self.look(|router| me(router, member)).await
    }

    /// All queues and workers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn board(&self) -> Result<Board> {
        let mut board = self.look(board).await?;
        let mut names = HashMap::new();
        let mut before = None;
        loop {
            let read = move |tx: &mut throughline_storage::Tx<'_>| member::list(tx, before, 100);
            let page = self.db().read(read).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            names.extend(page.into_iter().map(|member| (member.id, member.name)));
        }
        for worker in &mut board.workers {
            let name = worker.member.and_then(|member| names.remove(&member));
            worker.name = name.unwrap_or_default();
        }
        Ok(board)
    }
}

fn me(router: &Router, member: MemberId) -> Me {
    let worker = worker_of(member);
    let row = router.worker(worker);
    Me {
        presence: row.map_or(Presence::Offline, |row| row.presence),
        presence_since: row.map_or(0, |row| row.presence_since_ms),
        load: router.load(worker),
        capacity: row.map_or(0, |row| row.worker.capacity),
        offers: router.held_by(worker).filter_map(live).collect(),
        assignments: router.held_by(worker).filter_map(held).collect(),
    }
}

fn live(row: &WorkItem) -> Option<LiveOffer> {
    let offer = row.offer()?;
    Some(LiveOffer {
        token: offer.token,
        conversation: ConversationId(row.id.uuid()),
        class: row.class,
        queue: row.queue,
        since: row.since_ms,
        expires_at: offer.expires_ms,
        callback: row.callback.is_some(),
    })
}

fn held(row: &WorkItem) -> Option<Held> {
    let has = row.assignment()?;
    Some(Held {
        conversation: ConversationId(row.id.uuid()),
        class: row.class,
        state: has.state,
        since: has.since_ms,
    })
}

fn board(router: &Router) -> Board {
    let queues = router.settings().queues.iter().map(|(id, queue)| {
        let (waiting, oldest_since) = router.waiting_in(*id);
        let here = |row: &&WorkItem| row.queue == *id && row.place == Place::Waiting;
        let last = router.items().filter(here).max_by_key(|row| row.since_ms);
        QueueView {
            id: *id,
            name: queue.name.clone(),
            waiting,
            oldest_since,
            estimate_ms: last
                .and_then(|row| router.estimate(row.id))
                .and_then(|estimate| estimate.wait_ms),
        }
    });
    let workers = router.workers().map(|row| {
        let id = row.worker.id;
        WorkerView {
            kind: row.worker.kind,
            member: (id != AI_AGENT).then(|| member_of(id)),
            name: String::new(),
            presence: row.presence,
            presence_since: row.presence_since_ms,
            load: router.load(id),
            capacity: row.worker.capacity,
            queues: row.worker.queues.iter().copied().collect(),
            offers: router
                .held_by(id)
                .filter(|row| row.offer().is_some())
                .count(),
            assignments: router
                .held_by(id)
                .filter(|row| row.assignment().is_some())
                .count(),
        }
    });
    Board {
        queues: queues.collect(),
        workers: workers.collect(),
    }
}
