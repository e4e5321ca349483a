//! Schemas without references: each is written out where it is used, so that it can stand alone.

use serde_json::{Map, Value};

/// Deeper than this nobody can fill it in.
const MAX_DEPTH: usize = 32;
/// The most schemas one may become when it is written out.
const MAX_SCHEMAS: usize = 5_000;

/// What `value` refers to in `document`, or itself.
pub(super) fn resolve<'a>(document: &'a Value, value: &'a Value) -> Result<&'a Value, String> {
    let mut value = value;
    for _ in 0..MAX_DEPTH {
        let Some(reference) = value["$ref"].as_str() else {
            return Ok(value);
        };
        value = target(document, reference)?;
    }
    Err("its references lead in a circle".to_owned())
}

fn target<'a>(document: &'a Value, reference: &str) -> Result<&'a Value, String> {
    let pointer = reference.strip_prefix('#').ok_or_else(|| {
        format!("'{reference}' leads out of the document; only references into it are followed")
    })?;
    document
        .pointer(pointer)
        .ok_or_else(|| format!("'{reference}' leads nowhere"))
}

/// Writes schemas out.
pub(super) struct Expansion<'a> {
    document: &'a Value,
    /// OpenAPI 3.0 says `nullable` where 3.1 says `"type": [.., "null"]`.
    is_3_0: bool,
    left: usize,
}

impl<'a> Expansion<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self {
            document,
            is_3_0: document["openapi"]
                .as_str()
                .is_some_and(|version| version.starts_with("3.0")),
            left: MAX_SCHEMAS,
        }
    }

    /// `schema` without references.
    pub(super) fn expand(&mut self, schema: &Value) -> Result<Value, String> {
        match schema {
            // No schema is one that anything fits.
            Value::Null => Ok(Value::Object(Map::new())),
            schema => self.expand_at(schema, 0),
        }
    }

    fn expand_at(&mut self, schema: &Value, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(
                "a schema refers to itself or is nested deeper than 32 levels; declare 'arguments' by hand"
                    .to_owned(),
            );
        }
        self.left = self
            .left
            .checked_sub(1)
            .ok_or("its schemas are too large; declare 'arguments' by hand")?;
        let Value::Object(fields) = schema else {
            return Ok(schema.clone());
        };
        if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
            let found = target(self.document, reference)?;
            let mut expanded = self.expand_at(found, depth + 1)?;
            // What stands beside a reference, such as a description, counts more.
            if let Value::Object(expanded) = &mut expanded {
                for (name, value) in fields.iter().filter(|(name, _)| *name != "$ref") {
                    let value = self.part(name, value, depth)?;
                    expanded.insert(name.clone(), value);
                }
            }
            return Ok(expanded);
        }
        let mut expanded = Map::new();
        for (name, value) in fields {
            expanded.insert(name.clone(), self.part(name, value, depth)?);
        }
        if self.is_3_0 {
            allow_null(&mut expanded);
        }
        Ok(Value::Object(expanded))
    }

    /// One keyword of a schema: only where schemas stand, references are references.
    fn part(&mut self, name: &str, value: &Value, depth: usize) -> Result<Value, String> {
        match (name, value) {
            (
                "properties" | "patternProperties" | "$defs" | "dependentSchemas",
                Value::Object(schemas),
            ) => {
                let mut expanded = Map::new();
                for (name, schema) in schemas {
                    expanded.insert(name.clone(), self.expand_at(schema, depth + 1)?);
                }
                Ok(Value::Object(expanded))
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => schemas
                .iter()
                .map(|schema| self.expand_at(schema, depth + 1))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            (
                "items"
                | "additionalProperties"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames"
                | "unevaluatedProperties",
                schema,
            ) => self.expand_at(schema, depth + 1),
            (_, value) => Ok(value.clone()),
        }
    }
}

fn allow_null(schema: &mut Map<String, Value>) {
    if schema.remove("nullable") != Some(Value::Bool(true)) {
        return;
    }
    if let Some(kind) = schema.get_mut("type") {
        *kind = Value::Array(vec![kind.clone(), Value::from("null")]);
    }
    if let Some(Value::Array(choices)) = schema.get_mut("enum") {
        choices.push(Value::Null);
    }
}
