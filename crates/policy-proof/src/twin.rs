//! Two worlds that differ in one thing: an attribute and its twin, and rules that read the twin instead.

use cedar_policy::{Policy, PolicySet, Schema, SchemaFragment};
use serde_json::{Value, json};
use std::str::FromStr;
use throughline_policy::Sources;

/// Where an attribute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On whoever asks.
    Session(&'static str),
    /// In the context of each action.
    Context(&'static str),
}

impl Place {
    fn variable(self) -> (&'static str, &'static str) {
        match self {
            Self::Session(name) => ("principal", name),
            Self::Context(name) => ("context", name),
        }
    }
}

/// The schema with these attributes, of these types, and a twin of each.
pub fn schema(sources: &Sources, places: &[(Place, &str)]) -> Result<Schema, String> {
    let (fragment, _) = SchemaFragment::from_cedarschema_str(&sources.schema.text)
        .map_err(|error| error.to_string())?;
    let mut json = fragment
        .to_json_value()
        .map_err(|error| error.to_string())?;
    let space = &mut json["Support"];
    for (place, kind) in places {
        let (_, name) = place.variable();
        match place {
            Place::Session(_) => add(&mut space["entityTypes"]["Session"]["shape"], name, kind),
            Place::Context(_) => {
                let actions = space["actions"].as_object_mut().into_iter().flatten();
                let applicable = actions
                    .map(|(_, action)| &mut action["appliesTo"])
                    .filter(|applies| applies.is_object());
                for applies in applicable {
                    add(&mut applies["context"], name, kind);
                }
            }
        }
    }
    Schema::from_json_value(json).map_err(|error| error.to_string())
}

fn add(record: &mut Value, name: &str, kind: &str) {
    if record["attributes"].is_null() {
        *record = json!({ "type": "Record", "attributes": {} });
    }
    for name in [name.to_owned(), format!("{name}_twin")] {
        record["attributes"][name] = json!({ "type": kind, "required": true });
    }
}

/// The rules as they are written, whatever the compiler of business policies would say to them.
pub fn read(sources: &Sources) -> Result<PolicySet, String> {
    let text: Vec<&str> = sources
        .rules
        .iter()
        .map(|file| file.text.as_str())
        .collect();
    PolicySet::from_str(&text.join("\n")).map_err(|error| error.to_string())
}

/// The rules with every mention of the attribute replaced by its twin.
pub fn policies(policies: &PolicySet, place: Place) -> Result<PolicySet, String> {
    let swapped = policies.policies().map(|policy| {
        let mut json = policy.to_json().map_err(|error| error.to_string())?;
        swap(&mut json, place);
        Policy::from_json(Some(policy.id().clone()), json).map_err(|error| error.to_string())
    });
    let swapped = swapped.collect::<Result<Vec<Policy>, String>>()?;
    PolicySet::from_policies(swapped).map_err(|error| error.to_string())
}

fn swap(value: &mut Value, place: Place) {
    let (variable, name) = place.variable();
    let here = value["left"]["Var"] == variable && value["attr"] == name;
    if here {
        value["attr"] = json!(format!("{name}_twin"));
    }
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| swap(inner, place)),
        Value::Object(map) => map.values_mut().for_each(|inner| swap(inner, place)),
        _ => {}
    }
}
