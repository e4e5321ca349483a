//! Decisions that were made, made again: what an edit would have changed, and whether the past can be explained.

use super::in_force::InForce;
use super::{Compiled, PolicyKind};
use crate::error::{Error, Result};
use crate::queries::policy as queries;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use throughline_model::clock::Millis;
use throughline_model::id::ConversationId;
use throughline_policy::decision::Decision;
use throughline_policy::delivery::{DeliveryRemedy, DeliveryRequest};
use throughline_policy::impact::{Direction, direction};
use throughline_policy::{DeliveryPolicy, Policy, Remedy, Request};
use throughline_storage::{Db, Row, Tx, params};

/// How many decisions are made again at most, the newest ones.
const DECISIONS_LIMIT: usize = 10_000;
/// How many changes are told one by one.
const CHANGES_LIMIT: usize = 200;

/// What an edit would change about recorded decisions.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
#[schema(as = PolicyImpact)]
pub struct Impact {
    /// How many recorded decisions were made again, the newest ones.
    pub examined: usize,
    /// How many of them could not be read.
    pub unreadable: usize,
    /// The oldest of them, in milliseconds since 1970.
    pub since: Option<Millis>,
    /// How many were a no and are a yes.
    pub loosened: usize,
    /// How many were a yes and are a no.
    pub tightened: usize,
    /// How many are still a no, for other reasons or in other words.
    pub explained: usize,
    /// The decisions that change, newest first; the first 200.
    pub changes: Vec<Changed>,
}

/// A recorded decision that would be another one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PolicyChange)]
pub struct Changed {
    /// Where it was made.
    pub conversation: ConversationId,
    /// The number of its entry, or of the message it was about.
    pub seq: i64,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// What it was about: the action, or the purpose of the message and its channel.
    pub action: String,
    /// Which way it changes.
    pub direction: Direction,
    /// The answer so far.
    pub before: Outcome,
    /// The new one.
    pub after: Outcome,
}

/// An answer, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PolicyOutcome)]
pub struct Outcome {
    /// Whether it may be done.
    pub allowed: bool,
    /// The rules that stand in the way.
    pub rules: Vec<String>,
    /// The hash of the policy that decided.
    pub version: String,
}

impl<R> From<&Decision<R>> for Outcome {
    fn from(decision: &Decision<R>) -> Self {
        Self {
            allowed: decision.allowed,
            rules: decision.rule_ids().map(str::to_owned).collect(),
            version: decision.version.to_string(),
        }
    }
}

/// Decides recorded requests by what is in force and by `edit`.
///
/// # Errors
/// When the database fails.
pub async fn impact(db: &Db, in_force: &InForce, edit: Arc<Compiled>) -> Result<Impact> {
    compare(db, Some(in_force.clone()), edit).await
}

/// Decides recorded requests by `policy` and compares with what was answered then.
///
/// # Errors
/// When the database fails.
pub async fn replay(db: &Db, policy: Arc<Compiled>) -> Result<Impact> {
    compare(db, None, policy).await
}

async fn compare(db: &Db, before: Option<InForce>, after: Arc<Compiled>) -> Result<Impact> {
    let rows = match after.kind() {
        PolicyKind::Business => business(db).await?,
        PolicyKind::Delivery => deliveries(db).await?,
    };
    // Away from the threads that serve requests.
    let weighing = tokio::task::spawn_blocking(move || match &*after {
        Compiled::Business(new) => {
            let old = before.map(|in_force| in_force.business.get());
            weigh(rows, old.as_deref(), &**new)
        }
        Compiled::Delivery(new) => {
            let old = before.map(|in_force| in_force.delivery.get());
            weigh(rows, old.as_deref(), &**new)
        }
    });
    weighing
        .await
        .map_err(|error| Error::Conflict(format!("the decisions could not be made again: {error}")))
}

/// Rules of either kind.
trait Decides {
    type Request: DeserializeOwned;
    type Remedy: DeserializeOwned + PartialEq;
    fn decides(&self, request: &Self::Request) -> Decision<Self::Remedy>;
    fn about(request: &Self::Request) -> String;
}

impl Decides for Policy {
    type Request = Request;
    type Remedy = Remedy;

    fn decides(&self, request: &Request) -> Decision {
        self.decide(request)
    }

    fn about(request: &Request) -> String {
        request.action.clone()
    }
}

impl Decides for DeliveryPolicy {
    type Request = DeliveryRequest;
    type Remedy = DeliveryRemedy;

    fn decides(&self, request: &DeliveryRequest) -> Decision<DeliveryRemedy> {
        self.decide(request)
    }

    fn about(request: &DeliveryRequest) -> String {
        format!("{} by {}", request.purpose.as_str(), request.channel)
    }
}

/// A decision as it was written down.
struct Recorded {
    conversation: ConversationId,
    seq: i64,
    at: Millis,
    request: serde_json::Value,
    decision: serde_json::Value,
}

/// The entries of kind `decision` that hold a whole request.
async fn business(db: &Db) -> Result<Vec<Recorded>> {
    fn read(row: &Row<'_>) -> throughline_storage::Result<Option<Recorded>> {
        let mut body: serde_json::Value = row.json("body")?;
        if body["what"] != "decided" {
            return Ok(None);
        }
        Ok(Some(Recorded {
            conversation: row.get("conversation_id")?,
            seq: row.get("seq")?,
            at: row.get("recorded_at")?,
            request: body["request"].take(),
            decision: body["decision"].take(),
        }))
    }
    let rows = db
        .read(move |tx: &mut Tx<'_>| tx.all(&queries::DECISIONS, params![DECISIONS_LIMIT], read))
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

async fn deliveries(db: &Db) -> Result<Vec<Recorded>> {
    Ok(db
        .read(move |tx: &mut Tx<'_>| {
            tx.all(
                &queries::DELIVERY_DECISIONS,
                params![DECISIONS_LIMIT],
                |row| {
                    Ok(Recorded {
                        conversation: row.get("conversation_id")?,
                        seq: row.get("seq")?,
                        at: row.get("at")?,
                        request: row.json("request")?,
                        decision: row.json("decision")?,
                    })
                },
            )
        })
        .await?)
}

fn weigh<P: Decides>(rows: Vec<Recorded>, old: Option<&P>, new: &P) -> Impact {
    let mut impact = Impact::default();
    for row in rows {
        let request = serde_json::from_value::<P::Request>(row.request);
        let decision = serde_json::from_value::<Decision<P::Remedy>>(row.decision);
        let (Ok(request), Ok(decision)) = (request, decision) else {
            impact.unreadable += 1;
            continue;
        };
        impact.examined += 1;
        impact.since = Some(impact.since.map_or(row.at, |since| since.min(row.at)));
        let before = old.map_or(decision, |old| old.decides(&request));
        let after = new.decides(&request);
        let Some(direction) = direction(&before, &after) else {
            continue;
        };
        match direction {
            Direction::Loosened => impact.loosened += 1,
            Direction::Tightened => impact.tightened += 1,
            Direction::Explained => impact.explained += 1,
        }
        if impact.changes.len() < CHANGES_LIMIT {
            impact.changes.push(Changed {
                conversation: row.conversation,
                seq: row.seq,
                at: row.at,
                action: P::about(&request),
                direction,
                before: (&before).into(),
                after: (&after).into(),
            });
        }
    }
    impact
}
