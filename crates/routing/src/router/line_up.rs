//! Coming in, standing in line, and what a step asks.

use super::callback::as_it_came;
use super::{Piece, Router};
use crate::effect::{Diversion, Effect, Ignored, Requeue, Withdrawal};
use crate::event::Change;
use crate::floor::LineKey;
use crate::requirement::{Need, QueueStep, Step};
use crate::settings::WhenClosed;
use crate::work_class::WorkClass;
use crate::work_item::{Place, Work, WorkItem};
use crate::worker::{Presence, WorkerKind};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};

impl Router {
    pub(super) fn arrive(&mut self, work: &Work) {
        if self.work.contains_key(&work.id) {
            self.ignore(Some(work.id), Ignored::KnownItem);
            return;
        }
        let now_ms = self.now_ms();
        // Business hours are those of people.
        let closed = !self.settings.is_open(work.queue, now_ms);
        let (queue, open) = match closed && self.ai_could_take(work) {
            true => (work.queue, true),
            false => {
                let queue = self.resolve_queue(work.id, work.queue);
                (queue, self.settings.is_open(queue, now_ms))
            }
        };
        let rule = self.settings.queues.get(&queue);
        let refuses = !open && rule.is_some_and(|queue| queue.when_closed == WhenClosed::Refuse);
        if refuses && work.callback.is_none() {
            let calendar = self.settings.calendar_of(queue);
            let opens_ms = calendar.and_then(|calendar| calendar.opens_at(now_ms));
            self.say(Effect::Refused {
                item: work.id,
                queue,
                opens_ms,
            });
            return;
        }
        let affinity_ms = rule.map_or(0, |queue| queue.affinity_ms);
        let last = work.last_worker.filter(|_| affinity_ms > 0);
        let first = match work.taken_by {
            Some(worker) => Some(self.step_for(worker)),
            None => last.map(|worker| one_worker(worker, Some(affinity_ms))),
        };
        let called = work.callback.is_some();
        let first = first.filter(|step| !called || self.is_for_humans(step));
        let row = WorkItem {
            id: work.id,
            class: if called { WorkClass::Call } else { work.class },
            queue,
            wanted: work.wanted.clone(),
            priority: work.priority,
            only: if called {
                Some(WorkerKind::Human)
            } else {
                work.only
            },
            first: first.into_iter().collect(),
            arrived_ms: now_ms,
            since_ms: work.since_ms.unwrap_or(now_ms).min(now_ms),
            served_ms: None,
            step: 0,
            step_since_ms: now_ms,
            not_again: BTreeMap::new(),
            heard_ms: now_ms,
            callback: work.callback,
            came_as: called.then_some(work.class),
            drains: None,
            overridden_by: None,
            overdue: false,
            place: Place::Waiting,
        };
        let id = row.id;
        self.work.insert(id, Piece::new(row));
        self.touch(id);
        // Nobody is turned away who is to be called: they are once somebody is there.
        let callback = work.callback;
        let due_ms = callback.and_then(|one| one.at_ms.or(refuses.then_some(now_ms)));
        if let Some(at_ms) = due_ms {
            self.put_off(id, self.open_from(queue, at_ms), work.taken_by);
            return;
        }
        self.catch_up(id);
        self.join_line(id);
        match work.taken_by {
            Some(worker) if self.keeps_from_taking(id, worker).is_none() => self.take(id, worker),
            _ => self.turn.work.push_back((id, true)),
        }
    }

    /// Whether an AI agent is free that some step of the work's own queue asks.
    fn ai_could_take(&self, work: &Work) -> bool {
        let is_peoples = work.only == Some(WorkerKind::Human) || work.callback.is_some();
        if is_peoples || work.taken_by.is_some() {
            return false;
        }
        let everything = [QueueStep::everything()];
        let Some(queue) = self.settings.queues.get(&work.queue) else {
            return false;
        };
        let steps: &[QueueStep] = match queue.steps.is_empty() {
            true => &everything,
            false => &queue.steps,
        };
        let needs: Vec<Need> = steps
            .iter()
            .map(|step| step.for_request(work.queue, &work.wanted).need)
            .collect();
        let mut ai = self.workers.values().filter(|post| !post.is_human());
        ai.any(|post| {
            post.may_be_asked(work.class, &self.rules)
                && needs.iter().any(|need| need.is_met_by(&post.row.worker))
        })
    }

    /// The queue that takes what comes for another: one that exists, and that does not send it on.
    pub(super) fn resolve_queue(&mut self, item: WorkItemId, wanted: QueueId) -> QueueId {
        let now_ms = self.now_ms();
        let mut queue = wanted;
        if !self.settings.queues.contains_key(&queue) {
            let to = self.settings.fallback;
            let why = Diversion::NoSuchQueue;
            self.say(Effect::Diverted {
                item,
                from: queue,
                to,
                why,
            });
            queue = to;
        }
        // Queues that send work round in a circle keep it where it came for.
        for _ in 0..self.settings.queues.len() {
            let rule = self
                .settings
                .queues
                .get(&queue)
                .map(|queue| &queue.when_closed);
            let Some(WhenClosed::Divert(to)) = rule else {
                break;
            };
            if self.settings.is_open(queue, now_ms) {
                break;
            }
            let (to, why) = (*to, Diversion::Closed);
            self.say(Effect::Diverted {
                item,
                from: queue,
                to,
                why,
            });
            queue = to;
        }
        queue
    }

    /// Back in line, with the clock it has.
    pub(super) fn requeue(&mut self, item: WorkItemId, why: Requeue) {
        let Some(row) = self.row_mut(item) else {
            return;
        };
        row.place = Place::Waiting;
        as_it_came(row);
        let since_ms = row.since_ms;
        self.say(Effect::Requeued {
            item,
            why,
            since_ms,
        });
        self.catch_up(item);
        self.join_line(item);
        self.turn.work.push_back((item, true));
    }

    pub(super) fn join_line(&mut self, item: WorkItemId) {
        self.set_rank(item);
        let Some(piece) = self.work.get(&item) else {
            return;
        };
        let row = &piece.row;
        let need = self.step_at(row, row.step).need;
        let only_worker = need.worker;
        let key = LineKey {
            queue: row.queue,
            class: row.class,
            need,
        };
        let (rank_ms, queue, since_ms) = (piece.rank_ms, row.queue, row.since_ms);
        let held = self.queues.get(&queue).is_some_and(|desk| desk.held);
        let line = self.floor.join_line(key, (rank_ms, item), held);
        if let Some(post) = only_worker.and_then(|worker| self.workers.get_mut(&worker)) {
            post.lines.insert(line);
        }
        if let Some(desk) = self.queues.get_mut(&queue) {
            desk.waiting.insert((since_ms, item));
        }
        if let Some(piece) = self.work.get_mut(&item) {
            piece.line = Some(line);
        }
        self.set_item_timer(item);
    }

    /// Out of the line; nobody is kept free for it any more.
    pub(super) fn leave_line(&mut self, item: WorkItemId) {
        self.end_drain(item);
        let Some(piece) = self.work.get_mut(&item) else {
            return;
        };
        let Some(line) = piece.line.take() else {
            return;
        };
        let rank = (piece.rank_ms, item);
        let (queue, since_ms) = (piece.row.queue, piece.row.since_ms);
        let only_worker = self.floor.line(line).and_then(|line| line.key.need.worker);
        self.floor.leave_line(line, rank);
        if let Some(desk) = self.queues.get_mut(&queue) {
            desk.waiting.remove(&(since_ms, item));
        }
        if self.floor.line(line).is_none()
            && let Some(post) = only_worker.and_then(|worker| self.workers.get_mut(&worker))
        {
            post.lines.remove(&line);
        }
        self.drop_item_timer(item);
    }

    /// How long work of this row may wait, if its queue says so.
    pub(super) fn target_of(&self, row: &WorkItem) -> Option<Millis> {
        self.settings.queues.get(&row.queue)?.target_ms
    }

    /// Sets the deadline, and the place in line that follows from it.
    pub(super) fn set_rank(&mut self, item: WorkItemId) {
        let Some(piece) = self.work.get(&item) else {
            return;
        };
        let row = &piece.row;
        let target_ms = self.target_of(row).unwrap_or(self.settings.usual_target_ms);
        let calendar = self.settings.calendar_of(row.queue);
        let after = |from_ms: Millis| match calendar {
            Some(calendar) => calendar.after_open_time(from_ms, target_ms),
            None => from_ms.saturating_add(target_ms),
        };
        let from_ms = row
            .served_ms
            .map_or(row.since_ms, |at_ms| at_ms.max(row.since_ms));
        let deadline_ms = after(from_ms);
        let head_start_ms = self.settings.head_start_ms.get(&row.priority).copied();
        let rank_ms = after(row.since_ms).saturating_sub(head_start_ms.unwrap_or(0));
        if let Some(piece) = self.work.get_mut(&item) {
            piece.deadline_ms = deadline_ms;
            piece.rank_ms = rank_ms;
        }
    }

    fn queue_steps(&self, queue: QueueId) -> &[QueueStep] {
        self.settings
            .queues
            .get(&queue)
            .map_or(&[], |queue| &queue.steps)
    }

    fn last_step(&self, row: &WorkItem) -> u32 {
        let steps = row.first.len() + self.queue_steps(row.queue).len().max(1);
        u32::try_from(steps - 1).unwrap_or(u32::MAX)
    }

    /// What a step asks, and for how long.
    pub(super) fn step_at(&self, row: &WorkItem, at: u32) -> Step {
        let at = at as usize;
        if let Some(step) = row.first.get(at) {
            return step.clone();
        }
        let steps = self.queue_steps(row.queue);
        let everything = QueueStep::everything();
        let step = steps
            .get(at - row.first.len())
            .or(steps.last())
            .unwrap_or(&everything);
        let mut step = step.for_request(row.queue, &row.wanted);
        if row.only.is_some() {
            step.need.kind = row.only;
        }
        step
    }

    /// When the step that waiting work is at ends.
    pub(super) fn step_ends_ms(&self, row: &WorkItem) -> Option<Millis> {
        if row.step >= self.last_step(row) {
            return None;
        }
        let lasts_ms = match row.first.get(row.step as usize) {
            Some(step) => step.lasts_ms,
            None => {
                let at = row.step as usize - row.first.len();
                self.queue_steps(row.queue).get(at)?.lasts_ms
            }
        };
        Some(row.step_since_ms.saturating_add(lasts_ms?))
    }

    /// Whether nobody can meet a step: its worker is gone, or it asks for those this work is not for.
    fn is_moot(&self, row: &WorkItem) -> bool {
        let at = row.step as usize;
        if let Some(step) = row.first.get(at) {
            return step.need.worker.is_some_and(|worker| {
                let post = self.workers.get(&worker);
                post.is_none_or(|post| post.row.presence == Presence::Offline)
            });
        }
        let step = self.queue_steps(row.queue).get(at - row.first.len());
        let kind = step.and_then(|step| step.kind);
        kind.is_some() && row.only.is_some() && kind != row.only
    }

    /// Goes on to the step that time has come for; says whether that is another one.
    pub(super) fn catch_up(&mut self, item: WorkItemId) -> bool {
        let now_ms = self.now_ms();
        let Some(piece) = self.work.get(&item) else {
            return false;
        };
        let mut row = piece.row.clone();
        row.step = row.step.min(self.last_step(&row));
        while row.step < self.last_step(&row) {
            match self.step_ends_ms(&row) {
                _ if self.is_moot(&row) => row.step_since_ms = now_ms,
                Some(ends_ms) if ends_ms <= now_ms => row.step_since_ms = ends_ms,
                _ => break,
            }
            row.step += 1;
            row.overridden_by = None;
        }
        let moved = row.step != piece.row.step;
        if moved {
            self.touch(item);
            if let Some(piece) = self.work.get_mut(&item) {
                piece.row = row;
            }
        }
        moved
    }

    /// Moves waiting work into the line of the step that time has come for.
    pub(super) fn step_on(&mut self, item: WorkItemId) {
        let Some(piece) = self.work.get(&item) else {
            return;
        };
        if piece.row.place != Place::Waiting {
            return;
        }
        let moot = self.is_moot(&piece.row);
        let ends_ms = self.step_ends_ms(&piece.row);
        if !moot && ends_ms.is_none_or(|ends_ms| ends_ms > self.now_ms()) {
            return;
        }
        self.leave_line(item);
        if self.catch_up(item)
            && let Some(piece) = self.work.get(&item)
        {
            let step = piece.row.step;
            let need = self.step_at(&piece.row, step).need;
            self.say(Effect::Stepped { item, step, need });
        }
        self.join_line(item);
        self.turn.work.push_back((item, false));
    }

    /// The step that waits for one worker after a transfer or a snooze.
    pub(super) fn step_for(&self, worker: WorkerId) -> Step {
        one_worker(worker, Some(self.settings.transfer_ms))
    }

    pub(super) fn change_item(&mut self, item: WorkItemId, change: &Change) {
        let Some(piece) = self.work.get(&item) else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return;
        };
        let before = piece.row.clone();
        let mut row = before.clone();
        row.priority = change.priority.unwrap_or(row.priority);
        row.wanted = change.wanted.clone().unwrap_or(row.wanted);
        row.only = change.only.unwrap_or(row.only);
        if row == before {
            self.ignore(Some(item), Ignored::NothingToDo);
            return;
        }
        let asks_else = row.wanted != before.wanted || row.only != before.only;
        if asks_else && row.step as usize > row.first.len() {
            row.step = u32::try_from(row.first.len()).unwrap_or(u32::MAX);
            row.step_since_ms = self.now_ms();
        }
        let waits = row.place == Place::Waiting;
        if waits {
            self.leave_line(item);
            row.drains = None;
        }
        self.touch(item);
        if let Some(piece) = self.work.get_mut(&item) {
            piece.row = row;
        }
        self.set_rank(item);
        if waits {
            self.catch_up(item);
            self.join_line(item);
            self.turn.work.push_back((item, true));
        } else if asks_else {
            self.withdraw_unless_eligible(item);
        }
    }

    /// Ends the offer of work to somebody who is not who is asked for any more, or has no room now.
    pub(super) fn withdraw_unless_eligible(&mut self, item: WorkItemId) {
        let Some(piece) = self.work.get(&item) else {
            return;
        };
        let Some(offer) = piece.row.offer() else {
            return;
        };
        let need = self.step_at(&piece.row, piece.row.step).need;
        let post = self.workers.get(&offer.worker);
        let eligible = post.is_some_and(|post| {
            let fits = post.load_for(piece.row.class, &self.rules) <= post.capacity();
            fits && need.is_met_by(&post.row.worker)
        });
        if !eligible {
            self.withdraw(item, Withdrawal::NotEligible);
            self.requeue(item, Requeue::NotEligible);
        }
    }

    /// Opens a queue or closes it, by its calendar.
    pub(super) fn open_or_close(&mut self, queue: QueueId) {
        let holds = self.settings.queues.get(&queue);
        let holds = holds.is_some_and(|queue| queue.when_closed == WhenClosed::Hold);
        let held = holds && !self.settings.is_open(queue, self.now_ms());
        let Some(desk) = self.queues.get_mut(&queue) else {
            return;
        };
        let opened = desk.held && !held;
        desk.held = held;
        self.floor.hold(queue, held);
        if opened {
            self.wake(Some(queue));
        }
    }
}

pub(super) fn one_worker(worker: WorkerId, lasts_ms: Option<Millis>) -> Step {
    let need = Need {
        worker: Some(worker),
        ..Need::default()
    };
    Step { need, lasts_ms }
}

impl Piece {
    pub(super) fn new(row: WorkItem) -> Self {
        Self {
            row,
            deadline_ms: 0,
            rank_ms: 0,
            line: None,
            timer_ms: None,
        }
    }
}
