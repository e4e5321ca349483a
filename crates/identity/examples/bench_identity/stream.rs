//! What the platform sees of a population in three years, as assertions with the assurance that each
//! channel really gives.

use crate::population::{DAYS, Person, Population, Thing, Use};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::{BTreeSet, HashMap};
use throughline_identity::epoch::{NewEvidence, PhoneHistory, opens_new_epoch};
use throughline_identity::{Assertion, AssertionKind, Node, Rules};
use throughline_model::assurance::Assurance;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{AssertionId, CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;

const DAY_MS: Millis = 86_400_000;

/// Contacts per person over the whole time, on average (geometric).
const CONTACTS: f64 = 4.0;
/// Which channel a contact takes: chat, mail, SMS, call, messenger, shop.
const CHANNELS: [f64; 6] = [0.37, 0.30, 0.12, 0.14, 0.05, 0.02];
/// Chats on a kiosk, of which there is one per so many people. A kiosk is one visitor for ever.
const AT_KIOSK: f64 = 0.01;
const PEOPLE_PER_KIOSK: usize = 1_000;
/// Chats after which the browser becomes a new visitor, by log-out or lost cookies.
const VISITOR_ENDS: f64 = 0.5;
/// What happens in a chat: the person logs in; otherwise names an address; proves it by a code;
/// proves a phone by a code.
const LOGS_IN: f64 = 0.5;
const NAMES_EMAIL: f64 = 0.7;
const PROVES_EMAIL: f64 = 0.25;
const PROVES_PHONE: f64 = 0.15;
/// Codes to a landline or switchboard, by a voice call.
const PROVES_LINE: f64 = 0.02;
/// Mail or SMS in which the person also names, or proves by a code, another way to reach them.
const NAMES_OTHER: f64 = 0.12;
const PROVES_OTHER: f64 = 0.06;
/// Calls from a landline or switchboard if there is one; calls in which the caller names an address
/// or account; calls in which a code to their mobile proves it.
const CALLS_FROM_LINE: f64 = 0.4;
const CALLER_NAMES: f64 = 0.5;
const CALLER_PROVES: f64 = 0.2;
/// Addresses typed wrongly, and how many of the wrong ones are somebody else's.
const TYPO: f64 = 0.03;
const TYPO_HITS: f64 = 0.1;
/// Accounts whose mobile the business has confirmed itself.
const ACCOUNT_HAS_PHONE: f64 = 0.5;
/// Chats in which somebody also proves what belongs to another member of the household, because they
/// help them out ("the code went to my wife's mail").
const HELPS_OUT: f64 = 0.001;
/// People who claim to be others, how often each, and how many of these attempts come with a real
/// proof (a stolen mailbox, a swapped SIM).
const ATTACKERS: f64 = 0.005;
const ATTEMPTS: usize = 4;
const ATTACK_PROVES: f64 = 0.01;

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

    fn contact(&mut self, who: usize) {
        self.stream.contacts += 1;
        let mut dice: f64 = self.rng.random();
        let mut channel = 0;
        while channel + 1 < CHANNELS.len() && dice >= CHANNELS[channel] {
            dice -= CHANNELS[channel];
            channel += 1;
        }
        match channel {
            0 => self.chat(who),
            1 => self.mail(who),
            2 => self.text(who),
            3 => self.call(who),
            4 => self.messenger(who),
            _ => self.shop(who),
        }
    }

    /// The visitor `who` chats as today.
    fn visitor(&mut self, who: usize) -> usize {
        if self.chance(AT_KIOSK) {
            let kiosk = self.rng.random_range(0..self.kiosks.len());
            let visitor = self.kiosks[kiosk];
            self.stream.users[visitor].insert(who);
            return visitor;
        }
        let Some(device) = self.pick(&self.person(who).devices) else {
            return self.new_node(IdentifierKind::Visitor);
        };
        let visitor = match self.visitor_on.get(&device) {
            Some(visitor) => *visitor,
            None => self.new_node(IdentifierKind::Visitor),
        };
        self.visitor_on.insert(device, visitor);
        self.stream.users[visitor].insert(who);
        let device_node = self.used(who, device);
        self.assert(AssertionKind::Observed, device_node, visitor, 0, None);
        if self.chance(VISITOR_ENDS) {
            self.visitor_on.remove(&device);
        }
        visitor
    }

    fn chat(&mut self, who: usize) {
        let visitor = self.visitor(who);
        let person = self.person(who);
        let account = if self.chance(LOGS_IN) {
            self.pick(&person.accounts)
        } else {
            None
        };
        let mut holder = None;
        if let Some(account) = account {
            holder = Some(self.log_in(who, visitor, account));
        } else if let Some(email) = self.pick(&person.emails) {
            if self.chance(PROVES_EMAIL) {
                let email = self.used(who, email);
                self.assert(AssertionKind::Verified, visitor, email, 2, Some(who));
                holder = Some(email);
            } else if self.chance(NAMES_EMAIL) {
                self.claims_email(who, visitor, email);
            }
        }
        if self.chance(PROVES_PHONE)
            && let Some(phone) = self.pick(&person.phones)
        {
            self.prove_phone(who, visitor, phone, holder);
        } else if self.chance(PROVES_LINE)
            && let Some(line) = self.pick(&person.lines)
        {
            self.prove_phone(who, visitor, line, holder);
        }
        if self.chance(HELPS_OUT) {
            self.help_out(who, visitor);
        }
    }

    /// A log-in proves the account to the visitor; the account's signed token vouches for its address
    /// and for the mobile the business has confirmed.
    fn log_in(&mut self, who: usize, visitor: usize, account: Thing) -> usize {
        let node = self.used(who, account);
        self.assert(AssertionKind::Verified, visitor, node, 2, Some(who));
        // The account's own data are those of who opened it, the first member who has it.
        let household = self.population.households[self.person(who).household].clone();
        let owner = household.into_iter().find(|one| {
            self.person(*one)
                .accounts
                .iter()
                .any(|used| used.thing == account)
        });
        // It is the owner's, whoever logs in.
        self.stream.users[node].extend(owner);
        if let Some(owner) = owner.filter(|_| self.vouched.insert(account)) {
            if let Some(email) = self.pick(&self.person(owner).emails) {
                let email = self.used(owner, email);
                self.assert(AssertionKind::Verified, node, email, 2, Some(owner));
            }
            if self.chance(ACCOUNT_HAS_PHONE)
                && let Some(phone) = self.pick(&self.person(owner).phones)
            {
                self.prove_phone(owner, node, phone, Some(node));
            }
        }
        node
    }

    fn claims_email(&mut self, who: usize, from: usize, email: Thing) {
        if !self.chance(TYPO) {
            let email = self.used(who, email);
            self.assert(AssertionKind::Claimed, from, email, 0, Some(who));
        } else if self.chance(TYPO_HITS) {
            let somebody = self.rng.random_range(0..self.population.people.len());
            if let Some(email) = self.pick(&self.person(somebody).emails) {
                let email = self.used(somebody, email);
                self.assert(AssertionKind::Claimed, from, email, 0, None);
            }
        } else {
            let nobodys = self.new_node(IdentifierKind::Email);
            self.assert(AssertionKind::Claimed, from, nobodys, 0, None);
        }
    }

    /// A code proves `phone` to `with`; a number that changed hands gets a new node.
    fn prove_phone(&mut self, who: usize, with: usize, phone: Thing, holder: Option<usize>) {
        let mut node = self.node(phone);
        let at = self.clock.now();
        let known = self.history.get(&node).copied().unwrap_or_default();
        let evidence = NewEvidence {
            at,
            assurance: Assurance::PROVEN,
            holder: holder.map(|node| self.customer(node)),
        };
        let history = PhoneHistory {
            last_evidence_at: known.last_evidence_at,
            holder: known.holder.map(|node| self.customer(node)),
            disconnected_at: None,
        };
        if opens_new_epoch(&history, &evidence, self.rules) {
            self.stream.epochs_opened += 1;
            node = self.new_node(IdentifierKind::Phone);
            self.node_of.insert(phone, node);
        }
        let history = self.history.entry(node).or_default();
        history.last_evidence_at = Some(at);
        history.holder = history.holder.or(holder);
        self.stream.users[node].insert(who);
        self.assert(AssertionKind::Verified, with, node, 2, Some(who));
    }

    /// Any use of a number keeps its epoch alive.
    fn uses_phone(&mut self, who: usize, phone: Thing) -> usize {
        let node = self.used(who, phone);
        self.history.entry(node).or_default().last_evidence_at = Some(self.clock.now());
        node
    }

    fn help_out(&mut self, who: usize, visitor: usize) {
        let household = self.population.households[self.person(who).household].clone();
        let other = self.rng.random_range(household);
        if other != who
            && let Some(email) = self.pick(&self.person(other).emails)
        {
            let email = self.used(other, email);
            self.assert(AssertionKind::Verified, visitor, email, 2, None);
        }
    }

    fn mail(&mut self, who: usize) {
        let person = self.person(who);
        let Some(email) = self.pick(&person.emails) else {
            return;
        };
        let email = self.used(who, email);
        if self.chance(PROVES_OTHER)
            && let Some(phone) = self.pick(&person.phones)
        {
            // A code by SMS and a link by mail, so both are proven.
            self.prove_phone(who, email, phone, Some(email));
        } else if self.chance(NAMES_OTHER)
            && let Some(phone) = self.pick(&person.phones)
        {
            let phone = self.uses_phone(who, phone);
            self.assert(AssertionKind::Claimed, email, phone, 0, Some(who));
        }
    }

    fn text(&mut self, who: usize) {
        let person = self.person(who);
        let Some(phone) = self.pick(&person.phones) else {
            return;
        };
        let Some(email) = self.pick(&person.emails) else {
            return;
        };
        if self.chance(PROVES_OTHER) {
            let email = self.used(who, email);
            self.prove_phone(who, email, phone, Some(email));
        } else {
            let phone = self.uses_phone(who, phone);
            if self.chance(NAMES_OTHER) {
                self.claims_email(who, phone, email);
            }
        }
    }

    fn call(&mut self, who: usize) {
        let person = self.person(who);
        let line = if self.chance(CALLS_FROM_LINE) {
            self.pick(&person.lines)
        } else {
            None
        };
        let Some(from) = line.or_else(|| self.pick(&person.phones)) else {
            return;
        };
        let from = self.uses_phone(who, from);
        if self.chance(CALLER_NAMES) {
            match self
                .pick(&person.accounts)
                .filter(|_| self.rng.random_bool(0.5))
            {
                Some(account) => {
                    let account = self.used(who, account);
                    self.assert(AssertionKind::Claimed, from, account, 0, Some(who));
                }
                None => {
                    if let Some(email) = self.pick(&person.emails) {
                        self.claims_email(who, from, email);
                    }
                }
            }
        }
        // The code proves the mobile, but the line they call from is only vouched for by its carrier.
        if self.chance(CALLER_PROVES)
            && let Some(mobile) = self.pick(&person.phones)
        {
            let mobile = self.uses_phone(who, mobile);
            self.assert(AssertionKind::Verified, from, mobile, 1, Some(who));
        }
    }

    fn messenger(&mut self, who: usize) {
        let person = self.person(who);
        let Some(handle) = self.pick(&person.socials) else {
            return;
        };
        let handle = self.used(who, handle);
        let Some(phone) = self.pick(&person.phones) else {
            return;
        };
        if self.chance(PROVES_PHONE) {
            self.prove_phone(who, handle, phone, Some(handle));
        } else if self.chance(NAMES_OTHER)
            && let Some(email) = self.pick(&person.emails)
        {
            self.claims_email(who, handle, email);
        }
    }

    /// A member of staff checks a document and confirms address and mobile on the account.
    fn shop(&mut self, who: usize) {
        let person = self.person(who);
        let Some(account) = self.pick(&person.accounts) else {
            return;
        };
        let account = self.used(who, account);
        if let Some(email) = self.pick(&person.emails) {
            let email = self.used(who, email);
            self.assert(AssertionKind::Verified, account, email, 3, Some(who));
        }
    }

    fn attack(&mut self, who: usize) {
        let visitor = self.new_node(IdentifierKind::Visitor);
        self.stream.users[visitor].insert(who);
        let victim = self.rng.random_range(0..self.population.people.len());
        let Some(email) = self.pick(&self.person(victim).emails) else {
            return;
        };
        let email = self.used(victim, email);
        let (kind, level) = if self.chance(ATTACK_PROVES) {
            (AssertionKind::Verified, 2)
        } else {
            (AssertionKind::Claimed, 0)
        };
        self.assert(kind, visitor, email, level, None);
        // Attackers reach us somehow themselves, and some of them prove their own address, too.
        if self.chance(0.3)
            && let Some(own) = self.pick(&self.person(who).emails)
        {
            let own = self.used(who, own);
            self.assert(AssertionKind::Verified, visitor, own, 2, None);
        }
    }
}
