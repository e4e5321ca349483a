//! A very large contact centre at its worst hour.

use std::time::{Duration, Instant};
use throughline_model::clock::Millis;
use throughline_model::conversation::Priority;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};
use throughline_routing::{
    Effect, Event, Place, Presence, Queue, QueueStep, Router, Settings, Skill, Work, WorkClass,
    Worker,
};
use uuid::Uuid;

const START: Millis = 1_800_000_000_000;
const QUEUES: u64 = 40;
const SKILLS: u64 = 30;

/// Numbers that look random (an xorshift generator).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

fn queue_id(number: u64) -> QueueId {
    QueueId(Uuid::from_u128(1 + u128::from(number)))
}

fn skill(number: u64) -> Option<Skill> {
    Skill::new(&format!("skill {number}")).ok()
}

fn settings() -> Settings {
    let mut settings = Settings::with_queue(queue_id(0), Queue::named("0"));
    for number in 0..QUEUES {
        let mut queue = Queue::named(&number.to_string());
        let first = QueueStep {
            lasts_ms: Some(60_000),
            ..QueueStep::everything()
        };
        let then = QueueStep {
            lowered_by: 3,
            ..QueueStep::everything()
        };
        queue.steps = vec![first, then];
        queue.affinity_ms = 30_000;
        settings.queues.insert(queue_id(number), queue);
    }
    settings
}

/// One to four queues and up to five skills each: hardly two can do the same.
fn worker(draw: &mut Draw, number: u64) -> Worker {
    let mut worker = Worker::human(WorkerId(Uuid::from_u128(1_000_000 + u128::from(number))));
    for _ in 0..=draw.below(4) {
        worker.queues.insert(queue_id(draw.below(QUEUES)));
    }
    for _ in 0..draw.below(6) {
        if let Some(skill) = skill(draw.below(SKILLS)) {
            worker.skills.insert(skill, 1 + draw.below(10) as u8);
        }
    }
    worker
}

fn work(draw: &mut Draw, number: u64, workers: u64) -> Work {
    let id = WorkItemId(Uuid::from_u128(10_000_000 + u128::from(number)));
    let classes = WorkClass::ALL;
    let class = classes[draw.below(classes.len() as u64) as usize];
    let mut work = Work::new(id, class, queue_id(draw.below(QUEUES)));
    work.priority = Priority::ALL[draw.below(4) as usize];
    if draw.below(2) == 0
        && let Some(skill) = skill(draw.below(SKILLS))
    {
        work.wanted.insert(skill, 1 + draw.below(8) as u8);
    }
    if draw.below(10) == 0 {
        let last = 1_000_000 + u128::from(draw.below(workers));
        work.last_worker = Some(WorkerId(Uuid::from_u128(last)));
    }
    work
}

/// Lets `waiting` pieces of work pile up before `workers` people come, then measures `events` events as
/// they come in such an hour: arrivals, answers, endings, declines, changes, time.
pub fn measure(workers: u64, waiting: u64, events: u64) {
    let mut draw = Draw(0x2545_f491_4f6c_dd1d);
    let Ok(mut router) = Router::new(settings()) else {
        return;
    };
    let mut now_ms = START;
    for number in 0..workers {
        router.apply(&Event::WorkerChanged(worker(&mut draw, number)), now_ms);
    }
    let mut arrived = 0;
    while arrived < waiting + workers * 4 {
        router.apply(&Event::Arrived(work(&mut draw, arrived, workers)), now_ms);
        arrived += 1;
        now_ms += 1;
    }
    let people: Vec<WorkerId> = router.workers().map(|row| row.worker.id).collect();
    let mut ringing: Vec<(WorkItemId, WorkerId, u64)> = Vec::new();
    let mut held: Vec<(WorkItemId, WorkerId)> = Vec::new();
    let note = |outcome: Vec<Effect>, ringing: &mut Vec<_>, held: &mut Vec<_>| {
        for effect in outcome {
            match effect {
                Effect::Offered { item, offer, .. } => {
                    ringing.push((item, offer.worker, offer.token));
                }
                Effect::Assigned {
                    item, assignment, ..
                } => held.push((item, assignment.worker)),
                _ => {}
            }
        }
    };
    for worker in &people {
        let presence = Presence::Available;
        let event = Event::PresenceChanged {
            worker: *worker,
            presence,
        };
        let outcome = router.apply(&event, now_ms);
        note(outcome.effects, &mut ringing, &mut held);
    }
    let in_line = router
        .items()
        .filter(|row| row.place == Place::Waiting)
        .count();
    println!(
        "{} people online, {in_line} pieces of work waiting",
        people.len()
    );
    let mut kinds: Vec<(&str, Vec<Duration>)> = [
        "arrival", "accept", "decline", "finish", "presence", "timer",
    ]
    .map(|kind| (kind, Vec::new()))
    .into();
    for _ in 0..events {
        now_ms += 2;
        let (kind, event) = match draw.below(10) {
            0..=3 if !ringing.is_empty() => {
                let at = draw.below(ringing.len() as u64) as usize;
                let (item, worker, token) = ringing.swap_remove(at);
                (
                    1,
                    Event::Accepted {
                        item,
                        worker,
                        token,
                    },
                )
            }
            4 if !ringing.is_empty() => {
                let at = draw.below(ringing.len() as u64) as usize;
                let (item, worker, token) = ringing.swap_remove(at);
                (
                    2,
                    Event::Declined {
                        item,
                        worker,
                        token,
                    },
                )
            }
            5 | 6 if !held.is_empty() => {
                let at = draw.below(held.len() as u64) as usize;
                let (item, worker) = held.swap_remove(at);
                (3, Event::Finished { item, worker })
            }
            7 => {
                let worker = people[draw.below(people.len() as u64) as usize];
                let here = router.worker(worker).map(|row| row.presence);
                let presence = match here {
                    Some(Presence::Available) => Presence::Busy,
                    _ => Presence::Available,
                };
                (4, Event::PresenceChanged { worker, presence })
            }
            8 => (5, Event::Timer),
            _ => {
                arrived += 1;
                (0, Event::Arrived(work(&mut draw, arrived, workers)))
            }
        };
        let begun = Instant::now();
        let outcome = router.apply(&event, now_ms);
        kinds[kind].1.push(begun.elapsed());
        note(outcome.effects, &mut ringing, &mut held);
    }
    let all: Vec<Duration> = kinds
        .iter()
        .flat_map(|(_, times)| times.iter().copied())
        .collect();
    println!(
        "{:<10} {:>8} {:>10} {:>10} {:>10}",
        "event", "count", "p50 (µs)", "p99 (µs)", "max (µs)"
    );
    for (kind, times) in &kinds {
        line(kind, times.clone());
    }
    line("all", all);
}

fn line(kind: &str, mut times: Vec<Duration>) {
    if times.is_empty() {
        return;
    }
    times.sort_unstable();
    let at = |share: f64| {
        let place = ((times.len() - 1) as f64 * share) as usize;
        times[place].as_secs_f64() * 1e6
    };
    let count = times.len();
    println!(
        "{kind:<10} {count:>8} {:>10.1} {:>10.1} {:>10.1}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
