//! What a schema declares, read from its JSON form.

use crate::source::{Problem, SourceFile};
use cedar_policy::SchemaFragment;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use throughline_model::channel::Channel;

/// Words that would let a rule tell one channel from another.
const CHANNEL_WORDS: &[&str] = &["channel", "channels", "endpoint", "endpoints", "medium"];

/// One namespace of a schema.
#[derive(Debug, Default)]
pub struct Declared {
    /// Actions that apply to something, by name.
    pub actions: BTreeMap<String, Action>,
    /// Every name: of types, attributes and actions.
    names: Vec<String>,
}

/// One action.
#[derive(Debug)]
pub struct Action {
    /// The groups it is in.
    pub groups: Vec<String>,
    /// What kind of entity asks.
    pub principals: Vec<String>,
    /// What kind of entity it is done to.
    pub resources: Vec<String>,
    /// What must be known, by name.
    pub context: BTreeMap<String, Attribute>,
}

/// One thing that must be known.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// What it is.
    pub kind: Kind,
    /// False where it may be absent.
    pub required: bool,
}

/// The type of an attribute.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// A type by its name, without its namespace: `Bool`, `String`, `Payment`, …
    Named(String),
    /// A set of another type.
    Set(Box<Kind>),
    /// A record.
    Record(BTreeMap<String, Attribute>),
}

impl Kind {
    /// True for the type of this name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Named(own) if own == name)
    }

    /// True for a set of the type of this name.
    pub fn is_set_of(&self, name: &str) -> bool {
        matches!(self, Self::Set(element) if element.is(name))
    }
}

/// Reads one namespace of a schema.
pub fn read(fragment: SchemaFragment, namespace: &str) -> Result<Declared, String> {
    let json = fragment
        .to_json_value()
        .map_err(|error| format!("the schema cannot be read: {error}"))?;
    let Some(space) = json.get(namespace) else {
        return Err(format!(
            "everything must stand in 'namespace {namespace} {{ … }}'"
        ));
    };
    let mut names = Vec::new();
    for section in ["entityTypes", "commonTypes", "actions"] {
        names.extend(object(&space[section]).map(|(name, _)| name.clone()));
    }
    attribute_names(space, &mut names);
    let reader = Reader {
        common: &space["commonTypes"],
    };
    let actions = object(&space["actions"])
        // A group applies to nothing.
        .filter(|(_, action)| !strings(&action["appliesTo"]["principalTypes"]).is_empty())
        .map(|(name, action)| Ok((name.clone(), reader.action(action)?)))
        .collect::<Result<_, String>>()?;
    Ok(Declared { actions, names })
}

impl Declared {
    /// Every name that would let a rule see the channel.
    pub fn channel_problems(&self, file: &SourceFile) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .names
            .iter()
            .filter(|name| tells_channel(name))
            .map(|name| {
                let message = format!(
                    "'{name}' would tell rules which channel is used; a business policy must not know. Remove it \
                     (consent and quiet hours belong into the delivery policy)"
                );
                Problem::at(file, file.line_of(name), message)
            })
            .collect();
        problems.dedup();
        problems
    }

    /// Objects to every action that is not in exactly one of `groups`.
    pub fn group_problems(&self, file: &SourceFile, groups: &[&str]) -> Vec<Problem> {
        let all = groups.join(", ");
        self.actions
            .iter()
            .filter(|(_, action)| {
                let known = |group: &&String| groups.contains(&group.as_str());
                action.groups.iter().filter(known).count() != 1
            })
            .map(|(name, _)| {
                let message = format!(
                    "put the action '{name}' into exactly one of the groups {all}: 'action {name} in [{}] appliesTo …'",
                    groups.last().unwrap_or(&"")
                );
                Problem::at(file, file.line_of(name), message)
            })
            .collect()
    }
}

fn tells_channel(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = words(name).into_iter();
    words.any(|word| CHANNEL_WORDS.contains(&word.as_str()))
        || Channel::ALL
            .iter()
            .any(|channel| channel.as_str() == lower || channel.as_str().replace('_', "") == lower)
}

/// `sentVia_smsChannel` → `sent`, `via`, `sms`, `channel`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars() {
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && after_lower);
        if starts {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        after_lower = c.is_lowercase();
    }
    words
}

/// The keys of every `attributes` below a value.
fn attribute_names(value: &Value, names: &mut Vec<String>) {
    for (key, inner) in object(value) {
        if key == "attributes" {
            names.extend(object(inner).map(|(name, _)| name.clone()));
        }
        attribute_names(inner, names);
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .filter_map(|item| item.as_str().or_else(|| item["id"].as_str()))
        .map(|name| last_part(name).to_owned())
        .collect()
}

fn last_part(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// Reads types; common ones are looked up.
struct Reader<'a> {
    common: &'a Value,
}

impl Reader<'_> {
    /// Types refer to each other only so deep; Cedar itself refuses circles.
    const DEEPEST: usize = 16;

    fn action(&self, action: &Value) -> Result<Action, String> {
        let applies = &action["appliesTo"];
        let context = match &applies["context"] {
            Value::Null => BTreeMap::new(),
            kind => match self.kind(kind, 0)? {
                Kind::Record(attributes) => attributes,
                _ => return Err("the context of an action must be a record".to_owned()),
            },
        };
        Ok(Action {
            groups: strings(&action["memberOf"]),
            principals: strings(&applies["principalTypes"]),
            resources: strings(&applies["resourceTypes"]),
            context,
        })
    }

    fn kind(&self, kind: &Value, depth: usize) -> Result<Kind, String> {
        if depth > Self::DEEPEST {
            return Err("types are nested too deeply".to_owned());
        }
        let word = kind["type"].as_str().unwrap_or_default();
        match word {
            "Record" => self
                .attributes(&kind["attributes"], depth)
                .map(Kind::Record),
            "Set" => {
                let element = self.kind(&kind["element"], depth + 1)?;
                Ok(Kind::Set(Box::new(element)))
            }
            "Boolean" => Ok(Kind::Named("Bool".to_owned())),
            _ => {
                let name = last_part(kind["name"].as_str().unwrap_or(word));
                match self.common.get(name) {
                    Some(common) => self.kind(common, depth + 1),
                    None => Ok(Kind::Named(name.to_owned())),
                }
            }
        }
    }

    fn attributes(
        &self,
        attributes: &Value,
        depth: usize,
    ) -> Result<BTreeMap<String, Attribute>, String> {
        object(attributes)
            .map(|(name, value)| {
                let attribute = Attribute {
                    kind: self.kind(value, depth + 1)?,
                    required: value["required"].as_bool().unwrap_or(true),
                };
                Ok((name.clone(), attribute))
            })
            .collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn declared(text: &str) -> Declared {
        let (fragment, _) = SchemaFragment::from_cedarschema_str(text).unwrap();
        read(fragment, "Support").unwrap()
    }

    #[test]
    fn types_are_followed_to_what_they_stand_for() {
        let declared = declared(
            "namespace Support { entity S; entity R; type Common = { now: datetime, tags?: Set<String> };
             action read; action look in [read] appliesTo { principal: S, resource: R, context: Common }; }",
        );
        let look = &declared.actions["look"];
        assert_eq!(look.groups, ["read"]);
        assert_eq!(
            (look.principals[0].as_str(), look.resources[0].as_str()),
            ("S", "R")
        );
        assert!(look.context["now"].kind.is("datetime") && look.context["now"].required);
        assert!(look.context["tags"].kind.is_set_of("String") && !look.context["tags"].required);
        assert!(!declared.actions.contains_key("read"));
    }

    #[test]
    fn every_name_for_a_channel_is_found_and_no_other() {
        for name in [
            "channel",
            "viaChannel",
            "source_channel",
            "sms",
            "in_app",
            "inApp",
            "Voice",
            "reply_endpoint",
        ] {
            assert!(tells_channel(name), "{name}");
        }
        for name in [
            "status",
            "items_modified",
            "chanel",
            "smoothness",
            "invoice",
            "email_verified",
        ] {
            assert!(!tells_channel(name), "{name}");
        }
    }
}
