//! Who works: humans and AI agents alike.

use crate::skill::Skills;
use crate::work_class::WorkClass;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::id::{QueueId, WorkerId};
use throughline_model::words;

words! {
    /// What a worker is.
    WorkerKind {
        /// A member at the desk.
        Human = "human",
        /// An AI agent.
        Ai = "ai",
    }
}

words! {
    /// What a worker says about being there.
    Presence {
        /// Takes work.
        Available = "available",
        /// There, and takes nothing new.
        Busy = "busy",
        /// Not at the desk.
        Away = "away",
        /// Logged out, or the connection is lost.
        Offline = "offline",
        /// Finishes what was said, and takes nothing new.
        WrapUp = "wrap_up",
    }
}

/// A worker, as settings know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// Who.
    pub id: WorkerId,
    /// Human or AI.
    pub kind: WorkerKind,
    /// The queues this worker serves.
    pub queues: BTreeSet<QueueId>,
    /// What this worker can do.
    pub skills: Skills,
    /// How much work fits at a time, in the units of [`crate::ClassRule::weight`].
    pub capacity: u32,
    /// Weights that differ for this worker, such as a call for an AI agent, which takes many.
    #[serde(default)]
    pub weights: BTreeMap<WorkClass, u32>,
    /// Kinds of work this worker does not take.
    #[serde(default)]
    pub refuses: BTreeSet<WorkClass>,
    /// Takes what it is offered without being asked, as AI agents do.
    #[serde(default)]
    pub takes_at_once: bool,
    /// How many offers may ring at a time.
    pub offers_at_once: u32,
}

impl Worker {
    /// A human with the usual capacity of 100, one offer at a time.
    pub fn human(id: WorkerId) -> Self {
        Self {
            id,
            kind: WorkerKind::Human,
            queues: BTreeSet::new(),
            skills: Skills::new(),
            capacity: 100,
            weights: BTreeMap::new(),
            refuses: BTreeSet::new(),
            takes_at_once: false,
            offers_at_once: 1,
        }
    }

    /// An AI agent with room for `at_once` calls or more of anything lighter.
    pub fn ai(id: WorkerId, at_once: u32) -> Self {
        Self {
            kind: WorkerKind::Ai,
            capacity: at_once.saturating_mul(100),
            takes_at_once: true,
            offers_at_once: u32::MAX,
            ..Self::human(id)
        }
    }
}
