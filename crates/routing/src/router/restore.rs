//! From rows and back.

use super::post::{Hold, HoldKind, Post, Rules};
use super::{Piece, QueueNow, Router, Turn};
use crate::effect::{Diversion, Effect, Ignored, Release, Requeue, Withdrawal};
use crate::floor::Floor;
use crate::settings::{Settings, SettingsProblem};
use crate::snapshot::{Counters, Snapshot};
use crate::work_class::WorkClass;
use crate::work_item::{AssignmentState, Place, WorkItem};
use crate::worker::Presence;
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::id::WorkItemId;

impl Router {
    /// A router that knows nobody and nothing yet.
    ///
    /// # Errors
    /// Whatever is wrong with the settings.
    pub fn new(settings: Settings) -> Result<Self, Vec<SettingsProblem>> {
        let (workers, work) = (Vec::new(), Vec::new());
        let counters = Counters::default();
        Self::restore(Snapshot {
            settings,
            workers,
            work,
            counters,
        })
    }

    /// The router that left these rows. Apply [`crate::Event::Started`] before anything else: it puts
    /// right what does not fit together and does what was due meanwhile.
    ///
    /// # Errors
    /// Whatever is wrong with the settings.
    pub fn restore(snapshot: Snapshot) -> Result<Self, Vec<SettingsProblem>> {
        let Snapshot {
            settings,
            workers,
            work,
            counters,
        } = snapshot;
        let problems = settings.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let desks = settings.queues.keys().map(|id| (*id, QueueNow::default()));
        let mut router = Self {
            rules: rules_of(&settings),
            queues: desks.collect(),
            settings,
            counters,
            workers: BTreeMap::new(),
            work: BTreeMap::new(),
            floor: Floor::default(),
            timers: BTreeSet::new(),
            turn: Turn::default(),
        };
        for queue in router.queues.keys().copied().collect::<Vec<_>>() {
            router.open_or_close(queue);
            router.set_queue_timer(queue);
        }
        for row in workers {
            router.add_post(row);
        }
        for row in work {
            router.put_back(row);
        }
        let workers: Vec<_> = router.workers.keys().copied().collect();
        for worker in workers {
            router.refile(worker);
            router.set_worker_timer(worker);
        }
        router.turn = Turn::default();
        Ok(router)
    }

    /// Everything it knows, as rows.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            settings: self.settings.clone(),
            workers: self.workers().cloned().collect(),
            work: self.items().cloned().collect(),
            counters: self.counters.clone(),
        }
    }

    fn put_back(&mut self, mut row: WorkItem) {
        let id = row.id;
        let steps = row.first.len()
            + self
                .settings
                .queues
                .get(&row.queue)
                .map_or(1, |queue| queue.steps.len().max(1));
        row.step = row.step.min(u32::try_from(steps - 1).unwrap_or(u32::MAX));
        let token = row.offer().map_or(0, |offer| offer.token + 1);
        self.counters.next_token = self.counters.next_token.max(token);
        let held = match &row.place {
            Place::Offered(offer) => Some((
                offer.worker,
                offer.weight,
                row.step_since_ms,
                HoldKind::Offer,
            )),
            Place::Assigned(has) => {
                let kind = match has.state {
                    AssignmentState::Active => HoldKind::Active,
                    AssignmentState::Paused => HoldKind::Paused,
                    AssignmentState::WrapUp => HoldKind::WrapUp,
                };
                Some((has.worker, has.weight, has.since_ms, kind))
            }
            Place::Waiting | Place::Later { .. } => None,
        };
        let (class, waits, drains) = (row.class, row.place == Place::Waiting, row.drains);
        self.work.insert(id, Piece::new(row));
        if let Some((worker, weight, since_ms, kind)) = held
            && let Some(post) = self.workers.get_mut(&worker)
        {
            post.set_hold(
                id,
                Some(Hold {
                    class,
                    weight,
                    since_ms,
                    kind,
                }),
            );
        }
        if !waits {
            self.set_rank(id);
            self.set_item_timer(id);
            return;
        }
        self.join_line(id);
        let drained = drains.and_then(|worker| self.workers.get_mut(&worker));
        let line = self.work.get(&id).and_then(|piece| piece.line);
        match drained {
            Some(post) => {
                post.drains = Some(id);
                if let Some(line) = line.and_then(|line| self.floor.line_mut(line)) {
                    line.drains = Some(id);
                }
            }
            None => {
                if let Some(piece) = self.work.get_mut(&id) {
                    piece.row.drains = None;
                }
            }
        }
    }

    /// Puts right what rows say of workers that are not there, and looks at everybody.
    pub(super) fn start(&mut self) {
        for item in self.work.keys().copied().collect::<Vec<_>>() {
            self.put_right(item);
        }
        self.wake(None);
    }

    fn put_right(&mut self, item: WorkItemId) {
        let Some(row) = self.item(item) else {
            return;
        };
        if !self.queues.contains_key(&row.queue) {
            self.move_to_fallback(item);
        }
        let Some(row) = self.item(item) else {
            return;
        };
        let known = row
            .worker()
            .is_none_or(|worker| self.workers.contains_key(&worker));
        match &row.place {
            Place::Waiting => self.step_on(item),
            Place::Offered(_) if !known => {
                self.withdraw(item, Withdrawal::WorkerRemoved);
                self.requeue(item, Requeue::WorkerRemoved);
            }
            Place::Assigned(has) if !known && has.state == AssignmentState::WrapUp => {
                self.end_wrap_up(item);
            }
            Place::Assigned(_) if !known => {
                self.release(item, Release::WorkerRemoved);
                self.requeue(item, Requeue::WorkerRemoved);
            }
            Place::Offered(offer) => {
                let post = self.workers.get(&offer.worker);
                let there = |post: &Post| post.row.presence == Presence::Available;
                if post.is_some_and(there) {
                    self.withdraw_unless_eligible(item);
                } else {
                    self.withdraw(item, Withdrawal::NotAvailable);
                    self.requeue(item, Requeue::NotAvailable);
                }
            }
            Place::Assigned(_) | Place::Later { .. } => {}
        }
    }

    fn move_to_fallback(&mut self, item: WorkItemId) {
        let to = self.settings.fallback;
        let now_ms = self.now_ms();
        let Some(row) = self.item(item) else {
            return;
        };
        let (from, waits) = (row.queue, row.place == Place::Waiting);
        let why = Diversion::NoSuchQueue;
        self.say(Effect::Diverted {
            item,
            from,
            to,
            why,
        });
        if waits {
            self.leave_line(item);
        }
        if let Some(row) = self.row_mut(item) {
            row.queue = to;
            row.step = row
                .step
                .min(u32::try_from(row.first.len()).unwrap_or(u32::MAX));
            row.step_since_ms = now_ms;
        }
        self.set_rank(item);
        if waits {
            self.catch_up(item);
            self.join_line(item);
            self.turn.work.push_back((item, true));
        }
    }

    pub(super) fn change_settings(&mut self, settings: &Settings) {
        let problems = settings.problems();
        if !problems.is_empty() {
            self.ignore(None, Ignored::BadSettings(problems));
            return;
        }
        let snapshot = Snapshot {
            settings: settings.clone(),
            ..self.snapshot()
        };
        let turn = std::mem::take(&mut self.turn);
        match Self::restore(snapshot) {
            Ok(router) => *self = router,
            Err(problems) => self.ignore(None, Ignored::BadSettings(problems)),
        }
        self.turn = turn;
        for worker in self.workers.keys().copied().collect::<Vec<_>>() {
            self.balance(worker);
            self.refile(worker);
        }
        self.start();
    }
}

fn rules_of(settings: &Settings) -> Rules {
    let mut rules = WorkClass::ALL.iter().map(|class| settings.class(*class));
    std::array::from_fn(|at| {
        rules
            .next()
            .unwrap_or_else(|| settings.class(WorkClass::ALL[at]))
    })
}
