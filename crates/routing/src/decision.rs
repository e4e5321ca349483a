//! Why somebody got something.

use crate::requirement::Need;
use crate::work_class::WorkClass;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;
use throughline_model::conversation::Priority;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};
use throughline_model::words;

/// How many of those who came close a decision names; the others are counted.
pub(crate) const NAMED: usize = 4;

words! {
    /// The rule by which work and worker came together.
    Rule {
        /// Work came while workers were free: an AI agent before people, then who can do least else, then
        /// the least loaded, then whom the queues miss least, then who has gone longest without new work.
        BestWorker = "best_worker",
        /// A worker became free while work waited: what is due first.
        DueFirst = "due_first",
        /// The worker was kept free for it.
        Drained = "drained",
        /// A supervisor decided.
        Override = "override",
        /// The worker took it.
        Taken = "taken",
    }
}

/// A decision with its reasons, as it stands in the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What was handed out.
    pub item: WorkItemId,
    /// When.
    pub at_ms: Millis,
    /// By which rule.
    pub rule: Rule,
    /// To whom.
    pub worker: Standing,
    /// What kind of work it is.
    pub class: WorkClass,
    /// Its queue.
    pub queue: QueueId,
    /// The step it was at.
    pub step: u32,
    /// What that step asks.
    pub need: Need,
    /// How urgent it is.
    pub priority: Priority,
    /// Since when the customer waits.
    pub since_ms: Millis,
    /// When it should be served by.
    pub deadline_ms: Millis,
    /// Its place in line: since when the customer waits, plus the target of the queue, less the head start of
    /// its priority. Lower goes first.
    pub rank_ms: Millis,
    /// Workers who could have had it and stood behind, best first, at most four.
    pub runners_up: Vec<Standing>,
    /// Work this worker could have had that is due later, at most four, one of each line.
    pub left_waiting: Vec<InLine>,
    /// Everybody who meets the need, counted by why they did or did not come into question.
    pub tally: Tally,
    /// Who was passed over because they declined or missed it, and until when.
    pub not_again: BTreeMap<WorkerId, Millis>,
}

/// How a worker compares with others; lower goes first, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Standing {
    /// A person. AI agents are asked first: they answer at once, and people stay free for what only people
    /// can do.
    #[serde(default)]
    pub human: bool,
    /// How many queues and skills the worker has: whoever can do little else is asked first.
    pub breadth: u32,
    /// The share of capacity that is taken, in thousandths.
    pub load: u32,
    /// How much the queues of the worker would miss them: the sum over these queues of 100,000 divided
    /// by how many are free there. Whoever is missed least is asked first, so that every queue keeps
    /// somebody free.
    pub missed: u32,
    /// When the worker last got or finished something, or came to the desk.
    pub idle_since_ms: Millis,
    /// Who.
    pub worker: WorkerId,
}

/// Work that waits, with its place in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InLine {
    /// Lower goes first.
    pub rank_ms: Millis,
    /// What.
    pub item: WorkItemId,
}

/// How many workers meet a need, by what they were doing when it was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Free to take it.
    pub free: u32,
    /// Available, and without room for it or not taking this kind of work.
    pub full: u32,
    /// Being offered something else.
    pub ringing: u32,
    /// Kept free for something else.
    pub draining: u32,
    /// There, and taking nothing new.
    pub busy: u32,
    /// In wrap-up by their own word.
    pub wrap_up: u32,
    /// Away.
    pub away: u32,
    /// Offline.
    pub offline: u32,
}

impl Tally {
    /// How many there are.
    pub fn all(&self) -> u32 {
        self.present() + self.away + self.offline
    }

    /// How many of them are at the desk.
    pub fn present(&self) -> u32 {
        self.free + self.full + self.ringing + self.draining + self.busy + self.wrap_up
    }
}
