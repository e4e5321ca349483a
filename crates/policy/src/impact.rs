//! Recorded requests, decided again: what an edit would change, and whether the past can be explained.

use crate::decision::Decision;
use crate::facts::Request;
use crate::policy::Policy;
use serde::{Deserialize, Serialize};

/// A request and what was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// What was asked.
    pub request: Request,
    /// What was answered.
    pub decision: Decision,
}

/// Which way a decision changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicyShift)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It was a no and is a yes.
    Loosened,
    /// It was a yes and is a no.
    Tightened,
    /// It is still a no, for other reasons or in other words.
    Explained,
}

/// A request that would be answered differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which of the requests, counted from 0.
    pub index: usize,
    /// Which way.
    pub direction: Direction,
    /// The answer so far.
    pub before: Decision,
    /// The new one.
    pub after: Decision,
}

/// What an edit would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// How many requests were decided by both.
    pub examined: usize,
    /// Those that are answered differently.
    pub changes: Vec<Change>,
}

impl Impact {
    /// How many changed this way.
    pub fn count(&self, direction: Direction) -> usize {
        let same = |change: &&Change| change.direction == direction;
        self.changes.iter().filter(same).count()
    }
}

/// Decides every request by the policy in force and by the edited one.
pub fn impact<'a>(
    old: &Policy,
    new: &Policy,
    requests: impl IntoIterator<Item = &'a Request>,
) -> Impact {
    let mut impact = Impact::default();
    for (index, request) in requests.into_iter().enumerate() {
        impact.examined += 1;
        let change = compare(index, old.decide(request), new.decide(request));
        impact.changes.extend(change);
    }
    impact
}

/// Decides every recorded request again. By the policy that decided it then, there is no change.
pub fn replay<'a>(policy: &Policy, recorded: impl IntoIterator<Item = &'a Recorded>) -> Impact {
    let mut impact = Impact::default();
    for (index, one) in recorded.into_iter().enumerate() {
        impact.examined += 1;
        let change = compare(index, one.decision.clone(), policy.decide(&one.request));
        impact.changes.extend(change);
    }
    impact
}

fn compare(index: usize, before: Decision, after: Decision) -> Option<Change> {
    direction(&before, &after).map(|direction| Change {
        index,
        direction,
        before,
        after,
    })
}

/// Which way an answer changed; none when it is the same, whatever version gave it.
pub fn direction<R: PartialEq>(before: &Decision<R>, after: &Decision<R>) -> Option<Direction> {
    match (before.allowed, after.allowed) {
        (false, true) => Some(Direction::Loosened),
        (true, false) => Some(Direction::Tightened),
        _ if before.rules != after.rules || before.errors != after.errors => {
            Some(Direction::Explained)
        }
        _ => None,
    }
}
