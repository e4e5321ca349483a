//! What a message asks for beside its text: one of a few answers, or a form to fill in.
//!
//! The customer's answer is a message like any other: its text says what was chosen or filled in, so that every
//! channel and every reader understands it, and its body keeps the same as data.

use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The most choices and fields of one prompt.
pub const MOST: usize = 20;
/// The longest label, in characters.
const LABEL_LIMIT: usize = 200;
/// The longest name of a choice or a field, in bytes.
const NAME_LIMIT: usize = 64;
/// The longest value of a field, in characters.
const VALUE_LIMIT: usize = 1_000;

/// What a message asks for: choices or a form, one of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// Answers to choose one from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Fields to fill in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// One answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What programs know it by: 1 to 64 small letters, digits and underscores.
    pub name: String,
    /// What the customer reads: 1 to 200 characters.
    pub label: String,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What programs know it by: 1 to 64 small letters, digits and underscores. Its value becomes the fact of this
    /// name.
    pub name: String,
    /// What the customer reads: 1 to 200 characters.
    pub label: String,
    /// What may be filled in.
    #[serde(default)]
    pub kind: FieldKind,
    /// True when it may not stay empty.
    #[serde(default)]
    pub required: bool,
    /// For a field of the kind `choice`: what may be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

words! {
    /// What may be filled into a field.
    FieldKind {
        /// One line.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// A mail address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
        /// A number.
        Number = "number",
        /// A day, as `2026-03-31`.
        Date = "date",
        /// One of the field's choices.
        Choice = "choice",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the words! macro writes the enum, so nothing can be derived on a variant"
)]
impl Default for FieldKind {
    fn default() -> Self {
        Self::Text
    }
}

/// What the customer chose or filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The number of the message that asked.
    pub seq: i64,
    /// The name of the choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// What was filled in, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

/// Why a prompt or an answer is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct PromptProblem {
    /// The choice or field.
    pub what: String,
    /// What is wrong with it, and what to do.
    pub why: String,
}

fn problem<T>(what: impl Into<String>, why: impl Into<String>) -> Result<T, PromptProblem> {
    Err(PromptProblem {
        what: what.into(),
        why: why.into(),
    })
}

impl Prompt {
    /// Whether it can be shown and answered.
    ///
    /// # Errors
    /// When it asks for nothing, for both, for too much, or has names that are not names.
    pub fn check(&self) -> Result<(), PromptProblem> {
        if self.choices.is_empty() == self.fields.is_empty() {
            return problem("prompt", "ask for choices or for fields, one of both");
        }
        check_choices("choices", &self.choices)?;
        check_names(
            "fields",
            self.fields.iter().map(|one| (&one.name, &one.label)),
        )?;
        for field in &self.fields {
            if (field.kind == FieldKind::Choice) == field.choices.is_empty() {
                return problem(&field.name, "a field has choices when its kind is choice");
            }
            check_choices(&field.name, &field.choices)?;
        }
        Ok(())
    }

    /// The answer in words, as it stands in the conversation.
    ///
    /// # Errors
    /// When it is no answer to this.
    pub fn told(&self, answer: &Answer) -> Result<String, PromptProblem> {
        if self.fields.is_empty() {
            let chosen = answer.choice.as_ref();
            let chosen = chosen.and_then(|name| self.choices.iter().find(|one| one.name == *name));
            return match chosen {
                Some(choice) if answer.values.is_empty() => Ok(choice.label.clone()),
                _ => problem("choice", "choose one of those offered"),
            };
        }
        if answer.choice.is_some() {
            return problem("choice", "this asks for fields");
        }
        told(&self.fields, &answer.values)
    }

    /// What is asked for, as lines for a channel that can only show text.
    pub fn as_text(&self) -> String {
        let labels = self.choices.iter().map(|one| &one.label);
        let labels = labels.chain(self.fields.iter().map(|one| &one.label));
        labels.fold(String::new(), |mut text, label| {
            let _ = write!(text, "\n- {label}");
            text
        })
    }
}

/// What was filled into `fields`, a line for each.
///
/// # Errors
/// When something required is missing, or is not what its field takes.
pub fn told(fields: &[Field], values: &BTreeMap<String, String>) -> Result<String, PromptProblem> {
    if let Some(name) = values
        .keys()
        .find(|name| !fields.iter().any(|one| one.name == **name))
    {
        return problem(name, "nobody asked for this");
    }
    let mut lines = Vec::new();
    for field in fields {
        let value = values.get(&field.name).map_or("", |value| value.trim());
        if value.is_empty() {
            match field.required {
                true => return problem(&field.name, "fill this in"),
                false => continue,
            }
        }
        lines.push(format!("{}: {}", field.label, field.shown(value)?));
    }
    match lines.is_empty() {
        true => problem("values", "fill something in"),
        false => Ok(lines.join("\n")),
    }
}

impl Field {
    /// A value as a person reads it.
    fn shown<'v>(&'v self, value: &'v str) -> Result<&'v str, PromptProblem> {
        if value.chars().count() > VALUE_LIMIT {
            return problem(&self.name, format!("use at most {VALUE_LIMIT} characters"));
        }
        let line = |c: char| !c.is_control();
        let many = |c: char| !c.is_control() || c == '\n';
        let fits = match self.kind {
            FieldKind::Text => value.chars().all(line),
            FieldKind::LongText => value.chars().all(many),
            FieldKind::Email => value.chars().all(line) && value.contains('@'),
            FieldKind::Phone => {
                let digits = value.chars().filter(char::is_ascii_digit).count();
                let signs = |c: char| c.is_ascii_digit() || " +-()/.".contains(c);
                digits >= 3 && value.chars().all(signs)
            }
            FieldKind::Number => value
                .replace(',', ".")
                .parse::<f64>()
                .is_ok_and(f64::is_finite),
            FieldKind::Date => is_date(value),
            FieldKind::Choice => {
                let chosen = self.choices.iter().find(|one| one.name == value);
                return match chosen {
                    Some(choice) => Ok(&choice.label),
                    None => problem(&self.name, "choose one of those offered"),
                };
            }
        };
        match fits {
            true => Ok(value),
            false => problem(&self.name, format!("this is no {}", self.kind.as_str())),
        }
    }
}

/// `2026-03-31`, as browsers write a day whatever they show.
fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u32>().unwrap_or(0))
    };
    number(year, 4).is_some()
        && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
}

fn check_choices(what: &str, choices: &[Choice]) -> Result<(), PromptProblem> {
    check_names(what, choices.iter().map(|one| (&one.name, &one.label)))
}

fn check_names<'n>(
    what: &str,
    all: impl Iterator<Item = (&'n String, &'n String)>,
) -> Result<(), PromptProblem> {
    let mut known = Vec::new();
    for (name, label) in all {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > NAME_LIMIT || !name.chars().all(plain) {
            let why =
                format!("use 1 to {NAME_LIMIT} small letters, digits and underscores as name");
            return problem(what, why);
        }
        let length = label.trim().chars().count();
        if length == 0 || length > LABEL_LIMIT || label.chars().any(char::is_control) {
            let why =
                format!("the label of {name} needs 1 to {LABEL_LIMIT} characters on one line");
            return problem(what, why);
        }
        if known.contains(&name) {
            return problem(what, format!("two have the name {name}"));
        }
        known.push(name);
    }
    match known.len() > MOST {
        true => problem(what, format!("use at most {MOST}")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use serde_json::json;

    fn prompt(value: serde_json::Value) -> Prompt {
        serde_json::from_value(value).unwrap()
    }

    fn answer(value: serde_json::Value) -> Answer {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_choice_is_told_by_what_the_customer_read() {
        let asked = prompt(json!({ "choices": [
            { "name": "yes", "label": "Yes, please" }, { "name": "no", "label": "No" } ] }));
        asked.check().unwrap();
        let told = |choice: &str| asked.told(&answer(json!({ "seq": 1, "choice": choice })));
        assert_eq!(told("yes").unwrap(), "Yes, please");
        assert!(told("perhaps").is_err());
        assert!(
            asked
                .told(&answer(json!({ "seq": 1, "values": { "yes": "1" } })))
                .is_err()
        );
        assert_eq!(asked.as_text(), "\n- Yes, please\n- No");
    }

    #[test]
    fn a_form_is_told_line_by_line_and_only_as_it_was_asked() {
        let asked = prompt(json!({ "fields": [
            { "name": "order", "label": "Order number", "kind": "number", "required": true },
            { "name": "size", "label": "Size", "kind": "choice",
              "choices": [{ "name": "s", "label": "Small" }, { "name": "l", "label": "Large" }] },
            { "name": "day", "label": "Bought on", "kind": "date" } ] }));
        asked.check().unwrap();
        let told =
            |values: serde_json::Value| asked.told(&answer(json!({ "seq": 1, "values": values })));
        assert_eq!(
            told(json!({ "order": "1042", "size": "l" })).unwrap(),
            "Order number: 1042\nSize: Large"
        );
        for refused in [
            json!({}),
            json!({ "order": " " }),
            json!({ "order": "many" }),
            json!({ "order": "1", "size": "xl" }),
            json!({ "order": "1", "day": "tomorrow" }),
            json!({ "order": "1", "owner": "me" }),
        ] {
            assert!(told(refused.clone()).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_prompt_that_cannot_be_answered_is_refused() {
        let one = json!([{ "name": "a", "label": "A" }]);
        for refused in [
            json!({}),
            json!({ "choices": one, "fields": one }),
            json!({ "choices": [{ "name": "A b", "label": "A" }] }),
            json!({ "choices": [{ "name": "a", "label": "" }] }),
            json!({ "choices": [{ "name": "a", "label": "A" }, { "name": "a", "label": "B" }] }),
            json!({ "fields": [{ "name": "a", "label": "A", "kind": "choice" }] }),
        ] {
            assert!(prompt(refused.clone()).check().is_err(), "{refused}");
        }
    }
}
