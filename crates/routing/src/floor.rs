//! Who could take what, kept so that nobody is looked at who does not matter.
//!
//! Work that asks the same stands in one **line**, in order. Workers who can do the same are one **crew**.
//! Which crews serve which lines is worked out once, when either comes up. A free worker then asks which
//! of the crew's lines have somebody waiting; new work asks which of the line's crews have somebody free.

use crate::bits::{Bits, Slots};
use crate::decision::Tally;
use crate::requirement::Need;
use crate::skill::{Skills, covers};
use crate::work_class::{CLASSES, WorkClass};
use crate::worker::{Worker, WorkerKind};
use std::collections::{BTreeSet, HashMap};
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};

pub(crate) type LineId = usize;
pub(crate) type CrewId = usize;

/// A place in line: lower goes first.
pub(crate) type Rank = (Millis, WorkItemId);

/// A worker's place among the free ones of a crew: load, then idle since.
pub(crate) type Free = (u32, Millis, WorkerId);

/// How many empty lines are kept in case the like comes again.
const EMPTY_LINES: usize = 4_096;

/// What all work of one line has in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LineKey {
    pub queue: QueueId,
    pub class: WorkClass,
    pub need: Need,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub key: LineKey,
    pub items: BTreeSet<Rank>,
    /// For which of its items a worker is kept free.
    pub drains: Option<WorkItemId>,
    crews: Bits,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CrewKey {
    kind: WorkerKind,
    queues: BTreeSet<QueueId>,
    skills: Skills,
}

impl CrewKey {
    fn meets(&self, need: &Need) -> bool {
        need.worker.is_none()
            && need.kind.is_none_or(|kind| kind == self.kind)
            && (need.queues.is_empty() || !need.queues.is_disjoint(&self.queues))
            && covers(&self.skills, &need.skills)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Crew {
    key: CrewKey,
    /// How many queues and skills each has.
    pub breadth: u32,
    /// Who is free for each class.
    pub free: [BTreeSet<Free>; CLASSES],
    /// Who is there and has too much else for a class, least first.
    pub full: [BTreeSet<(u32, WorkerId)>; CLASSES],
    /// How many pieces of each class its members at the desk can have at a time.
    pub room: [u64; CLASSES],
    members: u32,
    doing: [u32; DOING],
    lines: Bits,
}

/// What a worker is doing, as far as everybody's next work is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Available,
    Ringing,
    Draining,
    Busy,
    WrapUp,
    Away,
    Offline,
}

const DOING: usize = 7;

/// Where a worker stands on the floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub crew: CrewId,
    pub doing: Doing,
    pub free: [Option<Free>; CLASSES],
    pub full: [Option<u32>; CLASSES],
    pub room: [u32; CLASSES],
}

/// All lines and crews.
#[derive(Clone, Debug, Default)]
pub(crate) struct Floor {
    lines: Slots<Line>,
    crews: Slots<Crew>,
    line_of: HashMap<LineKey, LineId>,
    crew_of: HashMap<CrewKey, CrewId>,
    crews_in: HashMap<QueueId, Bits>,
    /// Lines in which somebody waits who may be offered.
    waiting: Bits,
    /// Crews with somebody free, by class.
    free: [Bits; CLASSES],
    /// Crews with somebody who has too much else, by class.
    full: [Bits; CLASSES],
    /// How many are free in each queue, by class.
    cover: HashMap<QueueId, [u32; CLASSES]>,
    empty_lines: usize,
}

impl Crew {
    pub fn is_human(&self) -> bool {
        self.key.kind == WorkerKind::Human
    }
}

impl Floor {
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.get(id)
    }

    pub fn line_mut(&mut self, id: LineId) -> Option<&mut Line> {
        self.lines.get_mut(id)
    }

    pub fn lines(&self) -> impl Iterator<Item = (LineId, &Line)> {
        self.lines.iter()
    }

    pub fn crew(&self, id: CrewId) -> Option<&Crew> {
        self.crews.get(id)
    }

    /// Puts work into the line for what it asks.
    pub fn join_line(&mut self, key: LineKey, rank: Rank, held: bool) -> LineId {
        let id = match self.line_of.get(&key) {
            Some(id) => *id,
            None => self.new_line(key),
        };
        if let Some(line) = self.lines.get_mut(id) {
            if line.items.is_empty() {
                self.empty_lines -= 1;
            }
            line.items.insert(rank);
            self.waiting
                .set(id, !held && line.key.need.worker.is_none());
        }
        id
    }

    /// Takes work out of its line.
    pub fn leave_line(&mut self, id: LineId, rank: Rank) {
        let Some(line) = self.lines.get_mut(id) else {
            return;
        };
        if !line.items.remove(&rank) || !line.items.is_empty() {
            return;
        }
        self.waiting.set(id, false);
        self.empty_lines += 1;
        // A line for one worker hardly ever comes again.
        if line.key.need.worker.is_some() {
            self.drop_line(id);
        } else if self.empty_lines > EMPTY_LINES {
            self.drop_empty_lines();
        }
    }

    /// Stops or starts offering what waits in a queue.
    pub fn hold(&mut self, queue: QueueId, held: bool) {
        for (id, line) in self.lines.iter() {
            if line.key.queue == queue && line.key.need.worker.is_none() {
                self.waiting.set(id, !held && !line.items.is_empty());
            }
        }
    }

    fn new_line(&mut self, key: LineKey) -> LineId {
        let mut crews = Bits::default();
        let id = self.lines.add(Line {
            key: key.clone(),
            items: BTreeSet::new(),
            drains: None,
            crews: Bits::default(),
        });
        for crew_id in self.crews_for(&key.need) {
            if let Some(crew) = self.crews.get_mut(crew_id) {
                crews.set(crew_id, true);
                crew.lines.set(id, true);
            }
        }
        if let Some(line) = self.lines.get_mut(id) {
            line.crews = crews;
        }
        self.line_of.insert(key, id);
        self.empty_lines += 1;
        id
    }

    /// The crews that meet a need. Only those of its queues are looked at.
    fn crews_for(&self, need: &Need) -> Vec<CrewId> {
        let meets = |id: &CrewId| self.crews.get(*id).is_some_and(|crew| crew.key.meets(need));
        if need.queues.is_empty() {
            return self.crews.iter().map(|(id, _)| id).filter(meets).collect();
        }
        let queues = need
            .queues
            .iter()
            .filter_map(|queue| self.crews_in.get(queue));
        queues.flat_map(Bits::iter).filter(meets).collect()
    }

    fn drop_line(&mut self, id: LineId) {
        let Some(line) = self.lines.remove(id) else {
            return;
        };
        self.line_of.remove(&line.key);
        self.empty_lines -= 1;
        for crew in line.crews.iter() {
            if let Some(crew) = self.crews.get_mut(crew) {
                crew.lines.set(id, false);
            }
        }
    }

    fn drop_empty_lines(&mut self) {
        let empty = self.lines.iter().filter(|(_, line)| line.items.is_empty());
        for id in empty.map(|(id, _)| id).collect::<Vec<_>>() {
            self.drop_line(id);
        }
    }

    /// The crew a worker belongs to, with one member more.
    pub fn join_crew(&mut self, worker: &Worker) -> CrewId {
        let key = CrewKey {
            kind: worker.kind,
            queues: worker.queues.clone(),
            skills: worker.skills.clone(),
        };
        let id = match self.crew_of.get(&key) {
            Some(id) => *id,
            None => self.new_crew(key),
        };
        if let Some(crew) = self.crews.get_mut(id) {
            crew.members += 1;
        }
        id
    }

    /// One member less; they must have left their spot before.
    pub fn leave_crew(&mut self, id: CrewId) {
        let Some(crew) = self.crews.get_mut(id) else {
            return;
        };
        crew.members -= 1;
        if crew.members > 0 {
            return;
        }
        if let Some(crew) = self.crews.remove(id) {
            self.crew_of.remove(&crew.key);
            for queue in &crew.key.queues {
                if let Some(crews) = self.crews_in.get_mut(queue) {
                    crews.set(id, false);
                }
            }
            for line in crew.lines.iter() {
                if let Some(line) = self.lines.get_mut(line) {
                    line.crews.set(id, false);
                }
            }
        }
    }

    fn new_crew(&mut self, key: CrewKey) -> CrewId {
        let id = self.crews.add(Crew {
            breadth: u32::try_from(key.queues.len() + key.skills.len()).unwrap_or(u32::MAX),
            key: key.clone(),
            free: Default::default(),
            full: Default::default(),
            room: [0; CLASSES],
            members: 0,
            doing: [0; DOING],
            lines: Bits::default(),
        });
        let mut lines = Bits::default();
        for (line_id, line) in self.lines.iter_mut() {
            if key.meets(&line.key.need) {
                lines.set(line_id, true);
                line.crews.set(id, true);
            }
        }
        if let Some(crew) = self.crews.get_mut(id) {
            crew.lines = lines;
        }
        for queue in &key.queues {
            self.crews_in.entry(*queue).or_default().set(id, true);
        }
        self.crew_of.insert(key, id);
        id
    }

    /// Moves a worker from one spot to another, within one crew.
    pub fn move_worker(&mut self, worker: WorkerId, from: Option<&Spot>, to: Option<&Spot>) {
        let Some(id) = from.or(to).map(|spot| spot.crew) else {
            return;
        };
        let Some(crew) = self.crews.get_mut(id) else {
            return;
        };
        if let Some(from) = from {
            crew.doing[from.doing as usize] -= 1;
        }
        if let Some(to) = to {
            crew.doing[to.doing as usize] += 1;
        }
        for class in 0..CLASSES {
            let old = from.and_then(|spot| spot.free[class]);
            let new = to.and_then(|spot| spot.free[class]);
            if old.is_some() != new.is_some() {
                for queue in &crew.key.queues {
                    let cover = &mut self.cover.entry(*queue).or_default()[class];
                    *cover = if new.is_some() {
                        *cover + 1
                    } else {
                        *cover - 1
                    };
                }
            }
            if old != new {
                let free = &mut crew.free[class];
                old.map(|key| free.remove(&key));
                new.map(|key| free.insert(key));
                self.free[class].set(id, !free.is_empty());
            }
            let old = from.and_then(|spot| spot.full[class]);
            let new = to.and_then(|spot| spot.full[class]);
            if old != new {
                let full = &mut crew.full[class];
                old.map(|load| full.remove(&(load, worker)));
                new.map(|load| full.insert((load, worker)));
                self.full[class].set(id, !full.is_empty());
            }
            crew.room[class] -= from.map_or(0, |spot| u64::from(spot.room[class]));
            crew.room[class] += to.map_or(0, |spot| u64::from(spot.room[class]));
        }
    }

    /// How much the queues of a crew would miss one of those who are free for a class: the sum of
    /// 100,000 divided by how many are free in each.
    pub fn missed(&self, crew: &Crew, class: WorkClass) -> u32 {
        let queues = crew.key.queues.iter().map(|queue| {
            let free = self
                .cover
                .get(queue)
                .map_or(1, |cover| cover[class.index()]);
            100_000 / free.max(1)
        });
        queues.fold(0, u32::saturating_add)
    }

    /// The crews that serve a line and have somebody free for it.
    pub fn free_crews<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = &'a Crew> {
        let crews = line.crews.and(&self.free[line.key.class.index()]);
        crews.filter_map(|id| self.crews.get(id))
    }

    /// The crews that serve a line and have somebody with too much else for it.
    pub fn full_crews<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = &'a Crew> {
        let crews = line.crews.and(&self.full[line.key.class.index()]);
        crews.filter_map(|id| self.crews.get(id))
    }

    /// The lines that a crew serves and in which somebody waits who may be offered.
    pub fn waiting_lines(&self, crew: CrewId) -> impl Iterator<Item = (LineId, &Line)> {
        let crew = self.crews.get(crew);
        let lines = crew
            .map(|crew| crew.lines.and(&self.waiting))
            .into_iter()
            .flatten();
        lines.filter_map(|id| Some((id, self.lines.get(id)?)))
    }

    /// How many pieces of a line's class all who serve it and are at the desk can have at a time.
    pub fn room_for(&self, line: &Line) -> u64 {
        let crews = line.crews.iter().filter_map(|id| self.crews.get(id));
        crews.map(|crew| crew.room[line.key.class.index()]).sum()
    }

    /// What everybody who serves a line is doing.
    pub fn tally(&self, line: &Line) -> Tally {
        let class = line.key.class.index();
        let mut sum = Tally::default();
        for crew in line.crews.iter().filter_map(|id| self.crews.get(id)) {
            let free = u32::try_from(crew.free[class].len()).unwrap_or(u32::MAX);
            sum.free += free;
            sum.full += crew.doing[Doing::Available as usize] - free;
            sum.ringing += crew.doing[Doing::Ringing as usize];
            sum.draining += crew.doing[Doing::Draining as usize];
            sum.busy += crew.doing[Doing::Busy as usize];
            sum.wrap_up += crew.doing[Doing::WrapUp as usize];
            sum.away += crew.doing[Doing::Away as usize];
            sum.offline += crew.doing[Doing::Offline as usize];
        }
        sum
    }
}
