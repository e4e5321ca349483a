//! What the router is told.

use crate::settings::Settings;
use crate::skill::Skills;
use crate::work_item::{Token, Work};
use crate::worker::{Presence, Worker, WorkerKind};
use serde::{Deserialize, Serialize};
use throughline_model::clock::Millis;
use throughline_model::conversation::Priority;
use throughline_model::id::{MemberId, QueueId, WorkItemId, WorkerId};

/// Something that happened. An event about something the router does not know, or that comes too late,
/// changes nothing and is answered with [`crate::Effect::Ignored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The router was restored: everything is looked at once.
    Started,
    /// Time has passed. What is due is done before any other event, too.
    Timer,
    /// Settings are others now. Costs a look at everything that waits.
    SettingsChanged(Box<Settings>),
    /// A worker is new, or has other queues, skills or capacity. New ones are offline.
    WorkerChanged(Worker),
    /// A worker is gone for good; what they had goes back in line.
    WorkerRemoved {
        /// Who.
        worker: WorkerId,
    },
    /// A worker says whether they take work.
    PresenceChanged {
        /// Who.
        worker: WorkerId,
        /// What they say.
        presence: Presence,
    },
    /// Nothing is heard of a worker: as if they had gone offline.
    ConnectionLost {
        /// Who.
        worker: WorkerId,
    },
    /// Work has come.
    Arrived(Work),
    /// What is known about a piece of work is different now.
    Changed {
        /// Which.
        item: WorkItemId,
        /// What is different.
        change: Change,
    },
    /// A worker takes what they were offered.
    Accepted {
        /// What.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
        /// The token of the offer.
        token: Token,
    },
    /// A worker does not take what they were offered.
    Declined {
        /// What.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
        /// The token of the offer.
        token: Token,
    },
    /// A worker takes what waits, unasked. Skills and queues do not matter, room does.
    Taken {
        /// What.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
    },
    /// A worker is done with it.
    Finished {
        /// What.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
    },
    /// A worker needs no more time for what is finished.
    WrapUpOver {
        /// What.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
    },
    /// A worker puts it off.
    Snoozed {
        /// What.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
        /// Until when.
        until_ms: Millis,
    },
    /// It is handed on.
    Transferred {
        /// What.
        item: WorkItemId,
        /// The worker who hands it on; they must have it. Nobody when the system or a supervisor does.
        by: Option<WorkerId>,
        /// To whom.
        to: TransferTo,
        /// What the next one should know.
        note: String,
    },
    /// A supervisor decides who gets it, whatever skills, queues and presence say. Capacity is kept:
    /// without room the worker gets nothing else until there is.
    Overridden {
        /// What.
        item: WorkItemId,
        /// Who gets it.
        worker: WorkerId,
        /// Who decided.
        by: MemberId,
        /// Why.
        note: String,
    },
    /// The customer would rather be called back, by a human: the work is a call from now on.
    CallbackRequested {
        /// What.
        item: WorkItemId,
        /// At an agreed time; nothing to keep the place in line, or to go back to it with the clock it has.
        at_ms: Option<Millis>,
    },
    /// The customer is not to be called back any more: they were reached, or want it no longer. Whoever has it keeps it
    /// as the call it is; from the line it goes on as what it came as.
    CallbackOver {
        /// What.
        item: WorkItemId,
    },
    /// A worker called back and nobody answered.
    CallbackUnanswered {
        /// What.
        item: WorkItemId,
        /// Who called.
        worker: WorkerId,
    },
    /// The customer showed a sign of life.
    CustomerHeard {
        /// What.
        item: WorkItemId,
    },
    /// The customer hung up or closed the chat before anybody took it.
    CustomerLeft {
        /// What.
        item: WorkItemId,
    },
    /// The work is not wanted any more, wherever it stands.
    Cancelled {
        /// What.
        item: WorkItemId,
    },
}

/// To whom work is handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferTo {
    /// One worker, for [`Settings::transfer_ms`]; then the queue it is in takes over. Work that goes to a person is for
    /// no AI agent any more.
    Worker(WorkerId),
    /// Another queue, or the same one again.
    Queue(QueueId),
    /// A human of that queue (of its own, if none is named), and no AI agent any more.
    Human(Option<QueueId>),
    /// An AI agent, for [`Settings::transfer_ms`]; then the queue it is in takes over.
    Ai,
}

/// What is different about a piece of work; nothing for what stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// The skills asked for; the steps of the queue begin anew.
    pub wanted: Option<Skills>,
    /// Only humans, or only AI agents; `Some(None)` for whoever.
    pub only: Option<Option<WorkerKind>>,
}

/// An event with its time: a line of the log that a router can be replayed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// When it was told.
    pub at_ms: Millis,
    /// What.
    pub event: Event,
}
