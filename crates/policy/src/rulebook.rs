//! Compiled rules of either kind of policy: read strictly, evaluated so that every doubt is a no.

use crate::decision::{Decision, Reason};
use crate::document::{self, Anchor};
use crate::remedy::Cure;
use crate::rule::{Read, Rule};
use crate::source::{Problem, SourceFile, Sources, Version};
use cedar_policy::{
    ActionConstraint, Authorizer, Entities, EntityUid, PolicyId, PolicySet, Request, Schema,
    SchemaFragment, ValidationMode, Validator,
};
use miette::Diagnostic;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::str::FromStr;

/// Rules, ready to be evaluated.
#[derive(Debug)]
pub struct RuleBook<R> {
    /// What was compiled.
    pub sources: Sources,
    /// Its name.
    pub version: Version,
    /// What words there are.
    pub schema: Schema,
    /// All rules and permissions.
    pub policies: PolicySet,
    /// Those that can concern an action, so that the others cost nothing.
    by_action: HashMap<EntityUid, OfAction>,
    rules: HashMap<PolicyId, Rule<R>>,
    authorizer: Authorizer,
}

impl<R: Cure> RuleBook<R> {
    /// Compiles; every problem that can be found is.
    pub fn compile(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let schema = read_schema(&sources.schema)?;
        let anchors = document::anchors(&sources.document)?;
        let read = read_rules(&sources.rules)?;
        let mut problems = Vec::new();
        let mut policies = PolicySet::new();
        let mut rules: HashMap<PolicyId, Rule<R>> = HashMap::new();
        let mut lines: HashMap<PolicyId, &Read<'_>> = HashMap::new();
        for (position, one) in read.iter().enumerate() {
            let rule = match one.rule(position, &sources.document, &anchors) {
                Ok(rule) => rule,
                Err(found) => {
                    problems.extend(found);
                    continue;
                }
            };
            let Ok(id) = one.id().map(PolicyId::new) else {
                continue;
            };
            if let Some(first) = lines.get(&id) {
                let message = format!(
                    "the name '{id}' is taken by {}:{}; rename one",
                    first.file.name, first.line
                );
                problems.push(Problem::at(one.file, one.line, message));
                continue;
            }
            if let Err(error) = policies.add(one.policy.new_id(id.clone())) {
                problems.push(Problem::at(one.file, one.line, error.to_string()));
            }
            lines.insert(id.clone(), one);
            rules.extend(rule.map(|rule| (id, rule)));
        }
        problems.extend(validate(&schema, &policies, &lines));
        if problems.is_empty() {
            problems.extend(broken_promises(&sources.document, &anchors, rules.values()));
        }
        if !problems.is_empty() {
            problems.sort();
            return Err(problems);
        }
        let by_action = split(&schema, &policies)
            .map_err(|message| vec![Problem::at(&sources.schema, 1, message)])?;
        Ok(Self {
            sources: sources.clone(),
            version: sources.version(),
            schema,
            policies,
            by_action,
            rules,
            authorizer: Authorizer::new(),
        })
    }

    /// Every rule, in the order of the files.
    pub fn rules(&self) -> Vec<&Rule<R>> {
        let mut rules: Vec<&Rule<R>> = self.rules.values().collect();
        rules.sort_by_key(|rule| rule.position);
        rules
    }

    /// Whether a rule about this action looks at the groups it is in.
    pub fn asks_for_groups(&self, action: &EntityUid) -> bool {
        let known = self.by_action.get(action);
        known.is_none_or(|known| known.asks_for_groups)
    }

    /// Decides. `objections` are the program's own; with any of them the answer is no.
    pub fn decide(
        &self,
        request: &Request,
        entities: &Entities,
        objections: Vec<Reason<R>>,
    ) -> Decision<R> {
        let Some(OfAction { policies, .. }) = request
            .action()
            .and_then(|action| self.by_action.get(action))
        else {
            return Decision::deny(&self.version, objections, Vec::new());
        };
        let response = self.authorizer.is_authorized(request, policies, entities);
        // Cedar skips a rule whose evaluation fails, so that a broken `forbid` forbids nothing. Here it forbids all.
        let errors: Vec<String> = response
            .diagnostics()
            .errors()
            .map(ToString::to_string)
            .collect();
        let allowed = response.decision() == cedar_policy::Decision::Allow;
        if allowed && errors.is_empty() && objections.is_empty() {
            return Decision::allow(&self.version);
        }
        let mut violated: Vec<&Rule<R>> = response
            .diagnostics()
            .reason()
            .filter_map(|id| self.rules.get(id))
            .collect();
        violated.sort_by_key(|rule| rule.position);
        let mut reasons: Vec<Reason<R>> = violated.into_iter().map(Reason::of).collect();
        reasons.extend(objections);
        Decision::deny(&self.version, reasons, errors)
    }
}

fn read_schema(file: &SourceFile) -> Result<Schema, Vec<Problem>> {
    let (fragment, warnings) = SchemaFragment::from_cedarschema_str(&file.text)
        .map_err(|error| vec![Problem::at(file, line_of(file, &error), sentence(&error))])?;
    let warnings: Vec<Problem> = warnings
        .map(|warning| Problem::at(file, line_of(file, &warning), sentence(&warning)))
        .collect();
    if !warnings.is_empty() {
        return Err(warnings);
    }
    Schema::from_schema_fragments([fragment])
        .map_err(|error| vec![Problem::at(file, line_of(file, &error), sentence(&error))])
}

fn read_rules(files: &[SourceFile]) -> Result<Vec<Read<'_>>, Vec<Problem>> {
    let mut all = Vec::new();
    let mut problems = Vec::new();
    for file in files {
        let policies = match PolicySet::from_str(&file.text) {
            Ok(policies) => policies,
            Err(errors) => {
                let found = errors.iter();
                problems.extend(
                    found.map(|error| Problem::at(file, line_of(file, error), sentence(error))),
                );
                continue;
            }
        };
        if policies.num_of_templates() > 0 {
            let message =
                "rules with a ?principal or ?resource in them cannot be used; name who and what";
            problems.push(Problem::at(file, file.line_of("?"), message));
        }
        let mut read: Vec<Read<'_>> = policies
            .policies()
            .map(|policy| Read {
                policy: policy.clone(),
                file,
                line: line_of_policy(file, policy),
            })
            .collect();
        read.sort_by_key(|one| one.line);
        all.extend(read);
    }
    match problems.is_empty() {
        true => Ok(all),
        false => Err(problems),
    }
}

fn line_of_policy(file: &SourceFile, policy: &cedar_policy::Policy) -> usize {
    policy
        .as_ref()
        .loc()
        .map_or(1, |place| file.line_at(place.start()))
}

/// The line an error points to.
fn line_of(file: &SourceFile, error: &dyn Diagnostic) -> usize {
    let first = error.labels().and_then(|mut labels| labels.next());
    first.map_or(1, |label| file.line_at(label.offset()))
}

/// The error, and what Cedar advises.
fn sentence(error: &dyn Diagnostic) -> String {
    match error.help() {
        Some(help) => format!("{error} ({help})"),
        None => error.to_string(),
    }
}

/// Strictly: a rule that might not mean anything is as bad as one that is wrong.
fn validate(
    schema: &Schema,
    policies: &PolicySet,
    lines: &HashMap<PolicyId, &Read<'_>>,
) -> Vec<Problem> {
    let result = Validator::new(schema.clone()).validate(policies, ValidationMode::Strict);
    let errors = result
        .validation_errors()
        .map(|error| (error.policy_id(), error as &dyn Diagnostic));
    let warnings = result
        .validation_warnings()
        .map(|warning| (warning.policy_id(), warning as &dyn Diagnostic));
    errors
        .chain(warnings)
        .map(|(id, error)| match lines.get(id) {
            Some(read) => {
                let line = line_of(read.file, error).max(read.line);
                Problem::at(read.file, line, sentence(error))
            }
            None => Problem::general(sentence(error)),
        })
        .collect()
}

/// The statements of the document that promise a rule, without one.
fn broken_promises<'a, R: 'a>(
    document: &SourceFile,
    anchors: &[Anchor],
    rules: impl Iterator<Item = &'a Rule<R>>,
) -> Vec<Problem> {
    let kept: HashSet<&str> = rules
        .filter_map(|rule| rule.doc.split_once('#'))
        .map(|(_, anchor)| anchor)
        .collect();
    anchors
        .iter()
        .filter(|anchor| anchor.promise && !kept.contains(anchor.id.as_str()))
        .map(|anchor| {
            let message = format!(
                "no rule enforces this statement; write one with @doc(\"{}#{}\"), or remove its anchor",
                document.name, anchor.id
            );
            Problem::at(document, anchor.line, message)
        })
        .collect()
}

/// For each action, the rules whose scope can match it.
fn split(schema: &Schema, policies: &PolicySet) -> Result<HashMap<EntityUid, OfAction>, String> {
    let hierarchy = schema
        .action_entities()
        .map_err(|error| error.to_string())?;
    let concerns = |constraint: &ActionConstraint, action: &EntityUid| match constraint {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(own) => own == action,
        ActionConstraint::In(groups) => groups
            .iter()
            .any(|group| group == action || hierarchy.is_ancestor_of(group, action)),
    };
    schema
        .actions()
        .map(|action| {
            let own = policies
                .policies()
                .filter(|policy| concerns(&policy.action_constraint(), action));
            let own = own.map(|policy| narrowed(policy, action));
            let own = own.collect::<Result<Vec<Narrowed>, String>>()?;
            let of_action = OfAction {
                asks_for_groups: own.iter().any(|one| one.asks_for_action),
                policies: PolicySet::from_policies(own.into_iter().map(|one| one.policy))
                    .map_err(|error| error.to_string())?,
            };
            Ok((action.clone(), of_action))
        })
        .collect()
}

/// The rules that can concern one action.
#[derive(Debug)]
struct OfAction {
    policies: PolicySet,
    /// Whether a condition looks at the action, so that its groups must be there.
    asks_for_groups: bool,
}

struct Narrowed {
    policy: cedar_policy::Policy,
    asks_for_action: bool,
}

/// A rule about several actions as it is for one of them. It says the same, and Cedar need not go through the list of
/// actions again for every request.
fn narrowed(policy: &cedar_policy::Policy, action: &EntityUid) -> Result<Narrowed, String> {
    let mut json = policy.to_json().map_err(|error| error.to_string())?;
    let kind = action.type_name().to_string();
    json["action"] = json!({
        "op": "==", "entity": { "type": kind, "id": action.id().unescaped() },
    });
    let asks_for_action = mentions_action(&json["conditions"]);
    let narrowed = cedar_policy::Policy::from_json(Some(policy.id().clone()), json)
        .map_err(|error| error.to_string())?;
    Ok(Narrowed {
        policy: narrowed,
        asks_for_action,
    })
}

fn mentions_action(condition: &serde_json::Value) -> bool {
    use serde_json::Value;
    match condition {
        Value::Object(map) => {
            map.get("Var").is_some_and(|name| name == "action") || map.values().any(mentions_action)
        }
        Value::Array(list) => list.iter().any(mentions_action),
        _ => false,
    }
}
