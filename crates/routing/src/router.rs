//! The router: what it knows, and the one way in.

mod answer;
mod callback;
mod estimate;
mod hand_out;
mod laws;
mod line_up;
mod move_on;
mod people;
mod post;
mod restore;
mod timer;

pub use estimate::Estimate;
pub use laws::Violation;

use crate::effect::{Effect, Ignored, Outcome};
use crate::event::{Event, Recorded};
use crate::floor::{Floor, LineId};
use crate::settings::Settings;
use crate::snapshot::{Counters, WorkerRow};
use crate::work_item::{Offer, WorkItem};
use post::{Post, Rules};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};
use timer::TimerOf;

/// Who gets which work. See the [crate] for how it is used.
#[derive(Clone, Debug)]
pub struct Router {
    settings: Settings,
    rules: Rules,
    counters: Counters,
    workers: BTreeMap<WorkerId, Post>,
    work: BTreeMap<WorkItemId, Piece>,
    queues: BTreeMap<QueueId, QueueNow>,
    floor: Floor,
    timers: BTreeSet<(Millis, TimerOf)>,
    turn: Turn,
}

/// A piece of work, with what follows from its row.
#[derive(Clone, Debug)]
struct Piece {
    row: WorkItem,
    deadline_ms: Millis,
    rank_ms: Millis,
    line: Option<LineId>,
    timer_ms: Option<Millis>,
}

/// A queue at work.
#[derive(Clone, Debug, Default)]
struct QueueNow {
    /// Closed, and nothing is offered until it opens.
    held: bool,
    /// What waits, by its clock.
    waiting: BTreeSet<(Millis, WorkItemId)>,
    timer_ms: Option<Millis>,
}

/// What one event has led to so far, and what is still to be looked at.
#[derive(Clone, Debug, Default)]
struct Turn {
    outcome: Outcome,
    /// Work that somebody may be free for, and whether to say so if nobody is.
    work: VecDeque<(WorkItemId, bool)>,
    /// Workers who may be free for something.
    workers: BTreeSet<WorkerId>,
    /// Lines somebody may have to be kept free for.
    lines: BTreeSet<LineId>,
    handed_out: usize,
}

impl Router {
    /// Takes note of an event and does what follows, first of all what is due by `now_ms`
    /// (milliseconds since the epoch; never back). Costs microseconds, however many work or wait; a
    /// change of settings costs a look at everything.
    pub fn apply(&mut self, event: &Event, now_ms: Millis) -> Outcome {
        self.counters.now_ms = self.counters.now_ms.max(now_ms);
        self.fire_timers();
        self.settle();
        self.take_in(event);
        self.settle();
        let mut outcome = std::mem::take(&mut self.turn).outcome;
        outcome.next_timer_ms = self.next_timer_ms();
        outcome
    }

    /// Applies a log, in order. From the same snapshot the same log leads to the same state, always.
    pub fn replay(&mut self, log: &[Recorded]) {
        for recorded in log {
            self.apply(&recorded.event, recorded.at_ms);
        }
    }

    fn take_in(&mut self, event: &Event) {
        match event {
            Event::Started => self.start(),
            Event::Timer => {}
            Event::SettingsChanged(settings) => self.change_settings(settings),
            Event::WorkerChanged(worker) => self.change_worker(worker),
            Event::WorkerRemoved { worker } => self.remove_worker(*worker),
            Event::PresenceChanged { worker, presence } => self.set_presence(*worker, *presence),
            Event::ConnectionLost { worker } => self.lose_connection(*worker),
            Event::Arrived(work) => self.arrive(work),
            Event::Changed { item, change } => self.change_item(*item, change),
            Event::Accepted {
                item,
                worker,
                token,
            } => self.accept(*item, *worker, *token),
            Event::Declined {
                item,
                worker,
                token,
            } => self.decline(*item, *worker, *token),
            Event::Taken { item, worker } => self.take(*item, *worker),
            Event::Finished { item, worker } => self.finish(*item, *worker),
            Event::WrapUpOver { item, worker } => self.end_wrap_up_early(*item, *worker),
            Event::Snoozed {
                item,
                worker,
                until_ms,
            } => self.snooze(*item, *worker, *until_ms),
            Event::Transferred { item, by, to, note } => self.transfer(*item, *by, to, note),
            Event::Overridden {
                item,
                worker,
                by,
                note,
            } => {
                self.override_with(*item, *worker, *by, note);
            }
            Event::CallbackRequested { item, at_ms } => self.request_callback(*item, *at_ms),
            Event::CallbackOver { item } => self.end_callback(*item),
            Event::CallbackUnanswered { item, worker } => self.miss_callback(*item, *worker),
            Event::CustomerHeard { item } => self.hear(*item),
            Event::CustomerLeft { item } => self.leave(*item),
            Event::Cancelled { item } => self.cancel(*item),
        }
    }

    /// What is set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time of the last event.
    pub fn now_ms(&self) -> Millis {
        self.counters.now_ms
    }

    /// What is counted; a row to be stored with every outcome.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// One piece of work; nothing when it is gone.
    pub fn item(&self, id: WorkItemId) -> Option<&WorkItem> {
        self.work.get(&id).map(|piece| &piece.row)
    }

    /// All work, by id.
    pub fn items(&self) -> impl Iterator<Item = &WorkItem> {
        self.work.values().map(|piece| &piece.row)
    }

    /// When a piece of work should be served by.
    pub fn deadline_ms(&self, id: WorkItemId) -> Option<Millis> {
        self.work.get(&id).map(|piece| piece.deadline_ms)
    }

    /// By when its queue promises to serve a piece of work; nothing where it promises nothing.
    pub fn promised_ms(&self, id: WorkItemId) -> Option<Millis> {
        let piece = self.work.get(&id)?;
        self.target_of(&piece.row).map(|_| piece.deadline_ms)
    }

    /// One worker.
    pub fn worker(&self, id: WorkerId) -> Option<&WorkerRow> {
        self.workers.get(&id).map(|post| &post.row)
    }

    /// All workers, by id.
    pub fn workers(&self) -> impl Iterator<Item = &WorkerRow> {
        self.workers.values().map(|post| &post.row)
    }

    /// What a worker is asked for or has.
    pub fn held_by(&self, worker: WorkerId) -> impl Iterator<Item = &WorkItem> {
        let holds = self.workers.get(&worker).map(|post| post.holds.keys());
        let ids = holds.into_iter().flatten();
        ids.filter_map(|id| self.item(*id))
    }

    /// The weight of what a worker works on now. Never more than the capacity they had when they got it.
    pub fn load(&self, worker: WorkerId) -> u64 {
        self.workers.get(&worker).map_or(0, Post::active)
    }

    /// The live offer of a piece of work.
    pub fn offer(&self, item: WorkItemId) -> Option<&Offer> {
        self.item(item).and_then(WorkItem::offer)
    }

    /// How many wait in a queue, and since when the first of them does.
    pub fn waiting_in(&self, queue: QueueId) -> (usize, Option<Millis>) {
        let Some(desk) = self.queues.get(&queue) else {
            return (0, None);
        };
        let oldest = desk.waiting.first().map(|(since_ms, _)| *since_ms);
        (desk.waiting.len(), oldest)
    }

    /// When [`Event::Timer`] is due; it may be overdue when there is more to do than fits one event.
    pub fn next_timer_ms(&self) -> Option<Millis> {
        self.timers.first().map(|(at_ms, _)| *at_ms)
    }

    fn say(&mut self, effect: Effect) {
        self.turn.outcome.effects.push(effect);
    }

    fn ignore(&mut self, item: Option<WorkItemId>, why: Ignored) {
        self.say(Effect::Ignored { item, why });
    }

    fn touch(&mut self, item: WorkItemId) {
        self.turn.outcome.changed_work.insert(item);
    }

    fn touch_worker(&mut self, worker: WorkerId) {
        self.turn.outcome.changed_workers.insert(worker);
    }

    /// The row, marked as changed.
    fn row_mut(&mut self, item: WorkItemId) -> Option<&mut WorkItem> {
        self.touch(item);
        self.work.get_mut(&item).map(|piece| &mut piece.row)
    }
}
