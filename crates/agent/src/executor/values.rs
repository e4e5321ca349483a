//! What stands at a path, and templates filled with it.

use super::Run;
use crate::dialogue::Filled;
use serde_json::{Map, Value, json};
use throughline_procedure::condition::Condition;
use throughline_procedure::template::Template;

impl Run<'_> {
    /// The value at a path: `slot`, `slot.field`, `result.field`, `customer.id`, `facts.name`. Within a list, a field
    /// is taken of every element, a number takes one element, `count` is its length.
    pub(super) fn value(&self, path: &str) -> Option<Value> {
        self.value_with(path, &Value::Null)
    }

    /// The same, where `each` stands for the element a slot is being asked for.
    pub(super) fn value_with(&self, path: &str, each: &Value) -> Option<Value> {
        let (root, rest) = path
            .split_once('.')
            .map_or((path, ""), |(root, rest)| (root, rest));
        match root {
            "each" => at(each, rest),
            "facts" => at(&json!(self.facts()), rest),
            "customer" if rest == "id" => self.world.subject.clone().map(Value::String),
            _ => self.value_in_frame(root, rest),
        }
    }

    fn value_in_frame(&self, root: &str, rest: &str) -> Option<Value> {
        let frame = self.frame()?;
        let result = frame.results.get(root);
        let Some(filled) = frame.slots.get(root) else {
            return at(result?, rest);
        };
        if rest.is_empty() {
            return Some(filled.value.clone());
        }
        if rest == "label" {
            return Some(json!(filled.label));
        }
        let found = result
            .and_then(|result| at(result, rest))
            .or_else(|| at(&filled.record, rest));
        found.or_else(|| at(&filled.value, rest))
    }

    pub(super) fn holds(&self, condition: &Condition) -> bool {
        condition.holds(&|path| self.value(path))
    }

    /// A sentence: a slot is called by its label.
    pub(super) fn fill(&self, template: &Template) -> String {
        self.fill_with(template, &Value::Null)
    }

    pub(super) fn fill_with(&self, template: &Template, each: &Value) -> String {
        template.fill(|path| {
            let label = self
                .frame()
                .and_then(|frame| frame.slots.get(path))
                .map(|filled: &Filled| filled.label.clone());
            label.unwrap_or_else(|| {
                self.value_with(path, each)
                    .map(|value| plain(&value))
                    .unwrap_or_default()
            })
        })
    }

    /// Arguments as JSON. What is not known is left out.
    pub(super) fn arguments<'t>(
        &self,
        args: impl IntoIterator<Item = (&'t String, &'t Template)>,
        each: &Value,
    ) -> Value {
        let mut object = Map::new();
        for (name, template) in args {
            let value = match template.as_path() {
                Some(path) => self.value_with(path, each),
                None => Some(Value::String(template.fill(|path| {
                    self.value_with(path, each)
                        .map(|value| plain(&value))
                        .unwrap_or_default()
                }))),
            };
            if let Some(value) = value.filter(|value| !value.is_null()) {
                object.insert(name.clone(), value);
            }
        }
        Value::Object(object)
    }
}

/// What stands at a path below a value.
pub(super) fn at(value: &Value, path: &str) -> Option<Value> {
    if path.is_empty() {
        return Some(value.clone()).filter(|value| !value.is_null());
    }
    let (name, rest) = path
        .split_once('.')
        .map_or((path, ""), |(name, rest)| (name, rest));
    match value {
        Value::Object(object) => at(object.get(name)?, rest),
        Value::Array(list) if name == "count" => Some(json!(list.len())),
        Value::Array(list) => match name.parse::<usize>() {
            Ok(index) => at(list.get(index)?, rest),
            Err(_) => {
                let found: Vec<Value> = list
                    .iter()
                    .filter_map(|element| at(element, path))
                    .collect();
                (!found.is_empty()).then_some(Value::Array(found))
            }
        },
        _ => None,
    }
}

/// A value in words.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(n) if number.is_f64() => format!("{n:.2}"),
            _ => number.to_string(),
        },
        Value::Array(list) => joined(&list.iter().map(plain).collect::<Vec<_>>()),
        Value::Object(object) => {
            let parts = object.values().map(plain).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join(", ")
        }
    }
}

/// `a, b and c`
pub(super) fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
