//! What must always hold, looked at from scratch.

use super::Router;
use super::post::HoldKind;
use crate::work_item::{AssignmentState, Place, WorkItem};
use crate::worker::Presence;
use std::collections::BTreeSet;
use throughline_model::id::{WorkItemId, WorkerId};

/// A law that does not hold. There should never be one; a doctor may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// What a worker holds is not what the work says of them.
    Crossed {
        /// Which work.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
    },
    /// More is worked on than fits. Also true of a worker whose capacity was lowered meanwhile.
    OverCapacity {
        /// Who.
        worker: WorkerId,
    },
    /// Work waits while a worker is free for it, and nothing is due that would bring them together.
    Idle {
        /// Which work.
        item: WorkItemId,
        /// Who.
        worker: WorkerId,
    },
    /// Work waits and nothing is due for it.
    NoTimer {
        /// Which work.
        item: WorkItemId,
    },
    /// Work stands in no line, or in the wrong one.
    OutOfLine {
        /// Which work.
        item: WorkItemId,
    },
    /// Two live offers have one token, or one that is still to be given.
    Token {
        /// Which work.
        item: WorkItemId,
    },
    /// Somebody is filed as what they are not.
    Misfiled {
        /// Who.
        worker: WorkerId,
    },
}

impl Router {
    /// Every law that does not hold. Looks at every worker for every piece of work that waits: for
    /// tests and for doctors, not for busy hours.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut tokens = BTreeSet::new();
        for (id, piece) in &self.work {
            if let Some(offer) = piece.row.offer()
                && (offer.token >= self.counters.next_token || !tokens.insert(offer.token))
            {
                found.push(Violation::Token { item: *id });
            }
            if let Some(worker) = piece.row.worker()
                && !self.is_mutual(&piece.row, worker)
            {
                found.push(Violation::Crossed { item: *id, worker });
            }
            if piece.row.place == Place::Waiting {
                self.check_waiting(*id, &mut found);
            } else if piece.line.is_some() {
                found.push(Violation::OutOfLine { item: *id });
            }
        }
        for (id, post) in &self.workers {
            let held = |item: &WorkItemId| self.item(*item).and_then(WorkItem::worker) == Some(*id);
            if let Some(item) = post.holds.keys().find(|item| !held(item)) {
                found.push(Violation::Crossed {
                    item: *item,
                    worker: *id,
                });
            }
            let active = post
                .holds
                .values()
                .filter(|hold| matches!(hold.kind, HoldKind::Active | HoldKind::WrapUp));
            if active.map(|hold| u64::from(hold.weight)).sum::<u64>() > post.capacity() {
                found.push(Violation::OverCapacity { worker: *id });
            }
            if post.spot.as_ref() != Some(&post.spot_now(&self.rules)) {
                found.push(Violation::Misfiled { worker: *id });
            }
        }
        found
    }

    fn is_mutual(&self, row: &WorkItem, worker: WorkerId) -> bool {
        let hold = self
            .workers
            .get(&worker)
            .and_then(|post| post.holds.get(&row.id));
        let said = match &row.place {
            Place::Offered(_) => HoldKind::Offer,
            Place::Assigned(has) => match has.state {
                AssignmentState::Active => HoldKind::Active,
                AssignmentState::Paused => HoldKind::Paused,
                AssignmentState::WrapUp => HoldKind::WrapUp,
            },
            Place::Waiting | Place::Later { .. } => return false,
        };
        hold.is_some_and(|hold| hold.kind == said && hold.class == row.class)
    }

    fn check_waiting(&self, id: WorkItemId, found: &mut Vec<Violation>) {
        let Some(piece) = self.work.get(&id) else {
            return;
        };
        let row = &piece.row;
        let need = self.step_at(row, row.step).need;
        let line = piece.line.and_then(|line| self.floor.line(line));
        let in_line = line.is_some_and(|line| {
            let key = &line.key;
            let same = key.need == need && key.queue == row.queue && key.class == row.class;
            same && line.items.contains(&(piece.rank_ms, id))
        });
        if !in_line {
            found.push(Violation::OutOfLine { item: id });
        }
        if piece.timer_ms.is_none() {
            found.push(Violation::NoTimer { item: id });
        }
        let due = self
            .next_timer_ms()
            .is_some_and(|at_ms| at_ms <= self.now_ms());
        let held = self.queues.get(&row.queue).is_some_and(|desk| desk.held);
        if due || held {
            return;
        }
        let free = self.workers.iter().find(|(worker, post)| {
            post.row.presence == Presence::Available
                && need.is_met_by(&post.row.worker)
                && post.is_free(row.class, &self.rules)
                && !self.is_passed_over(piece, **worker)
        });
        if let Some((worker, _)) = free {
            found.push(Violation::Idle {
                item: id,
                worker: *worker,
            });
        }
    }
}
