//! Conditions of `@if` and of `prefer`: comparisons of a path with a value, joined by `and` or `or`.

use crate::template::is_path;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All of them.
    All(Vec<Condition>),
    /// One of them.
    Any(Vec<Condition>),
    /// One comparison.
    Test(Comparison),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is looked at. `name.count` is the length of a list.
    pub path: String,
    /// How.
    pub how: How,
    /// With what; a list for `in`, nothing for `is known`.
    pub with: Value,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// `==`
    Equal,
    /// `!=`; a value that is not known differs from everything.
    Differs,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `in [..]`
    In,
    /// `is known`
    Known,
    /// `is unknown`
    Unknown,
}

impl Condition {
    /// Reads a condition. `or` binds weaker than `and`; there are no brackets.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let any = joined(text, " or ")
            .into_iter()
            .map(|part| {
                let all = joined(part, " and ").into_iter().map(comparison);
                Ok(one_or(all.collect::<Result<_, String>>()?, Self::All))
            })
            .collect::<Result<_, String>>()?;
        Ok(one_or(any, Self::Any))
    }

    /// Whether it holds, where `value` says what stands at a path.
    pub fn holds(&self, value: &dyn Fn(&str) -> Option<Value>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(value)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(value)),
            Self::Test(test) => test.holds(value(&test.path).filter(|v| !v.is_null())),
        }
    }

    /// Every path it looks at.
    pub fn paths(&self) -> Vec<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::paths).collect(),
            Self::Test(test) => vec![test.path.as_str()],
        }
    }
}

impl Comparison {
    fn holds(&self, value: Option<Value>) -> bool {
        let Some(value) = value else {
            return matches!(self.how, How::Differs | How::Unknown);
        };
        let number = || Some((value.as_f64()?, self.with.as_f64()?));
        match self.how {
            How::Equal => same(&value, &self.with),
            How::Differs => !same(&value, &self.with),
            How::Less => number().is_some_and(|(a, b)| a < b),
            How::AtMost => number().is_some_and(|(a, b)| a <= b),
            How::More => number().is_some_and(|(a, b)| a > b),
            How::AtLeast => number().is_some_and(|(a, b)| a >= b),
            How::In => self
                .with
                .as_array()
                .is_some_and(|list| list.iter().any(|with| same(&value, with))),
            How::Known => true,
            How::Unknown => false,
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

fn one_or(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

/// Splits at a word that does not stand within quotes or brackets.
fn joined<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut depth) = (0, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            _ => {}
        }
        if !quoted && depth == 0 && at >= start && text[at..].starts_with(word) {
            parts.push(&text[start..at]);
            start = at + word.len();
        }
    }
    parts.push(&text[start.min(text.len())..]);
    parts
}

const OPERATORS: [(&str, How); 6] = [
    ("==", How::Equal),
    ("!=", How::Differs),
    ("<=", How::AtMost),
    (">=", How::AtLeast),
    ("<", How::Less),
    (">", How::More),
];

fn comparison(text: &str) -> Result<Condition, String> {
    let text = text.trim();
    let (path, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if !is_path(path) {
        return Err(format!(
            "'{path}' is not a path: write a slot's name, or name.field"
        ));
    }
    let rest = rest.trim();
    let (how, with) = match rest {
        "is known" | "" => (How::Known, Value::Null),
        "is unknown" => (How::Unknown, Value::Null),
        _ => compared(rest)?,
    };
    Ok(Condition::Test(Comparison {
        path: path.to_owned(),
        how,
        with,
    }))
}

fn compared(rest: &str) -> Result<(How, Value), String> {
    if let Some(list) = rest.strip_prefix("in ") {
        return match literal(list)? {
            list @ Value::Array(_) => Ok((How::In, list)),
            _ => Err("'in' needs a list: write in [\"a\", \"b\"]".to_owned()),
        };
    }
    let found = OPERATORS
        .iter()
        .find_map(|(sign, how)| Some((rest.strip_prefix(sign)?, *how)));
    let (with, how) = found.ok_or_else(|| {
        format!(
            "'{rest}' is not a comparison: use == != < <= > >= in [..], is known, or is unknown"
        )
    })?;
    Ok((how, literal(with)?))
}

fn literal(text: &str) -> Result<Value, String> {
    let text = text.trim();
    serde_json::from_str(text).map_err(|_| {
        format!("'{text}' is not a value: write \"text\" in quotes, a number, true or false")
    })
}
