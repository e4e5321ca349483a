//! Work that is done, put off, handed on or given up.

use super::Router;
use super::callback::as_it_came;
use super::line_up::one_worker;
use super::post::{HoldKind, Post};
use crate::decision::Rule;
use crate::effect::{Departure, Effect, Ignored, Release, Requeue, Withdrawal};
use crate::event::TransferTo;
use crate::requirement::{Need, Step};
use crate::work_item::{Assignment, AssignmentState, Place, WorkItem};
use crate::worker::{Presence, WorkerKind};
use throughline_model::clock::Millis;
use throughline_model::id::{MemberId, QueueId, WorkItemId, WorkerId};

/// Of how many pieces of work the usual length is kept, roughly.
const REMEMBERED: Millis = 20;

impl Router {
    /// The assignment of a worker who has that work and has not finished it. Otherwise says so.
    pub(super) fn held(&mut self, item: WorkItemId, worker: WorkerId) -> Option<Assignment> {
        let Some(piece) = self.work.get(&item) else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return None;
        };
        let assignment = piece.row.assignment().copied();
        let good =
            assignment.filter(|has| has.worker == worker && has.state != AssignmentState::WrapUp);
        if good.is_none() {
            let worker = piece.row.worker();
            self.ignore(Some(item), Ignored::NotHeld { worker });
        }
        good
    }

    pub(super) fn finish(&mut self, item: WorkItemId, worker: WorkerId) {
        let Some(assignment) = self.held(item, worker) else {
            return;
        };
        let now_ms = self.now_ms();
        let Some((class, queue)) = self.item(item).map(|row| (row.class, row.queue)) else {
            return;
        };
        let wrap_up_ms = self.rules[class.index()].wrap_up_ms;
        let post = self.workers.get(&worker);
        let is_human = post.is_some_and(Post::is_human);
        let is_here = post.is_some_and(|post| post.row.presence != Presence::Offline);
        // Whoever waits, waits for people.
        if is_human {
            self.remember_length(queue, class, now_ms - assignment.since_ms);
        }
        let is_active = assignment.state == AssignmentState::Active;
        let wraps_up = wrap_up_ms > 0 && is_active && is_human && is_here;
        if !wraps_up {
            self.release(item, Release::Finished);
            self.forget(item);
            return;
        }
        let until_ms = now_ms + wrap_up_ms;
        if let Some(row) = self.row_mut(item)
            && let Place::Assigned(assignment) = &mut row.place
        {
            assignment.state = AssignmentState::WrapUp;
            assignment.until_ms = Some(until_ms);
        }
        if let Some(post) = self.workers.get_mut(&worker) {
            post.row.idle_since_ms = now_ms;
            let hold = post.holds.get(&item).copied();
            post.set_hold(
                item,
                hold.map(|hold| super::post::Hold {
                    kind: HoldKind::WrapUp,
                    ..hold
                }),
            );
        }
        self.touch_worker(worker);
        self.set_item_timer(item);
        self.refile(worker);
        let (why, wrap_up_until_ms) = (Release::Finished, Some(until_ms));
        self.say(Effect::Released {
            item,
            worker,
            why,
            wrap_up_until_ms,
        });
    }

    fn remember_length(&mut self, queue: QueueId, class: crate::WorkClass, took_ms: Millis) {
        let usual_ms = self.handle_ms(queue, class);
        let lengths = self.counters.handle_ms.entry(queue).or_default();
        lengths.insert(class, usual_ms + (took_ms - usual_ms) / REMEMBERED);
    }

    /// How long one piece of work of a kind takes in a queue, recent ones counting most.
    pub fn handle_ms(&self, queue: QueueId, class: crate::WorkClass) -> Millis {
        let known = self
            .counters
            .handle_ms
            .get(&queue)
            .and_then(|by_class| by_class.get(&class));
        let usual = self
            .settings
            .queues
            .get(&queue)
            .map(|queue| queue.usual_handle_ms);
        known.copied().or(usual).unwrap_or(0)
    }

    pub(super) fn end_wrap_up_early(&mut self, item: WorkItemId, worker: WorkerId) {
        let assignment = self.item(item).and_then(WorkItem::assignment).copied();
        let wraps_up = assignment.is_some_and(|assignment| {
            assignment.worker == worker && assignment.state == AssignmentState::WrapUp
        });
        if wraps_up {
            self.end_wrap_up(item);
        } else {
            self.ignore(Some(item), Ignored::NothingToDo);
        }
    }

    pub(super) fn end_wrap_up(&mut self, item: WorkItemId) {
        let Some(worker) = self.item(item).and_then(WorkItem::worker) else {
            return;
        };
        self.give_back(item, worker);
        self.say(Effect::WrappedUp { item, worker });
        self.forget(item);
    }

    /// Ends an assignment. The work is in no line then: the caller says where it goes.
    pub(super) fn release(&mut self, item: WorkItemId, why: Release) {
        let Some(worker) = self.item(item).and_then(WorkItem::worker) else {
            return;
        };
        let wrap_up_until_ms = None;
        self.say(Effect::Released {
            item,
            worker,
            why,
            wrap_up_until_ms,
        });
        self.give_back(item, worker);
    }

    fn give_back(&mut self, item: WorkItemId, worker: WorkerId) {
        let now_ms = self.now_ms();
        self.drop_item_timer(item);
        let by_ai = !self.workers.get(&worker).is_some_and(Post::is_human);
        if let Some(row) = self.row_mut(item) {
            if matches!(row.place, Place::Assigned(_)) {
                // Whoever was spoken with has not fallen silent.
                row.heard_ms = now_ms;
                if by_ai {
                    row.served_ms = Some(now_ms);
                }
            }
            row.place = Place::Waiting;
        }
        if let Some(post) = self.workers.get_mut(&worker) {
            post.set_hold(item, None);
            post.row.idle_since_ms = now_ms;
        }
        self.touch_worker(worker);
        self.balance(worker);
        self.may_be_free(worker);
        self.set_worker_timer(worker);
    }

    /// Takes work out of wherever it stands. It is in no line then: the caller says where it goes.
    pub(super) fn pull(&mut self, item: WorkItemId, withdrawal: Withdrawal, release: Release) {
        let place = self.item(item).map(|row| row.place.clone());
        match place {
            Some(Place::Waiting) => self.leave_line(item),
            Some(Place::Offered(_)) => self.withdraw(item, withdrawal),
            Some(Place::Assigned(_)) => self.release(item, release),
            Some(Place::Later { .. }) => {
                self.drop_item_timer(item);
                if let Some(row) = self.row_mut(item) {
                    row.place = Place::Waiting;
                }
            }
            None => {}
        }
    }

    /// The router knows nothing of it any more.
    fn forget(&mut self, item: WorkItemId) {
        self.drop_item_timer(item);
        self.touch(item);
        self.work.remove(&item);
    }

    /// Work that nobody waits for any more.
    pub(super) fn depart(&mut self, item: WorkItemId, why: Departure, withdrawal: Withdrawal) {
        let Some(since_ms) = self.item(item).map(|row| row.since_ms) else {
            return;
        };
        let release = match why {
            Departure::Unreachable => Release::Unanswered,
            _ => Release::Cancelled,
        };
        self.pull(item, withdrawal, release);
        let waited_ms = (self.now_ms() - since_ms).max(0);
        self.say(Effect::Gone {
            item,
            why,
            waited_ms,
        });
        self.forget(item);
    }

    /// Puts work that is in no line off until some time.
    pub(super) fn put_off(&mut self, item: WorkItemId, until_ms: Millis, worker: Option<WorkerId>) {
        let until_ms = until_ms.max(self.now_ms());
        let Some(row) = self.row_mut(item) else {
            return;
        };
        row.place = Place::Later { until_ms, worker };
        as_it_came(row);
        if let Some(callback) = &mut row.callback {
            callback.at_ms = Some(until_ms);
        }
        let callback = row.callback.is_some();
        self.set_item_timer(item);
        self.say(Effect::PutOff {
            item,
            until_ms,
            callback,
        });
    }

    pub(super) fn snooze(&mut self, item: WorkItemId, worker: WorkerId, until_ms: Millis) {
        if self.held(item, worker).is_some() {
            self.release(item, Release::Snoozed);
            self.put_off(item, until_ms, Some(worker));
        }
    }

    pub(super) fn transfer(
        &mut self,
        item: WorkItemId,
        by: Option<WorkerId>,
        to: &TransferTo,
        note: &str,
    ) {
        let Some(state) = self
            .item(item)
            .map(|row| row.assignment().map(|has| has.state))
        else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return;
        };
        if let Some(by) = by
            && self.held(item, by).is_none()
        {
            return;
        }
        if state == Some(AssignmentState::WrapUp) {
            self.ignore(Some(item), Ignored::NothingToDo);
            return;
        }
        if let TransferTo::Worker(worker) = to
            && !self.workers.contains_key(worker)
        {
            self.ignore(Some(item), Ignored::UnknownWorker);
            return;
        }
        self.pull(item, Withdrawal::Moved, Release::Transferred);
        self.say(Effect::Transferred {
            item,
            by,
            to: to.clone(),
            note: note.to_owned(),
        });
        if let Some(by) = by {
            self.not_again(item, by);
        }
        self.point_at(item, to);
        self.requeue(item, Requeue::Transferred);
    }

    /// Work that a person has had stays with people, until it is handed to an AI agent.
    pub(super) fn keep_with_people(&mut self, item: WorkItemId, worker: WorkerId) {
        if self.workers.get(&worker).is_some_and(Post::is_human)
            && let Some(row) = self.row_mut(item)
        {
            row.only = Some(WorkerKind::Human);
        }
    }

    /// Sets whom work is for from now on.
    fn point_at(&mut self, item: WorkItemId, to: &TransferTo) {
        let now_ms = self.now_ms();
        let named = match to {
            TransferTo::Queue(queue) | TransferTo::Human(Some(queue)) => Some(*queue),
            // What an AI agent took while the queue was closed goes where it would have gone.
            TransferTo::Human(None) => self.item(item).map(|row| row.queue),
            TransferTo::Worker(_) | TransferTo::Ai => None,
        };
        let queue = named.map(|queue| self.resolve_queue(item, queue));
        let passed_over = self.item(item).map(|row| row.not_again.keys());
        let ai: Vec<WorkerId> = passed_over
            .into_iter()
            .flatten()
            .filter(|worker| !self.workers.get(worker).is_some_and(Post::is_human))
            .copied()
            .collect();
        let to_person = match to {
            TransferTo::Worker(worker) => self.workers.get(worker).is_some_and(Post::is_human),
            TransferTo::Human(_) => true,
            TransferTo::Queue(_) | TransferTo::Ai => false,
        };
        let first = match to {
            TransferTo::Worker(worker) => Some(self.step_for(*worker)),
            TransferTo::Ai => Some(Step {
                need: Need {
                    kind: Some(WorkerKind::Ai),
                    ..Need::default()
                },
                lasts_ms: Some(self.settings.transfer_ms),
            }),
            TransferTo::Queue(_) | TransferTo::Human(_) => None,
        };
        let Some(row) = self.row_mut(item) else {
            return;
        };
        row.queue = queue.unwrap_or(row.queue);
        row.first = first.into_iter().collect();
        row.step = 0;
        row.step_since_ms = now_ms;
        row.overridden_by = None;
        if to_person {
            row.only = Some(WorkerKind::Human);
        }
        match to {
            TransferTo::Human(_) => {}
            // It is asked although it has handed it over.
            TransferTo::Ai => {
                row.only = None;
                row.not_again.retain(|worker, _| !ai.contains(worker));
            }
            TransferTo::Worker(worker) => {
                row.not_again.remove(worker);
            }
            TransferTo::Queue(_) => {}
        }
    }

    pub(super) fn override_with(
        &mut self,
        item: WorkItemId,
        worker: WorkerId,
        by: MemberId,
        note: &str,
    ) {
        if let Some(why) = self.speaks_against(item, worker) {
            self.ignore(Some(item), why);
            return;
        }
        self.pull(item, Withdrawal::Moved, Release::Overridden);
        let now_ms = self.now_ms();
        let Some(row) = self.row_mut(item) else {
            return;
        };
        row.first = vec![one_worker(worker, None)];
        row.step = 0;
        row.step_since_ms = now_ms;
        row.overridden_by = Some(by);
        row.not_again.remove(&worker);
        as_it_came(row);
        let class = row.class;
        if let Some(other) = self.workers.get(&worker).and_then(|post| post.drains) {
            self.end_drain(other);
        }
        let post = self.workers.get(&worker);
        let waits = !post.is_some_and(|post| post.has_room(class, &self.rules));
        self.say(Effect::Overridden {
            item,
            worker,
            by,
            note: note.to_owned(),
            waits,
        });
        self.join_line(item);
        match waits {
            true => self.start_drain(item, worker),
            false => self.hand_out(item, worker, Rule::Override, Vec::new(), Vec::new()),
        }
    }

    /// Why a supervisor's decision cannot be followed.
    fn speaks_against(&self, item: WorkItemId, worker: WorkerId) -> Option<Ignored> {
        let Some(post) = self.workers.get(&worker) else {
            return Some(Ignored::UnknownWorker);
        };
        if post.row.presence == Presence::Offline {
            return Some(Ignored::WorkerOffline);
        }
        let Some(row) = self.item(item) else {
            return Some(Ignored::UnknownItem);
        };
        if !post.ever_fits(row.class, &self.rules) {
            return Some(Ignored::TooLarge);
        }
        let assignment = row.assignment();
        let has_it = assignment.is_some_and(|has| has.worker == worker);
        let done = assignment.is_some_and(|has| has.state == AssignmentState::WrapUp);
        (has_it || done).then_some(Ignored::NothingToDo)
    }

    pub(super) fn hear(&mut self, item: WorkItemId) {
        let now_ms = self.now_ms();
        if !self.work.contains_key(&item) {
            self.ignore(Some(item), Ignored::UnknownItem);
            return;
        }
        if let Some(row) = self.row_mut(item) {
            row.heard_ms = now_ms;
        }
        self.set_item_timer(item);
    }

    pub(super) fn leave(&mut self, item: WorkItemId) {
        let Some(row) = self.item(item) else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return;
        };
        let waits = matches!(row.place, Place::Waiting | Place::Offered(_));
        if waits && row.callback.is_none() {
            self.depart(item, Departure::Left, Withdrawal::Gone);
        } else {
            self.ignore(Some(item), Ignored::NothingToDo);
        }
    }

    pub(super) fn cancel(&mut self, item: WorkItemId) {
        let Some(row) = self.item(item) else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return;
        };
        let done = row
            .assignment()
            .is_some_and(|has| has.state == AssignmentState::WrapUp);
        match done {
            true => self.ignore(Some(item), Ignored::NothingToDo),
            false => self.depart(item, Departure::Cancelled, Withdrawal::Gone),
        }
    }
}
