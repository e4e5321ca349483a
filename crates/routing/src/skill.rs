//! What workers can do, and how well.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How well somebody masters a skill: 1 (a little) to 10 (nobody does better).
pub type Level = u8;

/// The highest [`Level`].
pub const TOP_LEVEL: Level = 10;

/// Skills with their levels: what a worker has, or the least that work asks for.
pub type Skills = BTreeMap<Skill, Level>;

/// The longest name of a skill, in bytes.
const NAME_LIMIT: usize = 64;
const LANGUAGE: &str = "language:";

/// A skill by its name. Languages are skills too: see [`Skill::language`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Skill(String);

/// A name that cannot be a skill's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' cannot name a skill: use 1 to 64 visible characters")]
pub struct InvalidSkill(pub String);

impl Skill {
    /// A skill by its name; case and surrounding space do not matter.
    ///
    /// # Errors
    /// When the name is empty, too long, or has control characters.
    pub fn new(name: &str) -> Result<Self, InvalidSkill> {
        let name = name.trim().to_lowercase();
        if name.is_empty() || name.len() > NAME_LIMIT || name.chars().any(char::is_control) {
            return Err(InvalidSkill(name));
        }
        Ok(Self(name))
    }

    /// The skill of speaking a language, by its tag (`es`, `pt-BR`).
    ///
    /// # Errors
    /// As [`Skill::new`].
    pub fn language(tag: &str) -> Result<Self, InvalidSkill> {
        Self::new(&format!("{LANGUAGE}{}", tag.trim()))
    }

    /// Whether it is a language.
    pub fn is_language(&self) -> bool {
        self.0.starts_with(LANGUAGE)
    }

    /// The name in its normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Skill {
    type Error = InvalidSkill;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name)
    }
}

impl From<Skill> for String {
    fn from(skill: Skill) -> Self {
        skill.0
    }
}

impl fmt::Display for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether somebody with `having` can do what asks for `wanted`.
pub fn covers(having: &Skills, wanted: &Skills) -> bool {
    wanted
        .iter()
        .all(|(skill, least)| having.get(skill).is_some_and(|level| level >= least))
}
