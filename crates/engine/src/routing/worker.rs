//! What a member takes: their queues, skills and how much at a time.

use super::ai_agent::person;
use super::{Dispatcher, worker_of};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::id::{MemberId, QueueId};
use throughline_routing::{Event, Level, Router, Skill, TOP_LEVEL, WorkClass, Worker};

/// The most a member may be set to hold at a time, in the units of capacity; the usual is 100.
pub(super) const MOST_CAPACITY: u32 = 10_000;
/// The most offers that may ring for one member.
const MOST_OFFERS: u32 = 20;

/// What a member takes. What is left out is as usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerSettings {
    /// The queues they serve, by id.
    pub queues: BTreeSet<QueueId>,
    /// What they can do, each from 1 (a little) to 10. Languages are skills like `language:de`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u8>)]
    pub skills: BTreeMap<Skill, Level>,
    /// How much work fits at a time. With the usual 100 and weights: one call, or four chats.
    #[serde(default = "usual_capacity")]
    pub capacity: u32,
    /// How many offers may ring at a time.
    #[serde(default = "usual_offers")]
    pub offers_at_once: u32,
    /// Kinds of work they do not take.
    #[serde(default)]
    pub refuses: BTreeSet<WorkClass>,
}

fn usual_capacity() -> u32 {
    100
}

fn usual_offers() -> u32 {
    1
}

impl WorkerSettings {
    fn of(worker: &Worker) -> Self {
        Self {
            queues: worker.queues.clone(),
            skills: worker.skills.clone(),
            capacity: worker.capacity,
            offers_at_once: worker.offers_at_once,
            refuses: worker.refuses.clone(),
        }
    }

    fn check(&self, router: &Router) -> Result<()> {
        queues_exist(router, &self.queues)?;
        skills_are_levels(&self.skills)?;
        within(self.capacity, MOST_CAPACITY, "capacity")?;
        within(self.offers_at_once, MOST_OFFERS, "offers_at_once")
    }
}

pub(super) fn queues_exist(router: &Router, queues: &BTreeSet<QueueId>) -> Result<()> {
    let known = &router.settings().queues;
    match queues.iter().find(|id| !known.contains_key(id)) {
        Some(unknown) => Err(Error::invalid(
            "queues",
            format!("there is no queue {unknown}"),
        )),
        None => Ok(()),
    }
}

pub(super) fn skills_are_levels(skills: &BTreeMap<Skill, Level>) -> Result<()> {
    let wrong = |level: &Level| !(1..=TOP_LEVEL).contains(level);
    match skills.iter().find(|(_, level)| wrong(level)) {
        Some((skill, level)) => Err(Error::invalid(
            "skills",
            format!("'{skill}' has level {level}; levels go from 1 to {TOP_LEVEL}"),
        )),
        None => Ok(()),
    }
}

pub(super) fn within(value: u32, most: u32, field: &'static str) -> Result<()> {
    match (1..=most).contains(&value) {
        true => Ok(()),
        false => Err(Error::invalid(field, format!("give 1 to {most}"))),
    }
}

impl Dispatcher {
    /// What a member takes.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they are no worker.
    pub async fn worker(&self, member: MemberId) -> Result<WorkerSettings> {
        let worker = person(member)?;
        self.hear_of(member).await?;
        let read = move |router: &Router| {
            let row = router.worker(worker);
            row.map(|row| WorkerSettings::of(&row.worker))
        };
        let found = self.look(read).await?;
        found.ok_or_else(|| Error::not_found("worker", member))
    }

    /// Sets what a member takes. What they have stays theirs; what they are offered and do not take any more goes to
    /// others.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they are no worker, [`Error::Invalid`] when it cannot be.
    pub async fn set_worker(&self, member: MemberId, settings: WorkerSettings) -> Result<()> {
        self.worker(member).await?;
        let changed = move |router: &Router| -> Result<Worker> {
            settings.check(router)?;
            let row = router.worker(worker_of(member));
            let row = row.ok_or_else(|| Error::not_found("worker", member))?;
            Ok(Worker {
                queues: settings.queues,
                skills: settings.skills,
                capacity: settings.capacity,
                offers_at_once: settings.offers_at_once,
                refuses: settings.refuses,
                ..row.worker.clone()
            })
        };
        let worker = self.look(changed).await??;
        self.tell(Event::WorkerChanged(worker)).await.map(drop)
    }
}
