//! Workers who come, go and change.

use super::Router;
use super::post::{HoldKind, Post};
use crate::effect::{Ignored, Release, Requeue, Withdrawal};
use crate::floor::Rank;
use crate::snapshot::WorkerRow;
use crate::work_item::WorkItem;
use crate::worker::{Presence, Worker};
use std::collections::BTreeSet;
use throughline_model::id::{WorkItemId, WorkerId};

impl Router {
    pub(super) fn change_worker(&mut self, worker: &Worker) {
        let now_ms = self.now_ms();
        let id = worker.id;
        match self.workers.get(&id).map(|post| post.row.worker == *worker) {
            Some(true) => {
                self.ignore(None, Ignored::NothingToDo);
                return;
            }
            Some(false) => self.change_known_worker(worker),
            None => {
                let row = WorkerRow {
                    worker: worker.clone(),
                    presence: Presence::Offline,
                    presence_since_ms: now_ms,
                    idle_since_ms: now_ms,
                    missed: 0,
                };
                self.add_post(row);
            }
        }
        self.touch_worker(id);
        self.may_be_free(id);
    }

    pub(super) fn add_post(&mut self, row: WorkerRow) {
        let id = row.worker.id;
        let crew = self.floor.join_crew(&row.worker);
        self.workers.insert(id, Post::new(row, crew));
        self.refile(id);
    }

    fn change_known_worker(&mut self, worker: &Worker) {
        let id = worker.id;
        let crew = self.floor.join_crew(worker);
        let Some(post) = self.workers.get_mut(&id) else {
            return;
        };
        let old = post.spot.take();
        self.floor.move_worker(id, old.as_ref(), None);
        self.floor.leave_crew(post.crew);
        post.crew = crew;
        post.row.worker = worker.clone();
        self.refile(id);
        self.balance(id);
        for item in self.holds_of(id, HoldKind::Offer) {
            self.withdraw_unless_eligible(item);
        }
        // A smaller capacity or another skill may make keeping this one free pointless.
        if let Some(item) = self.workers.get(&id).and_then(|post| post.drains) {
            let row = self.item(item);
            let still = row.is_some_and(|row| {
                let post = self.workers.get(&id);
                let fits = post.is_some_and(|post| post.ever_fits(row.class, &self.rules));
                let refuses = worker.refuses.contains(&row.class) && row.overridden_by.is_none();
                fits && !refuses && self.step_at(row, row.step).need.is_met_by(worker)
            });
            if !still {
                self.end_drain(item);
            }
        }
    }

    fn holds_of(&self, worker: WorkerId, kind: HoldKind) -> Vec<WorkItemId> {
        let Some(post) = self.workers.get(&worker) else {
            return Vec::new();
        };
        let holds = post.holds.iter().filter(|(_, hold)| hold.kind == kind);
        holds.map(|(item, _)| *item).collect()
    }

    pub(super) fn remove_worker(&mut self, worker: WorkerId) {
        if !self.workers.contains_key(&worker) {
            self.ignore(None, Ignored::UnknownWorker);
            return;
        }
        self.stop_working(worker, Presence::Offline, true);
        // What is paused first, so that nothing is resumed on the way out.
        let paused = self.holds_of(worker, HoldKind::Paused);
        let active = self.holds_of(worker, HoldKind::Active);
        for item in paused.into_iter().chain(active) {
            self.release(item, Release::WorkerRemoved);
            self.requeue(item, Requeue::WorkerRemoved);
        }
        let Some(post) = self.workers.remove(&worker) else {
            return;
        };
        if let Some(at_ms) = post.timer_ms {
            self.timers
                .remove(&(at_ms, super::timer::TimerOf::Worker(worker)));
        }
        self.floor.move_worker(worker, post.spot.as_ref(), None);
        self.floor.leave_crew(post.crew);
        self.turn.workers.remove(&worker);
        self.touch_worker(worker);
    }

    pub(super) fn set_presence(&mut self, worker: WorkerId, presence: Presence) {
        match self.worker(worker).map(|row| row.presence) {
            None => self.ignore(None, Ignored::UnknownWorker),
            Some(now) if now == presence => self.ignore(None, Ignored::NothingToDo),
            Some(_) => self.change_presence(worker, presence),
        }
    }

    pub(super) fn lose_connection(&mut self, worker: WorkerId) {
        self.set_presence(worker, Presence::Offline);
    }

    pub(super) fn change_presence(&mut self, worker: WorkerId, presence: Presence) {
        if presence == Presence::Available {
            let now_ms = self.now_ms();
            if let Some(post) = self.workers.get_mut(&worker) {
                post.row.presence = presence;
                post.row.presence_since_ms = now_ms;
                post.row.idle_since_ms = now_ms;
                post.row.missed = 0;
            }
            self.touch_worker(worker);
            self.set_worker_timer(worker);
            self.may_be_free(worker);
        } else {
            self.stop_working(worker, presence, false);
        }
    }

    /// A worker takes nothing new any more; offline they also keep nothing for long.
    fn stop_working(&mut self, worker: WorkerId, presence: Presence, removed: bool) {
        let now_ms = self.now_ms();
        let Some(post) = self.workers.get_mut(&worker) else {
            return;
        };
        post.row.presence = presence;
        post.row.presence_since_ms = now_ms;
        let drained_for = post.drains;
        self.touch_worker(worker);
        self.refile(worker);
        let (withdrawal, requeue) = match removed {
            true => (Withdrawal::WorkerRemoved, Requeue::WorkerRemoved),
            false => (Withdrawal::NotAvailable, Requeue::NotAvailable),
        };
        for item in self.holds_of(worker, HoldKind::Offer) {
            self.withdraw(item, withdrawal);
            self.requeue(item, requeue);
        }
        let overridden = |row: &WorkItem| row.overridden_by.is_some();
        if let Some(item) = drained_for
            && (presence == Presence::Offline || !self.item(item).is_some_and(overridden))
        {
            self.end_drain(item);
        }
        if presence == Presence::Offline {
            for item in self.holds_of(worker, HoldKind::WrapUp) {
                self.end_wrap_up(item);
            }
            self.stop_waiting_for(worker);
            if !removed {
                self.release_offline(worker);
            }
        }
        self.set_worker_timer(worker);
    }

    /// Work that waits for a worker who is not coming goes on to its next step.
    fn stop_waiting_for(&mut self, worker: WorkerId) {
        let Some(post) = self.workers.get(&worker) else {
            return;
        };
        let lines = post.lines.iter().filter_map(|line| self.floor.line(*line));
        // By due time, not by numbers of lines, which are not the same after a restart.
        let items: BTreeSet<Rank> = lines.flat_map(|line| line.items.iter().copied()).collect();
        for (_, item) in items {
            self.step_on(item);
        }
    }

    /// Gives away what an offline worker has kept for as long as its kind allows.
    pub(super) fn release_offline(&mut self, worker: WorkerId) {
        let now_ms = self.now_ms();
        let Some(post) = self.workers.get(&worker) else {
            return;
        };
        if post.row.presence != Presence::Offline {
            return;
        }
        let since_ms = post.row.presence_since_ms;
        let over = post.holds.iter().filter(|(_, hold)| {
            let keep_ms = self.rules[hold.class.index()].keep_offline_ms;
            keep_ms.is_some_and(|keep_ms| since_ms + keep_ms <= now_ms)
        });
        for item in over.map(|(item, _)| *item).collect::<Vec<_>>() {
            self.release(item, Release::Offline);
            self.requeue(item, Requeue::Offline);
        }
    }
}
