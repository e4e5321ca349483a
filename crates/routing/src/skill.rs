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
/// The most skills that one request asks for.
const MOST_ASKED: usize = 20;
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

/// Why skills that a request asks for cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableSkills {
    /// One has no name that skills have.
    #[error(transparent)]
    Name(#[from] InvalidSkill),
    /// One has a level that there is not.
    #[error("'{0}' has level {1}; levels go from 1 to {top}", top = TOP_LEVEL)]
    Level(Skill, String),
    /// Nobody has so many.
    #[error("a request asks for {most} skills at most", most = MOST_ASKED)]
    TooMany,
}

/// The skills that a text asks for, apart by commas, each with the least level behind it: `language:de 3, returns`.
/// Without one a little will do.
///
/// # Errors
/// When a name or a level cannot be, or there are too many.
pub fn read_skills(text: &str) -> Result<Skills, UnreadableSkills> {
    let parts = text.split(',').map(str::trim);
    let named = parts.filter(|part| !part.is_empty());
    check_skills(named.map(read_skill).collect::<Result<_, _>>()?)
}

/// The same skills, if a request can ask for them.
///
/// # Errors
/// When a level cannot be, or there are too many.
pub fn check_skills(skills: Skills) -> Result<Skills, UnreadableSkills> {
    let mut levels = skills.iter();
    let wrong = levels.find(|(_, level)| !(1..=TOP_LEVEL).contains(*level));
    match wrong {
        Some((skill, level)) => Err(UnreadableSkills::Level(skill.clone(), level.to_string())),
        None if skills.len() > MOST_ASKED => Err(UnreadableSkills::TooMany),
        None => Ok(skills),
    }
}

fn read_skill(part: &str) -> Result<(Skill, Level), UnreadableSkills> {
    let (name, level) = match part.rsplit_once(char::is_whitespace) {
        Some((name, level)) if level.bytes().all(|byte| byte.is_ascii_digit()) => (name, level),
        _ => (part, "1"),
    };
    let skill = Skill::new(name)?;
    match level.parse() {
        Ok(least) => Ok((skill, least)),
        Err(_) => Err(UnreadableSkills::Level(skill, level.to_owned())),
    }
}

/// Whether somebody with `having` can do what asks for `wanted`.
pub fn covers(having: &Skills, wanted: &Skills) -> bool {
    wanted
        .iter()
        .all(|(skill, least)| having.get(skill).is_some_and(|level| level >= least))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, Level)>, UnreadableSkills> {
        let skills = read_skills(text)?;
        let named = skills.into_iter();
        Ok(named.map(|(skill, level)| (skill.into(), level)).collect())
    }

    #[test]
    fn skills_are_written_as_people_say_them() {
        let named = |all: &[(&str, Level)]| {
            let all = all.iter();
            Ok(all
                .map(|(name, level)| ((*name).to_owned(), *level))
                .collect())
        };
        assert_eq!(
            read("language:de 3, returns"),
            named(&[("language:de", 3), ("returns", 1)])
        );
        assert_eq!(
            read(" Big Lamps 10,,returns , "),
            named(&[("big lamps", 10), ("returns", 1)])
        );
        assert_eq!(read("  "), named(&[]), "nothing is asked for");
    }

    #[test]
    fn levels_nobody_has_and_lists_nobody_meets_are_refused() {
        for (text, why) in [
            ("returns 0", "'returns' has level 0; levels go from 1 to 10"),
            (
                "returns 11",
                "'returns' has level 11; levels go from 1 to 10",
            ),
            (
                "returns 999",
                "'returns' has level 999; levels go from 1 to 10",
            ),
        ] {
            let told = read(text).map_err(|error| error.to_string());
            assert_eq!(told, Err(why.to_owned()));
        }
        let many: Vec<String> = (0..=MOST_ASKED).map(|n| format!("skill-{n}")).collect();
        assert_eq!(read(&many.join(",")), Err(UnreadableSkills::TooMany));
        assert!(matches!(
            read(&"long".repeat(20)),
            Err(UnreadableSkills::Name(_))
        ));
    }
}
