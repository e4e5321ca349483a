//! What every business policy must keep, written without a look at its rules.

use crate::prover::{Prover, Relation, Verdict};
use crate::twin::{self, Place};
use cedar_policy::{PolicySet, Schema};
use std::str::FromStr;
use throughline_policy::{DeliveryPolicy, Policy, Sources};

/// A law: whatever the policy allows, this allows.
pub struct Law {
    /// What it says.
    pub claim: &'static str,
    /// The most that may be allowed, in Cedar.
    pub bound: &'static str,
}

/// The laws that bound what is allowed. Beyond them, rights only grow with assurance.
pub const LAWS: &[Law] = &[
    Law {
        claim: "whatever reads or changes something of a customer's needs a proven customer",
        bound: r#"
            permit (principal, action, resource)
            unless { action in [Support::Action::"read", Support::Action::"write"] };
            permit (principal, action in [Support::Action::"read", Support::Action::"write"], resource)
            when { principal has subject && principal.assurance >= 1 };"#,
    },
    Law {
        claim: "whatever changes something or contacts somebody needs a yes to exactly this",
        bound: r#"
            permit (principal, action, resource)
            unless { action in [Support::Action::"contact", Support::Action::"write"] };
            permit (principal, action in [Support::Action::"contact", Support::Action::"write"], resource)
            when { context.confirmed };"#,
    },
    Law {
        claim: "a customer gets at nobody's order or account but their own",
        bound: r#"
            permit (principal, action, resource)
            unless { action in [Support::Action::"read", Support::Action::"write"] };
            permit (principal, action in [Support::Action::"read", Support::Action::"write"], resource is Support::Order)
            when { principal has subject && resource.owner == principal.subject };
            permit (principal, action in [Support::Action::"read", Support::Action::"write"], resource is Support::Customer)
            when { principal has subject && resource == principal.subject };"#,
    },
];

/// What every delivery policy must keep.
pub const DELIVERY_LAWS: &[Law] = &[
    Law {
        claim: "whoever asked for no more messages gets none but the one that confirms it",
        bound: r#"
            permit (principal, action, resource)
            when { !resource.opted_out || context.purpose == "farewell" };"#,
    },
    Law {
        claim: "advertising goes only to those who agreed to it",
        bound: r#"
            permit (principal, action, resource)
            when { resource.marketing_consent || context.purpose != "marketing" };"#,
    },
];

impl Prover {
    /// Proves every law for a policy.
    ///
    /// # Errors
    /// When a law cannot be stated for this policy's schema.
    pub async fn laws(&mut self, policy: &Policy) -> Result<Vec<Verdict>, String> {
        let mut verdicts = self
            .bounds(LAWS, policy.schema(), policy.policy_set())
            .await?;
        verdicts.push(self.grows_with_assurance(policy).await?);
        verdicts.push(self.channel_swap(policy.sources()).await?);
        Ok(verdicts)
    }

    /// Proves every law for a delivery policy.
    ///
    /// # Errors
    /// When a law cannot be stated for this policy's schema.
    pub async fn delivery_laws(&mut self, policy: &DeliveryPolicy) -> Result<Vec<Verdict>, String> {
        self.bounds(DELIVERY_LAWS, policy.schema(), policy.policy_set())
            .await
    }

    async fn bounds(
        &mut self,
        laws: &[Law],
        schema: &Schema,
        rules: &PolicySet,
    ) -> Result<Vec<Verdict>, String> {
        let mut verdicts = Vec::new();
        for law in laws {
            let bound = PolicySet::from_str(law.bound).map_err(|error| error.to_string())?;
            let verdict = self.relate(law.claim, schema, rules, Relation::Implies, &bound);
            verdicts.push(verdict.await);
        }
        Ok(verdicts)
    }

    async fn grows_with_assurance(&mut self, policy: &Policy) -> Result<Verdict, String> {
        let place = Place::Session("assurance");
        let schema = twin::schema(policy.sources(), &[(place, "Long")])?;
        let more = twin::policies(policy.policy_set(), place)?;
        let mut less = policy.policy_set().clone();
        // The two differ in nothing but the assurance, and only those pairs count where it is no lower.
        let pairs = r#"forbid (principal, action, resource)
            unless { principal.assurance_twin >= principal.assurance };"#;
        let pairs = cedar_policy::Policy::parse(Some(cedar_policy::PolicyId::new("twin")), pairs);
        less.add(pairs.map_err(|error| error.to_string())?)
            .map_err(|error| error.to_string())?;
        let claim = "more assurance never takes a right away";
        Ok(self
            .relate(claim, &schema, &less, Relation::Implies, &more)
            .await)
    }

    /// Shows rules a channel, which a business policy's schema never does, and proves that swapping it for any other
    /// changes no decision. Rules that name `context.channel` or `principal.channel` are refuted by a counterexample.
    ///
    /// # Errors
    /// When the rules cannot be read.
    pub async fn channel_swap(&mut self, sources: &Sources) -> Result<Verdict, String> {
        let (context, session) = (Place::Context("channel"), Place::Session("channel"));
        let schema = twin::schema(sources, &[(context, "String"), (session, "String")])?;
        let here = twin::read(sources)?;
        let there = twin::policies(&twin::policies(&here, context)?, session)?;
        let claim = "the same request on another channel gets the same decision";
        Ok(self
            .relate(claim, &schema, &here, Relation::Equivalent, &there)
            .await)
    }
}
