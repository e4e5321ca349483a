//! A request that breaks a claim, in words.

use cedar_policy_symcc::Env;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// How deep entities within entities are told.
const DEPTH: usize = 3;

/// The request and what it is about, one fact a line:
///
/// ```text
/// changeAddress
///   who asks: Session (assurance: 2, subject: Customer "a")
///   about: Customer "a"
///   confirmed: no
/// ```
pub(crate) fn told(example: &Env) -> String {
    let known = Known::of(example);
    let request = &example.request;
    let action = request.action();
    let mut text = action.map_or_else(String::new, |action| action.id().unescaped().to_owned());
    let named = [
        ("who asks", request.principal()),
        ("about", request.resource()),
    ];
    for (label, entity) in named {
        if let Some(entity) = entity {
            let kind = entity.type_name().to_string();
            let told = known.entity(&kind, entity.id().unescaped(), DEPTH);
            let _ = write!(text, "\n  {label}: {told}");
        }
    }
    let context = request
        .context()
        .and_then(|context| context.to_json_value().ok());
    for (name, value) in context.iter().filter_map(Value::as_object).flatten() {
        let _ = write!(text, "\n  {name}: {}", known.value(value, DEPTH));
    }
    text
}

/// The entities of the example: type, id and attributes.
struct Known(Vec<(String, String, Map<String, Value>)>);

impl Known {
    fn of(example: &Env) -> Self {
        let all = example.entities.to_json_value().unwrap_or_default();
        let all = all.as_array().into_iter().flatten().map(|entity| {
            let attributes = entity["attrs"].as_object().cloned().unwrap_or_default();
            let (kind, id) = named(&entity["uid"]);
            (kind.to_owned(), id.to_owned(), attributes)
        });
        Self(all.collect())
    }

    fn entity(&self, kind: &str, id: &str, depth: usize) -> String {
        let attributes = self
            .0
            .iter()
            .find(|(own_kind, own_id, _)| own_kind == kind && own_id == id)
            .map(|(_, _, attributes)| attributes)
            .filter(|attributes| depth > 0 && !attributes.is_empty());
        let kind = kind.rsplit("::").next().unwrap_or(kind);
        let name = format!("{kind} {id:?}");
        match attributes {
            None => name,
            Some(attributes) => format!("{name} ({})", self.fields(attributes, depth - 1)),
        }
    }

    fn fields(&self, fields: &Map<String, Value>, depth: usize) -> String {
        let told = fields
            .iter()
            .map(|(name, value)| format!("{name}: {}", self.value(value, depth)));
        told.collect::<Vec<_>>().join(", ")
    }

    fn value(&self, value: &Value, depth: usize) -> String {
        match value {
            Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Array(list) if list.is_empty() => "none".to_owned(),
            Value::Array(list) => {
                let told = list.iter().map(|one| self.value(one, depth));
                told.collect::<Vec<_>>().join(", ")
            }
            Value::Object(map) => match (&map.get("__entity"), &map.get("__extn")) {
                (Some(entity), _) => {
                    let (kind, id) = named(entity);
                    self.entity(kind, id, depth)
                }
                (_, Some(made)) => {
                    let from = made["arg"].as_str().map(str::to_owned);
                    from.unwrap_or_else(|| made["args"].to_string())
                }
                _ => format!("({})", self.fields(map, depth)),
            },
            other => other.to_string(),
        }
    }
}

fn named(uid: &Value) -> (&str, &str) {
    let part = |name: &str| uid[name].as_str().unwrap_or_default();
    (part("type"), part("id"))
}
