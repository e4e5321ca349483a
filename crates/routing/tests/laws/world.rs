//! A small floor, its rows, and everything that must hold.

use crate::schedule::{Answer, Happening, Rules};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;
use throughline_model::id::{CalendarId, MemberId, QueueId, WorkItemId, WorkerId};
use throughline_routing::{
    Calendar, CalendarRules, Callback, Change, Effect, Event, Hours, Ignored, Keep, Outcome, Place,
    Presence, Queue, QueueStep, Recorded, Requeue, Router, Rule, Settings, Skill, Skills, Snapshot,
    TransferTo, Violation, WhenClosed, Work, WorkClass, WorkItem, Worker, WorkerKind, WorkerRow,
};
use uuid::Uuid;

const SERVICE: QueueId = QueueId(Uuid::from_u128(1));
const BILLING: QueueId = QueueId(Uuid::from_u128(2));
const OFFICE: CalendarId = CalendarId(Uuid::from_u128(3));
const BOSS: MemberId = MemberId(Uuid::from_u128(4));
const MINUTE: Millis = 60_000;
/// A Monday at 16:50, UTC: hours end during most schedules.
const START: Millis = 1_800_230_400_000 + 1_010 * MINUTE;
const AI: usize = 4;

/// How often what happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub offered: usize,
    pub assigned: usize,
    pub requeued: usize,
    pub stale: usize,
    pub paused: usize,
    pub drained: usize,
    pub stepped: usize,
    pub gone: usize,
    pub overridden: usize,
    pub diverted: usize,
    pub put_off: usize,
    pub crashes: usize,
}

impl Seen {
    pub fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.assigned += other.assigned;
        self.requeued += other.requeued;
        self.stale += other.stale;
        self.paused += other.paused;
        self.drained += other.drained;
        self.stepped += other.stepped;
        self.gone += other.gone;
        self.overridden += other.overridden;
        self.diverted += other.diverted;
        self.put_off += other.put_off;
    }

    fn note(&mut self, effect: &Effect) {
        let count = match effect {
            Effect::Offered { .. } => &mut self.offered,
            Effect::Assigned { .. } => &mut self.assigned,
            Effect::Requeued { .. } => &mut self.requeued,
            Effect::Ignored {
                why: Ignored::StaleOffer { .. },
                ..
            } => &mut self.stale,
            Effect::Paused { .. } => &mut self.paused,
            Effect::Draining { .. } => &mut self.drained,
            Effect::Stepped { .. } => &mut self.stepped,
            Effect::Gone { .. } => &mut self.gone,
            Effect::Overridden { .. } => &mut self.overridden,
            Effect::Diverted { .. } => &mut self.diverted,
            Effect::PutOff { .. } => &mut self.put_off,
            _ => return,
        };
        *count += 1;
    }
}

/// What a shell stores.
#[derive(Clone, Debug)]
struct Rows {
    workers: BTreeMap<WorkerId, WorkerRow>,
    work: BTreeMap<WorkItemId, WorkItem>,
}

pub struct World {
    router: Router,
    first: Snapshot,
    log: Vec<(Recorded, Outcome)>,
    rows: Rows,
    now_ms: Millis,
    arrived: u128,
    pub seen: Seen,
}

fn worker_id(number: usize) -> WorkerId {
    WorkerId(Uuid::from_u128(100 + number as u128))
}

fn skills(level: Option<u8>) -> Skills {
    let billing = Skill::new("refunds").expect("a name");
    level.map(|level| (billing, level)).into_iter().collect()
}

fn worker(number: usize, skill: Option<u8>, both: bool, capacity: u32) -> Worker {
    let mut worker = match number {
        AI => Worker::ai(worker_id(number), capacity / 25),
        _ => Worker {
            capacity,
            ..Worker::human(worker_id(number))
        },
    };
    worker.skills = skills(skill);
    worker.queues.insert(if number.is_multiple_of(2) {
        SERVICE
    } else {
        BILLING
    });
    if both {
        worker.queues.extend([SERVICE, BILLING]);
    }
    if number == 3 {
        worker.offers_at_once = 2;
    }
    worker
}

fn settings(rules: &Rules) -> Settings {
    let mut queue = Queue::named("Service");
    let anyone = QueueStep {
        keep: Keep::Nothing,
        ..QueueStep::everything()
    };
    if rules.affinity {
        queue.affinity_ms = 30_000;
    }
    if rules.silence {
        queue.silence_ms = Some(2 * MINUTE);
    }
    queue.steps = match rules.steps {
        true => vec![
            QueueStep {
                lasts_ms: Some(20_000),
                ..QueueStep::everything()
            },
            QueueStep {
                lasts_ms: Some(20_000),
                lowered_by: 1,
                kind: Some(WorkerKind::Ai),
                ..QueueStep::everything()
            },
            QueueStep {
                also: [BILLING].into(),
                ..anyone.clone()
            },
        ],
        false => vec![anyone.clone()],
    };
    let mut billing = queue.clone();
    billing.steps = vec![anyone];
    let mut settings = Settings::with_queue(SERVICE, queue);
    if rules.hours {
        let hours = vec![Hours {
            from_min: 9 * 60,
            to_min: 17 * 60,
        }];
        let week = std::array::from_fn(|_| hours.clone());
        let office = CalendarRules {
            time_zone: "UTC".into(),
            week,
            days: [].into(),
        };
        settings
            .calendars
            .insert(OFFICE, Calendar::try_from(office).expect("a calendar"));
        billing.calendar = Some(OFFICE);
        billing.when_closed = WhenClosed::Hold;
    }
    settings.queues.insert(BILLING, billing);
    settings.away_after_missed = rules.away_after_missed;
    settings
}

impl World {
    pub fn new(rules: Rules) -> Self {
        let router = Router::new(settings(&rules)).expect("settings that can be used");
        let mut world = Self {
            first: router.snapshot(),
            router,
            log: Vec::new(),
            rows: Rows {
                workers: BTreeMap::new(),
                work: BTreeMap::new(),
            },
            now_ms: START,
            arrived: 0,
            seen: Seen::default(),
        };
        for number in 0..=AI {
            world.tell(Event::WorkerChanged(worker(
                number,
                None,
                number == AI,
                100,
            )));
            if number != 2 {
                let (worker, presence) = (worker_id(number), Presence::Available);
                world.tell(Event::PresenceChanged { worker, presence });
            }
        }
        world
    }

    pub fn happens(&mut self, happening: &Happening) {
        match happening {
            Happening::Passes(by_ms) => {
                let until_ms = self.now_ms + by_ms;
                self.pass_until(until_ms);
            }
            Happening::TicksLate(by_ms) => {
                self.now_ms += by_ms;
                self.tell(Event::Timer);
            }
            Happening::Crash => self.crash(),
            _ => {
                if let Some(event) = self.event(happening) {
                    self.tell_when_nothing_is_due(event);
                }
            }
        }
    }

    fn pass_until(&mut self, until_ms: Millis) {
        while let Some(due_ms) = self
            .router
            .next_timer_ms()
            .filter(|due_ms| *due_ms <= until_ms)
        {
            self.now_ms = self.now_ms.max(due_ms);
            self.tell(Event::Timer);
        }
        self.now_ms = until_ms;
    }

    /// Forgets everything but the rows.
    fn crash(&mut self) {
        self.router = Router::restore(self.stored()).expect("settings that can be used");
        assert_eq!(
            self.router.violations(),
            self.known_violations(),
            "after a crash"
        );
        self.tell(Event::Started);
    }

    fn stored(&self) -> Snapshot {
        Snapshot {
            settings: self.router.settings().clone(),
            workers: self.rows.workers.values().cloned().collect(),
            work: self.rows.work.values().cloned().collect(),
            counters: self.router.counters().clone(),
        }
    }

    /// An event that is ignored changes nothing at all.
    fn tell_when_nothing_is_due(&mut self, event: Event) {
        self.pass_until(self.now_ms);
        self.tell(Event::Timer);
        let before = self.router.snapshot();
        let outcome = self.tell(event);
        let ignored = |effect: &Effect| matches!(effect, Effect::Ignored { .. });
        if outcome.effects.iter().any(ignored) {
            assert_eq!(
                outcome.effects.len(),
                1,
                "it did something and says it did not"
            );
            assert_eq!(self.router.snapshot(), before);
            assert!(outcome.changed_work.is_empty() && outcome.changed_workers.is_empty());
        }
    }

    fn tell(&mut self, event: Event) -> Outcome {
        let clocks: Vec<WorkItem> = self.router.items().cloned().collect();
        let loads: Vec<(WorkerId, u64)> = self
            .router
            .workers()
            .map(|row| (row.worker.id, self.router.load(row.worker.id)))
            .collect();
        let outcome = self.router.apply(&event, self.now_ms);
        for item in &outcome.changed_work {
            match self.router.item(*item) {
                Some(row) => drop(self.rows.work.insert(*item, row.clone())),
                None => drop(self.rows.work.remove(item)),
            }
        }
        for id in &outcome.changed_workers {
            match self.router.worker(*id) {
                Some(row) => drop(self.rows.workers.insert(*id, row.clone())),
                None => drop(self.rows.workers.remove(id)),
            }
        }
        let rows = &self.rows;
        assert!(
            rows.work.values().eq(self.router.items()),
            "rows after {event:?}"
        );
        assert!(
            rows.workers.values().eq(self.router.workers()),
            "rows after {event:?}"
        );
        assert_eq!(
            self.router.violations(),
            self.known_violations(),
            "after {event:?}"
        );
        for (id, before) in loads {
            let capacity = self
                .router
                .worker(id)
                .map_or(0, |row| u64::from(row.worker.capacity));
            let load = self.router.load(id);
            assert!(
                load <= capacity.max(before),
                "{id:?} got more than fits after {event:?}"
            );
        }
        for effect in &outcome.effects {
            self.seen.note(effect);
            self.check_effect(effect);
        }
        self.check_ages(&outcome, &clocks);
        self.check_callbacks();
        let recorded = Recorded {
            at_ms: self.now_ms,
            event,
        };
        self.log.push((recorded, outcome.clone()));
        outcome
    }

    /// Whoever had their capacity lowered keeps what they have.
    fn known_violations(&self) -> Vec<Violation> {
        let over = self
            .router
            .workers()
            .filter(|row| self.router.load(row.worker.id) > u64::from(row.worker.capacity));
        over.map(|row| Violation::OverCapacity {
            worker: row.worker.id,
        })
        .collect()
    }

    fn check_effect(&self, effect: &Effect) {
        let decision = match effect {
            Effect::Offered { decision, .. } => decision,
            Effect::Assigned {
                decision: Some(decision),
                ..
            } => decision,
            _ => return,
        };
        let row = self.router.worker(decision.worker.worker);
        if matches!(decision.rule, Rule::Override | Rule::Taken) {
            return;
        }
        let worker = &row.expect("a worker who is here").worker;
        assert!(
            decision.need.is_met_by(worker),
            "{worker:?} is not who was asked for"
        );
        assert!(
            !decision.not_again.contains_key(&worker.id),
            "asked again at once"
        );
        let mut best = decision
            .runners_up
            .iter()
            .filter(|one| **one < decision.worker);
        assert_eq!(best.next(), None, "somebody else stood before");
        let mut first = decision.left_waiting.iter();
        assert!(first.all(|one| (one.rank_ms, one.item) > (decision.rank_ms, decision.item)));
        let ringing = self
            .router
            .held_by(worker.id)
            .filter(|row| row.offer().is_some());
        assert!(ringing.count() <= worker.offers_at_once as usize);
    }

    /// The clock goes on whatever happens, except when something put off comes back.
    fn check_ages(&self, outcome: &Outcome, before: &[WorkItem]) {
        for was in before {
            let was_put_off = matches!(was.place, Place::Later { .. });
            let came_back = outcome.effects.iter().any(|effect| match effect {
                Effect::Requeued { item, why, .. } if *item == was.id => match why {
                    Requeue::Due => true,
                    Requeue::Callback | Requeue::CalledOff => was_put_off,
                    _ => false,
                },
                _ => false,
            });
            if let Some(row) = self.router.item(was.id).filter(|_| !came_back) {
                assert_eq!(row.since_ms, was.since_ms, "{:?} lost its age", was.id);
                assert_eq!(row.arrived_ms, was.arrived_ms);
            }
        }
    }

    /// Whoever is to be called back gets a whole person, and nothing stays a call for longer than it is one.
    fn check_callbacks(&self) {
        let nobodys = |row: &&WorkItem| row.assignment().is_none();
        for row in self.router.items().filter(nobodys) {
            match row.callback {
                Some(_) => assert_eq!(row.class, WorkClass::Call, "{:?}", row.id),
                None => assert_eq!(row.came_as, None, "{:?}", row.id),
            }
        }
    }

    /// The log alone, without any crash, leads to the same decisions and the same rows.
    pub fn replays_to_the_same(&self) {
        let mut router = Router::restore(self.first.clone()).expect("settings that can be used");
        for (recorded, outcome) in &self.log {
            let again = router.apply(&recorded.event, recorded.at_ms);
            assert_eq!(again.effects, outcome.effects, "{recorded:?} again");
        }
        assert_eq!(router.snapshot(), self.router.snapshot());
    }

    /// With everybody there and taking what they are offered, nothing is stuck.
    pub fn everything_gets_done(&mut self) {
        for number in 0..=AI {
            self.tell(Event::WorkerChanged(worker(number, Some(3), true, 100)));
            let presence = Presence::Available;
            self.tell(Event::PresenceChanged {
                worker: worker_id(number),
                presence,
            });
        }
        for _ in 0..5_000 {
            let rows: Vec<WorkItem> = self.router.items().cloned().collect();
            if rows.is_empty() {
                return;
            }
            for row in rows {
                let item = row.id;
                match row.place {
                    Place::Offered(offer) => {
                        let (worker, token) = (offer.worker, offer.token);
                        self.tell(Event::Accepted {
                            item,
                            worker,
                            token,
                        });
                        self.tell(Event::Finished { item, worker });
                    }
                    Place::Assigned(has) => {
                        self.tell(Event::Finished {
                            item,
                            worker: has.worker,
                        });
                    }
                    Place::Waiting | Place::Later { .. } => {}
                }
            }
            for number in 0..=AI {
                let presence = Presence::Available;
                self.tell(Event::PresenceChanged {
                    worker: worker_id(number),
                    presence,
                });
            }
            let soon_ms = self.now_ms + MINUTE / 4;
            let next_ms = self.router.next_timer_ms().unwrap_or(soon_ms);
            self.pass_until(next_ms.max(self.now_ms));
        }
        panic!("still here: {:?}", self.router.items().collect::<Vec<_>>());
    }

    fn pick(&self, number: usize) -> Option<WorkItem> {
        let count = self.router.items().count();
        let at = number.checked_rem(count)?;
        self.router.items().nth(at).cloned()
    }

    fn event(&mut self, happening: &Happening) -> Option<Event> {
        Some(match happening {
            Happening::Arrives {
                class,
                billing,
                priority,
                skill,
                last,
                only,
                special,
            } => {
                self.arrived += 1;
                let id = WorkItemId(Uuid::from_u128(1_000 + self.arrived));
                let mut work = Work::new(id, *class, if *billing { BILLING } else { SERVICE });
                work.priority = *priority;
                work.wanted = skills(*skill);
                work.last_worker = last.map(worker_id);
                work.only = match only {
                    0 => Some(WorkerKind::Ai),
                    1 => Some(WorkerKind::Human),
                    _ => None,
                };
                match special {
                    0 => work.taken_by = last.map(worker_id),
                    1 => {
                        work.callback = Some(Callback {
                            attempts: 0,
                            at_ms: Some(self.now_ms + MINUTE),
                        })
                    }
                    2 => work.since_ms = Some(self.now_ms - 2 * MINUTE),
                    3 => work.queue = QueueId(Uuid::from_u128(77)),
                    _ => {}
                }
                Event::Arrived(work)
            }
            Happening::Accepts(pick, answer) => {
                let (item, worker, token) = self.answer(*pick, *answer)?;
                Event::Accepted {
                    item,
                    worker,
                    token,
                }
            }
            Happening::Declines(pick, answer) => {
                let (item, worker, token) = self.answer(*pick, *answer)?;
                Event::Declined {
                    item,
                    worker,
                    token,
                }
            }
            Happening::Finishes(pick, answer) => {
                let row = self.pick(*pick)?;
                let holder = row.worker().unwrap_or(worker_id(0));
                let worker = match answer {
                    Answer::SomebodyElse(number) => worker_id(*number),
                    _ => holder,
                };
                Event::Finished {
                    item: row.id,
                    worker,
                }
            }
            Happening::Presence(number, presence) => {
                let (worker, presence) = (worker_id(*number), *presence);
                Event::PresenceChanged { worker, presence }
            }
            Happening::ConnectionLost(number) => Event::ConnectionLost {
                worker: worker_id(*number),
            },
            Happening::WorkerChanges {
                worker: number,
                skill,
                both,
                capacity,
            } => Event::WorkerChanged(worker(*number, *skill, *both, *capacity)),
            Happening::WorkerRemoved(number) => Event::WorkerRemoved {
                worker: worker_id(*number),
            },
            Happening::Settings { drain, target } => self.other_settings(*drain, *target),
            Happening::WrapsUp(_)
            | Happening::Takes(..)
            | Happening::Snoozes(_)
            | Happening::Transfers { .. }
            | Happening::Overrides(..)
            | Happening::CallbackAsked(..)
            | Happening::CallbackOver(_)
            | Happening::Unanswered(_)
            | Happening::Heard(_)
            | Happening::Leaves(_)
            | Happening::Cancelled(_)
            | Happening::Changes { .. } => self.about_work(happening)?,
            Happening::Passes(_) | Happening::TicksLate(_) | Happening::Crash => return None,
        })
    }

    fn about_work(&self, happening: &Happening) -> Option<Event> {
        Some(match happening {
            Happening::WrapsUp(pick) => {
                let row = self.pick(*pick)?;
                let worker = row.worker().unwrap_or(worker_id(1));
                Event::WrapUpOver {
                    item: row.id,
                    worker,
                }
            }
            Happening::Takes(pick, number) => {
                let (item, worker) = (self.pick(*pick)?.id, worker_id(*number));
                Event::Taken { item, worker }
            }
            Happening::Snoozes(pick) => {
                let row = self.pick(*pick)?;
                let worker = row.worker().unwrap_or(worker_id(1));
                Event::Snoozed {
                    item: row.id,
                    worker,
                    until_ms: self.now_ms + MINUTE,
                }
            }
            Happening::Transfers {
                pick,
                to,
                by_holder,
            } => {
                let row = self.pick(*pick)?;
                let by = row.worker().filter(|_| *by_holder);
                let to = match to {
                    5 => TransferTo::Queue(BILLING),
                    6 => TransferTo::Human(None),
                    7 => TransferTo::Ai,
                    number => TransferTo::Worker(worker_id(*number)),
                };
                Event::Transferred {
                    item: row.id,
                    by,
                    to,
                    note: String::new(),
                }
            }
            Happening::Overrides(pick, number) => {
                let (item, worker) = (self.pick(*pick)?.id, worker_id(*number));
                Event::Overridden {
                    item,
                    worker,
                    by: BOSS,
                    note: String::new(),
                }
            }
            Happening::CallbackAsked(pick, later) => {
                let at_ms = later.then_some(self.now_ms + 2 * MINUTE);
                Event::CallbackRequested {
                    item: self.pick(*pick)?.id,
                    at_ms,
                }
            }
            Happening::CallbackOver(pick) => Event::CallbackOver {
                item: self.pick(*pick)?.id,
            },
            Happening::Unanswered(pick) => {
                let row = self.pick(*pick)?;
                let worker = row.worker().unwrap_or(worker_id(1));
                Event::CallbackUnanswered {
                    item: row.id,
                    worker,
                }
            }
            Happening::Heard(pick) => Event::CustomerHeard {
                item: self.pick(*pick)?.id,
            },
            Happening::Leaves(pick) => Event::CustomerLeft {
                item: self.pick(*pick)?.id,
            },
            Happening::Cancelled(pick) => Event::Cancelled {
                item: self.pick(*pick)?.id,
            },
            Happening::Changes {
                pick,
                priority,
                skill,
            } => {
                let change = Change {
                    priority: Some(*priority),
                    wanted: Some(skills(*skill)),
                    only: None,
                };
                Event::Changed {
                    item: self.pick(*pick)?.id,
                    change,
                }
            }
            _ => return None,
        })
    }

    /// Prefers what is being offered, so that answers find something to answer.
    fn answer(&self, pick: usize, answer: Answer) -> Option<(WorkItemId, WorkerId, u64)> {
        let offered: Vec<&WorkItem> = self
            .router
            .items()
            .filter(|row| row.offer().is_some())
            .collect();
        let row = match pick.checked_rem(offered.len()) {
            Some(at) => offered[at].clone(),
            None => self.pick(pick)?,
        };
        let offer = row.offer().copied();
        let worker = row.worker().unwrap_or(worker_id(0));
        let token = offer.map_or(0, |offer| offer.token);
        Some(match answer {
            Answer::Right => (row.id, worker, token),
            Answer::OldToken => (row.id, worker, token.saturating_sub(1)),
            Answer::SomebodyElse(number) => (row.id, worker_id(number), token),
        })
    }

    fn other_settings(&self, drain: bool, target: bool) -> Event {
        let mut settings = self.router.settings().clone();
        let mut call = settings.class(WorkClass::Call);
        call.drain_after_ms = drain.then_some(40_000);
        settings.classes.insert(WorkClass::Call, call);
        for queue in settings.queues.values_mut() {
            queue.target_ms = target.then_some(MINUTE);
        }
        Event::SettingsChanged(Box::new(settings))
    }
}
