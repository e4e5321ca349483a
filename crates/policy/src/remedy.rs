//! What would cure a denial.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// What to do so that a rule no longer stands in the way. Written in rules as `@remedy("…")`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remedy {
    /// Prove who the customer is: `identify`.
    Identify,
    /// Nothing helps; say so, offer something else or a person: `refuse`.
    Refuse,
    /// Ask for a slot, such as `ask:payment`.
    Ask(String),
    /// Have it approved by somebody in this role, such as `approval:supervisor`.
    Approval(String),
    /// Read the exact details back and get a yes: `confirm`.
    Confirm,
}

/// A closed set of things that can be done about a violated rule.
pub trait Cure: FromStr<Err = String> + Clone + fmt::Debug + Send + Sync {
    /// What a failed evaluation calls for: nothing that the caller could try.
    fn none() -> Self;

    /// Where it stands among others: what has the lowest rank is done first.
    fn rank(&self) -> u8;
}

impl Cure for Remedy {
    fn none() -> Self {
        Self::Refuse
    }

    /// Who somebody is decides everything else; what cannot be needs no questions; what is not yet complete cannot be
    /// approved; and a yes is asked for last, about details that no longer change.
    fn rank(&self) -> u8 {
        match self {
            Self::Identify => 0,
            Self::Refuse => 1,
            Self::Ask(_) => 2,
            Self::Approval(_) => 3,
            Self::Confirm => 4,
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identify => f.write_str("identify"),
            Self::Refuse => f.write_str("refuse"),
            Self::Ask(slot) => write!(f, "ask:{slot}"),
            Self::Approval(role) => write!(f, "approval:{role}"),
            Self::Confirm => f.write_str("confirm"),
        }
    }
}

impl FromStr for Remedy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = |name: &str| {
            let allowed = |c: char| c.is_ascii_lowercase() || c == '_';
            !name.is_empty() && name.chars().all(allowed)
        };
        match text.split_once(':') {
            None if text == "identify" => Ok(Self::Identify),
            None if text == "refuse" => Ok(Self::Refuse),
            None if text == "confirm" => Ok(Self::Confirm),
            Some(("ask", slot)) if named(slot) => Ok(Self::Ask(slot.to_owned())),
            Some(("approval", role)) if named(role) => Ok(Self::Approval(role.to_owned())),
            _ => Err(format!(
                "'{text}' is no remedy; use identify, confirm, ask:<slot>, approval:<role> or refuse"
            )),
        }
    }
}

impl Serialize for Remedy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Remedy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
