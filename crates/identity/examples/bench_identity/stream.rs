//! What the platform sees of a population in three years, as assertions with the assurance that each
//! channel really gives.

mod contacts;

use crate::population::{DAYS, Person, Population, Thing, Use};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::{BTreeSet, HashMap};
use throughline_identity::{Assertion, AssertionKind, Node, Rules};
use throughline_model::assurance::Assurance;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{AssertionId, CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;

const DAY_MS: Millis = 86_400_000;

/// Contacts per person over the whole time, on average (geometric).
const CONTACTS: f64 = 4.0;
/// There is one kiosk for so many people.
const PEOPLE_PER_KIOSK: usize = 1_000;
/// People who claim to be others, and how often each does.
const ATTACKERS: f64 = 0.005;
const ATTEMPTS: usize = 4;

/// What the platform recorded, with the truth beside it.
pub struct Stream {
    pub nodes: Vec<Node>,
    pub assertions: Vec<Assertion>,
    /// Who really uses each node.
    pub users: Vec<BTreeSet<usize>>,
    /// Who made each assertion truthfully; none when it was a mistake, a favour or an attack.
    pub authors: Vec<Option<usize>>,
    pub index: HashMap<IdentifierId, usize>,
    pub epochs_opened: usize,
    pub contacts: usize,
}

/// A day's contact of a person, or an attack.
enum Event {
    Contact(usize),
    Attack(usize),
}

pub fn record(population: &Population, seed: u64, rules: &Rules) -> Stream {
    let mut rng = StdRng::seed_from_u64(seed ^ 0x5eed);
    let mut events = Vec::new();
    for person in 0..population.people.len() {
        while rng.random_bool(CONTACTS / (CONTACTS + 1.0)) {
            events.push((
                rng.random_range(0..DAYS),
                rng.random::<u32>(),
                Event::Contact(person),
            ));
        }
        if rng.random_bool(ATTACKERS) {
            for _ in 0..ATTEMPTS {
                events.push((
                    rng.random_range(0..DAYS),
                    rng.random::<u32>(),
                    Event::Attack(person),
                ));
            }
        }
    }
    events.sort_unstable_by_key(|(day, order, _)| (*day, *order));
    let mut platform = Platform::new(population, rng, rules);
    for (day, _, event) in events {
        platform.now_day = day;
        platform
            .clock
            .advance(DAY_MS * Millis::from(day) + START - platform.clock.now());
        match event {
            Event::Contact(person) => platform.contact(person),
            Event::Attack(person) => platform.attack(person),
        }
    }
    platform.stream
}

const START: Millis = 1_600_000_000_000;

/// What is known about a phone node.
#[derive(Clone, Copy, Default)]
struct Known {
    last_evidence_at: Option<Millis>,
    /// Another node it was proven with.
    holder: Option<usize>,
}

struct Platform<'a> {
    population: &'a Population,
    rules: &'a Rules,
    rng: StdRng,
    clock: Clock,
    now_day: u32,
    stream: Stream,
    node_of: HashMap<Thing, usize>,
    /// The visitor each browser is at the moment.
    visitor_on: HashMap<Thing, usize>,
    kiosks: Vec<usize>,
    history: HashMap<usize, Known>,
    /// Who is who but for phones, roughly, to tell whether a number has a new holder: what was proven
    /// together joins.
    known_as: HashMap<usize, usize>,
    vouched: BTreeSet<Thing>,
}

impl<'a> Platform<'a> {
    fn new(population: &'a Population, rng: StdRng, rules: &'a Rules) -> Self {
        let stream = Stream {
            nodes: Vec::new(),
            assertions: Vec::new(),
            users: Vec::new(),
            authors: Vec::new(),
            index: HashMap::new(),
            epochs_opened: 0,
            contacts: 0,
        };
        let mut platform = Self {
            population,
            rules,
            rng,
            clock: Clock::fixed(START),
            now_day: 0,
            stream,
            node_of: HashMap::new(),
            visitor_on: HashMap::new(),
            kiosks: Vec::new(),
            history: HashMap::new(),
            known_as: HashMap::new(),
            vouched: BTreeSet::new(),
        };
        for _ in 0..population.people.len().div_ceil(PEOPLE_PER_KIOSK) {
            let kiosk = platform.new_node(IdentifierKind::Visitor);
            platform.kiosks.push(kiosk);
        }
        platform
    }

    fn person(&self, who: usize) -> &'a Person {
        &self.population.people[who]
    }

    fn chance(&mut self, share: f64) -> bool {
        self.rng.random_bool(share)
    }

    /// One of the things somebody uses today.
    fn pick(&mut self, uses: &[Use]) -> Option<Thing> {
        let today: Vec<&Use> = uses
            .iter()
            .filter(|used| used.days.contains(&self.now_day))
            .collect();
        let total: f64 = today.iter().map(|used| used.weight).sum();
        let mut dice = self.rng.random_range(0.0..1.0) * total;
        for used in &today {
            dice -= used.weight;
            if dice <= 0.0 {
                return Some(used.thing);
            }
        }
        today.last().map(|used| used.thing)
    }

    fn new_node(&mut self, kind: IdentifierKind) -> usize {
        let id = IdentifierId(self.clock.new_id());
        let index = self.stream.nodes.len();
        self.stream.nodes.push(Node {
            id,
            kind,
            born_at: self.clock.now(),
            value: String::new(),
        });
        self.stream.users.push(BTreeSet::new());
        self.stream.index.insert(id, index);
        index
    }

    fn node(&mut self, thing: Thing) -> usize {
        if let Some(node) = self.node_of.get(&thing) {
            return *node;
        }
        let node = self.new_node(self.population.things[thing]);
        self.node_of.insert(thing, node);
        node
    }

    /// The node of a thing that `who` really uses.
    fn used(&mut self, who: usize, thing: Thing) -> usize {
        let node = self.node(thing);
        self.stream.users[node].insert(who);
        node
    }

    fn assert(
        &mut self,
        kind: AssertionKind,
        a: usize,
        b: usize,
        level: i64,
        author: Option<usize>,
    ) {
        let assertion = Assertion {
            id: AssertionId(self.clock.new_id()),
            at: self.clock.now(),
            kind,
            a: self.stream.nodes[a].id,
            b: Some(self.stream.nodes[b].id),
            retracts: None,
            assurance: Assurance::from_level(level),
            by_human: level == 3,
        };
        self.stream.assertions.push(assertion);
        self.stream.authors.push(author);
        let speaks = |node: usize| {
            self.stream.nodes[node].kind != IdentifierKind::Phone && !self.kiosks.contains(&node)
        };
        if kind == AssertionKind::Verified && level >= 2 && speaks(a) && speaks(b) {
            let (a, b) = (self.known_as(a), self.known_as(b));
            // The older node names the two.
            self.known_as.insert(a.max(b), a.min(b));
        }
    }

    fn known_as(&self, mut node: usize) -> usize {
        while let Some(&next) = self.known_as.get(&node).filter(|&&next| next != node) {
            node = next;
        }
        node
    }

    /// The customer of a node as ids name it now.
    fn customer(&self, node: usize) -> CustomerId {
        CustomerId::from(self.stream.nodes[self.known_as(node)].id)
    }
}
