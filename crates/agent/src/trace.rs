//! What happened, for people to read.

use crate::command::Command;
use crate::dialogue::Provenance;
use crate::event::{Rule, Step};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// The customer's words, and what they were taken to mean.
    Heard {
        /// The words, shortened.
        text: String,
        /// The commands.
        commands: Vec<Command>,
    },
    /// A procedure began, ended, was left, or went on.
    Procedure {
        /// Its name.
        procedure: String,
        /// Its version number.
        version: u32,
        /// What became of it: `started`, `queued`, `ended`, `cancelled`, `resumed`, `replaced`.
        what: String,
    },
    /// A line of the procedure was carried out.
    At {
        /// The procedure.
        procedure: String,
        /// The step's number.
        step: usize,
        /// The line of the file.
        line: usize,
    },
    /// A slot got its value.
    Slot {
        /// The slot.
        slot: String,
        /// The value.
        value: Value,
        /// Where it came from.
        from: Provenance,
    },
    /// A slot was emptied, and why.
    Emptied {
        /// The slot.
        slot: String,
        /// Why.
        why: String,
    },
    /// A tool answered.
    Returned {
        /// The call.
        call: u64,
        /// The tool.
        tool: String,
        /// What went wrong, if something did.
        error: Option<String>,
    },
    /// The policy, or missing identity, refused something.
    Denied {
        /// The tool, or `identify`.
        what: String,
        /// The rules.
        rules: Vec<Rule>,
    },
    /// Something to do was handed to the host.
    Step {
        /// What.
        step: Step,
    },
    /// Anything else worth knowing.
    Note {
        /// What.
        text: String,
    },
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heard { text, commands } => write!(f, "heard {text:?} as {}", listed(commands)),
            Self::Procedure {
                procedure,
                version,
                what,
            } => write!(f, "{procedure} (version {version}) {what}"),
            Self::At {
                procedure,
                step,
                line,
            } => write!(f, "{procedure} step {step}, line {line}"),
            Self::Slot { slot, value, from } => write!(f, "{slot} = {value} ({from:?})"),
            Self::Emptied { slot, why } => write!(f, "{slot} emptied: {why}"),
            Self::Returned {
                call,
                tool,
                error: None,
            } => write!(f, "call {call}: {tool} answered"),
            Self::Returned {
                call,
                tool,
                error: Some(error),
            } => write!(f, "call {call}: {tool} failed: {error}"),
            Self::Denied { what, rules } => {
                let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
                write!(f, "{what} refused by {}", ids.join(", "))
            }
            Self::Step { step } => {
                write!(f, "→ {}", serde_json::to_string(step).unwrap_or_default())
            }
            Self::Note { text } => f.write_str(text),
        }
    }
}

fn listed(commands: &[Command]) -> String {
    serde_json::to_string(commands).unwrap_or_default()
}
