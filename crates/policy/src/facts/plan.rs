//! What each action of a schema needs to know, worked out once.

use crate::schema::{Action, Attribute, Declared, Kind};
use crate::source::{Problem, SourceFile};
use crate::vocabulary::{Vocabulary, uid};
use cedar_policy::{Entity, EntityUid, RestrictedExpression, Schema};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The groups of actions. Each action is in exactly one, so that a rule about a group misses none:
/// what everybody may, what needs a yes, what needs to know who it is, and what needs both.
pub(crate) const GROUPS: &[&str] = &["open", "contact", "read", "write"];

/// How the facts for one action are made.
#[derive(Debug)]
pub(crate) struct ActionPlan {
    /// The action.
    pub action: EntityUid,
    /// The action with its groups, and those, where a rule looks at them.
    pub groups: Vec<Entity>,
    /// What it is done to.
    pub resource: Resource,
    /// What else must be known, by the name in the schema.
    pub context: Vec<(String, Known)>,
}

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Nothing in particular.
    Catalog,
    /// An account.
    Customer,
    /// An order.
    Order,
}

/// Where a fact comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Whether the customer said yes to exactly this.
    Confirmed,
    /// The roles in which exactly this was approved.
    Approvals,
    /// The time.
    Now,
    /// The payment method of the arguments.
    Payment,
    /// The items of the arguments.
    Items,
    /// What is worked out from arguments and records together.
    Facts(Vec<(String, Fact)>),
    /// An argument of the same name.
    Argument {
        /// Its type.
        kind: ArgumentKind,
        /// False where it may be left out.
        required: bool,
    },
}

/// Something worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// No item is named more often than it was bought, and as many new ones as old ones.
    CountsOk,
    /// Each new item is a variant of the old one's product.
    SameProduct,
    /// Each new item is in stock.
    AllAvailable,
    /// No new item is the old one.
    AllDiffer,
    /// What the new items cost more than the old ones.
    DueCents,
    /// What the items cost.
    ValueCents,
    /// How many pictures the customer sent.
    Pictures,
}

const FACTS: &[(&str, &str, Fact)] = &[
    ("counts_ok", "Bool", Fact::CountsOk),
    ("same_product", "Bool", Fact::SameProduct),
    ("all_available", "Bool", Fact::AllAvailable),
    ("all_differ", "Bool", Fact::AllDiffer),
    ("due_cents", "Long", Fact::DueCents),
    ("value_cents", "Long", Fact::ValueCents),
    ("pictures", "Long", Fact::Pictures),
];

/// The type of an argument that rules may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArgumentKind {
    /// Yes or no.
    Bool,
    /// A whole number.
    Long,
    /// Text.
    String,
    /// A list of texts, whose order does not count.
    Strings,
    /// A time (RFC 3339).
    Datetime,
}

impl ArgumentKind {
    fn of(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::Named(name) => match name.as_str() {
                "Bool" => Some(Self::Bool),
                "Long" => Some(Self::Long),
                "String" => Some(Self::String),
                "datetime" => Some(Self::Datetime),
                _ => None,
            },
            Kind::Set(_) if kind.is_set_of("String") => Some(Self::Strings),
            _ => None,
        }
    }

    /// The argument, if it is there and of this type.
    pub fn read(self, value: Option<&Value>) -> Option<Result<RestrictedExpression, String>> {
        let value = value?;
        let read = match self {
            Self::Bool => RestrictedExpression::new_bool(value.as_bool()?),
            Self::Long => RestrictedExpression::new_long(value.as_i64()?),
            Self::String => RestrictedExpression::new_string(value.as_str()?.to_owned()),
            Self::Datetime => super::stated_moment(value.as_str()?)?,
            Self::Strings => {
                let texts = value.as_array()?.iter().map(|item| {
                    let text = item.as_str()?.to_owned();
                    Some(RestrictedExpression::new_string(text))
                });
                RestrictedExpression::new_set(texts.collect::<Option<Vec<_>>>()?)
            }
        };
        Some(Ok(read))
    }

    /// What stands in for a missing argument, next to an objection that makes the answer no.
    pub fn nothing(self) -> RestrictedExpression {
        match self {
            Self::Bool => RestrictedExpression::new_bool(false),
            Self::Long => RestrictedExpression::new_long(0),
            Self::String => RestrictedExpression::new_string(String::new()),
            Self::Strings => RestrictedExpression::new_set([]),
            Self::Datetime => RestrictedExpression::new_datetime("1970-01-01"),
        }
    }
}

/// Plans every action, or says what the program cannot supply.
pub(crate) fn plans(
    declared: &Declared,
    schema: &Schema,
    words: &Vocabulary,
    file: &SourceFile,
) -> Result<HashMap<String, ActionPlan>, Vec<Problem>> {
    let mut plans = HashMap::new();
    let mut problems = Vec::new();
    for (name, action) in &declared.actions {
        let plan = resource_of(action).and_then(|resource| {
            Ok(ActionPlan {
                action: uid(&words.action, name),
                groups: with_groups(schema, &uid(&words.action, name))?,
                resource,
                context: context_of(&action.context, resource)?,
            })
        });
        match plan {
            Ok(plan) => {
                plans.insert(name.clone(), plan);
            }
            Err(message) => {
                let message = format!("action {name}: {message}");
                problems.push(Problem::at(file, file.line_of(name), message));
            }
        }
    }
    match problems.is_empty() {
        true => Ok(plans),
        false => Err(problems),
    }
}

fn resource_of(action: &Action) -> Result<Resource, String> {
    if action.principals != ["Session"] {
        return Err("the principal must be Session".to_owned());
    }
    let resources: Vec<&str> = action.resources.iter().map(String::as_str).collect();
    match resources.as_slice() {
        ["Catalog"] => Ok(Resource::Catalog),
        ["Customer"] => Ok(Resource::Customer),
        ["Order"] => Ok(Resource::Order),
        _ => Err("the resource must be one of Catalog, Customer or Order".to_owned()),
    }
}

/// The action's entity and those of its groups, which `action in …` is decided by.
fn with_groups(schema: &Schema, action: &EntityUid) -> Result<Vec<Entity>, String> {
    let all = schema
        .action_entities()
        .map_err(|error| error.to_string())?;
    let groups: HashSet<EntityUid> = all
        .ancestors(action)
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let parents = groups.clone();
    let mut entities = vec![Entity::new_no_attrs(action.clone(), parents)];
    entities.extend(groups.into_iter().map(Entity::with_uid));
    Ok(entities)
}

fn context_of(
    attributes: &BTreeMap<String, Attribute>,
    resource: Resource,
) -> Result<Vec<(String, Known)>, String> {
    attributes
        .iter()
        .map(|(name, attribute)| Ok((name.clone(), known(name, attribute, resource)?)))
        .collect()
}

fn known(name: &str, attribute: &Attribute, resource: Resource) -> Result<Known, String> {
    let kind = &attribute.kind;
    let of = |right: bool, wanted: &str, known: Known| match right && attribute.required {
        true => Ok(known),
        false => Err(format!(
            "'{name}' is supplied by the program; declare it as {wanted}"
        )),
    };
    match name {
        "confirmed" => of(kind.is("Bool"), "Bool", Known::Confirmed),
        "approvals" => of(kind.is_set_of("String"), "Set<String>", Known::Approvals),
        "now" => of(kind.is("datetime"), "datetime", Known::Now),
        "payment" => of(kind.is("Payment"), "Payment", Known::Payment),
        "items" | "facts" if resource != Resource::Order => {
            Err(format!("'{name}' is known for actions on an Order only"))
        }
        "items" => of(kind.is_set_of("String"), "Set<String>", Known::Items),
        "facts" => match kind {
            Kind::Record(facts) if attribute.required => facts_of(facts).map(Known::Facts),
            _ => Err("'facts' is supplied by the program; declare it as a record".to_owned()),
        },
        _ => match ArgumentKind::of(kind) {
            Some(kind) => Ok(Known::Argument {
                kind,
                required: attribute.required,
            }),
            None => Err(format!(
                "the argument '{name}' must be a Bool, Long, String, Set<String> or datetime"
            )),
        },
    }
}

fn facts_of(declared: &BTreeMap<String, Attribute>) -> Result<Vec<(String, Fact)>, String> {
    declared
        .iter()
        .map(|(name, attribute)| {
            let known = FACTS.iter().find(|(own, kind, _)| {
                own == name && attribute.required && attribute.kind.is(kind)
            });
            let all = || {
                FACTS
                    .iter()
                    .map(|(name, kind, _)| format!("{name}: {kind}"))
            };
            match known {
                Some((_, _, fact)) => Ok((name.clone(), *fact)),
                None => Err(format!(
                    "there is no fact '{name}' of this type; there are {}",
                    all().collect::<Vec<_>>().join(", ")
                )),
            }
        })
        .collect()
}
