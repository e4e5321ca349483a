//! The router's rows and its log.

use crate::Setup;
use crate::error::{Error, Result};
use crate::queries::routing as queries;
use crate::routing::promise::{self, Promise};
use crate::routing::{ai_agent, entries, member_of};
use serde_json::json;
use std::collections::BTreeSet;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, QueueId, WorkItemId, WorkerId};
use throughline_routing::{
    AssignmentState, Counters, Effect, Event, Outcome, Place, Queue, Router, Settings, Snapshot,
    WorkItem, WorkerRow,
};
use throughline_storage::{Hint, Tx, params};

/// An event with everything that follows from it, to become durable together.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    /// The number of the last event that was known.
    known: i64,
    at: Millis,
    event: Event,
    work: Vec<(WorkItemId, Option<WorkItem>)>,
    workers: Vec<(WorkerId, Option<WorkerRow>)>,
    promises: Vec<Promise>,
    counters: Counters,
    settings: Settings,
    effects: Vec<Effect>,
}

impl Decided {
    pub(super) fn new(
        known: i64,
        at: Millis,
        event: Event,
        router: &Router,
        outcome: &Outcome,
    ) -> Self {
        let items = outcome.changed_work.iter();
        let workers = outcome.changed_workers.iter();
        Self {
            known,
            at,
            promises: promise::promises(router, &event, outcome),
            event,
            work: items.map(|id| (*id, router.item(*id).cloned())).collect(),
            workers: workers
                .map(|id| (*id, router.worker(*id).cloned()))
                .collect(),
            counters: router.counters().clone(),
            settings: router.settings().clone(),
            effects: outcome.effects.clone(),
        }
    }
}

/// The number of the last event; none before the first router.
pub(super) fn log_number(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    Ok(tx.optional(&queries::LOG_NUMBER, params![], |row| row.get("log_number"))?)
}

/// What the router is restored from, and the number of the last event in it. The first time there is one queue.
pub(super) fn load(tx: &mut Tx<'_>, setup: &Setup) -> Result<(Snapshot, i64)> {
    let counters = json!(Counters::default());
    tx.execute(&queries::FIRST_COUNTERS, params![counters])?;
    let (number, counters) = tx.one(&queries::COUNTERS, params![], |row| {
        Ok((row.get("log_number")?, row.json("counters")?))
    })?;
    let queue = QueueId(setup.clock.new_id());
    let usual = Settings::with_queue(queue, Queue::named("support"));
    tx.execute(&queries::FIRST_SETTINGS, params![json!(usual)])?;
    let snapshot = Snapshot {
        settings: tx.one(&queries::SETTINGS, params![], |row| row.json("settings"))?,
        workers: tx.all(&queries::WORKERS, params![], |row| row.json("worker"))?,
        work: tx.all(&queries::ITEMS, params![], |row| row.json("item"))?,
        counters,
    };
    Ok((snapshot, number))
}

/// Makes it durable. False when another process has decided since; then nothing was done.
pub(super) fn commit(tx: &mut Tx<'_>, setup: &Setup, decided: &Decided) -> Result<bool> {
    let counters = stored(&decided.counters)?;
    if tx.execute(&queries::NEXT_NUMBER, params![decided.known, counters])? == 0 {
        return Ok(false);
    }
    let event = stored(&decided.event)?;
    tx.execute(&queries::LOG, params![decided.known + 1, event, decided.at])?;
    if matches!(decided.event, Event::SettingsChanged(_)) {
        tx.execute(&queries::SET_SETTINGS, params![stored(&decided.settings)?])?;
        tx.execute(&queries::LISTEN, params![])?;
    }
    for (id, row) in &decided.workers {
        match row {
            Some(row) => tx.execute(&queries::PUT_WORKER, params![id.uuid(), stored(row)?])?,
            None => tx.execute(&queries::DROP_WORKER, params![id.uuid()])?,
        };
    }
    let agent_goes = matches!(decided.event, Event::WorkerRemoved { .. });
    for (id, row) in &decided.work {
        if setup.agent || agent_goes {
            ai_agent::keep(tx, *id, row.as_ref())?;
        }
        match row {
            Some(row) => {
                let listens = listens(row, &decided.settings);
                tx.execute(
                    &queries::PUT_ITEM,
                    params![id.uuid(), stored(row)?, listens],
                )?
            }
            None => tx.execute(&queries::DROP_ITEM, params![id.uuid()])?,
        };
    }
    for promise in &decided.promises {
        promise::keep(tx, promise)?;
    }
    entries::release(tx, setup, &decided.event)?;
    for effect in &decided.effects {
        // No entry tells of it, and whoever waits wants to know.
        if let Effect::Queued { item, .. } = effect {
            let conversation = ConversationId(item.uuid());
            tx.hint(Hint::Changed { conversation });
        }
        entries::write(tx, setup, effect, &decided.event, &decided.settings)?;
    }
    let rows = decided.workers.iter().map(|(id, _)| *id);
    let concerned = decided.effects.iter().filter_map(Effect::worker);
    for worker in rows.chain(concerned).collect::<BTreeSet<_>>() {
        let member = member_of(worker);
        tx.hint(Hint::Member { member });
    }
    Ok(true)
}

/// Whether a message of its customer changes anything for this work: it ends a wrap-up, or a silence that would end the
/// wait.
fn listens(row: &WorkItem, settings: &Settings) -> bool {
    match &row.place {
        Place::Assigned(has) => has.state == AssignmentState::WrapUp,
        Place::Waiting | Place::Offered(_) => {
            let queue = settings.queues.get(&row.queue);
            queue.is_none_or(|queue| queue.silence_ms.is_some())
        }
        Place::Later { .. } => true,
    }
}

/// The log after event `after`: number, event and time of each.
pub(super) fn events(
    tx: &mut Tx<'_>,
    after: i64,
    limit: usize,
) -> Result<Vec<(i64, Event, Millis)>> {
    Ok(tx.all(&queries::EVENTS, params![after, limit], |row| {
        Ok((row.get("number")?, row.json("event")?, row.get("at")?))
    })?)
}

fn stored(what: &impl serde::Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(what)
        .map_err(|error| Error::Conflict(format!("this cannot be stored: {error}")))
}
