//! What follows from an event: what is stored, said and done.

use crate::decision::{Decision, Tally};
use crate::event::TransferTo;
use crate::requirement::Need;
use crate::settings::SettingsProblem;
use crate::work_item::{Assignment, Offer, Token};
use crate::worker::Presence;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use throughline_model::clock::Millis;
use throughline_model::id::{MemberId, QueueId, WorkItemId, WorkerId};
use throughline_model::words;

/// Everything that follows from one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What happened, in order.
    pub effects: Vec<Effect>,
    /// Work whose row is different now: [`crate::Router::item`] has the row, or nothing when it is gone.
    pub changed_work: BTreeSet<WorkItemId>,
    /// Workers whose row is different now: [`crate::Router::worker`] has it, or nothing.
    pub changed_workers: BTreeSet<WorkerId>,
    /// When [`crate::Event::Timer`] is due at the latest. It may be due at once: work that takes long is
    /// done in parts, so that nothing waits behind it.
    pub next_timer_ms: Option<Millis>,
}

/// One thing that happened. Serialised it is the body of a timeline entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Effect {
    /// Work stands in line; nobody could be offered it.
    Queued {
        /// What.
        item: WorkItemId,
        /// Where.
        queue: QueueId,
        /// At which step.
        step: u32,
        /// What is asked there.
        need: Need,
        /// When it should be served by.
        deadline_ms: Millis,
        /// Why nobody could be offered it.
        tally: Tally,
        /// The queue is closed and it is offered to nobody until it opens.
        held: bool,
    },
    /// It moved to a later step.
    Stepped {
        /// What.
        item: WorkItemId,
        /// The step it is at now.
        step: u32,
        /// What is asked there.
        need: Need,
    },
    /// Somebody is asked.
    Offered {
        /// What.
        item: WorkItemId,
        /// To whom, by what token and until when.
        #[serde(flatten)]
        offer: Offer,
        /// Why them.
        decision: Box<Decision>,
    },
    /// An offer ended without an answer that counts.
    Withdrawn {
        /// What.
        item: WorkItemId,
        /// Who was asked.
        worker: WorkerId,
        /// The offer's token.
        token: Token,
        /// Why.
        why: Withdrawal,
    },
    /// Somebody has it.
    Assigned {
        /// What.
        item: WorkItemId,
        /// To whom, and how much of them it takes.
        #[serde(flatten)]
        assignment: Assignment,
        /// The token under which it was taken.
        token: Token,
        /// Why them; nothing when they accepted an offer, which says it.
        decision: Option<Box<Decision>>,
        /// The supervisor who decided it.
        overridden_by: Option<MemberId>,
    },
    /// Assigned work stands aside for what interrupted it.
    Paused {
        /// What.
        item: WorkItemId,
        /// Whose.
        worker: WorkerId,
    },
    /// It goes on.
    Resumed {
        /// What.
        item: WorkItemId,
        /// Whose.
        worker: WorkerId,
    },
    /// An assignment ended.
    Released {
        /// What.
        item: WorkItemId,
        /// Whose it was.
        worker: WorkerId,
        /// Why.
        why: Release,
        /// Until when the worker is left alone with it.
        wrap_up_until_ms: Option<Millis>,
    },
    /// The worker can take other work again.
    WrappedUp {
        /// What.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
    },
    /// It is back in line, with the clock it had.
    Requeued {
        /// What.
        item: WorkItemId,
        /// Why.
        why: Requeue,
        /// Since when the customer waits.
        since_ms: Millis,
    },
    /// It was handed on.
    Transferred {
        /// What.
        item: WorkItemId,
        /// By whom.
        by: Option<WorkerId>,
        /// To whom.
        to: TransferTo,
        /// What the next one should know.
        note: String,
    },
    /// A supervisor decided who gets it.
    Overridden {
        /// What.
        item: WorkItemId,
        /// Who gets it.
        worker: WorkerId,
        /// Who decided.
        by: MemberId,
        /// Why.
        note: String,
        /// There is no room yet; the worker gets nothing else until there is.
        waits: bool,
    },
    /// It went to another queue than it came for.
    Diverted {
        /// What.
        item: WorkItemId,
        /// Where it came for.
        from: QueueId,
        /// Where it went.
        to: QueueId,
        /// Why.
        why: Diversion,
    },
    /// It was turned away; the router knows nothing of it.
    Refused {
        /// What.
        item: WorkItemId,
        /// The queue, which is closed.
        queue: QueueId,
        /// When it opens, if that is within a year.
        opens_ms: Option<Millis>,
    },
    /// A worker gets nothing new until there is room for this.
    Draining {
        /// Who.
        worker: WorkerId,
        /// For what.
        item: WorkItemId,
    },
    /// The worker is as free as before.
    DrainOver {
        /// Who.
        worker: WorkerId,
        /// For what it was.
        item: WorkItemId,
    },
    /// It was put off.
    PutOff {
        /// What.
        item: WorkItemId,
        /// Until when.
        until_ms: Millis,
        /// The customer is called back then.
        callback: bool,
    },
    /// The customer is called back when it is their turn; the place in line is kept.
    CallbackKept {
        /// What.
        item: WorkItemId,
    },
    /// Nobody answered the call back.
    CallbackUnanswered {
        /// What.
        item: WorkItemId,
        /// Who called.
        worker: WorkerId,
        /// How often it was tried by now.
        attempts: u32,
        /// How often it is tried at most.
        most: u32,
    },
    /// It is gone: nobody waits any more.
    Gone {
        /// What.
        item: WorkItemId,
        /// Why.
        why: Departure,
        /// How long the customer had waited, in milliseconds.
        waited_ms: Millis,
    },
    /// It has waited past its queue's target.
    Overdue {
        /// What.
        item: WorkItemId,
        /// When it should have been served by.
        deadline_ms: Millis,
    },
    /// The router changed somebody's presence.
    PresenceSet {
        /// Who.
        worker: WorkerId,
        /// To what.
        presence: Presence,
        /// How many offers in a row they missed.
        missed: u32,
    },
    /// The event changed nothing.
    Ignored {
        /// What it was about, if about work.
        item: Option<WorkItemId>,
        /// Why.
        why: Ignored,
    },
}

impl Effect {
    /// The work it is about.
    pub fn item(&self) -> Option<WorkItemId> {
        match self {
            Self::Queued { item, .. }
            | Self::Stepped { item, .. }
            | Self::Offered { item, .. }
            | Self::Withdrawn { item, .. }
            | Self::Assigned { item, .. }
            | Self::Paused { item, .. }
            | Self::Resumed { item, .. }
            | Self::Released { item, .. }
            | Self::WrappedUp { item, .. }
            | Self::Requeued { item, .. }
            | Self::Transferred { item, .. }
            | Self::Overridden { item, .. }
            | Self::Diverted { item, .. }
            | Self::Refused { item, .. }
            | Self::Draining { item, .. }
            | Self::DrainOver { item, .. }
            | Self::PutOff { item, .. }
            | Self::CallbackKept { item }
            | Self::CallbackUnanswered { item, .. }
            | Self::Gone { item, .. }
            | Self::Overdue { item, .. } => Some(*item),
            Self::Ignored { item, .. } => *item,
            Self::PresenceSet { .. } => None,
        }
    }

    /// The worker whose own work is different now: what they are asked, what they have, whether they take work.
    pub fn worker(&self) -> Option<WorkerId> {
        match self {
            Self::Offered { offer, .. } => Some(offer.worker),
            Self::Assigned { assignment, .. } => Some(assignment.worker),
            Self::Withdrawn { worker, .. }
            | Self::Paused { worker, .. }
            | Self::Resumed { worker, .. }
            | Self::Released { worker, .. }
            | Self::WrappedUp { worker, .. }
            | Self::PresenceSet { worker, .. } => Some(*worker),
            _ => None,
        }
    }
}

words! {
    /// Why an offer ended.
    Withdrawal {
        /// The worker said no.
        Declined = "declined",
        /// The worker did not answer in time.
        Missed = "missed",
        /// The worker takes nothing new any more.
        NotAvailable = "not_available",
        /// The worker was removed.
        WorkerRemoved = "worker_removed",
        /// The worker is not who is asked for any more.
        NotEligible = "not_eligible",
        /// The work went elsewhere: transferred, decided by a supervisor, or put off.
        Moved = "moved",
        /// The customer left, or the work is not wanted any more.
        Gone = "gone",
    }
}

words! {
    /// Why an assignment ended.
    Release {
        /// It is done.
        Finished = "finished",
        /// It was put off.
        Snoozed = "snoozed",
        /// It was handed on.
        Transferred = "transferred",
        /// A supervisor gave it to somebody else.
        Overridden = "overridden",
        /// The customer is to be called back.
        Callback = "callback",
        /// The customer did not answer the call back.
        Unanswered = "unanswered",
        /// The worker was offline for too long.
        Offline = "offline",
        /// The worker was removed.
        WorkerRemoved = "worker_removed",
        /// The work is not wanted any more.
        Cancelled = "cancelled",
    }
}

words! {
    /// Why work is back in line.
    Requeue {
        /// The offer was declined.
        Declined = "declined",
        /// The offer was not answered.
        Missed = "missed",
        /// Whoever was asked takes nothing new any more.
        NotAvailable = "not_available",
        /// Whoever was asked is not who is asked for any more.
        NotEligible = "not_eligible",
        /// Whoever had it was offline for too long.
        Offline = "offline",
        /// Whoever was asked or had it was removed.
        WorkerRemoved = "worker_removed",
        /// It was handed on.
        Transferred = "transferred",
        /// It is a supervisor's decision, and there is no room yet.
        Overridden = "overridden",
        /// The time until which it was put off has come.
        Due = "due",
        /// The customer is to be called back when it is their turn.
        Callback = "callback",
        /// The customer is not to be called back any more.
        CalledOff = "called_off",
    }
}

words! {
    /// Why work went to another queue.
    Diversion {
        /// The queue is closed.
        Closed = "closed",
        /// There is no such queue.
        NoSuchQueue = "no_such_queue",
    }
}

words! {
    /// Why work is gone.
    Departure {
        /// The customer left.
        Left = "left",
        /// Nothing was heard of the customer for too long.
        Silent = "silent",
        /// The customer never answered the calls back.
        Unreachable = "unreachable",
        /// It is not wanted any more.
        Cancelled = "cancelled",
    }
}

/// Why an event changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Ignored {
    /// No such work.
    #[error("this work is not known here any more")]
    UnknownItem,
    /// No such worker.
    #[error("this worker is not known here")]
    UnknownWorker,
    /// Work of that id is here already.
    #[error("this work has arrived before")]
    KnownItem,
    /// The offer is over, or somebody else's.
    #[error("this offer is over")]
    StaleOffer {
        /// The token of the live offer of that work, if there is one.
        live: Option<Token>,
        /// Who is asked or has it now.
        worker: Option<WorkerId>,
    },
    /// Somebody else has it, or nobody.
    #[error("this work is not yours (any more)")]
    NotHeld {
        /// Who has it now.
        worker: Option<WorkerId>,
    },
    /// The worker is offline.
    #[error("this worker is offline")]
    WorkerOffline,
    /// The worker's whole capacity is too small for it.
    #[error("this work is too large for this worker")]
    TooLarge,
    /// The worker has no room for it now.
    #[error("there is no room for this beside your other work")]
    NoRoom,
    /// Nothing to change: it is so already, or it is too late.
    #[error("nothing to change")]
    NothingToDo,
    /// The settings cannot be used.
    #[error("these settings cannot be used")]
    BadSettings(Vec<SettingsProblem>),
}
