//! The one place where an action and its arguments become something rules can be about.
//!
//! [`Request`] is all there is to know: it can be written down, and decided again years later. It has no field for the
//! channel, so two requests that differ in nothing but the channel are one and the same request.
//!
//! The policy is told about the proven customer's own records only. An order of somebody else looks exactly like one
//! that does not exist (it is nobody's), so that no reason for a denial gives away anything about it.

mod plan;
mod seen;
mod swap;

pub(crate) use plan::{ActionPlan, GROUPS, plans};

use crate::confirmation::{Approval, Confirmation};
use crate::decision::Reason;
use crate::records::Records;
use crate::remedy::Remedy;
use crate::vocabulary::{Vocabulary, uid};
use cedar_policy::{Context, Entities, RestrictedExpression, Schema};
use plan::{Fact, Known, Resource};
use seen::Seen;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use swap::Items;
use throughline_model::assurance::Assurance;
use throughline_model::clock::Millis;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Who asks, as far as this conversation has proven it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The shop's account id of the customer, once proven here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How well. Without any, the subject counts as a mere claim, that is, not at all.
    pub assurance: Assurance,
}

impl Session {
    fn proven(&self) -> Option<&str> {
        let known = self.assurance > Assurance::NONE;
        self.subject
            .as_deref()
            .filter(|subject| known && !subject.is_empty())
    }
}

/// May this be done? Complete, so that it can be recorded and decided again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks.
    pub session: Session,
    /// The action of the policy's schema, such as `returnItems`.
    pub action: String,
    /// The exact arguments of the tool call.
    pub arguments: Map<String, Value>,
    /// What was looked up for it.
    #[serde(default)]
    pub records: Records,
    /// What the customer has said yes to in this conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<Confirmation>,
    /// What was approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// When it is asked.
    pub now: Millis,
}

impl Request {
    /// What a yes to exactly this is recorded as.
    pub fn confirmation(&self) -> Confirmation {
        Confirmation::of(&self.action, &self.arguments)
    }

    fn text(&self, argument: &str) -> Option<&str> {
        self.arguments
            .get(argument)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }
}

/// What Cedar evaluates, and what the program itself objects to.
pub(crate) struct Facts {
    pub request: cedar_policy::Request,
    pub entities: Entities,
    pub objections: Vec<Reason<Remedy>>,
}

/// Why there is nothing to evaluate.
pub(crate) enum Shortfall {
    /// It is not said what it is about.
    Objection(Box<Reason<Remedy>>),
    /// A fact cannot be expressed.
    Error(String),
}

impl From<String> for Shortfall {
    fn from(message: String) -> Self {
        Self::Error(message)
    }
}

/// Turns a request into Cedar's terms, checked against `schema` where one is given. What is built here fits the schema
/// by the plan, which was tried against it when the policy was compiled; and what did not fit would be an error when it
/// is evaluated, which is a no.
pub(crate) fn build(
    words: &Vocabulary,
    schema: Option<&Schema>,
    plan: &ActionPlan,
    request: &Request,
) -> Result<Facts, Shortfall> {
    let mut seen = Seen::new(words, &request.session, &request.records);
    let resource = match plan.resource {
        Resource::Catalog => seen.catalog(),
        Resource::Customer => seen.customer_asked_for(request.text("user_id")),
        Resource::Order => match request.text("order_id") {
            Some(id) => seen.order(id)?,
            None => return Err(Shortfall::Objection(Box::new(missing("order_id")))),
        },
    };
    let mut objections = Vec::new();
    let mut context = Vec::with_capacity(plan.context.len());
    for (name, known) in &plan.context {
        let value = match known {
            Known::Argument { kind, required } => match kind.read(request.arguments.get(name)) {
                Some(value) => Some(value?),
                None if !required => None,
                None => {
                    objections.push(missing(name));
                    Some(kind.nothing())
                }
            },
            Known::Payment => {
                let id = request.text("payment_method_id");
                if id.is_none() {
                    objections.push(missing("payment_method_id"));
                }
                Some(seen.payment(id.unwrap_or_default()))
            }
            Known::Items => Some(Items::of(request, seen.own_order()).set()),
            Known::Facts(wanted) => Some(facts(wanted, request, &seen)?),
            Known::Confirmed => Some(RestrictedExpression::new_bool(is_confirmed(request))),
            Known::Approvals => Some(approvals(request)),
            Known::Now => Some(moment(request.now)?),
        };
        context.extend(value.map(|value| (name.clone(), value)));
    }
    let context = Context::from_pairs(context).map_err(|error| error.to_string())?;
    let principal = seen.session();
    let cedar =
        cedar_policy::Request::new(principal, plan.action.clone(), resource, context, schema);
    let mut entities = seen.into_entities();
    entities.extend(plan.groups.iter().cloned());
    Ok(Facts {
        request: cedar.map_err(|error| error.to_string())?,
        entities: Entities::from_entities(entities, None).map_err(|error| error.to_string())?,
        objections,
    })
}

fn facts(
    wanted: &[(String, Fact)],
    request: &Request,
    seen: &Seen<'_>,
) -> Result<RestrictedExpression, String> {
    let items = Items::of(request, seen.own_order());
    let swap = items.swap(request);
    let values: HashMap<String, RestrictedExpression> = wanted
        .iter()
        .map(|(name, fact)| {
            let value = match fact {
                Fact::CountsOk => RestrictedExpression::new_bool(items.counts_ok(request)),
                Fact::SameProduct => RestrictedExpression::new_bool(swap.same_product),
                Fact::AllAvailable => RestrictedExpression::new_bool(swap.all_available),
                Fact::AllDiffer => RestrictedExpression::new_bool(swap.all_differ),
                Fact::DueCents => RestrictedExpression::new_long(swap.due_cents),
                Fact::ValueCents => RestrictedExpression::new_long(items.value_cents()),
                Fact::Pictures => {
                    RestrictedExpression::new_long(i64::from(request.records.pictures))
                }
            };
            (name.clone(), value)
        })
        .collect();
    RestrictedExpression::new_record(values).map_err(|error| error.to_string())
}

fn is_confirmed(request: &Request) -> bool {
    !request.confirmed.is_empty() && request.confirmed.contains(&request.confirmation())
}

fn approvals(request: &Request) -> RestrictedExpression {
    let this = match request.approvals.is_empty() {
        true => None,
        false => Some(request.confirmation()),
    };
    let roles = request
        .approvals
        .iter()
        .filter(|approval| Some(&approval.of) == this.as_ref())
        .map(|approval| RestrictedExpression::new_string(approval.role.clone()));
    RestrictedExpression::new_set(roles)
}

/// A time, as Cedar writes it.
fn moment(at: Millis) -> Result<RestrictedExpression, String> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000)
        .map(written)
        .map_err(|error| format!("the time {at} cannot be used: {error}"))
}

/// A time in the words of RFC 3339.
fn stated_moment(text: &str) -> Option<RestrictedExpression> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(written)
}

fn written(at: OffsetDateTime) -> RestrictedExpression {
    let at = at.to_offset(time::UtcOffset::UTC);
    RestrictedExpression::new_datetime(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    ))
}

/// Something the tool needs was not given. The remedy names the slot of the procedures.
fn missing(argument: &str) -> Reason<Remedy> {
    let slot = match argument {
        "order_id" => "order",
        "item_ids" | "item_id" => "items",
        "payment_method_id" => "payment",
        other => other,
    };
    let agent = format!("The argument '{argument}' is missing or of the wrong kind.");
    let say = "I need one more detail for that.";
    Reason::built_in(
        "arguments.missing",
        say,
        &agent,
        Remedy::Ask(slot.to_owned()),
    )
}

/// Whoever asks; there is one in each request.
pub(crate) fn session_entity(words: &Vocabulary) -> cedar_policy::EntityUid {
    uid(&words.session, "this")
}
