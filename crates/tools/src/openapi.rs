//! OpenAPI documents (3.0 and 3.1): from an `operationId` to arguments and a request.

mod expand;
mod request;

use crate::schema::Schema;
use expand::Expansion;
use serde_json::{Map, Value, json};

/// The methods of a path, as the document writes them.
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// One operation: what it takes, and where each argument goes.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `GET`, `POST`, …
    pub method: reqwest::Method,
    /// The JSON schema of all arguments together, whether they go into path, query or body; references are written
    /// out.
    pub arguments: Value,
    /// Such as `/orders/{order_id}/return`.
    path: String,
    in_path: Vec<String>,
    in_query: Vec<String>,
    body: Body,
    /// What the answer must be, where the document tells.
    pub(crate) answer: Option<Schema>,
}

/// How arguments are sent in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Body {
    /// There is none.
    None,
    /// Each is a field of the body.
    Fields,
    /// The argument `body` is the body.
    Whole,
}

/// A document.
#[derive(Clone, Debug)]
pub struct Document(Value);

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is none, or one of another version.
    pub fn new(document: Value) -> Result<Self, String> {
        match document["openapi"].as_str() {
            Some(version) if version.starts_with("3.") => Ok(Self(document)),
            Some(version) => Err(format!(
                "OpenAPI {version} is not supported; give a document of 3.0 or 3.1"
            )),
            None => Err("this is no OpenAPI document: it has no 'openapi'".to_owned()),
        }
    }

    /// Every `operationId`.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.operations()
            .filter_map(|(.., operation)| operation["operationId"].as_str())
    }

    /// The operation called `name`; none when there is none.
    ///
    /// `not_an_argument` is the header the caller fills in itself.
    ///
    /// # Errors
    /// When what the document says of it cannot be followed.
    pub fn operation(
        &self,
        name: &str,
        not_an_argument: Option<&str>,
    ) -> Result<Option<Operation>, String> {
        let found = self
            .operations()
            .find(|(.., operation)| operation["operationId"] == name);
        let Some((path, item, method, operation)) = found else {
            return Ok(None);
        };
        let mut reading = Reading::default();
        let both = [&item["parameters"], &operation["parameters"]];
        for parameter in both.into_iter().filter_map(Value::as_array).flatten() {
            let parameter = expand::resolve(&self.0, parameter)?;
            reading.parameter(&self.0, parameter, not_an_argument)?;
        }
        reading.body(&self.0, operation)?;
        let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes())
            .map_err(|error| error.to_string())?;
        let operation = Operation {
            method,
            path: path.to_owned(),
            answer: answer(&self.0, operation)?,
            arguments: reading.schema(),
            in_path: reading.in_path,
            in_query: reading.in_query,
            body: reading.body,
        };
        let known = |name: &&str| operation.in_path.iter().any(|one| one == name);
        if let Some(place) = places(path).find(|name| !known(name)) {
            return Err(format!(
                "the path {path} has {{{place}}}, and no parameter of that name"
            ));
        }
        Ok(Some(operation))
    }

    fn operations(&self) -> impl Iterator<Item = (&str, &Value, &str, &Value)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            METHODS.into_iter().filter_map(move |method| {
                let operation = item.get(method)?;
                Some((path.as_str(), item, method, operation))
            })
        })
    }
}

/// The names in braces.
fn places(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

/// What was read of an operation so far.
struct Reading {
    properties: Map<String, Value>,
    required: Vec<Value>,
    others: Value,
    in_path: Vec<String>,
    in_query: Vec<String>,
    body: Body,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            properties: Map::new(),
            required: Vec::new(),
            others: Value::Bool(false),
            in_path: Vec::new(),
            in_query: Vec::new(),
            body: Body::None,
        }
    }
}

impl Reading {
    fn parameter(
        &mut self,
        document: &Value,
        parameter: &Value,
        not_an_argument: Option<&str>,
    ) -> Result<(), String> {
        let name = parameter["name"].as_str().unwrap_or_default();
        let required = parameter["required"] == true;
        match parameter["in"].as_str().unwrap_or_default() {
            "path" => self.in_path.push(name.to_owned()),
            "query" => self.in_query.push(name.to_owned()),
            place => {
                let filled_in = not_an_argument.is_some_and(|one| one.eq_ignore_ascii_case(name));
                return match required && !filled_in {
                    false => Ok(()),
                    true => Err(format!(
                        "it requires '{name}' in the {place}; only arguments in path, query and body can be sent"
                    )),
                };
            }
        }
        let mut schema = Expansion::of(document).expand(&parameter["schema"])?;
        if let (Some(text), Some(fields)) =
            (parameter["description"].as_str(), schema.as_object_mut())
        {
            fields
                .entry("description")
                .or_insert_with(|| Value::from(text));
        }
        // A parameter of the operation takes the place of one of the path.
        self.properties.insert(name.to_owned(), schema);
        if required && !self.required.contains(&Value::from(name)) {
            self.required.push(Value::from(name));
        }
        Ok(())
    }

    fn body(&mut self, document: &Value, operation: &Value) -> Result<(), String> {
        let Some(body) = operation.get("requestBody") else {
            return Ok(());
        };
        let body = expand::resolve(document, body)?;
        let Some(content) = body["content"].get("application/json") else {
            return Err("its body is not application/json".to_owned());
        };
        let schema = Expansion::of(document).expand(&content["schema"])?;
        let required = body["required"] == true;
        let Some(fields) = schema["properties"].as_object() else {
            self.body = Body::Whole;
            self.add("body", schema)?;
            if required {
                self.required.push(Value::from("body"));
            }
            return Ok(());
        };
        self.body = Body::Fields;
        for (name, field) in fields {
            self.add(name, field.clone())?;
        }
        if required {
            let names = schema["required"].as_array().into_iter().flatten();
            self.required.extend(names.cloned());
        }
        if let Some(others) = schema.get("additionalProperties") {
            self.others = others.clone();
        }
        Ok(())
    }

    fn add(&mut self, name: &str, schema: Value) -> Result<(), String> {
        match self.properties.insert(name.to_owned(), schema) {
            None => Ok(()),
            Some(_) => Err(format!("two of its arguments are called '{name}'")),
        }
    }

    fn schema(&self) -> Value {
        json!({
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": self.others,
        })
    }
}

/// What a good answer looks like.
fn answer(document: &Value, operation: &Value) -> Result<Option<Schema>, String> {
    let Some(responses) = operation["responses"].as_object() else {
        return Ok(None);
    };
    let Some((_, good)) = responses.iter().find(|(status, _)| status.starts_with('2')) else {
        return Ok(None);
    };
    let good = expand::resolve(document, good)?;
    match good["content"]["application/json"].get("schema") {
        None => Ok(None),
        Some(schema) => Schema::new(Expansion::of(document).expand(schema)?).map(Some),
    }
}
