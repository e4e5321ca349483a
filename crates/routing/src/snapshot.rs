//! Everything a router knows, as rows.

use crate::settings::Settings;
use crate::work_class::WorkClass;
use crate::work_item::{Token, WorkItem};
use crate::worker::{Presence, Worker};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;
use throughline_model::id::QueueId;

/// What is stored between two lives of a router. The order of rows does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What is set.
    pub settings: Settings,
    /// Who works.
    pub workers: Vec<WorkerRow>,
    /// What is to be done.
    pub work: Vec<WorkItem>,
    /// The rest.
    pub counters: Counters,
}

/// What a router counts. It is a row of its own, written with every outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The token of the next offer. It must never go back.
    pub next_token: Token,
    /// The time of the last event. Time does not go back for a router.
    pub now_ms: Millis,
    /// How long one piece of work takes by queue and kind, in milliseconds, recent ones counting most.
    pub handle_ms: BTreeMap<QueueId, BTreeMap<WorkClass, Millis>>,
}

/// A worker and how they are doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerRow {
    /// Who, and what they can do.
    pub worker: Worker,
    /// Whether they take work.
    pub presence: Presence,
    /// Since when.
    pub presence_since_ms: Millis,
    /// When they last got or finished something, or came to the desk.
    pub idle_since_ms: Millis,
    /// How many offers in a row they missed.
    pub missed: u32,
}
