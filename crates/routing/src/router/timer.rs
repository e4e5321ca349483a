//! What is due when.

use super::Router;
use crate::effect::{Departure, Withdrawal};
use crate::effect::{Effect, Requeue};
use crate::work_class::WorkClass;
use crate::work_item::{AssignmentState, Place};
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};

/// How many timers are done before an event; the rest follow at once by a timer of their own.
const AT_ONCE: usize = 64;

/// Whose timer it is. Openings of queues come first, then people, then work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimerOf {
    /// A queue opens or closes.
    Queue(QueueId),
    /// A worker has been offline for too long.
    Worker(WorkerId),
    /// A worker is to be served who could not be within the last event.
    Serve(WorkerId),
    /// Something of a piece of work is due.
    Item(WorkItemId),
    /// Work is to be placed that could not be within the last event.
    Place(WorkItemId),
}

impl Router {
    pub(super) fn fire_timers(&mut self) {
        for _ in 0..AT_ONCE {
            let now_ms = self.now_ms();
            let Some((due_ms, of)) = self.timers.first().copied() else {
                return;
            };
            if due_ms > now_ms {
                return;
            }
            self.timers.pop_first();
            match of {
                TimerOf::Queue(queue) => self.look_at_queue(queue),
                TimerOf::Worker(worker) => self.look_at_worker(worker),
                TimerOf::Serve(worker) => {
                    self.turn.workers.insert(worker);
                }
                TimerOf::Item(item) => self.look_at_item(item),
                TimerOf::Place(item) => self.turn.work.push_back((item, false)),
            }
        }
    }

    pub(super) fn set_item_timer(&mut self, item: WorkItemId) {
        let at_ms = self.item_due_ms(item);
        let Some(piece) = self.work.get_mut(&item) else {
            return;
        };
        if piece.timer_ms == at_ms {
            // It may have fired since: then it stands in no list.
            if let Some(at_ms) = at_ms {
                self.timers.insert((at_ms, TimerOf::Item(item)));
            }
            return;
        }
        if let Some(old_ms) = std::mem::replace(&mut piece.timer_ms, at_ms) {
            self.timers.remove(&(old_ms, TimerOf::Item(item)));
        }
        if let Some(at_ms) = at_ms {
            self.timers.insert((at_ms, TimerOf::Item(item)));
        }
    }

    pub(super) fn drop_item_timer(&mut self, item: WorkItemId) {
        if let Some(piece) = self.work.get_mut(&item)
            && let Some(old_ms) = piece.timer_ms.take()
        {
            self.timers.remove(&(old_ms, TimerOf::Item(item)));
        }
    }

    pub(super) fn set_worker_timer(&mut self, worker: WorkerId) {
        let at_ms = self.offline_release_ms(worker);
        let Some(post) = self.workers.get_mut(&worker) else {
            return;
        };
        if let Some(old_ms) = std::mem::replace(&mut post.timer_ms, at_ms) {
            self.timers.remove(&(old_ms, TimerOf::Worker(worker)));
        }
        if let Some(at_ms) = at_ms {
            self.timers.insert((at_ms, TimerOf::Worker(worker)));
        }
    }

    pub(super) fn set_queue_timer(&mut self, queue: QueueId) {
        let now_ms = self.now_ms();
        let calendar = self.settings.calendar_of(queue);
        let at_ms = calendar.and_then(|calendar| calendar.next_change(now_ms));
        let Some(desk) = self.queues.get_mut(&queue) else {
            return;
        };
        if let Some(old_ms) = std::mem::replace(&mut desk.timer_ms, at_ms) {
            self.timers.remove(&(old_ms, TimerOf::Queue(queue)));
        }
        if let Some(at_ms) = at_ms {
            self.timers.insert((at_ms, TimerOf::Queue(queue)));
        }
    }

    /// When something of a piece of work is due next. Waiting work always has something due.
    fn item_due_ms(&self, item: WorkItemId) -> Option<Millis> {
        let piece = self.work.get(&item)?;
        match &piece.row.place {
            Place::Waiting => self.waiting_due_ms(item),
            Place::Later { until_ms, .. } => Some(*until_ms),
            Place::Offered(offer) => Some(offer.expires_ms),
            Place::Assigned(assignment) => match assignment.state {
                AssignmentState::WrapUp => assignment.until_ms,
                _ => None,
            },
        }
    }

    fn waiting_due_ms(&self, item: WorkItemId) -> Option<Millis> {
        let piece = self.work.get(&item)?;
        let row = &piece.row;
        let now_ms = self.now_ms();
        let review_ms = self.settings.review_ms;
        let waited_ms = (now_ms - row.since_ms).max(0);
        let mut due_ms = row.since_ms + (waited_ms / review_ms + 1) * review_ms;
        let mut at = |at_ms: Option<Millis>| {
            if let Some(at_ms) = at_ms {
                due_ms = due_ms.min(at_ms);
            }
        };
        at(self.step_ends_ms(row));
        at(row.not_again.values().copied().min());
        at(self.silent_ms(item));
        at(self.promised_ms(item).filter(|_| !row.overdue));
        let drain_after_ms = self.rules[row.class.index()].drain_after_ms;
        let drain_ms = drain_after_ms.map(|after_ms| row.since_ms + after_ms);
        at(drain_ms.filter(|drain_ms| *drain_ms > now_ms));
        Some(due_ms)
    }

    /// When a waiting chat counts as abandoned unless the customer is heard of.
    fn silent_ms(&self, item: WorkItemId) -> Option<Millis> {
        let row = &self.work.get(&item)?.row;
        let watches = row.class == WorkClass::Chat && row.callback.is_none();
        let silence_ms = self.settings.queues.get(&row.queue)?.silence_ms?;
        watches.then_some(row.heard_ms + silence_ms)
    }

    fn look_at_item(&mut self, item: WorkItemId) {
        let now_ms = self.now_ms();
        let Some(piece) = self.work.get_mut(&item) else {
            return;
        };
        piece.timer_ms = None;
        match piece.row.place.clone() {
            Place::Waiting => self.look_at_waiting(item),
            Place::Later { until_ms, worker } if until_ms <= now_ms => {
                self.come_back(item, worker, Requeue::Due);
            }
            Place::Offered(offer) if offer.expires_ms <= now_ms => {
                self.miss(item);
            }
            Place::Assigned(assignment)
                if assignment.state == AssignmentState::WrapUp
                    && assignment
                        .until_ms
                        .is_some_and(|until_ms| until_ms <= now_ms) =>
            {
                self.end_wrap_up(item);
            }
            _ => self.set_item_timer(item),
        }
    }

    fn look_at_waiting(&mut self, item: WorkItemId) {
        let now_ms = self.now_ms();
        if self
            .silent_ms(item)
            .is_some_and(|silent_ms| silent_ms <= now_ms)
        {
            self.depart(item, Departure::Silent, Withdrawal::Gone);
            return;
        }
        let Some(piece) = self.work.get(&item) else {
            return;
        };
        let deadline_ms = piece.deadline_ms;
        let overdue =
            !piece.row.overdue && deadline_ms <= now_ms && self.target_of(&piece.row).is_some();
        let again = piece
            .row
            .not_again
            .values()
            .any(|until_ms| *until_ms <= now_ms);
        if (overdue || again)
            && let Some(row) = self.row_mut(item)
        {
            row.overdue |= overdue;
            row.not_again.retain(|_, until_ms| *until_ms > now_ms);
        }
        if overdue {
            self.say(Effect::Overdue { item, deadline_ms });
        }
        self.step_on(item);
        self.set_item_timer(item);
        self.turn.work.push_back((item, false));
    }

    /// Back in line with a new clock. Whoever had it is asked first.
    pub(super) fn come_back(&mut self, item: WorkItemId, worker: Option<WorkerId>, why: Requeue) {
        let now_ms = self.now_ms();
        let first = worker.map(|worker| self.step_for(worker));
        if let Some(row) = self.row_mut(item) {
            row.since_ms = now_ms;
            row.heard_ms = now_ms;
            row.overdue = false;
            row.first = first.into_iter().collect();
            row.step = 0;
            row.step_since_ms = now_ms;
        }
        self.requeue(item, why);
    }

    fn look_at_queue(&mut self, queue: QueueId) {
        if let Some(desk) = self.queues.get_mut(&queue) {
            desk.timer_ms = None;
        }
        self.open_or_close(queue);
        self.set_queue_timer(queue);
    }

    fn look_at_worker(&mut self, worker: WorkerId) {
        if let Some(post) = self.workers.get_mut(&worker) {
            post.timer_ms = None;
        }
        self.release_offline(worker);
        self.set_worker_timer(worker);
    }
}
