//! Customers who are called back: a call, whatever their work came as, until it is over.

use super::Router;
use super::post::Post;
use crate::effect::{Departure, Effect, Ignored, Release, Requeue, Withdrawal};
use crate::requirement::Step;
use crate::work_class::WorkClass;
use crate::work_item::{AssignmentState, Callback, Place, WorkItem};
use crate::worker::WorkerKind;
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};

impl Router {
    pub(super) fn request_callback(&mut self, item: WorkItemId, at_ms: Option<Millis>) {
        let Some(row) = self.item(item) else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return;
        };
        let (queue, place, before) = (row.queue, row.place.clone(), row.callback);
        let in_line = matches!(place, Place::Waiting | Place::Offered(_));
        let nothing_new = at_ms.is_none() && before.is_some_and(|one| one.at_ms.is_none());
        if is_done(&place) || (in_line && nothing_new) {
            self.ignore(Some(item), Ignored::NothingToDo);
            return;
        }
        let had = match &place {
            Place::Assigned(has) => Some(has.worker),
            Place::Later { worker, .. } => *worker,
            Place::Waiting | Place::Offered(_) => None,
        };
        // Whoever has spoken with the customer is asked first; an AI agent does not call.
        let worker = had.filter(|worker| self.is_human(*worker));
        self.pull(item, Withdrawal::Moved, Release::Callback);
        // Asking anew does not make anybody try for ever.
        self.make_call(item, at_ms, before.map_or(0, |one| one.attempts));
        match (at_ms, place) {
            (Some(at_ms), _) => self.put_off(item, self.open_from(queue, at_ms), worker),
            (None, Place::Later { .. }) => {
                self.say(Effect::CallbackKept { item });
                self.come_back(item, worker, Requeue::Callback);
            }
            (None, Place::Waiting) => {
                self.say(Effect::CallbackKept { item });
                self.catch_up(item);
                self.join_line(item);
                self.turn.work.push_back((item, true));
            }
            (None, Place::Offered(_) | Place::Assigned(_)) => {
                self.say(Effect::CallbackKept { item });
                if let Some(worker) = worker {
                    self.ask_first(item, worker);
                }
                self.requeue(item, Requeue::Callback);
            }
        }
    }

    pub(super) fn end_callback(&mut self, item: WorkItemId) {
        let Some(row) = self.item(item) else {
            self.ignore(Some(item), Ignored::UnknownItem);
            return;
        };
        let place = row.place.clone();
        if row.callback.is_none() || is_done(&place) {
            self.ignore(Some(item), Ignored::NothingToDo);
            return;
        }
        let now_ms = self.now_ms();
        if let Some(row) = self.row_mut(item) {
            row.callback = None;
            row.heard_ms = now_ms;
        }
        match place {
            // They may still be talking: nothing else is put beside it before they are done.
            Place::Assigned(_) => {}
            Place::Waiting | Place::Offered(_) => {
                self.pull(item, Withdrawal::Moved, Release::Cancelled);
                self.requeue(item, Requeue::CalledOff);
            }
            Place::Later { worker, .. } => {
                self.pull(item, Withdrawal::Moved, Release::Cancelled);
                self.come_back(item, worker, Requeue::CalledOff);
            }
        }
    }

    pub(super) fn miss_callback(&mut self, item: WorkItemId, worker: WorkerId) {
        // Whoever called need not have taken it: it may be in line, or agreed with them for later.
        let may_call = self.item(item).is_some_and(|row| match &row.place {
            Place::Waiting | Place::Offered(_) => row.callback.is_some(),
            Place::Later { worker: had, .. } => row.callback.is_some() && *had == Some(worker),
            Place::Assigned(_) => false,
        });
        if !may_call && self.held(item, worker).is_none() {
            return;
        }
        let now_ms = self.now_ms();
        let Some(row) = self.item(item) else {
            return;
        };
        let queue = row.queue;
        let attempts = row.callback.map_or(0, |callback| callback.attempts) + 1;
        let rule = self.settings.queues.get(&queue);
        let most = rule.map_or(0, |queue| queue.callback_attempts);
        let retry_ms = rule.map_or(0, |queue| queue.callback_retry_ms);
        self.say(Effect::CallbackUnanswered {
            item,
            worker,
            attempts,
            most,
        });
        if attempts >= most {
            self.depart(item, Departure::Unreachable, Withdrawal::Gone);
            return;
        }
        self.pull(item, Withdrawal::Moved, Release::Unanswered);
        self.make_call(item, None, attempts);
        self.put_off(item, self.open_from(queue, now_ms + retry_ms), None);
    }

    /// When a queue is open, from some time on.
    pub(super) fn open_from(&self, queue: QueueId, at_ms: Millis) -> Millis {
        let calendar = self.settings.calendar_of(queue);
        let opens_ms = calendar.and_then(|calendar| calendar.opens_at(at_ms));
        opens_ms.unwrap_or(at_ms)
    }

    /// Work that is in no line, and nobody's, is a call from now on.
    fn make_call(&mut self, item: WorkItemId, at_ms: Option<Millis>, attempts: u32) {
        let now_ms = self.now_ms();
        let Some(mut first) = self.item(item).map(|row| row.first.clone()) else {
            return;
        };
        first.retain(|step| self.is_for_humans(step));
        let Some(row) = self.row_mut(item) else {
            return;
        };
        if row.first != first {
            row.first = first;
            row.step = 0;
            row.step_since_ms = now_ms;
        }
        row.came_as.get_or_insert(row.class);
        row.class = WorkClass::Call;
        row.only = Some(WorkerKind::Human);
        row.callback = Some(Callback { attempts, at_ms });
    }

    fn ask_first(&mut self, item: WorkItemId, worker: WorkerId) {
        let (now_ms, first) = (self.now_ms(), self.step_for(worker));
        if let Some(row) = self.row_mut(item) {
            row.first = vec![first];
            row.step = 0;
            row.step_since_ms = now_ms;
        }
    }

    pub(super) fn is_for_humans(&self, step: &Step) -> bool {
        let worker = step.need.worker;
        step.need.kind != Some(WorkerKind::Ai) && worker.is_none_or(|worker| self.is_human(worker))
    }

    fn is_human(&self, worker: WorkerId) -> bool {
        self.workers.get(&worker).is_some_and(Post::is_human)
    }
}

/// Work in no line and nobody's whose customer need not be called any more is what it came as again.
pub(super) fn as_it_came(row: &mut WorkItem) {
    if row.callback.is_none()
        && let Some(class) = row.came_as.take()
    {
        row.class = class;
    }
}

/// Somebody has it and is done with it.
fn is_done(place: &Place) -> bool {
    matches!(place, Place::Assigned(has) if has.state == AssignmentState::WrapUp)
}
