//! Bringing work and workers together.

use super::post::{Hold, HoldKind, Post};
use super::timer::TimerOf;
use super::{Piece, Router};
use crate::decision::{Decision, InLine, NAMED, Rule, Standing, Tally};
use crate::effect::Effect;
use crate::floor::{Doing, Line, LineId};
use crate::work_class::WorkClass;
use crate::work_item::{Assignment, AssignmentState, Offer, Place, Token};
use crate::worker::Presence;
use std::collections::BTreeSet;
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};

/// How much is handed out within one event; the rest follows at once by timers, so that an AI agent
/// with room for thousands does not keep everybody else waiting.
const HAND_OUTS_AT_ONCE: usize = 64;

impl Router {
    /// Looks at everything this event may have set free, until nothing is left to hand out.
    pub(super) fn settle(&mut self) {
        loop {
            if self.turn.handed_out >= HAND_OUTS_AT_ONCE {
                self.put_the_rest_off();
            }
            if let Some((item, say)) = self.turn.work.pop_front() {
                self.find_worker(item, say);
            } else if let Some(worker) = self.turn.workers.pop_first() {
                self.serve(worker);
            } else if !self.turn.lines.is_empty() {
                self.consider_drains();
            } else {
                return;
            }
        }
    }

    fn put_the_rest_off(&mut self) {
        let now_ms = self.now_ms();
        for (item, _) in std::mem::take(&mut self.turn.work) {
            self.timers.insert((now_ms, TimerOf::Place(item)));
        }
        for worker in std::mem::take(&mut self.turn.workers) {
            self.timers.insert((now_ms, TimerOf::Serve(worker)));
        }
    }

    /// Files a worker anew after whatever changed about them.
    pub(super) fn refile(&mut self, worker: WorkerId) {
        let Some(post) = self.workers.get_mut(&worker) else {
            return;
        };
        let spot = post.spot_now(&self.rules);
        self.floor
            .move_worker(worker, post.spot.as_ref(), Some(&spot));
        post.spot = Some(spot);
    }

    /// A worker may have become free for something.
    pub(super) fn may_be_free(&mut self, worker: WorkerId) {
        self.refile(worker);
        self.turn.workers.insert(worker);
    }

    /// Looks at all free workers of a queue, or of all.
    pub(super) fn wake(&mut self, queue: Option<QueueId>) {
        let mut workers = BTreeSet::new();
        for (id, line) in self.floor.lines() {
            if line.items.is_empty() || queue.is_some_and(|queue| queue != line.key.queue) {
                continue;
            }
            workers.extend(line.key.need.worker);
            let class = line.key.class.index();
            for crew in self.floor.free_crews(line) {
                workers.extend(crew.free[class].iter().map(|(_, _, worker)| *worker));
            }
            self.turn.lines.insert(id);
        }
        self.turn.workers.extend(workers);
    }

    /// Work looks for a worker: an AI agent before people, then whoever can do least else, then the least
    /// loaded, then whom the queues miss least, then the longest idle.
    fn find_worker(&mut self, item: WorkItemId, say: bool) {
        let Some(piece) = self.work.get(&item) else {
            return;
        };
        let Some(line_id) = piece.line else {
            return;
        };
        let Some(line) = self.floor.line(line_id) else {
            return;
        };
        let queue = piece.row.queue;
        let held = self.queues.get(&queue).is_some_and(|desk| desk.held);
        let mut best = Vec::new();
        self.best_workers(piece, line, &mut best);
        if held {
            best.retain(|standing| !standing.human);
        }
        if best.is_empty() {
            if say {
                let (step, need) = (piece.row.step, line.key.need.clone());
                let deadline_ms = piece.deadline_ms;
                let tally = self.tally(line);
                self.say(Effect::Queued {
                    item,
                    queue,
                    step,
                    need,
                    deadline_ms,
                    tally,
                    held,
                });
            }
            self.turn.lines.insert(line_id);
            return;
        }
        let worker = best.remove(0).worker;
        self.hand_out(item, worker, Rule::BestWorker, best, Vec::new());
    }

    fn best_workers(&self, piece: &Piece, line: &Line, best: &mut Vec<Standing>) {
        let class = line.key.class;
        if let Some(only) = line.key.need.worker {
            let post = self.workers.get(&only);
            let free = post.filter(|post| self.may_take(post, piece) && post.drains.is_none());
            best.extend(free.map(|post| self.standing(post, class)));
            return;
        }
        for crew in self.floor.free_crews(line) {
            let missed = self.floor.missed(crew, class);
            for (load, idle_since_ms, worker) in &crew.free[class.index()] {
                let standing = Standing {
                    human: crew.is_human(),
                    breadth: crew.breadth,
                    load: *load,
                    missed,
                    idle_since_ms: *idle_since_ms,
                    worker: *worker,
                };
                if best.len() > NAMED && best.last().is_some_and(|last| *last < standing) {
                    break;
                }
                if !self.is_passed_over(piece, *worker) {
                    keep_best(best, standing);
                }
            }
        }
    }

    pub(super) fn is_passed_over(&self, piece: &Piece, worker: WorkerId) -> bool {
        let until_ms = piece.row.not_again.get(&worker);
        until_ms.is_some_and(|until_ms| *until_ms > self.now_ms())
    }

    /// Whether a worker may be handed a piece of work that asks for who they are.
    fn may_take(&self, post: &Post, piece: &Piece) -> bool {
        if piece.row.overridden_by.is_some() {
            return post.has_room(piece.row.class, &self.rules);
        }
        post.may_be_asked(piece.row.class, &self.rules) && !self.is_passed_over(piece, post.id())
    }

    fn standing(&self, post: &Post, class: WorkClass) -> Standing {
        let crew = self.floor.crew(post.crew);
        Standing {
            human: post.is_human(),
            breadth: crew.map_or(0, |crew| crew.breadth),
            load: post.share(),
            missed: crew.map_or(0, |crew| self.floor.missed(crew, class)),
            idle_since_ms: post.row.idle_since_ms,
            worker: post.id(),
        }
    }

    /// A worker looks for work: what they are kept free for, else what is due first.
    fn serve(&mut self, worker: WorkerId) {
        while self.turn.handed_out < HAND_OUTS_AT_ONCE {
            let Some(post) = self.workers.get(&worker) else {
                return;
            };
            if let Some(item) = post.drains {
                let piece = self.work.get(&item);
                if piece.is_some_and(|piece| self.may_take(post, piece)) {
                    self.hand_out(item, worker, Rule::Drained, Vec::new(), Vec::new());
                    continue;
                }
                return;
            }
            let mut due = self.due_first(post);
            if due.is_empty() {
                self.offer_to_be_drained(worker);
                return;
            }
            let item = due.remove(0).item;
            self.hand_out(item, worker, Rule::DueFirst, Vec::new(), due);
        }
        self.turn.workers.insert(worker);
    }

    /// Whoever has too much else for what waits for whole agents may have to be kept free for it.
    fn offer_to_be_drained(&mut self, worker: WorkerId) {
        let Some(post) = self.workers.get(&worker) else {
            return;
        };
        let lines = self.floor.waiting_lines(post.crew).filter(|(_, line)| {
            line.drains.is_none() && post.can_be_drained(line.key.class, &self.rules)
        });
        let lines: Vec<LineId> = lines.map(|(id, _)| id).collect();
        self.turn.lines.extend(lines);
    }

    fn due_first(&self, post: &Post) -> Vec<InLine> {
        let mut due = Vec::new();
        let own = post.lines.iter().filter_map(|line| self.floor.line(*line));
        let held = |line: &&Line| {
            let desk = self.queues.get(&line.key.queue);
            !desk.is_some_and(|desk| desk.held)
        };
        let shared = self.floor.waiting_lines(post.crew).map(|(_, line)| line);
        for line in own.filter(held).chain(shared) {
            if !post.is_free(line.key.class, &self.rules) {
                continue;
            }
            for (rank_ms, item) in &line.items {
                let place = InLine {
                    rank_ms: *rank_ms,
                    item: *item,
                };
                if due.len() > NAMED && due.last().is_some_and(|last| *last < place) {
                    break;
                }
                let piece = self.work.get(item);
                if piece.is_some_and(|piece| self.may_take(post, piece)) {
                    keep_best(&mut due, place);
                    break;
                }
            }
        }
        due
    }

    /// Offers work, or assigns it when nobody needs to be asked.
    pub(super) fn hand_out(
        &mut self,
        item: WorkItemId,
        worker: WorkerId,
        rule: Rule,
        runners_up: Vec<Standing>,
        left_waiting: Vec<InLine>,
    ) {
        let Some(decision) = self.decide(item, worker, rule, runners_up, left_waiting) else {
            return;
        };
        let class = decision.class;
        self.turn.handed_out += 1;
        self.leave_line(item);
        let token = self.counters.next_token;
        self.counters.next_token += 1;
        let now_ms = self.now_ms();
        let offer_ms = self.rules[class.index()].offer_ms;
        let Some(post) = self.workers.get_mut(&worker) else {
            return;
        };
        let weight = post.weight(class, &self.rules);
        let at_once =
            post.row.worker.takes_at_once || matches!(decision.rule, Rule::Override | Rule::Taken);
        if at_once {
            self.assign(item, worker, weight, token, Some(Box::new(decision)));
            return;
        }
        let hold = Hold {
            class,
            weight,
            since_ms: now_ms,
            kind: HoldKind::Offer,
        };
        post.set_hold(item, Some(hold));
        let expires_ms = now_ms + offer_ms;
        let offer = Offer {
            worker,
            token,
            weight,
            expires_ms,
        };
        if let Some(row) = self.row_mut(item) {
            row.place = Place::Offered(offer);
        }
        self.set_item_timer(item);
        self.refile(worker);
        self.say(Effect::Offered {
            item,
            offer,
            decision: Box::new(decision),
        });
    }

    fn decide(
        &self,
        item: WorkItemId,
        worker: WorkerId,
        rule: Rule,
        runners_up: Vec<Standing>,
        left_waiting: Vec<InLine>,
    ) -> Option<Decision> {
        let piece = self.work.get(&item)?;
        let line = self.floor.line(piece.line?)?;
        let row = &piece.row;
        let now_ms = self.now_ms();
        let overridden = row.overridden_by.is_some();
        let passed_over = row
            .not_again
            .iter()
            .filter(|(_, until_ms)| **until_ms > now_ms);
        Some(Decision {
            item,
            at_ms: now_ms,
            rule: if overridden { Rule::Override } else { rule },
            worker: self.standing(self.workers.get(&worker)?, row.class),
            class: row.class,
            queue: row.queue,
            step: row.step,
            need: line.key.need.clone(),
            priority: row.priority,
            since_ms: row.since_ms,
            deadline_ms: piece.deadline_ms,
            rank_ms: piece.rank_ms,
            runners_up,
            left_waiting,
            tally: self.tally(line),
            not_again: passed_over
                .map(|(worker, until_ms)| (*worker, *until_ms))
                .collect(),
        })
    }

    fn tally(&self, line: &Line) -> Tally {
        let Some(only) = line.key.need.worker else {
            return self.floor.tally(line);
        };
        let mut tally = Tally::default();
        if let Some(post) = self.workers.get(&only) {
            let count = match post.doing() {
                Doing::Available if post.is_free(line.key.class, &self.rules) => &mut tally.free,
                Doing::Available => &mut tally.full,
                Doing::Ringing => &mut tally.ringing,
                Doing::Draining => &mut tally.draining,
                Doing::Busy => &mut tally.busy,
                Doing::WrapUp => &mut tally.wrap_up,
                Doing::Away => &mut tally.away,
                Doing::Offline => &mut tally.offline,
            };
            *count = 1;
        }
        tally
    }

    /// Makes work somebody's.
    pub(super) fn assign(
        &mut self,
        item: WorkItemId,
        worker: WorkerId,
        weight: u32,
        token: Token,
        decision: Option<Box<Decision>>,
    ) {
        let now_ms = self.now_ms();
        let Some(row) = self.row_mut(item) else {
            return;
        };
        let assignment = Assignment {
            worker,
            weight,
            since_ms: now_ms,
            state: AssignmentState::Active,
            until_ms: None,
        };
        row.place = Place::Assigned(assignment);
        let (class, overridden_by) = (row.class, row.overridden_by);
        self.keep_with_people(item, worker);
        if let Some(post) = self.workers.get_mut(&worker) {
            let hold = Hold {
                class,
                weight,
                since_ms: now_ms,
                kind: HoldKind::Active,
            };
            post.set_hold(item, Some(hold));
            post.row.idle_since_ms = now_ms;
            post.row.missed = 0;
        }
        self.touch_worker(worker);
        self.drop_item_timer(item);
        self.say(Effect::Assigned {
            item,
            assignment,
            token,
            decision,
            overridden_by,
        });
        self.balance(worker);
        self.may_be_free(worker);
        self.set_worker_timer(worker);
    }

    /// Pauses what is interrupted and lets go on what has room again.
    pub(super) fn balance(&mut self, worker: WorkerId) {
        let Some(post) = self.workers.get_mut(&worker) else {
            return;
        };
        for (item, kind) in post.balanced(&self.rules) {
            let Some(post) = self.workers.get_mut(&worker) else {
                return;
            };
            let hold = post.holds.get(&item).map(|hold| Hold { kind, ..*hold });
            post.set_hold(item, hold);
            let paused = kind == HoldKind::Paused;
            if let Some(row) = self.row_mut(item)
                && let Place::Assigned(assignment) = &mut row.place
            {
                assignment.state = match paused {
                    true => AssignmentState::Paused,
                    false => AssignmentState::Active,
                };
            }
            self.say(match paused {
                true => Effect::Paused { item, worker },
                false => Effect::Resumed { item, worker },
            });
        }
    }

    /// The numbers of lines are not the same after a restart, so what is due first has the first say.
    fn consider_drains(&mut self) {
        let mut lines: Vec<LineId> = std::mem::take(&mut self.turn.lines).into_iter().collect();
        let due = |id: &LineId| {
            self.floor
                .line(*id)
                .and_then(|line| line.items.first().copied())
        };
        lines.sort_by_cached_key(due);
        for line in lines {
            self.consider_drain(line);
        }
    }

    /// Keeps one worker free for the first of a line, when it has waited long enough for that.
    fn consider_drain(&mut self, line_id: LineId) {
        let Some(line) = self.floor.line(line_id) else {
            return;
        };
        let class = line.key.class;
        let Some(after_ms) = self.rules[class.index()].drain_after_ms else {
            return;
        };
        let held = self
            .queues
            .get(&line.key.queue)
            .is_some_and(|desk| desk.held);
        if held || line.drains.is_some() || line.key.need.worker.is_some() {
            return;
        }
        let Some(piece) = line.items.first().and_then(|(_, item)| self.work.get(item)) else {
            return;
        };
        if self.now_ms() < piece.row.since_ms + after_ms {
            return;
        }
        let candidates = self.floor.full_crews(line).filter_map(|crew| {
            let full = &crew.full[class.index()];
            full.iter()
                .find(|(_, worker)| !self.is_passed_over(piece, *worker))
        });
        if let Some((_, worker)) = candidates.min().copied() {
            self.start_drain(piece.row.id, worker);
        }
    }

    pub(super) fn start_drain(&mut self, item: WorkItemId, worker: WorkerId) {
        let line = self.work.get(&item).and_then(|piece| piece.line);
        if let Some(line) = line.and_then(|line| self.floor.line_mut(line)) {
            line.drains = Some(item);
        }
        if let Some(post) = self.workers.get_mut(&worker) {
            post.drains = Some(item);
        }
        if let Some(row) = self.row_mut(item) {
            row.drains = Some(worker);
        }
        self.refile(worker);
        self.say(Effect::Draining { worker, item });
    }

    /// Nobody is kept free for this work any more.
    pub(super) fn end_drain(&mut self, item: WorkItemId) {
        let drains = self.work.get(&item).and_then(|piece| piece.row.drains);
        let Some(worker) = drains else {
            return;
        };
        if let Some(row) = self.row_mut(item) {
            row.drains = None;
        }
        if let Some(post) = self.workers.get_mut(&worker) {
            post.drains = None;
        }
        let line_id = self.work.get(&item).and_then(|piece| piece.line);
        if let Some(line_id) = line_id {
            if let Some(line) = self.floor.line_mut(line_id) {
                line.drains = None;
            }
            self.turn.lines.insert(line_id);
        }
        self.say(Effect::DrainOver { worker, item });
        self.may_be_free(worker);
    }

    /// When the first of what a worker has is given to somebody else because they are offline.
    pub(super) fn offline_release_ms(&self, worker: WorkerId) -> Option<Millis> {
        let post = self.workers.get(&worker)?;
        if post.row.presence != Presence::Offline {
            return None;
        }
        let ends = post.holds.values().filter_map(|hold| {
            let keep_ms = self.rules[hold.class.index()].keep_offline_ms?;
            Some(post.row.presence_since_ms + keep_ms)
        });
        ends.min()
    }
}

/// Keeps the best few, in order.
fn keep_best<T: Ord + Copy>(best: &mut Vec<T>, one: T) {
    let at = best.partition_point(|other| *other < one);
    best.insert(at, one);
    best.truncate(NAMED + 1);
}
