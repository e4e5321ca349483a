//! Customers and agents around one router.

use super::erlang::{Expected, erlang_a, erlang_c};
use super::report::Run;
use super::seeded::Seeded;
use crate::{ClassRule, Effect, Event, Queue, Router, Settings, Work, WorkClass, Worker};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};
use uuid::Uuid;

const HOUR_S: f64 = 3_600.0;
const SECOND_MS: f64 = 1_000.0;

/// Calls of one type; each type has its queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calls {
    /// How many come in an hour, at random.
    pub per_hour: f64,
    /// How long one takes on average, in seconds, exponentially distributed.
    pub handle_s: f64,
}

/// Agents who can do the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Agents {
    /// How many.
    pub count: u32,
    /// The types of calls they take, by their place in [`Model::calls`].
    pub types: Vec<usize>,
}

/// A contact centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The types of calls.
    pub calls: Vec<Calls>,
    /// Who answers them.
    pub agents: Vec<Agents>,
    /// How long customers wait on average before they give up, in seconds, exponentially distributed;
    /// nothing for as long as it takes.
    pub patience_s: Option<f64>,
    /// Within how many seconds an answer counts as in time.
    pub answer_within_s: f64,
}

impl Model {
    /// One type of calls and one pool of agents who take it.
    pub fn one_pool(per_hour: f64, handle_s: f64, agents: u32) -> Self {
        Self {
            calls: vec![Calls { per_hour, handle_s }],
            agents: vec![Agents {
                count: agents,
                types: vec![0],
            }],
            patience_s: None,
            answer_within_s: 20.0,
        }
    }

    /// A chain: as many groups as types, each of which takes its own type and the next ones, `skills`
    /// altogether. `per_hour` and `agents` are those of the whole centre and are shared out equally.
    pub fn chain(types: usize, skills: usize, per_hour: f64, handle_s: f64, agents: u32) -> Self {
        let count = agents / u32::try_from(types).unwrap_or(u32::MAX);
        let group = |own: usize| {
            let types = (own..own + skills).map(|at| at % types).collect();
            Agents { count, types }
        };
        let groups = (0..types).map(group).collect();
        Self::alike(types, per_hour, handle_s, groups)
    }

    /// Everybody takes `skills` of the types, and every choice of them is somebody's: agents are shared out
    /// so that all types have equally many, as far as that goes. Otherwise like [`Model::chain`].
    pub fn mixed(types: usize, skills: u32, per_hour: f64, handle_s: f64, agents: u32) -> Self {
        let chosen = (0_u32..1 << types).filter(|choice| choice.count_ones() == skills);
        let of = |choice: u32| {
            (0..types)
                .filter(move |one| choice >> one & 1 == 1)
                .collect()
        };
        let mut groups: Vec<Agents> = chosen
            .map(|choice| Agents {
                count: 0,
                types: of(choice),
            })
            .collect();
        let mut takers = vec![0; types];
        for _ in 0..agents {
            let least = groups.iter_mut().min_by_key(|group| {
                let taken: u32 = group.types.iter().map(|one| takers[*one]).sum();
                (group.count, taken)
            });
            if let Some(group) = least {
                group.count += 1;
                for one in &group.types {
                    takers[*one] += 1;
                }
            }
        }
        Self::alike(types, per_hour, handle_s, groups)
    }

    /// Calls of all types are alike, and nobody loses patience.
    fn alike(types: usize, per_hour: f64, handle_s: f64, agents: Vec<Agents>) -> Self {
        let per_hour = per_hour / types as f64;
        Self {
            calls: vec![Calls { per_hour, handle_s }; types],
            agents,
            patience_s: None,
            answer_within_s: 20.0,
        }
    }

    /// The same with agents who can all do everything.
    pub fn pooled(&self) -> Self {
        let everything: Vec<usize> = (0..self.calls.len()).collect();
        let count = self.agents.iter().map(|agents| agents.count).sum();
        Self {
            agents: vec![Agents {
                count,
                types: everything,
            }],
            ..self.clone()
        }
    }

    /// What theory says, if all agents are equal and all calls are of one length.
    pub fn theory(&self) -> Option<Expected> {
        let first = self.calls.first()?;
        let alike = self
            .calls
            .iter()
            .all(|calls| calls.handle_s == first.handle_s);
        let [pool] = self.agents.as_slice() else {
            return None;
        };
        let complete = (0..self.calls.len()).all(|one| pool.types.contains(&one));
        if !alike || !complete {
            return None;
        }
        let per_hour = self.calls.iter().map(|calls| calls.per_hour).sum();
        match self.patience_s {
            None => erlang_c(per_hour, first.handle_s, pool.count, self.answer_within_s),
            Some(patience_s) => Some(erlang_a(per_hour, first.handle_s, pool.count, patience_s)),
        }
    }
}

/// What happens next in the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Ends { item: WorkItemId, worker: WorkerId },
    LosesPatience { item: WorkItemId },
    Calls { of: usize },
}

struct Customer {
    calls_ms: Millis,
    handle_ms: Millis,
    counts: bool,
}

/// A contact centre in which time passes.
pub(super) struct Centre<'a> {
    model: &'a Model,
    router: Router,
    next: BinaryHeap<Reverse<(Millis, Next)>>,
    customers: BTreeMap<WorkItemId, Customer>,
    /// Arrivals, lengths and patience of each type draw for themselves, so that two centres with the
    /// same seed have the same customers, whoever answers them.
    draws: Vec<[Seeded; 3]>,
    calls_at_s: Vec<f64>,
    called: u128,
    measured: (Millis, Millis),
    run: Run,
}

fn queue_id(of: usize) -> QueueId {
    QueueId(Uuid::from_u128(1 + of as u128))
}

fn in_ms(seconds: f64) -> Millis {
    (seconds * SECOND_MS).round() as Millis
}

impl<'a> Centre<'a> {
    /// Opens it, with every agent at the desk and nobody on the line.
    pub fn open(model: &'a Model, mut seeded: Seeded) -> Self {
        let mut settings = Settings::with_queue(queue_id(0), Queue::named("0"));
        for of in 1..model.calls.len() {
            settings
                .queues
                .insert(queue_id(of), Queue::named(&of.to_string()));
        }
        let call = ClassRule {
            wrap_up_ms: 0,
            drain_after_ms: None,
            ..ClassRule::usual(WorkClass::Call)
        };
        settings.classes.insert(WorkClass::Call, call);
        // Settings made here have no problems; a router without queues would take no calls.
        let router = Router::new(settings).unwrap_or_else(|problems| unreachable!("{problems:?}"));
        let draws = model
            .calls
            .iter()
            .map(|_| std::array::from_fn(|_| seeded.split()));
        let mut centre = Self {
            model,
            router,
            next: BinaryHeap::new(),
            customers: BTreeMap::new(),
            draws: draws.collect(),
            calls_at_s: vec![0.0; model.calls.len()],
            called: 0,
            measured: (0, Millis::MAX),
            run: Run::default(),
        };
        centre.seat_agents();
        for of in 0..model.calls.len() {
            centre.next_call(of);
        }
        centre
    }

    fn seat_agents(&mut self) {
        let mut number = 0u128;
        for agents in &self.model.agents {
            for _ in 0..agents.count {
                number += 1;
                let id = WorkerId(Uuid::from_u128(number));
                let mut worker = Worker {
                    takes_at_once: true,
                    ..Worker::human(id)
                };
                worker.queues = agents.types.iter().map(|of| queue_id(*of)).collect();
                self.router.apply(&Event::WorkerChanged(worker), 0);
                let presence = crate::Presence::Available;
                self.router.apply(
                    &Event::PresenceChanged {
                        worker: id,
                        presence,
                    },
                    0,
                );
            }
        }
    }

    /// Lets time pass and measures customers who call after the warm-up. They are served to the end.
    pub fn run(mut self, warm_up_hours: f64, hours: f64) -> Run {
        let from_ms = in_ms(warm_up_hours * HOUR_S);
        let to_ms = from_ms + in_ms(hours * HOUR_S);
        self.measured = (from_ms, to_ms);
        let mut open = true;
        while let Some(Reverse((at_ms, next))) = self.next.pop() {
            open &= at_ms < to_ms;
            match next {
                Next::Calls { of } if open => self.call(of, at_ms),
                Next::Calls { .. } => {}
                Next::Ends { item, worker } => {
                    self.tell(&Event::Finished { item, worker }, at_ms);
                }
                Next::LosesPatience { item } => self.lose_patience(item, at_ms),
            }
        }
        let agents: u32 = self.model.agents.iter().map(|agents| agents.count).sum();
        self.run.agent_s = f64::from(agents) * hours * HOUR_S;
        self.run
    }

    fn next_call(&mut self, of: usize) {
        let mean_s = HOUR_S / self.model.calls[of].per_hour;
        self.calls_at_s[of] += self.draws[of][0].exponential(mean_s);
        let at_ms = in_ms(self.calls_at_s[of]);
        self.next.push(Reverse((at_ms, Next::Calls { of })));
    }

    fn call(&mut self, of: usize, at_ms: Millis) {
        self.next_call(of);
        self.called += 1;
        let item = WorkItemId(Uuid::from_u128(self.called));
        let handle_s = self.draws[of][1].exponential(self.model.calls[of].handle_s);
        let (from_ms, to_ms) = self.measured;
        let counts = at_ms >= from_ms && at_ms < to_ms;
        self.run.calls += u64::from(counts);
        let customer = Customer {
            calls_ms: at_ms,
            handle_ms: in_ms(handle_s),
            counts,
        };
        self.customers.insert(item, customer);
        let work = Work::new(item, WorkClass::Call, queue_id(of));
        self.tell(&Event::Arrived(work), at_ms);
        if let Some(patience_s) = self.model.patience_s {
            let lasts_ms = in_ms(self.draws[of][2].exponential(patience_s));
            if self.customers.contains_key(&item) {
                self.next
                    .push(Reverse((at_ms + lasts_ms, Next::LosesPatience { item })));
            }
        }
    }

    /// Whoever is still waiting hangs up.
    fn lose_patience(&mut self, item: WorkItemId, at_ms: Millis) {
        if let Some(customer) = self.customers.remove(&item) {
            self.tell(&Event::CustomerLeft { item }, at_ms);
            if customer.counts {
                self.run.waited += 1;
                self.run.abandoned += 1;
                self.run.wait_s += (at_ms - customer.calls_ms) as f64 / SECOND_MS;
            }
        }
    }

    fn tell(&mut self, event: &Event, at_ms: Millis) {
        let outcome = self.router.apply(event, at_ms);
        for effect in outcome.effects {
            if let Effect::Assigned {
                item, assignment, ..
            } = effect
            {
                self.answered(item, assignment.worker, at_ms);
            }
        }
    }

    fn answered(&mut self, item: WorkItemId, worker: WorkerId, at_ms: Millis) {
        let Some(customer) = self.customers.remove(&item) else {
            return;
        };
        let ends_ms = at_ms + customer.handle_ms;
        self.next
            .push(Reverse((ends_ms, Next::Ends { item, worker })));
        let (from_ms, to_ms) = self.measured;
        let talked_ms = ends_ms.min(to_ms) - at_ms.max(from_ms);
        self.run.busy_s += talked_ms.max(0) as f64 / SECOND_MS;
        if !customer.counts {
            return;
        }
        let wait_ms = at_ms - customer.calls_ms;
        self.run.waited += u64::from(wait_ms > 0);
        self.run.in_time += u64::from(wait_ms as f64 <= self.model.answer_within_s * SECOND_MS);
        self.run.wait_s += wait_ms as f64 / SECOND_MS;
    }
}
