//! What the customer wants, typed: all that an understander may say.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One thing the customer wants. A message may hold several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Begin a procedure. While another runs, this one comes first and the other goes on afterwards.
    StartProcedure {
        /// Its name.
        procedure: String,
    },
    /// Leave what is going on.
    CancelProcedure {},
    /// A value for a slot, in the customer's words or as a candidate's id. The executor checks it.
    SetSlot {
        /// The slot's name.
        slot: String,
        /// A text, a list of texts, an object (addresses, names), a number or a boolean.
        value: Value,
    },
    /// Yes, to what was asked.
    Affirm {},
    /// No, to what was asked.
    Deny {},
    /// Not that one: another value than the one just read back or offered.
    Correct {
        /// The slot, when it is clear which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slot: Option<String>,
        /// The customer's words for what they meant; `None` for "the other one".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
    },
    /// A question the knowledge base may answer.
    Answer {
        /// The question.
        query: String,
    },
    /// Ask which of these is meant.
    Clarify {
        /// Names of procedures.
        options: Vec<String>,
    },
    /// Give the conversation to a person.
    HandOff {
        /// Why.
        reason: HandOffReason,
    },
    /// Small talk.
    Smalltalk {
        /// Which.
        kind: Smalltalk,
    },
    /// Nothing that can be acted upon.
    CannotUnderstand {},
}

/// Why an understander hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandOffReason {
    /// The customer asks for a person.
    Asked,
    /// The customer is upset. Counted: the first time is not yet a reason.
    Upset,
    /// It is beyond what can be done here.
    OutOfScope,
    /// The language is not understood.
    Language,
}

/// Words that want nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Smalltalk {
    /// Hello.
    Greeting,
    /// Thank you.
    Thanks,
    /// Goodbye.
    Goodbye,
    /// How are you, are you a robot.
    Chat,
}

/// The most commands of one message that are looked at.
pub const COMMANDS_LIMIT: usize = 16;

/// The JSON schema of `{"commands": [..]}`, for a language model in `json_schema` or tool mode. `procedures` and
/// `slots` are the names it may use; every object names all its properties, as strict modes demand.
pub fn schema(procedures: &[&str], slots: &[&str]) -> Value {
    let kind = |name: &str, properties: Value| object(name, properties);
    let nullable = |mut of: Value| {
        if let Some(kind) = of.get_mut("type") {
            *kind = json!([kind.clone(), "null"]);
        }
        of
    };
    let procedure = names(procedures);
    let slot = names(slots);
    let value = json!({"type": "string", "description": "in the customer's own words"});
    let reasons = json!({"type": "string", "enum": ["asked", "upset", "out_of_scope", "language"]});
    let talk = json!({"type": "string", "enum": ["greeting", "thanks", "goodbye", "chat"]});
    let maybe_slot = match slots.is_empty() {
        true => json!({"type": ["string", "null"]}),
        false => json!({"anyOf": [slot.clone(), {"type": "null"}]}),
    };
    let any_of = [
        kind("start_procedure", json!({"procedure": procedure})),
        kind("cancel_procedure", json!({})),
        kind("set_slot", json!({"slot": slot, "value": value})),
        kind("affirm", json!({})),
        kind("deny", json!({})),
        kind(
            "correct",
            json!({"slot": maybe_slot, "value": nullable(value.clone())}),
        ),
        kind("answer", json!({"query": {"type": "string"}})),
        kind(
            "clarify",
            json!({"options": {"type": "array", "items": procedure}}),
        ),
        kind("hand_off", json!({"reason": reasons})),
        kind("smalltalk", json!({"kind": talk})),
        kind("cannot_understand", json!({})),
    ];
    json!({
        "type": "object",
        "properties": {"commands": {"type": "array", "items": {"anyOf": any_of}}},
        "required": ["commands"],
        "additionalProperties": false,
    })
}

fn names(names: &[&str]) -> Value {
    match names.is_empty() {
        true => json!({"type": "string"}),
        false => json!({"type": "string", "enum": names}),
    }
}

fn object(name: &str, properties: Value) -> Value {
    let mut properties = properties.as_object().cloned().unwrap_or_default();
    properties.insert(
        "command".to_owned(),
        json!({"type": "string", "enum": [name]}),
    );
    let required: Vec<&String> = properties.keys().collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
