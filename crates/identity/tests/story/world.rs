//! A small world to tell identity stories in: identifiers by name, assertions by the minute.

use std::collections::{BTreeMap, BTreeSet};
use throughline_identity::{Assertion, AssertionKind, Node, Partition, Rules, partition};
use throughline_model::assurance::Assurance;
use throughline_model::clock::Clock;
use throughline_model::id::{AssertionId, CustomerId, IdentifierId};
use throughline_model::identifier::IdentifierKind;

pub struct World {
    clock: Clock,
    pub nodes: Vec<Node>,
    pub assertions: Vec<Assertion>,
    named: BTreeMap<&'static str, IdentifierId>,
    pub rules: Rules,
}

impl World {
    pub fn new() -> Self {
        Self {
            clock: Clock::fixed(1_700_000_000_000),
            nodes: Vec::new(),
            assertions: Vec::new(),
            named: BTreeMap::new(),
            rules: Rules::default(),
        }
    }

    /// The node of a name such as `email:ana@example.com`, made when first named.
    pub fn node(&mut self, name: &'static str) -> IdentifierId {
        if let Some(id) = self.named.get(name) {
            return *id;
        }
        self.clock.advance(60_000);
        let (kind, value) = name.split_once(':').unwrap();
        let kind: IdentifierKind = kind.parse().unwrap();
        let id = IdentifierId(self.clock.new_id());
        self.nodes.push(Node {
            id,
            kind,
            born_at: self.clock.now(),
            value: value.to_owned(),
        });
        self.named.insert(name, id);
        id
    }

    fn say(
        &mut self,
        kind: AssertionKind,
        a: &'static str,
        b: &'static str,
        level: i64,
        human: bool,
    ) -> AssertionId {
        let (a, b) = (self.node(a), self.node(b));
        self.clock.advance(60_000);
        let id = AssertionId(self.clock.new_id());
        let assurance = Assurance::from_level(level);
        let at = self.clock.now();
        self.assertions.push(Assertion {
            id,
            at,
            kind,
            a,
            b: Some(b),
            retracts: None,
            assurance,
            by_human: human,
        });
        id
    }

    pub fn proves(&mut self, a: &'static str, b: &'static str) -> AssertionId {
        self.say(AssertionKind::Verified, a, b, 2, false)
    }

    pub fn proves_strongly(&mut self, a: &'static str, b: &'static str) -> AssertionId {
        self.say(AssertionKind::Verified, a, b, 3, false)
    }

    pub fn vouches_weakly(&mut self, a: &'static str, b: &'static str) -> AssertionId {
        self.say(AssertionKind::Verified, a, b, 1, false)
    }

    pub fn claims(&mut self, a: &'static str, b: &'static str) -> AssertionId {
        self.say(AssertionKind::Claimed, a, b, 0, false)
    }

    pub fn seen_together(&mut self, a: &'static str, b: &'static str) -> AssertionId {
        self.say(AssertionKind::Observed, a, b, 0, false)
    }

    pub fn member_merges(&mut self, a: &'static str, b: &'static str) -> AssertionId {
        self.say(AssertionKind::Merged, a, b, 0, true)
    }

    pub fn member_separates(&mut self, a: &'static str, b: &'static str) -> AssertionId {
        self.say(AssertionKind::NotSame, a, b, 0, true)
    }

    pub fn member_retracts(&mut self, what: AssertionId) -> AssertionId {
        let about = self.assertions.iter().find(|one| one.id == what).unwrap().a;
        self.clock.advance(60_000);
        let id = AssertionId(self.clock.new_id());
        self.assertions.push(Assertion {
            id,
            at: self.clock.now(),
            kind: AssertionKind::Retracted,
            a: about,
            b: None,
            retracts: Some(what),
            assurance: Assurance::NONE,
            by_human: true,
        });
        id
    }

    pub fn days_pass(&self, days: i64) {
        self.clock.advance(days * 86_400_000);
    }

    pub fn now(&self) -> Partition {
        partition(&self.nodes, &self.assertions, &self.rules)
    }

    pub fn customer(&self, name: &str) -> CustomerId {
        self.now().customer_of[&self.named[name]]
    }

    pub fn one_person(&self, names: &[&str]) -> bool {
        names
            .iter()
            .map(|name| self.customer(name))
            .collect::<BTreeSet<_>>()
            .len()
            == 1
    }

    pub fn all_apart(&self, names: &[&str]) -> bool {
        names
            .iter()
            .map(|name| self.customer(name))
            .collect::<BTreeSet<_>>()
            .len()
            == names.len()
    }

    pub fn suggested(&self, a: &str, b: &str) -> bool {
        let (a, b) = (self.customer(a), self.customer(b));
        self.now()
            .suggestions
            .iter()
            .any(|one| (one.a, one.b) == (a.min(b), a.max(b)))
    }

    pub fn id(&self, name: &str) -> IdentifierId {
        self.named[name]
    }
}
