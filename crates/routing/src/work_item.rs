//! What is handed out, and where each piece stands. These are rows: what is stored, and what a router
//! is restored from.

use crate::requirement::Step;
use crate::skill::Skills;
use crate::work_class::WorkClass;
use crate::worker::WorkerKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;
use throughline_model::conversation::Priority;
use throughline_model::id::{MemberId, QueueId, WorkItemId, WorkerId};
use throughline_model::words;

/// The number of one offer. Each is higher than all before it, so whoever holds an old one can be told
/// from who holds the live one: a fencing token.
pub type Token = u64;

/// A piece of work as it arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Which.
    pub id: WorkItemId,
    /// What kind.
    pub class: WorkClass,
    /// Where it is to wait.
    pub queue: QueueId,
    /// The skills the customer's request asks for.
    #[serde(default)]
    pub wanted: Skills,
    /// How urgent it is.
    pub priority: Priority,
    /// Only humans, or only AI agents, at every step.
    #[serde(default)]
    pub only: Option<WorkerKind>,
    /// Who served this customer last, waited for as long as [`crate::Queue::affinity_ms`] says.
    #[serde(default)]
    pub last_worker: Option<WorkerId>,
    /// When the customer began to wait, if that was before now.
    #[serde(default)]
    pub since_ms: Option<Millis>,
    /// A worker has it already, such as one who writes to a customer first. Without room it waits for
    /// them like a transfer.
    #[serde(default)]
    pub taken_by: Option<WorkerId>,
    /// The customer is to be called back: it is a call then, whatever it came as.
    #[serde(default)]
    pub callback: Option<Callback>,
}

impl Work {
    /// Work of normal priority that asks for no skills and came just now.
    pub fn new(id: WorkItemId, class: WorkClass, queue: QueueId) -> Self {
        Self {
            id,
            class,
            queue,
            wanted: Skills::new(),
            priority: Priority::Normal,
            only: None,
            last_worker: None,
            since_ms: None,
            taken_by: None,
            callback: None,
        }
    }
}

/// A piece of work the router knows of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    /// Which.
    pub id: WorkItemId,
    /// What kind.
    pub class: WorkClass,
    /// The queue it belongs to.
    pub queue: QueueId,
    /// The skills the customer's request asks for.
    pub wanted: Skills,
    /// How urgent it is.
    pub priority: Priority,
    /// Only humans, or only AI agents, at every step.
    pub only: Option<WorkerKind>,
    /// Steps before those of the queue: the last agent, the target of a transfer.
    pub first: Vec<Step>,
    /// When the router first heard of it.
    pub arrived_ms: Millis,
    /// Since when the customer waits: the clock by which it is served. Declining, handing over and
    /// losing an agent keep it; coming back from a snooze or to an agreed time starts it anew.
    pub since_ms: Millis,
    /// Until when an AI agent served the customer. What the queue promises counts from then; the place in
    /// line does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_ms: Option<Millis>,
    /// Which step it is at, counted through [`WorkItem::first`] and on through those of the queue.
    pub step: u32,
    /// Since when, as the steps are timed; a late tick does not make a step longer.
    pub step_since_ms: Millis,
    /// Who is not to be offered it again, and until when.
    pub not_again: BTreeMap<WorkerId, Millis>,
    /// The customer's last sign of life.
    pub heard_ms: Millis,
    /// The customer is to be called back.
    pub callback: Option<Callback>,
    /// What kind of work it came as, where it is a call only because the customer is to be called back.
    #[serde(default)]
    pub came_as: Option<WorkClass>,
    /// Who gets nothing new until there is room for this.
    pub drains: Option<WorkerId>,
    /// The supervisor who decided who gets it.
    pub overridden_by: Option<MemberId>,
    /// It has waited past its target, and that was said.
    pub overdue: bool,
    /// Where it stands.
    pub place: Place,
}

/// A customer who is to be called back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// How often it was tried.
    pub attempts: u32,
    /// When; nothing for when it is their turn.
    #[serde(default)]
    pub at_ms: Option<Millis>,
}

/// Where a piece of work stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In line.
    Waiting,
    /// Put off; it comes back by itself.
    Later {
        /// When.
        until_ms: Millis,
        /// Who had it, and is asked first when it comes back.
        worker: Option<WorkerId>,
    },
    /// Somebody is being asked.
    Offered(Offer),
    /// Somebody has it.
    Assigned(Assignment),
}

/// A leased reservation of somebody's capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Who is asked.
    pub worker: WorkerId,
    /// The token that an answer must name.
    pub token: Token,
    /// How much of the worker it reserves.
    pub weight: u32,
    /// When it ends; an answer at this very moment is too late.
    pub expires_ms: Millis,
}

/// The accepted outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Who has it.
    pub worker: WorkerId,
    /// How much of the worker it takes.
    pub weight: u32,
    /// Since when.
    pub since_ms: Millis,
    /// Whether it is worked on.
    pub state: AssignmentState,
    /// When wrap-up ends, in that state.
    pub until_ms: Option<Millis>,
}

words! {
    /// Whether assigned work is worked on.
    AssignmentState {
        /// It is.
        Active = "active",
        /// It stands aside for what interrupted it, and takes no capacity meanwhile.
        Paused = "paused",
        /// It is done, and the worker is left alone with it a little longer.
        WrapUp = "wrap_up",
    }
}

impl WorkItem {
    /// Who is asked for it or has it.
    pub fn worker(&self) -> Option<WorkerId> {
        match &self.place {
            Place::Offered(offer) => Some(offer.worker),
            Place::Assigned(assignment) => Some(assignment.worker),
            Place::Waiting | Place::Later { .. } => None,
        }
    }

    /// The assignment, when somebody has it.
    pub fn assignment(&self) -> Option<&Assignment> {
        match &self.place {
            Place::Assigned(assignment) => Some(assignment),
            _ => None,
        }
    }

    /// The offer, when somebody is asked.
    pub fn offer(&self) -> Option<&Offer> {
        match &self.place {
            Place::Offered(offer) => Some(offer),
            _ => None,
        }
    }
}
