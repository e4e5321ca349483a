//! A worker at work: what they hold, and what still fits.

use crate::floor::{CrewId, Doing, LineId, Spot};
use crate::snapshot::WorkerRow;
use crate::work_class::{CLASSES, ClassRule, WorkClass};
use crate::worker::{Presence, WorkerKind};
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::clock::Millis;
use throughline_model::id::{WorkItemId, WorkerId};

pub(super) type Rules = [ClassRule; CLASSES];

/// What one piece of work takes of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    pub class: WorkClass,
    pub weight: u32,
    pub since_ms: Millis,
    pub kind: HoldKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HoldKind {
    Offer,
    Active,
    Paused,
    WrapUp,
}

#[derive(Clone, Debug)]
pub(super) struct Post {
    pub row: WorkerRow,
    pub crew: CrewId,
    pub spot: Option<Spot>,
    pub holds: BTreeMap<WorkItemId, Hold>,
    /// Lines in which work waits for this worker and nobody else.
    pub lines: BTreeSet<LineId>,
    pub drains: Option<WorkItemId>,
    pub timer_ms: Option<Millis>,
    ringing: u32,
    paused: u32,
    /// Weight of offers, active and paused work by class.
    loads: [u64; CLASSES],
    wrapping: u64,
    active: u64,
}

impl Post {
    pub fn new(row: WorkerRow, crew: CrewId) -> Self {
        Self {
            row,
            crew,
            spot: None,
            holds: BTreeMap::new(),
            lines: BTreeSet::new(),
            drains: None,
            timer_ms: None,
            ringing: 0,
            paused: 0,
            loads: [0; CLASSES],
            wrapping: 0,
            active: 0,
        }
    }

    /// Takes, changes or gives back a piece of work.
    pub fn set_hold(&mut self, item: WorkItemId, hold: Option<Hold>) {
        let before = match hold {
            Some(hold) => self.holds.insert(item, hold),
            None => self.holds.remove(&item),
        };
        if let Some(before) = before {
            let weight = u64::from(before.weight);
            match before.kind {
                HoldKind::Offer => self.ringing -= 1,
                HoldKind::Active => self.active -= weight,
                HoldKind::Paused => self.paused -= 1,
                HoldKind::WrapUp => self.active -= weight,
            }
            match before.kind {
                HoldKind::WrapUp => self.wrapping -= weight,
                _ => self.loads[before.class.index()] -= weight,
            }
        }
        if let Some(hold) = hold {
            let weight = u64::from(hold.weight);
            match hold.kind {
                HoldKind::Offer => self.ringing += 1,
                HoldKind::Active => self.active += weight,
                HoldKind::Paused => self.paused += 1,
                HoldKind::WrapUp => self.active += weight,
            }
            match hold.kind {
                HoldKind::WrapUp => self.wrapping += weight,
                _ => self.loads[hold.class.index()] += weight,
            }
        }
    }

    pub fn weight(&self, class: WorkClass, rules: &Rules) -> u32 {
        let own = self.row.worker.weights.get(&class).copied();
        own.unwrap_or(rules[class.index()].weight)
    }

    pub fn capacity(&self) -> u64 {
        u64::from(self.row.worker.capacity)
    }

    /// What is worked on now, wrap-up included. Never more than the capacity.
    pub fn active(&self) -> u64 {
        self.active
    }

    /// What stands in the way of another piece of a class: everything it does not interrupt.
    pub fn load_for(&self, class: WorkClass, rules: &Rules) -> u64 {
        let stays = |(at, load): (usize, &u64)| {
            let gives_way = rules[at].interrupted_by.contains(&class);
            if gives_way { 0 } else { *load }
        };
        let loads: u64 = self.loads.iter().enumerate().map(stays).sum();
        loads + self.wrapping
    }

    pub fn has_room(&self, class: WorkClass, rules: &Rules) -> bool {
        let weight = u64::from(self.weight(class, rules));
        self.load_for(class, rules) + weight <= self.capacity()
    }

    pub fn ever_fits(&self, class: WorkClass, rules: &Rules) -> bool {
        u64::from(self.weight(class, rules)) <= self.capacity()
    }

    /// Whether they can be asked to take another piece of a class.
    pub fn is_free(&self, class: WorkClass, rules: &Rules) -> bool {
        self.drains.is_none() && self.may_be_asked(class, rules)
    }

    /// The same for what they are kept free for.
    pub fn may_be_asked(&self, class: WorkClass, rules: &Rules) -> bool {
        self.row.presence == Presence::Available
            && self.ringing < self.row.worker.offers_at_once
            && !self.row.worker.refuses.contains(&class)
            && self.has_room(class, rules)
    }

    pub fn doing(&self) -> Doing {
        match self.row.presence {
            Presence::Available if self.drains.is_some() => Doing::Draining,
            Presence::Available if self.ringing >= self.row.worker.offers_at_once => Doing::Ringing,
            Presence::Available => Doing::Available,
            Presence::Busy => Doing::Busy,
            Presence::WrapUp => Doing::WrapUp,
            Presence::Away => Doing::Away,
            Presence::Offline => Doing::Offline,
        }
    }

    /// The taken share of the capacity, in thousandths.
    pub fn share(&self) -> u32 {
        let taken = self.loads.iter().sum::<u64>() + self.wrapping;
        let share = taken.saturating_mul(1_000) / self.capacity().max(1);
        u32::try_from(share).unwrap_or(u32::MAX)
    }

    /// Where they stand on the floor.
    pub fn spot_now(&self, rules: &Rules) -> Spot {
        let id = self.row.worker.id;
        let mut spot = Spot {
            crew: self.crew,
            doing: self.doing(),
            free: [None; CLASSES],
            full: [None; CLASSES],
            room: [0; CLASSES],
        };
        let at_desk = !matches!(self.row.presence, Presence::Offline | Presence::Away);
        for class in WorkClass::ALL {
            let at = class.index();
            if at_desk && !self.row.worker.refuses.contains(class) {
                spot.room[at] = self.row.worker.capacity / self.weight(*class, rules).max(1);
            }
            if self.is_free(*class, rules) {
                spot.free[at] = Some((self.share(), self.row.idle_since_ms, id));
            } else if self.can_be_drained(*class, rules) {
                let load = self.load_for(*class, rules);
                spot.full[at] = Some(u32::try_from(load).unwrap_or(u32::MAX));
            }
        }
        spot
    }

    /// Whether keeping them free would make room for a class that waits for whole agents.
    pub fn can_be_drained(&self, class: WorkClass, rules: &Rules) -> bool {
        rules[class.index()].drain_after_ms.is_some()
            && self.row.presence == Presence::Available
            && self.drains.is_none()
            && !self.row.worker.refuses.contains(&class)
            && !self.has_room(class, rules)
            && self.ever_fits(class, rules)
    }

    /// What should be paused and what goes on, so that active work fits: as little as possible stands
    /// aside, the latest first, and the oldest goes on first.
    pub fn balanced(&self, rules: &Rules) -> Vec<(WorkItemId, HoldKind)> {
        // An AI agent may hold thousands.
        if self.paused == 0 && self.active <= self.capacity() {
            return Vec::new();
        }
        let mut active = self.active;
        let mut holds: Vec<(WorkItemId, Hold)> = self.holds.iter().map(|(i, h)| (*i, *h)).collect();
        holds.retain(|(_, hold)| hold.kind != HoldKind::Offer);
        holds.sort_by_key(|(item, hold)| (hold.since_ms, *item));
        let before = holds.clone();
        for at in (0..holds.len()).rev() {
            if active <= self.capacity() {
                break;
            }
            let hold = holds[at].1;
            let interrupted = holds.iter().enumerate().any(|(other, (_, by))| {
                other != at
                    && matches!(by.kind, HoldKind::Active | HoldKind::WrapUp)
                    && rules[hold.class.index()].interrupted_by.contains(&by.class)
            });
            if hold.kind == HoldKind::Active && interrupted {
                holds[at].1.kind = HoldKind::Paused;
                active -= u64::from(hold.weight);
            }
        }
        for (_, hold) in &mut holds {
            let with = active + u64::from(hold.weight);
            if hold.kind == HoldKind::Paused && with <= self.capacity() {
                hold.kind = HoldKind::Active;
                active = with;
            }
        }
        let changed = before.iter().zip(&holds).filter(|(was, is)| was.1 != is.1);
        changed
            .map(|(_, (item, hold))| (*item, hold.kind))
            .collect()
    }

    pub fn is_human(&self) -> bool {
        self.row.worker.kind == WorkerKind::Human
    }

    pub fn id(&self) -> WorkerId {
        self.row.worker.id
    }
}
