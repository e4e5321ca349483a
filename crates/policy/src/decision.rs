//! The answer to "may this be done?".

use crate::remedy::{Cure, Remedy};
use crate::rule::Rule;
use crate::source::Version;
use serde::{Deserialize, Serialize};

/// One evaluated request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision<R = Remedy> {
    /// Whether it may be done.
    pub allowed: bool,
    /// Every rule that stands in the way, what to do first in front. Empty when it may be done.
    pub rules: Vec<Reason<R>>,
    /// The policy that decided.
    pub version: Version,
    /// What went wrong while deciding. With any error the answer is no.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

/// A violated rule, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason<R = Remedy> {
    /// The rule.
    pub id: String,
    /// What the customer may be told.
    pub say: String,
    /// What the agent should know beyond that; never for the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What helps.
    pub remedy: R,
    /// The statement behind it, as `policy.md#anchor`; empty where the program itself objects.
    pub doc: String,
}

impl<R> Decision<R> {
    /// What to do first, when it may not be done.
    pub fn first(&self) -> Option<&Reason<R>> {
        self.rules.first()
    }

    /// The ids of the violated rules, in order.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|reason| reason.id.as_str())
    }
}

impl<R: Cure> Decision<R> {
    /// Yes.
    pub(crate) fn allow(version: &Version) -> Self {
        Self {
            allowed: true,
            rules: Vec::new(),
            version: version.clone(),
            errors: Vec::new(),
        }
    }

    /// No, with what stands in the way in the order in which it is dealt with.
    pub(crate) fn deny(version: &Version, mut rules: Vec<Reason<R>>, errors: Vec<String>) -> Self {
        if !errors.is_empty() {
            rules.push(Reason::built_in(
                "policy.error",
                "I can't do this right now.",
                "The policy could not be evaluated, which counts as a no. A person should look at it.",
                R::none(),
            ));
        } else if rules.is_empty() {
            rules.push(Reason::built_in(
                "policy.not_permitted",
                "I can't do this here.",
                "Nothing in the policy permits this action.",
                R::none(),
            ));
        }
        // Stable: rules with the same remedy stay in the order of the files.
        rules.sort_by_key(|reason| reason.remedy.rank());
        Self {
            allowed: false,
            rules,
            version: version.clone(),
            errors,
        }
    }
}

impl<R: Cure> Reason<R> {
    pub(crate) fn of(rule: &Rule<R>) -> Self {
        Self {
            id: rule.id.clone(),
            say: rule.say.clone(),
            agent: rule.agent.clone(),
            remedy: rule.remedy.clone(),
            doc: rule.doc.clone(),
        }
    }

    /// An objection by the program itself, not by a rule.
    pub(crate) fn built_in(id: &str, say: &str, agent: &str, remedy: R) -> Self {
        Self {
            id: id.to_owned(),
            say: say.to_owned(),
            agent: Some(agent.to_owned()),
            remedy,
            doc: String::new(),
        }
    }
}
