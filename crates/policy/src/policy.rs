//! A business policy: compiled once, asked before every action.

use crate::decision::Decision;
use crate::facts::{self, ActionPlan, Facts, GROUPS, Request, Shortfall};
use crate::rule::Rule;
use crate::rulebook::RuleBook;
use crate::schema::{self, Declared};
use crate::source::{Problem, Sources, Version};
use crate::vocabulary::{NAMESPACE, Vocabulary};
use cedar_policy::{Entities, PolicySet, Schema, SchemaFragment};
use std::collections::HashMap;

mod samples;

/// Rules that have passed every check.
#[derive(Debug)]
pub struct Policy {
    book: RuleBook<crate::Remedy>,
    words: Vocabulary,
    plans: HashMap<String, ActionPlan>,
}

impl Policy {
    /// Compiles a policy.
    ///
    /// It is refused when
    /// - schema, rules or document cannot be read, or Cedar's strict validation objects or merely warns,
    /// - a name in the schema would show rules the channel,
    /// - an action is not in exactly one of the groups `open`, `contact`, `read` and `write`, or asks for something
    ///   [`crate::facts`] cannot supply,
    /// - a rule lacks `@id`, `@say`, `@remedy` or `@doc`, or its `@doc` points nowhere,
    /// - the document makes a promise (see [`crate::document`]) that no rule keeps.
    ///
    /// # Errors
    /// All problems of the first of these kinds, with file and line.
    pub fn compile(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let file = &sources.schema;
        let at_schema = |message: String| vec![Problem::at(file, 1, message)];
        let declared = declared(sources)?;
        let mut problems = declared.channel_problems(file);
        problems.extend(declared.group_problems(file, GROUPS));
        if !problems.is_empty() {
            return Err(problems);
        }
        let book = RuleBook::compile(sources)?;
        let words = Vocabulary::new().map_err(at_schema)?;
        let mut plans = facts::plans(&declared, &book.schema, &words, file)?;
        for plan in plans.values_mut() {
            if !book.asks_for_groups(&plan.action) {
                plan.groups.clear();
            }
        }
        let policy = Self { book, words, plans };
        samples::check(&policy)?;
        Ok(policy)
    }

    /// The name of this content.
    pub fn version(&self) -> &Version {
        &self.book.version
    }

    /// What it was compiled from.
    pub fn sources(&self) -> &Sources {
        &self.book.sources
    }

    /// Every rule, in the order of the files.
    pub fn rules(&self) -> Vec<&Rule<crate::Remedy>> {
        self.book.rules()
    }

    /// The document, each statement with the rules that enforce it.
    pub fn guide(&self) -> Vec<crate::guide::Section> {
        crate::guide::read(&self.book.sources.document, &self.rules())
    }

    /// The actions it knows, sorted.
    pub fn actions(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.plans.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// True for an action of the schema. Any other is never allowed.
    pub fn knows(&self, action: &str) -> bool {
        self.plans.contains_key(action)
    }

    /// Decides. There is always an answer: whatever cannot be evaluated is a no.
    pub fn decide(&self, request: &Request) -> Decision {
        let version = self.version();
        let Some(plan) = self.plans.get(&request.action) else {
            return Decision::deny(version, Vec::new(), Vec::new());
        };
        match facts::build(&self.words, None, plan, request) {
            Ok(Facts {
                request,
                entities,
                objections,
            }) => self.book.decide(&request, &entities, objections),
            Err(Shortfall::Objection(reason)) => Decision::deny(version, vec![*reason], Vec::new()),
            Err(Shortfall::Error(error)) => Decision::deny(version, Vec::new(), vec![error]),
        }
    }

    /// The schema, for proofs.
    pub fn schema(&self) -> &Schema {
        &self.book.schema
    }

    /// The rules and permissions, for proofs.
    pub fn policy_set(&self) -> &PolicySet {
        &self.book.policies
    }

    /// What Cedar is asked for a request, checked against the schema: the types of all facts are what rules were
    /// validated for.
    ///
    /// # Errors
    /// When a fact does not fit the schema, or there is nothing to ask.
    pub fn check_facts(&self, request: &Request) -> Result<(), String> {
        let plan = self
            .plans
            .get(&request.action)
            .ok_or_else(|| format!("there is no action '{}'", request.action))?;
        match facts::build(&self.words, Some(&self.book.schema), plan, request) {
            Ok(facts) => {
                // The schema brings the action's own entities.
                let ours = facts.entities.into_iter();
                let ours = ours.filter(|entity| entity.uid().type_name() != &self.words.action);
                Entities::from_entities(ours, Some(&self.book.schema))
                    .map(drop)
                    .map_err(|error| with_causes(&error))
            }
            Err(Shortfall::Objection(reason)) => Err(reason.id),
            Err(Shortfall::Error(error)) => Err(error),
        }
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

fn declared(sources: &Sources) -> Result<Declared, Vec<Problem>> {
    let file = &sources.schema;
    let at = |message: String| vec![Problem::at(file, 1, message)];
    let Ok((fragment, _)) = SchemaFragment::from_cedarschema_str(&file.text) else {
        // The rule book reports it, with the line.
        return Ok(Declared::default());
    };
    schema::read(fragment, NAMESPACE).map_err(at)
}
