//! Adding evidence, and what follows from it.

use crate::conversation;
use crate::error::Result;
use crate::queries::identity as queries;
use crate::{Setup, webhook};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use throughline_identity::{Assertion, AssertionKind, Node, Partition, partition};
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use throughline_model::id::{AssertionId, CustomerId, IdentifierId};
use throughline_storage::{Hint, Row, Tx, params};

/// One assertion with its circumstances.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Evidence {
    /// Its id.
    pub id: AssertionId,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// What it says.
    pub kind: AssertionKind,
    /// The identifier it is about.
    pub a: IdentifierId,
    /// The other identifier.
    pub b: Option<IdentifierId>,
    /// The assertion it withdraws.
    pub retracts: Option<AssertionId>,
    /// How well the person was proven.
    pub assurance: Assurance,
    /// True when a member decided it.
    pub by_human: bool,
    /// Which check or act it comes from: `otp`, `jwt`, `reply_token`, `dmarc`, `typed`, `member`.
    pub source: String,
    /// Who brought it: `member:…`, `token:…`, `system`.
    pub author: String,
    /// Why, in words.
    pub reason: String,
}

impl Evidence {
    /// Evidence the platform itself saw; the rest is filled in by the caller.
    pub fn seen(
        kind: AssertionKind,
        a: IdentifierId,
        b: IdentifierId,
        assurance: Assurance,
        source: &str,
    ) -> Self {
        Self {
            id: AssertionId(uuid::Uuid::nil()),
            at: 0,
            kind,
            a,
            b: Some(b),
            retracts: None,
            assurance,
            by_human: false,
            source: source.to_owned(),
            author: "system".to_owned(),
            reason: String::new(),
        }
    }
}

/// Identifiers that changed their customer.
pub type Moved = BTreeMap<IdentifierId, (CustomerId, CustomerId)>;

/// Appends `evidence` (its id and time are set here) and recomputes the customers it concerns. Conversations
/// follow: what one customer had said in another's conversation moves out of it.
///
/// Evidence of the platform's own that was given in this sitting already is not stored again.
///
/// # Errors
/// When the database fails.
pub fn assert(tx: &mut Tx<'_>, setup: &Setup, evidence: Evidence) -> Result<Moved> {
    if !evidence.by_human && evidence.retracts.is_none() && stands_already(tx, setup, &evidence)? {
        return Ok(Moved::new());
    }
    let Evidence {
        kind,
        a,
        b,
        retracts,
        assurance,
        by_human,
        ..
    } = evidence;
    let id = AssertionId(setup.clock.new_id());
    let (source, author, reason) = (&evidence.source, &evidence.author, &evidence.reason);
    tx.execute(
        &queries::APPEND_ASSERTION,
        params![
            id,
            setup.clock.now(),
            kind,
            a,
            b,
            retracts,
            assurance,
            by_human,
            source,
            author,
            reason,
            "{}"
        ],
    )?;
    recompute(
        tx,
        setup,
        &[Some(a), b].into_iter().flatten().collect::<Vec<_>>(),
    )
}

/// All evidence that touches any of `identifiers`, oldest first: the audit of an identity.
///
/// # Errors
/// When the database fails.
pub fn evidence_of(tx: &mut Tx<'_>, identifiers: &[IdentifierId]) -> Result<Vec<Evidence>> {
    let mut found = BTreeMap::new();
    for id in identifiers {
        for one in touching(tx, *id)? {
            found.insert(one.id, one);
        }
    }
    Ok(found.into_values().collect())
}

fn stands_already(tx: &mut Tx<'_>, setup: &Setup, evidence: &Evidence) -> Result<bool> {
    let Evidence {
        kind,
        a,
        b,
        source,
        assurance,
        ..
    } = evidence;
    let since = setup.clock.now() - setup.identity.sitting_ms;
    Ok(tx
        .optional(
            &queries::STANDING_PAIR,
            params![*kind, *a, *b, source, *assurance, since],
            |row| row.get::<AssertionId>("id"),
        )?
        .is_some())
}

/// Recomputes everything reachable from `changed`.
fn recompute(tx: &mut Tx<'_>, setup: &Setup, changed: &[IdentifierId]) -> Result<Moved> {
    let closure = Closure::load(tx, changed, Claim::Locked)?;
    let now = partition(&closure.nodes(), &closure.assertions(), &setup.identity);
    let automatic: Vec<Assertion> = closure
        .assertions()
        .into_iter()
        .filter(|one| !(one.by_human && one.kind == AssertionKind::Merged))
        .collect();
    let automatic = partition(&closure.nodes(), &automatic, &setup.identity);
    let moved = closure.store(tx, &now, &automatic)?;
    store_suggestions(tx, setup, &closure, &now)?;
    if !moved.is_empty() {
        conversation::follow(tx, setup, &moved)?;
        tell(tx, setup, &moved)?;
    }
    Ok(moved)
}

/// Tells whoever looks on, and subscribers, about every customer that gained or lost an identifier.
fn tell(tx: &mut Tx<'_>, setup: &Setup, moved: &Moved) -> Result<()> {
    let concerned: BTreeSet<CustomerId> =
        moved.values().flat_map(|(old, new)| [*old, *new]).collect();
    for id in concerned {
        tx.hint(Hint::Identity {
            customer: id.uuid(),
        });
        webhook::customer_changed(tx, &setup.clock, id)?;
    }
    Ok(())
}

/// What would move if `evidence` were withdrawn; nothing is changed.
///
/// # Errors
/// When the database fails.
pub(super) fn without(tx: &mut Tx<'_>, setup: &Setup, evidence: &Evidence) -> Result<Moved> {
    let ends: Vec<IdentifierId> = [Some(evidence.a), evidence.b]
        .into_iter()
        .flatten()
        .collect();
    let closure = Closure::load(tx, &ends, Claim::Seen)?;
    let mut rest = closure.assertions();
    rest.push(Assertion {
        id: AssertionId(setup.clock.new_id()),
        at: setup.clock.now(),
        kind: AssertionKind::Retracted,
        retracts: Some(evidence.id),
        by_human: true,
        ..rule_form(evidence)
    });
    Ok(closure.moved(&partition(&closure.nodes(), &rest, &setup.identity)))
}

/// Everything that can influence, or be influenced by, a change.
struct Closure {
    records: BTreeMap<IdentifierId, Record>,
    evidence: BTreeMap<AssertionId, Assertion>,
}

struct Record {
    node: Node,
    customer: CustomerId,
    automatic: CustomerId,
}

/// What the reader of a closure means to do with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// Change it: messages of these identifiers wait.
    Locked,
    /// Only look.
    Seen,
}

impl Closure {
    fn load(tx: &mut Tx<'_>, changed: &[IdentifierId], claim: Claim) -> Result<Self> {
        let mut closure = Self {
            records: BTreeMap::new(),
            evidence: BTreeMap::new(),
        };
        let mut frontier: BTreeSet<IdentifierId> = changed.iter().copied().collect();
        while let Some(id) = frontier.pop_first() {
            if closure.records.contains_key(&id) {
                continue;
            }
            // The lock keeps messages of this identifier waiting until its customer is settled.
            if claim == Claim::Locked {
                tx.optional(&queries::LOCK, params![id], |_| Ok(()))?;
            }
            closure
                .records
                .insert(id, tx.one(&queries::BY_ID, params![id], read_record)?);
            for one in touching(tx, id)? {
                frontier.extend([Some(one.a), one.b].into_iter().flatten());
                closure.add(tx, one)?;
            }
        }
        Ok(closure)
    }

    /// Adds an assertion and whatever withdraws it, or withdraws that.
    fn add(&mut self, tx: &mut Tx<'_>, first: Evidence) -> Result<()> {
        let mut pending = vec![first];
        while let Some(one) = pending.pop() {
            let id = one.id;
            if self.evidence.insert(id, rule_form(&one)).is_none() {
                pending.extend(tx.all(&queries::RETRACTIONS_OF, params![id], read_evidence)?);
            }
        }
        Ok(())
    }

    /// Identifiers that would have another customer under `partition`.
    fn moved(&self, partition: &Partition) -> Moved {
        let own = |id: &IdentifierId| CustomerId::from(*id);
        let customer = |id| {
            let found = partition.customer_of.get(id).copied();
            found.unwrap_or_else(|| own(id))
        };
        self.records
            .iter()
            .map(|(id, record)| (*id, (record.customer, customer(id))))
            .filter(|(_, (old, new))| old != new)
            .collect()
    }

    fn nodes(&self) -> Vec<Node> {
        self.records
            .values()
            .map(|record| record.node.clone())
            .collect()
    }

    fn assertions(&self) -> Vec<Assertion> {
        self.evidence.values().cloned().collect()
    }

    fn store(&self, tx: &mut Tx<'_>, now: &Partition, automatic: &Partition) -> Result<Moved> {
        let mut moved = Moved::new();
        for (id, record) in &self.records {
            let own = CustomerId::from(*id);
            let customer = now.customer_of.get(id).copied().unwrap_or(own);
            let without_members = automatic.customer_of.get(id).copied().unwrap_or(own);
            if customer != record.customer || without_members != record.automatic {
                tx.execute(
                    &queries::SET_CUSTOMER,
                    params![*id, customer, without_members],
                )?;
            }
            if customer != record.customer {
                moved.insert(*id, (record.customer, customer));
            }
        }
        Ok(moved)
    }
}

fn store_suggestions(
    tx: &mut Tx<'_>,
    setup: &Setup,
    closure: &Closure,
    partition: &Partition,
) -> Result<()> {
    let old = closure.records.values().map(|record| record.customer);
    let concerned: BTreeSet<CustomerId> =
        old.chain(partition.customer_of.values().copied()).collect();
    for customer in concerned {
        tx.execute(&queries::DROP_SUGGESTIONS, params![customer])?;
    }
    for one in &partition.suggestions {
        let reasons = serde_json::to_value(&one.reasons).unwrap_or_default();
        tx.execute(
            &queries::INSERT_SUGGESTION,
            params![one.a, one.b, one.score, reasons, setup.clock.now()],
        )?;
    }
    Ok(())
}

fn touching(tx: &mut Tx<'_>, id: IdentifierId) -> Result<Vec<Evidence>> {
    Ok(tx.all(&queries::ASSERTIONS_TOUCHING, params![id], read_evidence)?)
}

fn rule_form(one: &Evidence) -> Assertion {
    let Evidence {
        id,
        at,
        kind,
        a,
        b,
        retracts,
        assurance,
        by_human,
        ..
    } = *one;
    Assertion {
        id,
        at,
        kind,
        a,
        b,
        retracts,
        assurance,
        by_human,
    }
}

fn read_record(row: &Row<'_>) -> throughline_storage::Result<Record> {
    Ok(Record {
        node: Node {
            id: row.get("id")?,
            kind: row.word("kind")?,
            born_at: row.get("born_at")?,
            value: row.get("value")?,
        },
        customer: row.get("customer_id")?,
        automatic: row.get("automatic_id")?,
    })
}

pub(super) fn read_evidence(row: &Row<'_>) -> throughline_storage::Result<Evidence> {
    Ok(Evidence {
        id: row.get("id")?,
        at: row.get("at")?,
        kind: row.word("kind")?,
        a: row.get("a")?,
        b: row.get("b")?,
        retracts: row.get("retracts")?,
        assurance: row.get("assurance")?,
        by_human: row.get("by_human")?,
        source: row.get("source")?,
        author: row.get("author")?,
        reason: row.get("reason")?,
    })
}
