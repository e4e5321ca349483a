//! What an edit changes, over all requests there can be.

use crate::prover::{Prover, Relation};
use cedar_policy::{PolicySet, Schema};
use serde::{Deserialize, Serialize};
use throughline_policy::{DeliveryPolicy, Policy};

/// One action under two policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ProofComparison)]
pub struct Comparison {
    /// The action.
    pub action: String,
    /// Which way it changes.
    pub shift: Shift,
    /// A request that only the new policy allows.
    pub newly_allowed: Option<String>,
    /// A request that only the old policy allows.
    pub newly_denied: Option<String>,
}

/// Which way an edit changes an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ProofShift)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// The same requests are allowed.
    Same,
    /// More are.
    Loosened,
    /// Fewer are.
    Tightened,
    /// Some more and some fewer.
    Both,
}

impl Prover {
    /// Compares two policies, action by action of the new one's schema.
    ///
    /// # Errors
    /// When the old rules cannot be read with the new schema, or the solver gives up.
    pub async fn compare(&mut self, old: &Policy, new: &Policy) -> Result<Vec<Comparison>, String> {
        self.compare_rules(old.policy_set(), new.policy_set(), new.schema())
            .await
    }

    /// [`Prover::compare`] for delivery policies.
    ///
    /// # Errors
    /// As there.
    pub async fn compare_delivery(
        &mut self,
        old: &DeliveryPolicy,
        new: &DeliveryPolicy,
    ) -> Result<Vec<Comparison>, String> {
        self.compare_rules(old.policy_set(), new.policy_set(), new.schema())
            .await
    }

    async fn compare_rules(
        &mut self,
        before: &PolicySet,
        after: &PolicySet,
        schema: &Schema,
    ) -> Result<Vec<Comparison>, String> {
        let mut comparisons = Vec::new();
        for env in schema.request_envs() {
            let newly_allowed = self.differ(schema, &env, after, Relation::Implies, before);
            let newly_allowed = newly_allowed.await?;
            let newly_denied = self.differ(schema, &env, before, Relation::Implies, after);
            let newly_denied = newly_denied.await?;
            let shift = match (&newly_allowed, &newly_denied) {
                (None, None) => Shift::Same,
                (Some(_), None) => Shift::Loosened,
                (None, Some(_)) => Shift::Tightened,
                (Some(_), Some(_)) => Shift::Both,
            };
            comparisons.push(Comparison {
                action: env.action().id().unescaped().to_owned(),
                shift,
                newly_allowed,
                newly_denied,
            });
        }
        Ok(comparisons)
    }
}
