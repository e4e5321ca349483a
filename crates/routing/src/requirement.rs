//! What work asks of whoever gets it: ordered steps, each with an end, each usually asking less.
//!
//! *Last agent for 30 seconds, then Spanish at 3 and billing for a minute, then anyone in the queue*
//! is three steps. Affinity, skills and overflow are all this one thing.

use crate::skill::{Level, Skills, covers};
use crate::worker::{Worker, WorkerKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkerId};
use throughline_model::words;

/// What one step asks. Whatever is left empty is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Need {
    /// This worker and nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// A human, or an AI agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<WorkerKind>,
    /// A member of one of these queues.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub queues: BTreeSet<QueueId>,
    /// Each of these skills, at this level or above.
    #[serde(default, skip_serializing_if = "Skills::is_empty")]
    pub skills: Skills,
}

impl Need {
    /// Whether a worker is who is asked for.
    pub fn is_met_by(&self, worker: &Worker) -> bool {
        self.worker.is_none_or(|only| only == worker.id)
            && self.kind.is_none_or(|kind| kind == worker.kind)
            && (self.queues.is_empty() || !self.queues.is_disjoint(&worker.queues))
            && covers(&worker.skills, &self.skills)
    }
}

/// One step: what is asked, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is asked.
    pub need: Need,
    /// How long until the next step; the last one has no end, whatever stands here.
    pub lasts_ms: Option<Millis>,
}

words! {
    /// Which of the skills that a customer's request asks for a step of a queue still insists on.
    Keep {
        /// All of them.
        All = "all",
        /// Languages only.
        Languages = "languages",
        /// None.
        Nothing = "nothing",
    }
}

/// A step as a queue writes it down, before it is known what one customer asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueStep {
    /// How long it lasts; nothing for as long as it takes.
    pub lasts_ms: Option<Millis>,
    /// Which of the asked-for skills still count.
    pub keep: Keep,
    /// By how much less of those skills will do; 1 is always the least.
    #[serde(default)]
    pub lowered_by: Level,
    /// Skills that the queue itself asks for.
    #[serde(default)]
    pub skills: Skills,
    /// Members of these queues are asked as well: overflow.
    #[serde(default)]
    pub also: BTreeSet<QueueId>,
    /// Only humans, or only AI agents.
    #[serde(default)]
    pub kind: Option<WorkerKind>,
}

impl QueueStep {
    /// Anyone in the queue who has all that is asked for, for as long as it takes.
    pub fn everything() -> Self {
        Self {
            lasts_ms: None,
            keep: Keep::All,
            lowered_by: 0,
            skills: Skills::new(),
            also: BTreeSet::new(),
            kind: None,
        }
    }

    /// The step for a request that asks for `wanted` in `queue`.
    pub fn for_request(&self, queue: QueueId, wanted: &Skills) -> Step {
        let mut skills: Skills = wanted
            .iter()
            .filter(|(skill, _)| match self.keep {
                Keep::All => true,
                Keep::Languages => skill.is_language(),
                Keep::Nothing => false,
            })
            .map(|(skill, level)| (skill.clone(), level.saturating_sub(self.lowered_by).max(1)))
            .collect();
        for (skill, least) in &self.skills {
            let level = skills.entry(skill.clone()).or_insert(*least);
            *level = (*level).max(*least);
        }
        let mut queues = self.also.clone();
        queues.insert(queue);
        Step {
            need: Need {
                worker: None,
                kind: self.kind,
                queues,
                skills,
            },
            lasts_ms: self.lasts_ms,
        }
    }
}
