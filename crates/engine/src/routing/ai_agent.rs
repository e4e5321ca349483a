//! The AI agent as a worker: what it takes, and whether it takes anything new.
//!
//! It is asked before people wherever it serves the queue, has the skills and has room. What it is assigned it is woken
//! for ([`crate::agent::wake`]) in the transaction of the assignment, and it acts only while the work is its own.

use super::dispatcher::Ask;
use super::worker::{MOST_CAPACITY, queues_exist, skills_are_levels, within};
use super::{Dispatcher, News, Presence, worker_of};
use crate::error::{Error, Result};
use crate::queries::routing as queries;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, MemberId, QueueId, WorkItemId, WorkerId};
use throughline_routing::{Event, Level, Router, Skill, WorkClass, WorkItem, Worker};
use throughline_storage::{Hint, Tx, params};
use uuid::Uuid;

/// The worker that the AI agent is. An installation has one.
pub(super) const AI_AGENT: WorkerId =
    WorkerId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_a1a1));
/// How many calls at a time it has room for, or more of anything lighter, unless something else is set.
const CALLS_AT_ONCE: u32 = 10_000;

/// The worker that a member is.
///
/// # Errors
/// [`Error::NotFound`] for the AI agent's id: it is no member.
pub(super) fn person(member: MemberId) -> Result<WorkerId> {
    match worker_of(member) {
        AI_AGENT => Err(Error::not_found("worker", member)),
        worker => Ok(worker),
    }
}

/// What the AI agent takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSettings {
    /// The queues it serves, by id.
    pub queues: BTreeSet<QueueId>,
    /// What it can do, each from 1 (a little) to 10. Languages are skills like `language:de`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u8>)]
    pub skills: BTreeMap<Skill, Level>,
    /// How much work fits at a time. With the usual weights a chat takes 25.
    #[serde(default = "usual_capacity")]
    pub capacity: u32,
    /// Kinds of work it does not take.
    #[serde(default)]
    pub refuses: BTreeSet<WorkClass>,
}

fn usual_capacity() -> u32 {
    CALLS_AT_ONCE * 100
}

/// The AI agent as it stands.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AgentView {
    /// Whether it takes new work.
    pub presence: Presence,
    /// Since when, in milliseconds since 1970.
    pub presence_since: Millis,
    /// How many conversations it has.
    pub assignments: usize,
    /// What it takes.
    #[serde(flatten)]
    pub settings: AgentSettings,
}

/// Whether the AI agent has a conversation. Asks the database alone.
///
/// # Errors
/// When the database fails.
pub(crate) fn has_agent(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<bool> {
    let has = tx.optional(&queries::HAS_AGENT, params![conversation], |row| {
        row.get("with_agent")
    })?;
    Ok(has.unwrap_or(false))
}

/// The case says whether the AI agent has it.
pub(super) fn keep(tx: &mut Tx<'_>, item: WorkItemId, row: Option<&WorkItem>) -> Result<()> {
    let conversation = ConversationId(item.uuid());
    let has = row.and_then(WorkItem::assignment);
    let with_agent = has.is_some_and(|has| has.worker == AI_AGENT);
    if tx.execute(&queries::WITH_AGENT, params![conversation, with_agent])? > 0 {
        tx.hint(Hint::Changed { conversation });
    }
    Ok(())
}

impl Dispatcher {
    /// The AI agent is a worker where the installation has one.
    pub(super) async fn hear_of_agent(&self) -> Result<()> {
        let known = self.look(|router| {
            let presence = router.worker(AI_AGENT).map(|row| row.presence);
            let queues = router.settings().queues.keys().copied();
            (presence, queues.collect::<BTreeSet<_>>())
        });
        match (self.setup().agent, known.await?) {
            (true, (None, queues)) => {
                let new = Worker {
                    queues,
                    ..Worker::ai(AI_AGENT, CALLS_AT_ONCE)
                };
                self.tell(Event::WorkerChanged(new)).await?;
                self.begin().await
            }
            // It was brought in and never began.
            (true, (Some(Presence::Offline), _)) => self.begin().await,
            (false, (Some(_), _)) => {
                let gone = Event::WorkerRemoved { worker: AI_AGENT };
                self.tell(gone).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// The AI agent begins to work. What is people's, and has been since before there was a worker like it, is not for it.
    async fn begin(&self) -> Result<()> {
        let items = self.look(|router| router.items().map(|row| row.id).collect::<Vec<_>>());
        for item in items.await? {
            let news = News::Conversation {
                id: ConversationId(item.uuid()),
                with: None,
            };
            self.decide(&Ask::News(news)).await?;
        }
        self.set_agent_presence(Presence::Available).await
    }

    /// The AI agent serves queues that are new, until somebody says otherwise.
    pub(super) async fn agent_serves(&self, new: BTreeSet<QueueId>) -> Result<()> {
        let known = self.look(|router| router.worker(AI_AGENT).map(|row| row.worker.clone()));
        match known.await? {
            Some(mut worker) if !new.is_empty() => {
                worker.queues.extend(new);
                self.tell(Event::WorkerChanged(worker)).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// How the AI agent stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the installation has none.
    pub async fn agent(&self) -> Result<AgentView> {
        self.look(view)
            .await?
            .ok_or_else(|| Error::not_found("AI agent", "of this installation"))
    }

    /// Sets what the AI agent takes. What it has it keeps.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the installation has none, [`Error::Invalid`] when it cannot be.
    pub async fn set_agent(&self, settings: AgentSettings) -> Result<()> {
        self.agent().await?;
        let changed = move |router: &Router| -> Result<Worker> {
            queues_exist(router, &settings.queues)?;
            skills_are_levels(&settings.skills)?;
            within(settings.capacity, MOST_CAPACITY * 1_000, "capacity")?;
            Ok(Worker {
                queues: settings.queues,
                skills: settings.skills,
                capacity: settings.capacity,
                refuses: settings.refuses,
                ..Worker::ai(AI_AGENT, CALLS_AT_ONCE)
            })
        };
        let worker = self.look(changed).await??;
        self.tell(Event::WorkerChanged(worker)).await.map(drop)
    }

    /// Whether the AI agent takes new work: available or away. What it has it keeps.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the installation has none, [`Error::Invalid`] for anything a person would be.
    pub async fn set_agent_presence(&self, presence: Presence) -> Result<()> {
        if !matches!(presence, Presence::Available | Presence::Away) {
            return Err(Error::invalid("presence", "give available or away"));
        }
        self.agent().await?;
        let worker = AI_AGENT;
        let event = Event::PresenceChanged { worker, presence };
        self.tell(event).await.map(drop)
    }
}

fn view(router: &Router) -> Option<AgentView> {
    let row = router.worker(AI_AGENT)?;
    let worker = &row.worker;
    Some(AgentView {
        presence: row.presence,
        presence_since: row.presence_since_ms,
        assignments: router.held_by(AI_AGENT).count(),
        settings: AgentSettings {
            queues: worker.queues.clone(),
            skills: worker.skills.clone(),
            capacity: worker.capacity,
            refuses: worker.refuses.clone(),
        },
    })
}
